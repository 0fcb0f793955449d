"""The new home."""


class SWATokenToKVPoolAllocator:
    page_size = 1
