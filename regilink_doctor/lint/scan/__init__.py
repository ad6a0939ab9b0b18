"""Which files there are, and which of them can matter."""
