"""The counts on the host: by integers, by NumPy, in C, and against the definition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from allocator import lengths  # noqa: E402

PAGE_SIZES = [1, 2, 3, 16, 24, 64, 256, 512]


def ways() -> list[Any]:
    compiled = lengths.compiled_counts()
    return [lengths] if compiled is None else [lengths, compiled]


@given(
    st.lists(st.tuples(st.integers(0, 70_000), st.integers(0, 5_000)), max_size=40),
    st.sampled_from(PAGE_SIZES),
    st.sampled_from([torch.int64, torch.int32]),
)
@settings(max_examples=200, deadline=None)
def test_counts_are_what_they_are_defined_as(
    requests: list[tuple[int, int]], page_size: int, dtype: Any
) -> None:
    before = [old for old, _ in requests]
    after = [old + gain for old, gain in requests]
    pages = sum(
        -(-new // page_size) + (-old // page_size)
        for old, new in zip(before, after, strict=True)
    )
    lens = torch.tensor(before, dtype=dtype), torch.tensor(after, dtype=dtype)
    opened = sum(old % page_size == 0 for old in before)
    for way in ways():
        expected = (sum(after) - sum(before), pages)
        assert way.count_extend(*lens, page_size) == expected
        assert way.count_decode(lens[0] + 1, page_size) == opened


@pytest.mark.parametrize("others", [0, 40])
def test_lengths_out_of_range(others: int) -> None:
    good = [7] * others
    for way in ways():
        for before, after in ((-1, 5), (6, 5), (-2, -1)):
            lens = torch.tensor([*good, before]), torch.tensor([*good, after])
            with pytest.raises(ValueError, match=rf"request {others} has {before} and"):
                way.count_extend(*lens, 16)
        for length in (0, -3):
            with pytest.raises(ValueError, match=rf"request {others} has {length}"):
                way.count_decode(torch.tensor([*good, length]), 16)


def test_strided_lengths() -> None:
    lens = torch.arange(80)[::2]
    for way in ways():
        assert way.count_extend(lens, lens + 16, 16) == (640, 40)
        assert way.count_decode(lens + 1, 16) == 5


def test_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengths, "numpy", None)
    lens = torch.arange(40)
    assert lengths.count_extend(lens, lens + 16, 16) == (640, 40)
    assert lengths.count_decode(lens + 1, 16) == 3


def test_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    pytest.importorskip("triton")
    monkeypatch.setenv("CC", str(tmp_path / "no-such-compiler"))
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    lengths.compiled_counts.cache_clear()
    assert lengths.compiled_counts() is None
    lengths.compiled_counts.cache_clear()
