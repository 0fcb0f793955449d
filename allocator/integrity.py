"""What must always hold of an allocator's books, and the error that says what does not.

Pure: sets of indices in, problems out. The allocators call this from
`check_integrity`, and after every call in debug mode.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

_MOST_SHOWN = 8


class IntegrityError(RuntimeError):
    """An allocator's books are wrong; the text spells out each difference."""

    def __init__(self, owner: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{owner}: " + "; ".join(self.problems))


def problems_of(
    unit: str,
    total: int,
    listed: dict[str, torch.Tensor],
    held: torch.Tensor | None = None,
) -> list[str]:
    """Say what is wrong with the books of a pool of `total` units, 1 to `total`.

    `listed` maps the name of each free list to its indices (one-dimensional,
    integer, any device); `held` are the indices that are handed out, where the
    caller knows them: only then can a lost unit be told from one in use. Returns
    one text for each kind of difference, and nothing for books that are right.
    Nothing is mutated; indices on a GPU are copied to the host, which waits.
    """
    lists = {name: _on_host(indices) for name, indices in listed.items()}
    if held is not None:
        lists["held"] = torch.unique(_on_host(held))
    everything = torch.cat([torch.empty(0, dtype=torch.int64), *lists.values()])
    found = []
    for name, indices in lists.items():
        outside = indices[(indices < 1) | (indices > total)]
        if len(outside):
            what = f"{name} has {unit}s outside 1 to {total}"
            found.append(f"{what}: {shown(torch.unique(outside))}")
    seen, times = torch.unique(everything, return_counts=True)
    twice = seen[times > 1]
    if len(twice):
        places = [name for name, indices in lists.items() if _any_in(indices, twice)]
        found.append(f"{unit}s listed twice (in {', '.join(places)}): {shown(twice)}")
    if held is not None:
        expected = torch.arange(1, total + 1)
        lost = expected[~torch.isin(expected, seen)]
        if len(lost):
            found.append(f"{unit}s lost, neither free nor held: {shown(lost)}")
    return found


def shown(indices: torch.Tensor) -> str:
    """Write indices for people: the first few, and how many more there are."""
    first = ", ".join(str(int(index)) for index in indices[:_MOST_SHOWN])
    more = len(indices) - _MOST_SHOWN
    return f"{first} and {more} more" if more > 0 else first


def _on_host(indices: torch.Tensor) -> torch.Tensor:
    return indices.detach().to("cpu", torch.int64).reshape(-1)


def _any_in(indices: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool(torch.isin(indices, wanted).any())


class Ledger:
    """Which units (slots, or pages) are handed out: the memory of debug mode.

    Kept on the host, apart from the free lists, so that a unit that a list
    dropped is seen to be lost. Units count from 1 to `total`.
    """

    def __init__(self, total: int) -> None:
        self._held = torch.zeros(total + 1, dtype=torch.bool)

    def clear(self) -> None:
        """Forget every holding. Mutates the ledger."""
        self._held.zero_()

    def held(self) -> torch.Tensor:
        """Return the units that are handed out: shape (n,), int64, on the host."""
        return self._held.nonzero().reshape(-1)

    def hold_all_but(self, *free: torch.Tensor) -> None:
        """Hold what none of the free lists has. Mutates the ledger."""
        self._held.fill_(True)
        self._held[0] = False
        for units in free:
            self._held[_on_host(units)] = False

    def problems_of_hand_out(self, units: torch.Tensor) -> list[str]:
        """Say why `units` must not be handed out, if they must not."""
        return self._problems(units, "handed out twice", held=True)

    def problems_of_return(self, units: torch.Tensor) -> list[str]:
        """Say why `units` must not be freed: foreign ones, or freed before."""
        return self._problems(units, "not held, so freed before", held=False)

    def hand_out(self, units: torch.Tensor) -> None:
        """Note that `units` are held. Mutates the ledger."""
        self._held[_on_host(units)] = True

    def take_back(self, units: torch.Tensor) -> None:
        """Note that `units` are free again. Mutates the ledger."""
        self._held[_on_host(units)] = False

    def _problems(self, units: torch.Tensor, what: str, *, held: bool) -> list[str]:
        """Say which units are foreign, repeated, or held where that is wrong."""
        seen, times = torch.unique(_on_host(units), return_counts=True)
        inside = (seen > 0) & (seen < len(self._held))
        wrong = seen[inside][self._held[seen[inside]] == held]
        last = len(self._held) - 1
        kinds = {
            f"foreign, outside 1 to {last}": seen[~inside],
            "more than once in one call": seen[times > 1],
            what: wrong,
        }
        return [
            f"{kind}: {shown(found)}" for kind, found in kinds.items() if len(found)
        ]
