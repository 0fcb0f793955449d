"""What runs in a work tree of a commit; standard library only."""
