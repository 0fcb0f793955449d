"""The migration between two versions of a package, inferred from their text."""
