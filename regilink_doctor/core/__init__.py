"""What a path is, what W&B makes of it and in which words W&B refuses it: said once, for every wing.

Standard library only. Nothing in here opens a file of the user's, a socket or a subprocess,
except `catalog`, which reads and writes the one file it is named after.
"""
