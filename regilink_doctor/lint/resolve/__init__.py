"""What an expression can be, worked out from the source alone."""
