"""A small stand-in for a package whose names moved: see `rehome demo --offline`."""
