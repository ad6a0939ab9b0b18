"""The pytest plugin of regilink: fixtures, assertions, and the linter as a part of the suite."""
