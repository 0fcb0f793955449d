"""A version of a package as files to read: a release, a revision or a folder."""
