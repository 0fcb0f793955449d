"""Rewrite call sites of names that moved; never import the code that is rewritten."""
