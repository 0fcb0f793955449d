"""What the allocators need of others, as typing protocols: no SGLang is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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


# What the configurators and the reserve read of others. Nothing of it is written to.


class DecodeArgs(Protocol):
    """Server arguments that the reserve for a decode step depends on.

    Where there is `max_speculative_num_draft_tokens` too (SGLang 0.5.13 has it, for
    drafts that adapt their length), it is read in place of the last one here.
    """

    @property
    def page_size(self) -> int: ...
    @property
    def speculative_algorithm(self) -> str | None: ...
    @property
    def speculative_num_steps(self) -> int | None: ...
    @property
    def speculative_eagle_topk(self) -> int | None: ...
    @property
    def speculative_num_draft_tokens(self) -> int | None: ...


class PoolArgs(Protocol):
    """Server arguments that pool sizes depend on: only for a window, at first."""

    @property
    def swa_full_tokens_ratio(self) -> float: ...


class MambaArgs(PoolArgs, Protocol):
    """Server arguments that the split between a KV and a Mamba pool depends on.

    A method `enable_mamba_extra_buffer_lazy` is asked as well where there is one.
    """

    @property
    def max_mamba_cache_size(self) -> int | None: ...
    @property
    def mamba_full_memory_ratio(self) -> float: ...
    @property
    def max_running_requests(self) -> int | None: ...
    @property
    def speculative_num_draft_tokens(self) -> int | None: ...
    @property
    def disable_radix_cache(self) -> bool: ...
    @property
    def disable_overlap_schedule(self) -> bool: ...
    @property
    def enable_dp_attention(self) -> bool: ...
    @property
    def dp_size(self) -> int: ...
    def enable_mamba_extra_buffer(self) -> bool: ...


class PoolModelConfig(Protocol):
    """Shapes of a model's attention; each part is read only where it has a meaning."""

    @property
    def hf_config(self) -> Any: ...

    # Multi-head attention, and the full layers of a model with windows.
    @property
    def head_dim(self) -> int: ...
    @property
    def v_head_dim(self) -> int: ...
    def get_num_kv_heads(self, tensor_parallel_size: int, /) -> int: ...

    # Latent attention.
    @property
    def kv_lora_rank(self) -> int: ...
    @property
    def qk_rope_head_dim(self) -> int: ...

    # Window layers.
    @property
    def full_attention_layer_ids(self) -> Sequence[int]: ...
    @property
    def swa_attention_layer_ids(self) -> Sequence[int]: ...
    @property
    def swa_head_dim(self) -> int: ...
    @property
    def swa_v_head_dim(self) -> int: ...
    def get_swa_num_kv_heads(self, tensor_parallel_size: int, /) -> int: ...


class SpeculativeKind(Protocol):
    """Which kind of speculative decoding is on."""

    def is_none(self) -> bool: ...
    def is_dflash(self) -> bool: ...


class PoolRunner(Protocol):
    """What a configurator reads of a model runner.

    Without an `attention_tp_size` argument, `attention_tp_group.world_size` is read
    as well, and under DFLASH the draft's `dflash_draft_num_layers`.
    """

    @property
    def model_config(self) -> PoolModelConfig: ...
    @property
    def server_args(self) -> PoolArgs: ...
    @property
    def kv_cache_dtype(self) -> torch.dtype: ...
    @property
    def use_mla_backend(self) -> bool: ...
    @property
    def is_hybrid_swa(self) -> bool: ...
    @property
    def is_draft_worker(self) -> bool: ...
    @property
    def spec_algorithm(self) -> SpeculativeKind: ...
    @property
    def mambaish_config(self) -> Any: ...
    @property
    def num_effective_layers(self) -> int: ...
    @property
    def start_layer(self) -> int: ...
    @property
    def end_layer(self) -> int: ...


class MambaRunner(PoolRunner, Protocol):
    """A model runner whose model has Mamba layers, and the arguments for them.

    Its `mambaish_config` has `full_attention_layer_ids` and `mamba2_cache_params`:
    the `layers` that keep a state, `shape.conv` (a list of shapes), `shape.temporal`
    (a shape), and the dtypes `dtype.conv` and `dtype.temporal`.
    """

    @property
    def server_args(self) -> MambaArgs: ...
