"""Whatever in a revision still uses the old name of something that moved."""
