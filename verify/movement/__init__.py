"""What moved between two revisions, and what a reviewer must still read. Pure."""
