"""Benchmarks of two sides, in one experiment: see `experiment` for its design."""
