"""Which modules a module imports, when, and what that leads to."""
