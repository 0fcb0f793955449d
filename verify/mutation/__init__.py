"""Proof by mutants that the search for moves sees every change of moved code."""
