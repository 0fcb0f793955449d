"""Proof by mutants that a use of a split attribute is re-homed rightly, or reported."""
