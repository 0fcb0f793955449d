"""What one point of the comparison is, and the model runner that both sides see.

A point is plain data that goes through JSON:

    {"do": "pools", "factory": true, "runner": {...}, "calls": [[how, amount, page]]}
    {"do": "mamba", "runner": {...}, "calls": [[how, amount, page]]}
    {"do": "reserve", "args": {...} or null, "default": {...} or null}

`how` is "bytes" or "tokens"; a null amount of arguments stands for none.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch


def outcome(call: Any) -> Any:
    """What a call returns, or the kind of its error (with its bases) and its text."""
    try:
        return {"value": call()}
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"error": kinds[: kinds.index("Exception")], "text": str(error)}


def runner_of(facts: dict[str, Any]) -> Any:
    """A fresh model runner with what is on it in SGLang, from plain data."""
    config = facts["config"]
    return SimpleNamespace(
        model_config=model_config_of(config),
        server_args=server_args_of(facts.get("args", {})),
        kv_cache_dtype=getattr(torch, facts["dtype"]),
        use_mla_backend="kv_lora_rank" in config,
        is_hybrid_swa="swa_attention_layer_ids" in config,
        is_draft_worker=facts.get("is_draft_worker", False),
        spec_algorithm=SimpleNamespace(
            is_none=lambda: not facts.get("spec"),
            is_dflash=lambda: facts.get("spec") == "DFLASH",
        ),
        mambaish_config=mamba_config_of(facts.get("mamba")),
        attention_tp_group=SimpleNamespace(world_size=facts["tp"]),
        dflash_draft_num_layers=facts.get("dflash_layers"),
        num_effective_layers=facts["layers"],
        start_layer=facts.get("start_layer", 0),
        end_layer=facts.get("end_layer", facts["layers"]),
        dp_size=facts.get("args", {}).get("dp_size", 1),
    )


def model_config_of(facts: dict[str, Any]) -> Any:
    config = SimpleNamespace(**facts)
    if not facts.get("hf_is_dict"):
        config.hf_config = SimpleNamespace(**facts["hf_config"])
    heads, window_heads = facts.get("heads", 1), facts.get("swa_heads", 1)
    config.get_num_kv_heads = lambda tp: max(1, heads // tp)
    config.get_swa_num_kv_heads = lambda tp: max(1, window_heads // tp)
    return config


def server_args_of(facts: dict[str, Any] | None) -> Any:
    if facts is None:
        return None
    args = SimpleNamespace(**facts)
    buffer = facts.get("mamba_buffer", "")
    args.enable_mamba_extra_buffer = lambda: buffer in ("extra", "lazy")
    args.enable_mamba_extra_buffer_lazy = lambda: buffer == "lazy"
    return args


def mamba_config_of(facts: dict[str, Any] | None) -> Any:
    if facts is None:
        return None
    params = SimpleNamespace(
        layers=facts["layers"],
        shape=SimpleNamespace(
            conv=[tuple(shape) for shape in facts["conv"]],
            temporal=tuple(facts["temporal"]),
        ),
        dtype=SimpleNamespace(
            conv=getattr(torch, facts["conv_dtype"]),
            temporal=getattr(torch, facts["temporal_dtype"]),
        ),
    )
    return SimpleNamespace(
        full_attention_layer_ids=facts["attention"], mamba2_cache_params=params
    )
