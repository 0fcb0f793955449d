"""Splitting a module into several: the plan, and what it does."""
