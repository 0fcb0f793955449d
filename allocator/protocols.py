"""What the allocators need of others, as typing protocols: no SGLang is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


class KVCache(Protocol):
    """A cache whose slots an allocator hands out.

    Only the two copies are ever called, and only where the user asks for them.
    """

    def get_cpu_copy(self, indices: torch.Tensor, mamba_indices: Any = None) -> Any:
        """Return the content at `indices`, shape (n,), on the host."""
        ...

    def load_cpu_copy(
        self, kv_cache_cpu: Any, indices: torch.Tensor, mamba_indices: Any = None
    ) -> Any:
        """Write what `get_cpu_copy` returned to `indices`. Mutates the cache."""
        ...


class WindowKVPool(KVCache, Protocol):
    """A cache of two pools: one for full attention, one for sliding windows.

    It may have the attributes `full_kv_pool` and `swa_kv_pool`, caches of their own
    (answers to `BaseSWAKVPool` of SGLang, sgl-project/sglang#26676).
    """

    def register_mapping(self, full_to_swa_index_mapping: torch.Tensor) -> None:
        """Keep the allocator's mapping: it is the allocator that changes it."""
        ...

    def translate_loc_from_full_to_swa(self, kv_indices: torch.Tensor) -> torch.Tensor:
        """Return the window slots of full slots by the mapping that was registered."""
        ...
