"""The checks of `rehome verify`, one a file; see `verify.check`."""
