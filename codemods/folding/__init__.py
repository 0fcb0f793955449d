"""Folds: expressions that have a name now, found by value. Pure."""
