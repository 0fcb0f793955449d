"""The allocation strategies of a KV cache, one a file.

The only package of the three that needs torch and Triton, which come with the
extra `rehome[allocator]`. It imports nothing of `codemods` and `verify`, nor
they of it, and no SGLang. The names and what they do are those of SGLang's
allocators after sgl-project/sglang#26675, #26676 and #27256.

What every user needs is imported here; the rest comes when it is asked for, so
that `from allocator import X` and `from allocator.swa import X` both work and no
order of imports meets a half-initialised module. Triton is imported with the first
kernel, never before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.base import BaseTokenToKVPoolAllocator
from allocator.paged import PagedTokenToKVPoolAllocator, alloc_extend_naive
from allocator.token import TokenToKVPoolAllocator

if TYPE_CHECKING:
    from allocator.decode_reserve import (
        get_alloc_len_per_decode,
        get_alloc_reserve_per_decode,
        get_req_to_token_extra_context_len,
        set_default_server_args,
    )
    from allocator.integrity import IntegrityError
    from allocator.kernels import alloc_decode_kernel, alloc_extend_kernel
    from allocator.mamba import MambaSlotAllocator
    from allocator.pool_configurator import (
        DefaultPoolConfigurator,
        HybridSWAPoolConfigurator,
        MambaHybridPoolConfigurator,
        MemoryPoolConfig,
        MemoryPoolConfigurator,
        create_memory_pool_configurator,
    )
    from allocator.swa import SWATokenToKVPoolAllocator

_LATE = {
    "DefaultPoolConfigurator": "pool_configurator",
    "HybridSWAPoolConfigurator": "pool_configurator",
    "IntegrityError": "integrity",
    "MambaHybridPoolConfigurator": "pool_configurator",
    "MambaSlotAllocator": "mamba",
    "MemoryPoolConfig": "pool_configurator",
    "MemoryPoolConfigurator": "pool_configurator",
    "SWATokenToKVPoolAllocator": "swa",
    "alloc_decode_kernel": "kernels",
    "alloc_extend_kernel": "kernels",
    "create_memory_pool_configurator": "pool_configurator",
    "get_alloc_len_per_decode": "decode_reserve",
    "get_alloc_reserve_per_decode": "decode_reserve",
    "get_req_to_token_extra_context_len": "decode_reserve",
    "set_default_server_args": "decode_reserve",
}

__all__ = [
    "BaseTokenToKVPoolAllocator",
    "DefaultPoolConfigurator",
    "HybridSWAPoolConfigurator",
    "IntegrityError",
    "MambaHybridPoolConfigurator",
    "MambaSlotAllocator",
    "MemoryPoolConfig",
    "MemoryPoolConfigurator",
    "PagedTokenToKVPoolAllocator",
    "SWATokenToKVPoolAllocator",
    "TokenToKVPoolAllocator",
    "alloc_decode_kernel",
    "alloc_extend_kernel",
    "alloc_extend_naive",
    "create_memory_pool_configurator",
    "get_alloc_len_per_decode",
    "get_alloc_reserve_per_decode",
    "get_req_to_token_extra_context_len",
    "set_default_server_args",
]


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
