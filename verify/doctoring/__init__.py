"""What code wants of a package, and whether a version of the package has it."""
