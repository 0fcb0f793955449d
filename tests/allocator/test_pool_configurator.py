"""The pool configurators: the same sizes as SGLang's, and errors that explain."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

import torch

import allocator
from allocator import cell_size, pool_configurator, protocols
from allocator.mamba_split import slots_per_request
from allocator.pool_configurator import (
    DefaultPoolConfigurator,
    HybridSWAPoolConfigurator,
    MambaHybridPoolConfig,
    MambaHybridPoolConfigurator,
    MemoryPoolConfig,
    MemoryPoolConfigurator,
    NotEnoughMemoryError,
    create_memory_pool_configurator,
)
from tests.allocator.upstream import grid
from tests.allocator.upstream.points import outcome, runner_of
from tests.allocator.upstream.process import ask

# What SGLang dies of where ours says what is wrong.
SAID_BETTER = {"ZeroDivisionError", "AssertionError", "AttributeError", "TypeError"}

SMALL = {
    "config": {"heads": 8, "head_dim": 128, "v_head_dim": 128, "hf_config": {}},
    "layers": 32,
    "tp": 1,
    "dtype": "bfloat16",
}
WINDOWS = {
    "full_attention_layer_ids": [0, 2],
    "swa_attention_layer_ids": [1, 3, 5],
    "swa_heads": 4,
    "swa_head_dim": 64,
    "swa_v_head_dim": 64,
}
MAMBA = {
    "layers": [0, 1, 2],
    "attention": [3],
    "conv": [[6144, 3]],
    "temporal": [64, 64, 128],
    "conv_dtype": "bfloat16",
    "temporal_dtype": "float32",
}
MAMBA_ARGS = {
    "max_mamba_cache_size": None,
    "mamba_full_memory_ratio": 0.9,
    "max_running_requests": None,
    "disable_radix_cache": False,
    "disable_overlap_schedule": False,
    "enable_dp_attention": False,
    "dp_size": 1,
    "speculative_num_draft_tokens": None,
}


def small(**changes: Any) -> Any:
    """A runner for a small model; `config` and `args` add to what is there."""
    facts = SMALL | changes
    facts["config"] = SMALL["config"] | changes.get("config", {})
    return runner_of(json.loads(json.dumps(facts)))


def hybrid(**changes: Any) -> Any:
    args = MAMBA_ARGS | changes.pop("args", {})
    return small(mamba=MAMBA, args=args, **changes)


# Identical to upstream.


def ours_at(point: dict[str, Any]) -> list[Any]:
    facts = point["runner"]
    fp4 = facts["dtype"] == "float4_e2m1fn_x2" and facts.get("cuda", False)

    def make() -> MemoryPoolConfigurator:
        runner = runner_of(facts)
        if point["factory"]:
            return create_memory_pool_configurator(runner, packs_fp4=fp4)
        if runner.is_hybrid_swa:
            return HybridSWAPoolConfigurator(runner)
        return DefaultPoolConfigurator(runner, packs_fp4=fp4)

    made = outcome(make)
    if "error" in made:
        return [made] * len(point["calls"])
    configurator = made["value"]
    chosen = type(configurator).__name__
    return [
        outcome(lambda c=call: [chosen, dataclasses.asdict(size(configurator, *c))])
        for call in point["calls"]
    ]


def size(
    configurator: MemoryPoolConfigurator, how: str, amount: int, page_size: int
) -> MemoryPoolConfig:
    if how == "bytes":
        return configurator.calculate_pool_sizes(amount, page_size)
    return configurator.calculate_pool_sizes_from_max_tokens(amount, page_size)


def same(theirs: Any, ours: Any) -> str:
    """Say in a word what both did; fails where that is not the same."""
    if "error" not in theirs:
        # As text, where 1 is not 1.0, and the order of the fields counts.
        assert json.dumps(ours) == json.dumps(theirs)
        return "sizes"
    assert "error" in ours, f"theirs: {theirs}; ours: {ours}"
    kind: str = theirs["error"][0]
    if kind in SAID_BETTER:
        assert "ValueError" in ours["error"], (theirs, ours)
    else:
        assert kind in ours["error"], (theirs, ours)
    if "--mem-fraction-static" in theirs["text"]:
        assert "--mem-fraction-static" in ours["text"]
    return kind


@pytest.mark.parametrize("release", ["before_split", "after_split"])
def test_the_sizes_are_those_of_the_real_configurators(
    release: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(release)
    has_fp4 = hasattr(torch, "float4_e2m1fn_x2")
    points = [
        point
        for point in grid.pool_points(seed=22389, number=6000)
        if has_fp4 or point["runner"]["dtype"] != "float4_e2m1fn_x2"
    ]
    answers = ask("configurators.py", folder, points=points)
    done = Counter(
        same(theirs, ours)
        for point, answer in zip(points, answers, strict=True)
        for theirs, ours in zip(answer, ours_at(point), strict=True)
    )
    assert done["sizes"] > 20_000
    assert done["RuntimeError"] > 1_000
    assert done["ZeroDivisionError"] > 10
    assert done["AssertionError"] > 100


def test_the_split_is_that_of_the_real_flow(after_split: Path) -> None:
    """Ours takes both pools' bytes; SGLang takes the states' out beforehand."""
    points = list(grid.mamba_points(seed=27256, number=3000))
    answers = ask("configurators.py", after_split, points=points)
    done: Counter[str] = Counter()
    for point, answer in zip(points, answers, strict=True):
        configurator = outcome(
            lambda p=point: MambaHybridPoolConfigurator(runner_of(p["runner"]))
        )
        for call, theirs in zip(point["calls"], answer, strict=True):
            ours = configurator
            if "value" in ours:
                ours = outcome(lambda c=call, m=ours["value"]: split(m, *c))
            done[same(theirs, ours)] += 1
    assert done["sizes"] > 5_000
    assert done["RuntimeError"] > 500


def split(
    configurator: MambaHybridPoolConfigurator, how: str, amount: int, page_size: int
) -> dict[str, Any]:
    sizes = dataclasses.asdict(size(configurator, how, amount, page_size))
    del sizes["mamba_spec_state_size"]
    return {**sizes, "state_bytes": configurator.bytes_per_state}


@pytest.mark.parametrize("release", ["before_split", "after_split"])
def test_the_real_objects_have_what_the_protocols_ask(
    release: str, request: pytest.FixtureRequest
) -> None:
    real = ask("configurators.py", request.getfixturevalue(release), "--names")
    asked: dict[str, list[type]] = {
        "ServerArgs": [protocols.DecodeArgs, protocols.PoolArgs, protocols.MambaArgs],
        "ModelConfig": [protocols.PoolModelConfig],
        "ModelRunner": [protocols.PoolRunner, protocols.MambaRunner],
    }
    for kind, wanted in asked.items():
        names = {x for one in wanted for x in vars(one) if not x.startswith("_")}
        assert len(names) > 5
        assert names - set(real[kind]) == set()
    assert "attention_tp_group" in real["ModelRunner"]


# One thing at a time.


def test_the_config_is_a_plain_dataclass_to_be_filled_in() -> None:
    config = MemoryPoolConfig(64)
    config.max_running_requests = 7
    assert dataclasses.asdict(config) == {
        "max_total_num_tokens": 64,
        "max_running_requests": 7,
        "full_max_total_num_tokens": None,
        "swa_max_total_num_tokens": None,
        "c4_max_total_num_tokens": 0,
        "c128_max_total_num_tokens": 0,
        "c4_state_pool_size": 0,
        "c128_state_pool_size": 0,
        "mem_fraction_static": None,
    }
    assert dataclasses.replace(config, max_total_num_tokens=1) != config


def test_short_memory_names_the_setting_and_its_value() -> None:
    with pytest.raises(RuntimeError, match=r"--mem-fraction-static$"):
        MemoryPoolConfig(0)
    with pytest.raises(RuntimeError, match=r"mem_fraction_static=0\.8 now"):
        MemoryPoolConfig(-5, mem_fraction_static=0.8)


def test_the_base_class_is_abstract() -> None:
    with pytest.raises(TypeError):
        MemoryPoolConfigurator()  # type: ignore[abstract]


def test_a_known_model() -> None:
    configurator = DefaultPoolConfigurator(small())
    assert configurator.bytes_per_token == 8 * 256 * 32 * 2
    config = configurator.calculate_pool_sizes(131_072 * 1000 + 131_071, 64)
    assert config == MemoryPoolConfig(960)


def test_heads_are_split_over_the_ranks_of_attention() -> None:
    runner = small(tp=4)
    assert DefaultPoolConfigurator(runner).bytes_per_token == 2 * 256 * 32 * 2
    given = DefaultPoolConfigurator(runner, attention_tp_size=8)
    assert given.bytes_per_token == 256 * 32 * 2
    del runner.attention_tp_group
    with pytest.raises(ValueError, match="pass attention_tp_size"):
        DefaultPoolConfigurator(runner)
    windows = small(config=WINDOWS, args={"swa_full_tokens_ratio": 0.5})
    del windows.attention_tp_group
    with pytest.raises(ValueError, match="pass attention_tp_size"):
        create_memory_pool_configurator(windows)
    made = create_memory_pool_configurator(windows, attention_tp_size=4)
    assert isinstance(made, HybridSWAPoolConfigurator)
    assert made.bytes_per_token == 2 * 256 * 2 * 2 + 0.5 * 3 * 128 * 2


def test_latent_attention_needs_no_ranks() -> None:
    runner = small(config={"kv_lora_rank": 512, "qk_rope_head_dim": 64})
    del runner.attention_tp_group
    assert DefaultPoolConfigurator(runner).bytes_per_token == 576 * 32 * 2


@pytest.mark.skipif(
    not hasattr(torch, "float4_e2m1fn_x2"), reason="this torch has no FP4 dtype"
)
@pytest.mark.parametrize(
    ("cuda", "available", "packed"),
    [("13.0", True, True), ("13.0", False, False), (None, True, False)],
)
def test_fp4_is_packed_where_cuda_is(
    monkeypatch: pytest.MonkeyPatch, cuda: str | None, available: bool, packed: bool
) -> None:
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    runner = small(dtype="float4_e2m1fn_x2")
    whole, half = 8 * 256 * 32, 8 * 128 * 32 + 8 * 128 * 32 * 2 // 16
    found = DefaultPoolConfigurator(runner).bytes_per_token
    assert found == (half if packed else whole)
    planned = DefaultPoolConfigurator(runner, packs_fp4=True)
    assert planned.bytes_per_token == half
    assert not cell_size.packs_fp4(torch.uint8)


def test_a_dictionary_will_do_for_an_indexer() -> None:
    latent = {"kv_lora_rank": 512, "qk_rope_head_dim": 64, "hf_is_dict": True}
    hf_config = {
        "architectures": ["DeepseekV32ForCausalLM"],
        "index_topk": 2048,
        "index_head_dim": 128,
    }
    runner = small(config={**latent, "hf_config": hf_config})
    assert isinstance(runner.model_config.hf_config, dict)
    found = DefaultPoolConfigurator(runner).bytes_per_token
    assert found == (576 * 2 + 128 + 4) * 32


@pytest.mark.parametrize(
    "name", ["DeepseekV4ForCausalLM", "DeepseekV4ForCausalLMNextN"]
)
@pytest.mark.parametrize("windows", [{}, WINDOWS])
def test_deepseek_v4_is_refused(name: str, windows: dict[str, Any]) -> None:
    runner = small(config={"hf_config": {"architectures": [name]}, **windows})
    with pytest.raises(NotImplementedError, match="DeepSeek V4"):
        create_memory_pool_configurator(runner)


def test_a_subclass_may_compute_its_own_cell() -> None:
    class Doubled(DefaultPoolConfigurator):
        def _compute_cell_size(self, mr: Any, num_layers: int) -> int:
            return 2 * super()._compute_cell_size(mr, num_layers)

    twice = Doubled(small()).bytes_per_token
    assert twice == 2 * DefaultPoolConfigurator(small()).bytes_per_token


# Values that make no sense.


CONFIGURATORS = [
    DefaultPoolConfigurator(small()),
    HybridSWAPoolConfigurator(
        small(config=WINDOWS, args={"swa_full_tokens_ratio": 0.5})
    ),
    MambaHybridPoolConfigurator(hybrid()),
]


@pytest.mark.parametrize("configurator", CONFIGURATORS)
@pytest.mark.parametrize("how", ["bytes", "tokens"])
@pytest.mark.parametrize(
    ("amount", "page_size", "why"),
    [
        (1 << 30, 0, "page_size must be at least 1"),
        (1 << 30, -64, "page_size must not be negative"),
        (1 << 30, 16.0, "page_size must be an integer"),
        (1 << 30, True, "page_size must be an integer"),
        (float(1 << 30), 16, "must be an integer"),
        (True, 1, "must be an integer"),
        ("1", 1, "must be an integer"),
        (None, 1, "must be an integer"),
        (-1, 1, "must not be negative, and is -1"),
    ],
)
def test_bad_values_are_refused(
    configurator: MemoryPoolConfigurator,
    how: str,
    amount: Any,
    page_size: Any,
    why: str,
) -> None:
    with pytest.raises(ValueError, match=why):
        size(configurator, how, amount, page_size)


@pytest.mark.parametrize("configurator", CONFIGURATORS)
def test_negative_bytes_are_a_lack_of_memory(
    configurator: MemoryPoolConfigurator,
) -> None:
    """SGLang passes them on where the weights took more than they may."""
    with pytest.raises(RuntimeError, match="--mem-fraction-static"):
        configurator.calculate_pool_sizes(-(1 << 30), 64)


@pytest.mark.parametrize("configurator", CONFIGURATORS)
def test_numpy_integers_pass(configurator: MemoryPoolConfigurator) -> None:
    numpy = pytest.importorskip("numpy")
    found = configurator.calculate_pool_sizes(numpy.int64(1 << 34), numpy.int32(64))
    assert found == configurator.calculate_pool_sizes(1 << 34, 64)
    assert type(found.max_total_num_tokens) is int


def test_a_rank_without_attention_layers() -> None:
    configurator = DefaultPoolConfigurator(small(layers=0))
    with pytest.raises(ValueError, match="no layer with a KV cache"):
        configurator.calculate_pool_sizes(1 << 30, 1)
    found = configurator.calculate_pool_sizes_from_max_tokens(100, 64)
    assert found.max_total_num_tokens == 64


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"config": {"head_dim": -1}}, "head_dim must not be negative"),
        ({"config": {"v_head_dim": 64.0}}, "v_head_dim must be an integer"),
        ({"layers": True}, "num_effective_layers must be an integer"),
        ({"tp": 0}, "attention_tp_size must be at least 1"),
        ({"spec": "DFLASH", "dflash_layers": -1}, "dflash_draft_num_layers"),
    ],
)
def test_bad_shapes_are_refused(change: dict[str, Any], why: str) -> None:
    runner = small(**change)
    # No heads could be counted over no ranks.
    runner.model_config.get_num_kv_heads = lambda tp: 8
    with pytest.raises(ValueError, match=why):
        DefaultPoolConfigurator(runner)


def test_a_dtype_must_be_one() -> None:
    runner = small()
    runner.kv_cache_dtype = "bfloat16"
    with pytest.raises(ValueError, match="torch dtype is needed, not 'bfloat16'"):
        DefaultPoolConfigurator(runner)


@pytest.mark.parametrize("ratio", [-0.1, float("nan"), float("inf"), True, "1", None])
def test_a_bad_ratio_is_refused(ratio: Any) -> None:
    runner = small(config=WINDOWS, args={"swa_full_tokens_ratio": ratio})
    runner.server_args.swa_full_tokens_ratio = ratio
    with pytest.raises(ValueError, match="swa_full_tokens_ratio must be"):
        HybridSWAPoolConfigurator(runner)
    # Where all layers have windows it plays no part.
    runner.model_config.full_attention_layer_ids = []
    HybridSWAPoolConfigurator(runner)


def test_windows_need_a_layer_that_has_one() -> None:
    config = WINDOWS | {"swa_attention_layer_ids": []}
    runner = small(config=config, args={"swa_full_tokens_ratio": 1})
    with pytest.raises(ValueError, match="a layer that has one"):
        HybridSWAPoolConfigurator(runner)


# Mamba hybrids.


def test_the_factory_splits_only_where_asked() -> None:
    runner = hybrid()
    assert type(create_memory_pool_configurator(runner)) is DefaultPoolConfigurator
    split = create_memory_pool_configurator(runner, splits_mamba=True)
    assert type(split) is MambaHybridPoolConfigurator
    plain = create_memory_pool_configurator(small(), splits_mamba=True)
    assert type(plain) is DefaultPoolConfigurator
    both = hybrid(config=WINDOWS)
    with pytest.raises(NotImplementedError, match="both windows and Mamba"):
        create_memory_pool_configurator(both, splits_mamba=True)


def test_a_known_split() -> None:
    configurator = MambaHybridPoolConfigurator(
        hybrid(args={"mamba_full_memory_ratio": 1})
    )
    state = 3 * (6144 * 3 * 2 + 64 * 64 * 128 * 4)
    assert configurator.bytes_per_state == state
    # One attention layer.
    assert configurator.bytes_per_token == 8 * 256 * 2
    config = configurator.calculate_pool_sizes(20 * state, 64)
    assert config.max_mamba_cache_size == 10
    assert config.mamba_spec_state_size == 0
    assert config.max_total_num_tokens == 10 * state // 4096 // 64 * 64


def test_the_arguments_are_left_as_they_are() -> None:
    runner = hybrid(
        args={"max_mamba_cache_size": 30, "enable_dp_attention": True, "dp_size": 4}
    )
    before = dict(vars(runner.server_args))
    configurator = MambaHybridPoolConfigurator(runner)
    for _ in range(2):
        config = configurator.calculate_pool_sizes(1 << 34, 64)
        assert config.max_mamba_cache_size == 7
    assert vars(runner.server_args) == before


def test_fewer_tokens_keep_the_states_of_the_profile() -> None:
    configurator = MambaHybridPoolConfigurator(hybrid())
    alone = configurator.calculate_pool_sizes_from_max_tokens(100_000, 64)
    beside = 0.9 * alone.max_total_num_tokens * configurator.bytes_per_token
    assert alone.max_mamba_cache_size == beside // configurator.bytes_per_state
    profiled = configurator.calculate_pool_sizes(1 << 34, 64)
    capped = configurator.calculate_pool_sizes_from_max_tokens(100_000, 64)
    assert capped.max_mamba_cache_size == profiled.max_mamba_cache_size
    assert capped.max_total_num_tokens == alone.max_total_num_tokens


def test_only_the_layers_of_this_rank_count() -> None:
    first = MambaHybridPoolConfigurator(hybrid(start_layer=0, end_layer=2))
    second = MambaHybridPoolConfigurator(hybrid(start_layer=2, end_layer=4))
    whole = MambaHybridPoolConfigurator(hybrid(end_layer=4))
    assert first.bytes_per_state + second.bytes_per_state == whole.bytes_per_state
    assert (first.bytes_per_token, second.bytes_per_token) == (0, 4096)


def test_a_rank_without_mamba_layers_needs_a_number() -> None:
    rank = {"start_layer": 3, "end_layer": 4}
    with pytest.raises(ValueError, match="set max_mamba_cache_size"):
        MambaHybridPoolConfigurator(hybrid(**rank)).calculate_pool_sizes(1 << 30, 1)
    told = MambaHybridPoolConfigurator(hybrid(**rank, args={"max_mamba_cache_size": 9}))
    config = told.calculate_pool_sizes(4096 * 50, 1)
    assert (config.max_total_num_tokens, config.max_mamba_cache_size) == (50, 9)


def test_adaptive_drafts_count_at_their_longest() -> None:
    """The pool makes room for the longest draft; SGLang's split takes the usual one."""
    args = {
        "max_mamba_cache_size": 12,
        "max_running_requests": 4,
        "speculative_num_draft_tokens": 4,
        "max_speculative_num_draft_tokens": 8,
    }
    configurator = MambaHybridPoolConfigurator(hybrid(args=args, spec="EAGLE"))
    state = configurator.bytes_per_state
    config = configurator.calculate_pool_sizes(state * (12 + 4 * 8) + 4096 * 10, 1)
    assert config.max_total_num_tokens == 10
    assert config.mamba_spec_state_size == 4


def test_a_split_that_is_short_says_what_takes_how_much() -> None:
    configurator = MambaHybridPoolConfigurator(
        hybrid(args={"max_mamba_cache_size": 30})
    )
    taken = 30 * configurator.bytes_per_state
    with pytest.raises(NotEnoughMemoryError, match=f"{taken} bytes.*leave 4095 for"):
        configurator.calculate_pool_sizes(taken + 4095, 1)
    by_ratio = MambaHybridPoolConfigurator(hybrid())
    with pytest.raises(NotEnoughMemoryError, match=r"0 Mamba\s+states"):
        by_ratio.calculate_pool_sizes(1000, 1)
    with pytest.raises(NotEnoughMemoryError, match="no Mamba state"):
        by_ratio.calculate_pool_sizes_from_max_tokens(1, 1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"args": {"mamba_full_memory_ratio": -1.0}}, "mamba_full_memory_ratio"),
        ({"args": {"max_mamba_cache_size": -1}}, "max_mamba_cache_size"),
        ({"args": {"max_mamba_cache_size": 2.0}}, "max_mamba_cache_size"),
        ({"args": {"max_running_requests": -1}}, "max_running_requests"),
        ({"args": {"dp_size": 0, "enable_dp_attention": True}}, "dp_size"),
        ({"spec": "EAGLE"}, "speculative_num_draft_tokens and"),
        (
            {"args": {"mamba_buffer": "lazy", "disable_overlap_schedule": True}},
            "needs overlap scheduling",
        ),
    ],
)
def test_bad_mamba_arguments_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        MambaHybridPoolConfigurator(hybrid(**change))
    with pytest.raises(ValueError, match="no Mamba layers"):
        MambaHybridPoolConfigurator(small(args=MAMBA_ARGS))


def test_an_older_release_has_no_lazy_buffer() -> None:
    args = hybrid(args={"mamba_buffer": "extra"}).server_args
    del args.enable_mamba_extra_buffer_lazy
    assert slots_per_request(args) == 5


def numbers(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most)


@given(
    data=st.data(),
    available=st.integers(0, 1 << 42),
    page_size=st.sampled_from([1, 2, 16, 48, 64, 256]),
    padding=st.booleans(),
)
def test_a_split_never_takes_more_than_there_is(
    data: st.DataObject, available: int, page_size: int, padding: bool
) -> None:
    drafts = data.draw(st.none() | numbers(16), "draft tokens")
    optional = st.none() | numbers(5000)
    args = {
        "max_mamba_cache_size": data.draw(optional, "states"),
        "mamba_full_memory_ratio": data.draw(st.floats(0, 1e18), "ratio"),
        "max_running_requests": data.draw(
            optional if drafts is None else numbers(5000), "requests"
        ),
        "disable_radix_cache": data.draw(st.booleans()),
        "disable_overlap_schedule": data.draw(st.booleans()),
        "enable_dp_attention": data.draw(st.booleans()),
        "dp_size": data.draw(numbers(8)),
        "speculative_num_draft_tokens": drafts,
        "mamba_buffer": data.draw(st.sampled_from(["", "extra"])),
    }
    runner = hybrid(args=args, spec=None if drafts is None else "EAGLE")
    configurator = MambaHybridPoolConfigurator(runner, count_padding=padding)
    try:
        config = configurator.calculate_pool_sizes(available, page_size)
    except NotEnoughMemoryError:
        return
    assert isinstance(config, MambaHybridPoolConfig)
    tokens, states = config.max_total_num_tokens, config.max_mamba_cache_size
    assert tokens > 0
    assert tokens % page_size == 0
    assert states > 0
    extra = int(padding)
    requests = config.mamba_spec_state_size
    intermediates = (requests + extra) * (drafts or 0)
    state_bytes = (states + extra + intermediates) * configurator.bytes_per_state
    page_bytes = page_size * configurator.bytes_per_token
    taken = state_bytes + tokens * configurator.bytes_per_token + extra * page_bytes
    assert taken <= available
    # Nor less than it could: not one more page would fit.
    assert taken + page_bytes > available


@given(
    available=st.integers(1, 1 << 50),
    page_size=st.sampled_from([1, 16, 48, 256]),
    heads=numbers(64),
    layers=numbers(100),
)
def test_one_pool_takes_all_that_makes_whole_pages(
    available: int, page_size: int, heads: int, layers: int
) -> None:
    configurator = DefaultPoolConfigurator(
        small(config={"heads": heads}, layers=layers)
    )
    page_bytes = page_size * configurator.bytes_per_token
    try:
        config = configurator.calculate_pool_sizes(available, page_size)
    except NotEnoughMemoryError:
        assert available < page_bytes
        return
    taken = config.max_total_num_tokens * configurator.bytes_per_token
    assert taken <= available < taken + page_bytes


def test_all_of_it_is_offered_by_the_package() -> None:
    for name in (
        "DefaultPoolConfigurator",
        "HybridSWAPoolConfigurator",
        "MambaHybridPoolConfigurator",
        "MemoryPoolConfig",
        "MemoryPoolConfigurator",
        "create_memory_pool_configurator",
    ):
        assert getattr(allocator, name) is getattr(pool_configurator, name)
