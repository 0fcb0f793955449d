"""Moving definitions to other modules: what changes, and writing it."""
