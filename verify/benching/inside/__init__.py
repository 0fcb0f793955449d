"""What runs inside the benchmarked processes: the standard library and pytest alone.

A side may hold a package of any name, also of ours: nothing here imports by an
absolute name of ours, and `bootstrap` loads this package under a name of its own.
"""
