"""Code that uses both names of the module that will be split."""

from unittest import mock

from sglang.srt.mem_cache.swa_memory_pool import SWAKVPool, SWATokenToKVPoolAllocator


def pages() -> int:
    return SWAKVPool.size * SWATokenToKVPoolAllocator.page_size


def patched() -> object:
    return mock.patch(
        "sglang.srt.mem_cache.swa_memory_pool.SWATokenToKVPoolAllocator.page_size"
    )
