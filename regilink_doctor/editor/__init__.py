"""What an editor gets while its user types: findings, fixes, what a path means, what could be written."""
