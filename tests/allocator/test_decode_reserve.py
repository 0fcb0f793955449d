"""The reserve for a decode step: SGLang's numbers, and errors that explain."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

import allocator
from allocator.decode_reserve import (
    get_alloc_len_per_decode,
    get_alloc_reserve_per_decode,
    get_req_to_token_extra_context_len,
    set_default_server_args,
)
from tests.allocator.upstream import grid
from tests.allocator.upstream.points import outcome, server_args_of
from tests.allocator.upstream.process import ask

OURS: dict[str, Any] = {
    function.__name__: function
    for function in (
        get_alloc_len_per_decode,
        get_alloc_reserve_per_decode,
        get_req_to_token_extra_context_len,
    )
}


@pytest.fixture(autouse=True)
def no_default() -> Iterator[None]:
    set_default_server_args(None)
    yield
    set_default_server_args(None)


def args(**changes: Any) -> Any:
    return server_args_of(
        {
            "page_size": 1,
            "speculative_algorithm": "EAGLE",
            "speculative_num_steps": 3,
            "speculative_eagle_topk": 4,
            "speculative_num_draft_tokens": 8,
        }
        | changes
    )


@pytest.mark.parametrize(
    ("release", "functions"), [("before_split", 1), ("after_split", 3)]
)
def test_the_numbers_are_those_of_the_real_functions(
    release: str, functions: int, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(release)
    points = list(grid.reserve_points())
    # The same again by the default, and with neither.
    points += [{**p, "args": None, "default": p["args"]} for p in points[::7]]
    points += [{"do": "reserve", "args": None, "default": None}]
    answers = ask("configurators.py", folder, points=points)
    done: Counter[str] = Counter()
    for point, answer in zip(points, answers, strict=True):
        assert len(answer) == functions
        for name, theirs in answer.items():
            set_default_server_args(server_args_of(point["default"]))
            ours = outcome(lambda n=name, p=point: OURS[n](server_args_of(p["args"])))
            done[same(name, point, theirs, ours)] += 1
    assert done["number"] > 2_000 * functions
    assert done["TypeError"] > 30
    # Pages with branches: 0.5.12 has no numbers for them.
    assert (done["NotImplementedError"] > 500) == (functions == 1)


def same(name: str, point: Any, theirs: Any, ours: Any) -> str:
    if "value" in theirs:
        assert json.dumps(ours) == json.dumps(theirs), (name, point)
        return "number"
    kind: str = theirs["error"][0]
    if kind == "NotImplementedError":
        # 0.5.12 had no pages with branches; ours has what 0.5.13 made of them.
        return kind
    if kind == "AttributeError":
        # Upstream reads None where the default would do.
        assert point["args"] is None
        return kind
    assert "ValueError" in ours["error"], (name, point, theirs, ours)
    return kind


def test_without_speculation_a_step_writes_one_slot() -> None:
    plain = args(speculative_algorithm=None)
    assert get_alloc_len_per_decode(plain) == 1
    assert get_alloc_reserve_per_decode(plain) == 2
    assert get_req_to_token_extra_context_len(plain) == 12


def test_what_does_not_matter_is_not_looked_at() -> None:
    plain = server_args_of({"speculative_algorithm": None})
    assert get_alloc_len_per_decode(plain) == 1


def test_the_longest_of_adaptive_drafts_counts() -> None:
    adaptive = args(max_speculative_num_draft_tokens=20)
    assert get_alloc_len_per_decode(adaptive) == 20
    assert get_req_to_token_extra_context_len(adaptive) == 24


def test_none_at_all_says_how_to_set_a_default() -> None:
    for function in OURS.values():
        with pytest.raises(ValueError, match="set_default_server_args"):
            function(None)


def test_a_default_is_used_and_taken_away() -> None:
    allocator.set_default_server_args(args())
    assert allocator.get_alloc_len_per_decode() == 12
    assert allocator.get_alloc_reserve_per_decode() == 24
    given = args(speculative_num_steps=5)
    assert get_alloc_len_per_decode(given) == 20
    set_default_server_args(None)
    with pytest.raises(ValueError, match="no server arguments"):
        get_alloc_len_per_decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"page_size": 0}, "page_size must be at least 1"),
        ({"page_size": -1}, "page_size must not be negative"),
        ({"page_size": True}, "page_size must be an integer"),
        ({"page_size": None}, "page_size must be an integer"),
        ({"page_size": 16.0}, "page_size must be an integer"),
        ({"speculative_num_steps": -1}, "speculative_num_steps must not be negative"),
        ({"speculative_num_steps": 1.5}, "speculative_num_steps must be an integer"),
        ({"speculative_eagle_topk": True}, "speculative_eagle_topk must be an integer"),
        ({"speculative_num_draft_tokens": "4"}, "draft_tokens must be an integer"),
        ({"speculative_num_draft_tokens": -4}, "draft_tokens must not be negative"),
        ({"speculative_num_draft_tokens": None}, "draft_tokens is None"),
        ({"max_speculative_num_draft_tokens": None}, "draft_tokens is None"),
    ],
)
def test_bad_arguments_are_refused(change: dict[str, Any], why: str) -> None:
    for function in (get_alloc_len_per_decode, get_alloc_reserve_per_decode):
        with pytest.raises(ValueError, match=why):
            function(args(**change))


@given(
    page_size=st.integers(1, 300),
    steps=st.integers(1, 40),
    branches=st.integers(2, 16),
    used=st.integers(0, 10_000),
)
def test_branches_fit_wherever_the_request_ends(
    page_size: int, steps: int, branches: int, used: int
) -> None:
    """Each branch copies the request's last page and goes on in pages of its own."""
    reserved = get_alloc_len_per_decode(
        args(
            page_size=page_size,
            speculative_num_steps=steps,
            speculative_eagle_topk=branches,
            speculative_num_draft_tokens=0,
        )
    )
    in_last_page = used % page_size
    pages = -(-(in_last_page + steps) // page_size)
    assert reserved >= (pages * page_size if page_size > 1 else steps) * branches
    assert reserved % page_size == 0
