"""Code of which no tool can tell what it reads."""

import sglang.srt.mem_cache.swa_memory_pool as pools


def pool(name: str) -> object:
    return getattr(pools, name)
