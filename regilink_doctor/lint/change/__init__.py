"""Changes of files: fixes, and comments added by `--add-ignore`."""
