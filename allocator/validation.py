"""Arguments that must hold, refused with a `ValueError` that says what and why."""

from __future__ import annotations

import operator
from typing import Any

import torch

# Python's, NumPy's and 0-dimensional tensors' integers all pass; see `as_count`.
_INDEX_DTYPES = frozenset({torch.int64, torch.int32})


def as_count(name: str, value: Any) -> int:
    """Return `value` as an int that is not negative.

    Raises ValueError for anything that is no integer (a bool is none), and for
    a negative one.
    """
    if type(value) is not int:
        value = _as_int(name, value)
    if value < 0:
        raise ValueError(f"{name} must not be negative, and is {value}")
    return int(value)


def as_positive(name: str, value: Any) -> int:
    """Return `value` as an int of at least 1; raises ValueError otherwise."""
    number = as_count(name, value)
    if number < 1:
        raise ValueError(f"{name} must be at least 1, and is {number}")
    return number


def _as_int(name: str, value: Any) -> int:
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise ValueError(f"{name} must be an integer, and is {value!r}") from None


def require_multiple(name: str, value: int, page_size: int) -> None:
    """Raise ValueError unless `page_size` divides `value`."""
    if value % page_size:
        raise ValueError(
            f"{name} must be a multiple of the page size {page_size}, and is {value}:"
            " a part of a page cannot be handed out on its own"
        )


def require_equal(name: str, given: int, counted: int) -> None:
    """Raise ValueError unless `given` is what the lengths on the host make it."""
    if given != counted:
        raise ValueError(
            f"{name} is {given}, but the lengths on the host make it {counted}"
        )


def require_lens(lens: torch.Tensor, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless `lens` has that shape, and a dtype for indices."""
    if lens.shape != shape:
        raise ValueError(
            f"lengths, last_loc and their twins on the host must be out of one batch:"
            f" one has the shape {tuple(lens.shape)}, another has {shape[0]} entries"
        )
    if lens.dtype not in _INDEX_DTYPES:
        as_indices("lengths", lens)


def as_indices(name: str, value: torch.Tensor) -> torch.Tensor:
    """Return `value` if it can hold indices; raises ValueError otherwise."""
    if not isinstance(value, torch.Tensor):
        raise ValueError(
            f"{name} must be a tensor of indices, and is {type(value).__name__}"
        )
    if value.dtype not in _INDEX_DTYPES:
        raise ValueError(
            f"{name} must hold int64 or int32 indices, and is {value.dtype}"
        )
    return value


def next_power_of_2(number: int) -> int:
    """Return the smallest power of two that is at least `number`, and at least 1."""
    return 1 << (number - 1).bit_length() if number > 1 else 1
