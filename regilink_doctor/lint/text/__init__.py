"""Source text: decoding, positions, literals, Python's syntax."""
