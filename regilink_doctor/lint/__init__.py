"""The linter: bytes -> two gates -> tree -> strings with unknown parts -> sites -> rules -> findings.

Nothing of the user's is ever imported or run.
"""
