"""The points at which the real configurators and ours are compared.

Models of the kinds that are in use, and odd shapes that make every rounding visible.
Drawn from a seed: the same seed, the same points.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

GIB = 1 << 30
DTYPES = (
    *("bfloat16", "float16", "float32", "uint8"),
    *("float8_e4m3fn", "float8_e5m2", "float4_e2m1fn_x2"),
)
PAGES = (1, 16, 48, 64, 128, 256)
TP_SIZES = (1, 2, 3, 8, 16, 64)
RATIOS = (0.8, 1.0, 1, 0.5, 0.1, 1 / 3, 0.0625, 0.999, 2.5, 0)
BYTES = (
    *(0, 1, -1, 1_000, 65_536, 10_000_019, GIB, 5 * GIB + 12_345),
    *(24 * GIB - 1, 61_203_283_968, 141 * GIB + 7, (1 << 53) + 1, 1 << 60),
)
TOKENS = (0, 1, -3, 15, 16, 63, 64, 1_000, 131_072, 1_234_567, 10**12 + 11)

# KV heads, dimensions of a key and of a value, layers.
HEADS = (
    *((8, 128, 128, 32), (8, 128, 128, 80), (4, 128, 128, 28), (32, 128, 128, 32)),
    *((1, 64, 64, 12), (8, 192, 128, 48), (128, 192, 128, 61), (12, 96, 96, 24)),
    *((1, 1, 1, 1), (3, 7, 5, 3), (5, 31, 17, 7), (2, 256, 0, 9)),
)
# Latent rank, rotary dimension, layers.
LATENTS = ((512, 64, 61), (512, 64, 27), (256, 32, 62), (7, 2, 3), (33, 15, 5))
ARCHITECTURES = (
    *("DeepseekV3ForCausalLM", "DeepseekV32ForCausalLM", "GlmMoeDsaForCausalLM"),
    *("DeepseekV3ForCausalLMNextN", "MistralLarge3ForCausalLM"),
    *("PixtralForConditionalGeneration", "DeepseekV2ForCausalLM", "LlamaForCausalLM"),
)
ALGORITHMS = (None, None, "EAGLE", "EAGLE3", "DFLASH", "NGRAM", "STANDALONE")


def pool_points(seed: int, number: int) -> Iterator[dict[str, Any]]:
    """Points for the configurators: half of them one pool, half with windows."""
    dice = random.Random(seed)
    for index in range(number):
        runner = (windows if index % 2 else one_pool)(dice)
        runner["tp"] = dice.choice(TP_SIZES)
        runner["dtype"] = dice.choice(DTYPES)
        runner["cuda"] = dice.random() < 0.7
        factory = dice.random() < 0.5
        yield {"do": "pools", "factory": factory, "runner": runner} | calls(dice)


def calls(dice: random.Random) -> dict[str, Any]:
    def amount(usual: tuple[int, ...], most: int) -> int:
        return dice.choice([*usual, dice.randrange(most), dice.randrange(most)])

    found = [["bytes", amount(BYTES, 200 * GIB), dice.choice(PAGES)] for _ in range(4)]
    found += [["tokens", amount(TOKENS, 10**7), dice.choice(PAGES)] for _ in range(3)]
    return {"calls": found}


def one_pool(dice: random.Random) -> dict[str, Any]:
    runner = latent(dice) if dice.random() < 0.5 else heads(dice)
    layers = runner["layers"]
    runner["spec"] = dice.choice(ALGORITHMS)
    runner["is_draft_worker"] = dice.random() < 0.2
    runner["dflash_layers"] = dice.choice([None, 0, 1, 5, 8])
    if dice.random() < 0.25:
        start, end = sorted(dice.sample(range(layers + 2), 2))
        ids = sorted(dice.sample(range(layers), dice.randint(0, layers)))
        runner |= {"start_layer": start, "end_layer": end}
        runner["mamba"] = mamba_layers(dice, layers) | {"attention": ids}
    return runner


def heads(dice: random.Random) -> dict[str, Any]:
    kv_heads, keys, values, layers = dice.choice(HEADS)
    shapes = {"heads": kv_heads, "head_dim": keys, "v_head_dim": values}
    return {"config": shapes | hf_config(dice), "layers": layers}


def latent(dice: random.Random) -> dict[str, Any]:
    rank, rotary, layers = dice.choice(LATENTS)
    shapes = {"kv_lora_rank": rank, "qk_rope_head_dim": rotary}
    return {"config": shapes | hf_config(dice), "layers": layers}


def hf_config(dice: random.Random) -> dict[str, Any]:
    names = dice.choice([[name] for name in ARCHITECTURES] + [[], None])
    if names and dice.random() < 0.1:
        names = ["LlamaForCausalLM", *names]
    config: dict[str, Any] = {"architectures": names}
    if dice.random() < 0.8:
        config["index_topk"] = dice.choice([2048, 0, None])
        config["index_head_dim"] = dice.choice([128, 64, 200, 256])
    # A dictionary only where upstream does not read an attribute of it.
    is_dict = config.get("index_topk") is None and dice.random() < 0.3
    return {"hf_config": config, "hf_is_dict": is_dict}


def windows(dice: random.Random) -> dict[str, Any]:
    runner = heads(dice)
    window_heads, keys, values, _ = dice.choice(HEADS)
    layers = runner["layers"]
    full = dice.choice([0, 0, 1, layers // 2, layers - 1] * 3 + [layers])
    ids = list(range(layers))
    dice.shuffle(ids)
    runner["config"] |= {
        "full_attention_layer_ids": ids[:full],
        "swa_attention_layer_ids": ids[full:],
        "swa_heads": window_heads,
        "swa_head_dim": keys,
        "swa_v_head_dim": values,
    }
    ratio = dice.choice([*RATIOS, dice.random(), dice.random()])
    runner["args"] = {"swa_full_tokens_ratio": ratio}
    return runner


def mamba_layers(dice: random.Random, layers: int) -> dict[str, Any]:
    """The states of Mamba layers: shapes of Nemotron, Qwen3-Next, Kimi; odd ones."""
    conv, temporal = dice.choice(
        [
            ([[6144, 3]], [64, 64, 128]),
            ([[8192, 3]], [32, 128, 128]),
            ([[3, 12288]], [32, 128, 128]),
            ([[3, 1024], [3, 1024]], [8, 128, 128]),
            ([[5, 3], [7, 1]], [3, 5, 7]),
            ([[1, 1]], [1, 1, 1]),
        ]
    )
    return {
        "layers": list(range(layers)),
        "conv": conv,
        "temporal": temporal,
        "conv_dtype": dice.choice(["bfloat16", "float32"]),
        "temporal_dtype": dice.choice(["float32", "bfloat16", "float16"]),
    }


def mamba_points(seed: int, number: int) -> Iterator[dict[str, Any]]:
    """Points for the split between a KV pool and Mamba states."""
    dice = random.Random(seed)
    for _ in range(number):
        runner = heads(dice)
        layers = max(2, runner["layers"])
        mamba = mamba_layers(dice, layers - layers // 4 - 1)
        mamba["attention"] = list(range(len(mamba["layers"]), layers))
        runner |= {"mamba": mamba, "layers": layers, "tp": dice.choice(TP_SIZES)}
        runner |= {"dtype": dice.choice(DTYPES[:6]), "spec": dice.choice(ALGORITHMS)}
        runner["args"] = mamba_args(dice)
        # Upstream's floats hold no more.
        usual = [amount for amount in BYTES if amount <= 1 << 53]
        amounts = [dice.choice(usual), *(dice.randrange(150 * GIB) for _ in range(3))]
        calls = [["bytes", amount, dice.choice(PAGES)] for amount in amounts]
        yield {"do": "mamba", "runner": runner, "calls": calls}


def mamba_args(dice: random.Random) -> dict[str, Any]:
    drafts = dice.choice([1, 4, 5, 8])
    no_overlap = dice.random() < 0.3
    # The lazy one is refused without overlap, here at once and upstream at times later.
    buffers = ["", "", "extra"] if no_overlap else ["", "", "extra", "lazy"]
    return {
        "max_mamba_cache_size": dice.choice([None, None, None, 1, 30, 512, 4096]),
        "mamba_full_memory_ratio": dice.choice([0.9, 0.5, 1, 4.0, 0.1, dice.random()]),
        "max_running_requests": dice.choice([1, 7, 48, 256, 2048]),
        "disable_radix_cache": dice.random() < 0.25,
        "disable_overlap_schedule": no_overlap,
        "enable_dp_attention": dice.random() < 0.3,
        "dp_size": dice.choice([1, 2, 8]),
        "speculative_num_draft_tokens": drafts,
        "max_speculative_num_draft_tokens": drafts,
        "mamba_buffer": dice.choice(buffers),
    }


def reserve_points() -> Iterator[dict[str, Any]]:
    """Every combination of the arguments that the reserve depends on."""
    for algorithm in (None, "EAGLE", "NGRAM"):
        for steps in (None, 0, 1, 3, 5, 16):
            for branches in (None, 0, 1, 2, 4, 8):
                for tokens in (None, 0, 1, 4, 64, 500):
                    for page_size in (1, 2, 16, 48, 64, 256):
                        args = {
                            "speculative_algorithm": algorithm,
                            "speculative_num_steps": steps,
                            "speculative_eagle_topk": branches,
                            "speculative_num_draft_tokens": tokens,
                            "max_speculative_num_draft_tokens": tokens,
                            "page_size": page_size,
                        }
                        yield {"do": "reserve", "args": args, "default": None}
