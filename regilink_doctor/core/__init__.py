"""What a path is, what W&B does with it, and how W&B refuses it: defined once, for all packages.

Standard library only. Nothing in here opens a file of the user's, a socket or a subprocess,
except `catalog`, which reads and writes the one file it is named after.
"""
