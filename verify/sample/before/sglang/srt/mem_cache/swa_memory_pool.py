"""The old home of a class."""


class SWAKVPool:
    size = 1


class SWATokenToKVPoolAllocator:
    page_size = 1
