"""How results are shown: one file per format, nothing decided in here."""
