"""What is left of the old home."""


class SWAKVPool:
    size = 1
