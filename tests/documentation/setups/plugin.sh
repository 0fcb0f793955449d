# A project that imports SGLang by the names of 0.5.12.post1.
# needs: the package index
git init --quiet --initial-branch main .
mkdir -p src/serving tests
cat > src/serving/pools.py <<'END'
"""Which pools a server has."""

from unittest import mock

from sglang.srt.mem_cache.swa_memory_pool import SWAKVPool, SWATokenToKVPoolAllocator


def is_window_pool(pool: object) -> bool:
    return isinstance(pool, SWAKVPool | SWATokenToKVPoolAllocator)


def refuse_everything() -> object:
    return mock.patch("sglang.srt.mem_cache.swa_memory_pool.SWATokenToKVPoolAllocator.alloc")
END
cat > src/serving/lookup.py <<'END'
"""A class by its name."""

from sglang.srt.mem_cache import swa_memory_pool


def pool_class(name: str) -> object:
    return getattr(swa_memory_pool, name)
END
cat > tests/test_pools.py <<'END'
from serving.pools import is_window_pool


def test_a_list_is_no_pool() -> None:
    assert not is_window_pool([])
END
git add .
git commit --quiet --message "pools"
