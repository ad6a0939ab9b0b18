"""The call sites: which calls matter, with what arguments, in what context."""
