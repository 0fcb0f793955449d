"""Walk a real allocator and ours through thousands of random valid calls.

    python walk.py RELEASE CLASS --page-size 16 --steps 10000 [--sort] [--device cuda]

RELEASE is a folder with an unpacked wheel of SGLang; CLASS is token, paged, swa or
mamba. Prints one line of JSON with what was done; a difference ends the process with
its steps (shrunk, where hypothesis drives) on stderr and exit status 1. Kernels run
through Triton's interpreter where TRITON_INTERPRET=1 is set.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

import torch

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parent)]

import real  # type: ignore[import-not-found]  # noqa: E402
from twins import (  # type: ignore[import-not-found]  # noqa: E402
    PAGES,
    MambaTwins,
    PagedTwins,
    Twins,
    WindowTwins,
)

import allocator  # noqa: E402
from allocator import paged  # noqa: E402
from allocator.placement import TorchPlacement  # noqa: E402
from allocator.slot_list import SlotList  # noqa: E402

# Calls between two fresh pools.
LENGTH = 60


def main() -> int:
    arguments = parse()
    classes = real.load(arguments.release)
    total = {"steps": 0, "served": 0, "refused": 0}
    if arguments.plain:
        paged.placement_for = TorchPlacement  # type: ignore[assignment,attr-defined]
    if arguments.broken:
        break_ours()
    drive = by_hypothesis if arguments.hypothesis else by_random
    drive(lambda: make(classes, arguments), arguments, total)
    sys.stdout.write(json.dumps(total) + "\n")
    return 0


def break_ours() -> None:
    """Let ours put slots back in the wrong order, to see that the walk finds it."""
    put = SlotList.put
    SlotList.put = lambda self, slots: put(self, slots.flip(0))  # type: ignore[method-assign]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("kind", choices=["token", "paged", "swa", "mamba"])
    parser.add_argument("--page-size", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sort", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--hypothesis", action="store_true")
    parser.add_argument("--plain", action="store_true", help="ours without Triton")
    parser.add_argument(
        "--break", dest="broken", action="store_true", help="break ours"
    )
    return parser.parse_args()


def make(classes: dict[str, Any], arguments: argparse.Namespace) -> Twins:
    """Return a fresh pair of the kind that was asked for."""
    page, device = arguments.page_size, arguments.device
    size = PAGES * page
    rest = (torch.bfloat16, device, None, arguments.sort)
    if arguments.kind == "mamba":
        name = "MambaSlotAllocator"
        pair = [
            side(PAGES, device)
            for side in (classes[name], allocator.MambaSlotAllocator)
        ]
        return MambaTwins(*pair, 1, device)
    if arguments.kind == "token":
        name = "TokenToKVPoolAllocator"
        ours: Any = allocator.TokenToKVPoolAllocator
        return Twins(classes[name](size, *rest), ours(size, *rest), 1, device)
    if arguments.kind == "paged":
        name, ours = (
            "PagedTokenToKVPoolAllocator",
            allocator.PagedTokenToKVPoolAllocator,
        )
        pair = [side(size, page, *rest) for side in (classes[name], ours)]
        return PagedTwins(*pair, page, device)
    name, ours = "SWATokenToKVPoolAllocator", allocator.SWATokenToKVPoolAllocator
    pair = [
        side(
            size,
            size * 2 // 3 // page * page,
            page,
            *rest[:2],
            real.WindowPool(),
            rest[3],
        )
        for side in (classes[name], ours)
    ]
    return WindowTwins(*pair, page, device)


def by_random(new: Any, arguments: argparse.Namespace, total: dict[str, int]) -> None:
    """Drive by a seeded generator: for machines without hypothesis, and for speed."""
    generator = random.Random(arguments.seed)
    while total["steps"] < arguments.steps:
        twins = new()
        for _ in range(LENGTH):
            getattr(twins, generator.choice(twins.operations))(generator.randint)
            twins.compare_books()
            total["steps"] += 1
        note(twins, total)


def by_hypothesis(
    new: Any, arguments: argparse.Namespace, total: dict[str, int]
) -> None:
    """Drive by a state machine of hypothesis, which shrinks what it finds.

    Its choices follow from the settings alone, so that every run makes the same.
    """
    from hypothesis import HealthCheck, settings
    from hypothesis import strategies as st
    from hypothesis.stateful import (
        RuleBasedStateMachine,
        rule,
        run_state_machine_as_test,
    )

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.twins = new()

        @rule(data=st.data(), name=st.sampled_from(new().operations))
        def step(self, data: Any, name: str) -> None:
            def choose(low: int, high: int) -> int:
                return int(data.draw(st.integers(low, high)))

            getattr(self.twins, name)(choose)
            self.twins.compare_books()
            total["steps"] += 1

        def teardown(self) -> None:
            note(self.twins, total)

    while total["steps"] < arguments.steps:
        missing = arguments.steps - total["steps"]
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=-(-missing // LENGTH) + 1,
                stateful_step_count=LENGTH,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def note(twins: Twins, total: dict[str, int]) -> None:
    total["served"] += twins.served
    total["refused"] += twins.refused


if __name__ == "__main__":
    sys.exit(main())
