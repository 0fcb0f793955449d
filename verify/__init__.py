"""The `rehome` command, and the checks that show what a refactor changed."""
