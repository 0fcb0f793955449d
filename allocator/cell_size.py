"""Bytes that one token, or one Mamba state, takes in a pool: arithmetic on facts.

The facts come from a model runner or from keyword arguments, never from a process
group or the environment. Answers to the sizes in `pool_configurator.py` of SGLang,
sgl-project/sglang#22389.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

from allocator.validation import as_count, as_positive

if TYPE_CHECKING:
    import torch

    from allocator.protocols import PoolModelConfig, PoolRunner

_DEEPSEEK_V4 = frozenset({"DeepseekV4ForCausalLM", "DeepseekV4ForCausalLMNextN"})

# Which architectures have an indexer, where their `index_topk` is set.
_SPARSE = frozenset(
    {
        "DeepseekV3ForCausalLM",
        "DeepseekV3ForCausalLMNextN",
        "DeepseekV32ForCausalLM",
        "GlmMoeDsaForCausalLM",
        "MistralLarge3ForCausalLM",
        "PixtralForConditionalGeneration",
    }
)

# An indexer keeps a byte for each number and a 4-byte scale for each block of them.
_INDEX_BLOCK, _INDEX_SCALE_BYTES = 128, 4

# FP4 packs two numbers into a byte, and adds a byte of scale for each block.
_FP4_NAME, _FP4_PACKED, _FP4_BLOCK = "torch.float4_e2m1fn_x2", 2, 16


def is_deepseek_v4(hf_config: Any) -> bool:
    """Tell by its first architecture whether a model is DeepSeek V4."""
    return _architecture(hf_config) in _DEEPSEEK_V4


def has_indexer(hf_config: Any) -> bool:
    """Tell whether a model's attention is sparse by an indexer (DSA, before: NSA).

    `hf_config` is an object with attributes, or a dictionary.
    """
    named = _architecture(hf_config) in _SPARSE
    return named and _entry(hf_config, "index_topk") is not None


def attention_tp_size_of(mr: Any, given: int | None) -> int:
    """Return over how many ranks the attention heads are split, at least 1.

    `given`, else what the runner's `attention_tp_group` says. Raises ValueError
    where neither does.
    """
    if given is None:
        group = getattr(mr, "attention_tp_group", None)
        given = getattr(group, "world_size", None)
    if given is None:
        raise ValueError(
            "attention_tp_size is not known: the model runner has no"
            " attention_tp_group, so pass attention_tp_size"
        )
    return as_positive("attention_tp_size", given)


def packs_fp4(dtype: torch.dtype) -> bool:
    """Tell whether a cache of `dtype` packs two numbers into a byte on this machine.

    As SGLang has it: for `torch.float4_e2m1fn_x2`, where CUDA (not ROCm) is there.
    """
    if str(dtype) != _FP4_NAME:
        return False
    import torch

    return torch.version.cuda is not None and torch.cuda.is_available()


def element_bytes(dtype: torch.dtype) -> int:
    """Return the bytes of one element; raises ValueError for what is no dtype."""
    size = getattr(dtype, "itemsize", None)
    if size is None:
        raise ValueError(f"a torch dtype is needed, not {dtype!r}")
    return as_positive("the dtype's itemsize", size)


def layers_here(mr: PoolRunner, layer_ids: Iterable[int]) -> int:
    """Count the layers that lie in this rank's part of the pipeline."""
    return sum(mr.start_layer <= layer < mr.end_layer for layer in layer_ids)


def attention_layers(mr: PoolRunner) -> int:
    """Count this rank's layers with a KV cache: with Mamba layers, the others only."""
    if mr.mambaish_config:
        return layers_here(mr, mr.mambaish_config.full_attention_layer_ids)
    return as_count("num_effective_layers", mr.num_effective_layers)


def head_token_bytes(
    config: PoolModelConfig, dtype: torch.dtype, tp_size: int, layers: int, fp4: bool
) -> int:
    """Return what a token takes in `layers` layers of heads with keys and values."""
    heads = as_count("the number of KV heads", config.get_num_kv_heads(tp_size))
    keys = as_count("head_dim", config.head_dim)
    values = as_count("v_head_dim", config.v_head_dim)
    unit = heads * layers * element_bytes(dtype)
    if not fp4:
        return unit * (keys + values)
    # The values have as many scales as the keys, however wide they are.
    return unit * (keys + values) // _FP4_PACKED + unit * 2 * keys // _FP4_BLOCK


def window_token_bytes(
    config: PoolModelConfig, dtype: torch.dtype, tp_size: int
) -> int:
    """Return what a token takes in one window layer."""
    heads = as_count("the window's KV heads", config.get_swa_num_kv_heads(tp_size))
    keys = as_count("swa_head_dim", config.swa_head_dim)
    values = as_count("swa_v_head_dim", config.swa_v_head_dim)
    return heads * (keys + values) * element_bytes(dtype)


def latent_token_bytes(
    config: PoolModelConfig, dtype: torch.dtype, layers: int, fp4: bool
) -> int:
    """Return what a token takes in `layers` layers of latent attention.

    With the keys of the indexer, where the model has one.
    """
    latent = as_count("kv_lora_rank", config.kv_lora_rank)
    width = latent + as_count("qk_rope_head_dim", config.qk_rope_head_dim)
    unit = layers * element_bytes(dtype)
    size = unit * width
    if fp4:
        size = size // _FP4_PACKED + unit * (width // _FP4_BLOCK)
    if has_indexer(config.hf_config):
        numbers = as_count("index_head_dim", _entry(config.hf_config, "index_head_dim"))
        scales = numbers // _INDEX_BLOCK * _INDEX_SCALE_BYTES
        size += (numbers + scales) * layers
    return size


def with_draft_layers(mr: PoolRunner, token_bytes: int, layers: int) -> int:
    """Return what a token takes with the pool of a DFLASH draft, rounded up.

    The draft's layers are taken to be of the same size. Without DFLASH, and in the
    draft worker itself, that is `token_bytes`.
    """
    if mr.is_draft_worker or not mr.spec_algorithm.is_dflash() or not layers:
        return token_bytes
    # 0.5.12 has it only where it is set.
    draft = getattr(mr, "dflash_draft_num_layers", None)
    if draft is None:
        return token_bytes
    draft = as_count("dflash_draft_num_layers", draft)
    return -(-token_bytes * (layers + draft) // layers)


def mamba_state_bytes(params: Any, layers: int) -> int:
    """Return what one Mamba state takes in `layers` layers, in bytes.

    `params.shape.conv` is a list of shapes, `params.shape.temporal` a shape, both of
    one layer on one rank; their dtypes are `params.dtype.conv` and
    `params.dtype.temporal`.
    """
    conv = sum(_elements("conv", shape) for shape in params.shape.conv)
    temporal = _elements("temporal", params.shape.temporal)
    return layers * (
        conv * element_bytes(params.dtype.conv)
        + temporal * element_bytes(params.dtype.temporal)
    )


def align(tokens: int, page_size: int) -> int:
    """Return `tokens` without what does not fill a page."""
    return tokens - tokens % as_positive("page_size", page_size)


def tokens_within(available: int, token_bytes: float) -> int:
    """Return how many tokens fit; raises ValueError where one takes no bytes."""
    if token_bytes <= 0:
        raise ValueError(
            "a token takes no bytes: this rank has no layer with a KV cache, or a"
            " head has no dimension, so that any number of tokens would fit"
        )
    return int(available // token_bytes)


def as_ratio(name: str, value: Any) -> float:
    """Return `value` as it is; raises ValueError unless it is a number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} must be a number, and is {value!r}")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be finite and not negative, and is {value}")
    return cast("float", value)


def _elements(name: str, shape: Iterable[int]) -> int:
    return math.prod(as_count(f"a dimension of the {name} state", n) for n in shape)


def _architecture(hf_config: Any) -> str | None:
    names = _entry(hf_config, "architectures")
    return names[0] if names else None


def _entry(hf_config: Any, name: str) -> Any:
    if isinstance(hf_config, dict):
        return hf_config.get(name)
    return getattr(hf_config, name, None)
