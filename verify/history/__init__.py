"""What became of a file's history: git blame, asked in several ways."""
