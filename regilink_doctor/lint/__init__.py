"""The linter: bytes -> two gates -> tree -> texts with holes -> sites -> rules -> findings.

Nothing of the user's is ever imported or run.
"""
