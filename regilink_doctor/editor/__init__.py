"""What an editor is told while somebody types: findings, fixes, what a path means, what could be written."""
