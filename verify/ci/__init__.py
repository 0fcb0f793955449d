"""`rehome` where no one types it: a hook of pre-commit, a step of a workflow."""
