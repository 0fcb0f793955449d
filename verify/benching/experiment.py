"""The experiment: two sides that alternate at short distance, in many short processes.

For each side a parent process imports everything once. For each pair it forks a
child, both children are pinned to one core, and rounds of one to two milliseconds
alternate between them: A B B A, or B A A B, by chance. The core changes from pair to
pair, and so do the parents, and with them hash seed and address layout, for both
sides alike. The machine's drift then hits both sides, and what is peculiar to a
process varies between pairs instead of between sides. Two parents of the same code
differ by a percent or so, and all their children with them, even where each child has
a layout of its own (see `inside.layout`): with four pairs to the same two parents, one
in fifty of the intervals that should miss once in 800 times missed, and on a GPU, whose
calls take the host through far more code, they differ by up to 9 percent. So parents
make one pair, and the next import meanwhile, on other cores.

On a GPU the parents import, and every child makes a CUDA context of its own: CUDA
forbids a fork after that, not before.
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from verify.benching.inside.blocks import Round
from verify.benching.inside.channel import Message
from verify.benching.parents import Forked, Job, Parent, SideFailed
from verify.sides.side import Side
from verify.sides.workplace import Workplace

BASE, HEAD = 0, 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. `block` is the time in seconds that one benchmark gets in
    one pair, both sides together; `round` the seconds of one round. So many pairs of
    parents import ahead of the one that is measured.
    """

    block: float = 0.04
    round: float = 0.0015
    parents_ahead: int = 1
    seed: int = 1


@dataclass(slots=True)
class PairTimes:
    """Rounds of one benchmark in one pair; `base[i]` and `head[i]` are neighbours."""

    base: list[Round] = field(default_factory=list)
    head: list[Round] = field(default_factory=list)


def _two_sets() -> tuple[set[str], set[str]]:
    return set(), set()


@dataclass(slots=True)
class Measured:
    """All of one benchmark. Rounds are of `calls` calls; `problem` says why it could
    not be measured, `skipped` why its test does not want to be. `own` and `strangers`
    are modules of each side's names: loaded from it, and from elsewhere. `file` is
    where it stands: `name` begins with a path from a folder that pytest chose.
    """

    name: str
    calls: int = 0
    pairs: list[PairTimes] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    own: tuple[set[str], set[str]] = field(default_factory=_two_sets)
    strangers: tuple[set[str], set[str]] = field(default_factory=_two_sets)
    problem: str = ""
    skipped: str = ""
    file: str = ""

    @property
    def stands(self) -> bool:
        return not self.problem and not self.skipped


class Experiment:
    """Both sides under measurement. A context manager: its end ends all processes.

    Raises SideFailed where a side cannot be imported, or its process is lost before
    anything is measured; where it is lost later, `lost` says why, and no more is
    measured. What goes wrong in one benchmark alone is told in its `Measured`.
    """

    def __init__(
        self, place: Workplace, sides: tuple[Side, Side], job: Job, plan: Plan
    ) -> None:
        self._place = place
        self._sides = sides
        self._job = job
        self._plan = plan
        self._random = random.Random(plan.seed)
        self._cores = _cores()
        self._stack = ExitStack()
        self._current: list[Parent] = []
        self._next: deque[list[Parent]] = deque()
        self._fresh = False  # whether the current parents have made no pair yet
        self._made = 0
        self.benchmarks: list[Measured] = []
        self.lost = ""

    def __enter__(self) -> Experiment:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self) -> list[Measured]:
        """Import both sides and look which benchmarks there are."""
        self._new_parents()
        self._fresh = True
        names = [parent.collected for parent in self._current]
        both = [name for name in names[BASE] if name in set(names[HEAD])]
        files = self._current[HEAD].files | self._current[BASE].files
        self.benchmarks = [Measured(name, file=files[name]) for name in both]
        for which, other in ((BASE, HEAD), (HEAD, BASE)):
            label = self._current[which].label
            for name in sorted({*names[which]} - {*names[other]}):
                problem = f"only there for {label}"
                measured = Measured(name, problem=problem, file=files[name])
                self.benchmarks.append(measured)
        return self.benchmarks

    def run(
        self,
        pairs: int,
        wanted: Iterable[Measured],
        told: Callable[[int], None] = lambda done: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Measure so many more pairs of these benchmarks, or one and until it is
        `enough`.
        """
        wanted = list(wanted)
        try:
            self._run(pairs, wanted, told, enough)
        except SideFailed as error:
            if not any(each.pairs for each in self.benchmarks):
                raise
            self.lost = str(error)
            for each in wanted:
                if each.stands and not each.pairs:
                    each.problem = self.lost

    def _run(
        self,
        pairs: int,
        wanted: list[Measured],
        told: Callable[[int], None],
        enough: Callable[[], bool],
    ) -> None:
        for done in range(pairs):
            left = [each for each in wanted if each.stands]
            if not left or (done and enough()):
                return
            if not self._fresh:
                self._new_parents()
            self._fresh = False
            while len(self._next) < min(self._plan.parents_ahead, pairs - done - 1):
                self._next.append(self._started())
            self._pair(left)
            told(done + 1)

    def _new_parents(self) -> None:
        for parent in self._current:
            parent.end()
        self._current = self._next.popleft() if self._next else self._started()
        for parent in self._current:
            parent.wait()

    def _started(self) -> list[Parent]:
        hash_seed = self._random.randrange(1, 1 << 32)
        starting = {}
        for which in self._in_turn():
            side = self._sides[which]
            starting[which] = Parent(self._place, side, self._job, hash_seed)
            self._stack.callback(starting[which].end)
        return [starting[BASE], starting[HEAD]]

    def _in_turn(self) -> list[int]:
        """Both sides in an order of chance: what is forked, set up or warmed first is
        a few tenths of a percent faster or slower, always in the same direction.
        """
        return self._random.sample((BASE, HEAD), 2)

    def _pair(self, wanted: list[Measured]) -> None:
        """One pair of processes; after a crash another, for what is left."""
        core = self._cores[self._made % len(self._cores)]
        self._made += 1
        left = [each for each in wanted if self._is_there(each)]
        self._random.shuffle(left)
        while left:
            orders = [
                [parent.collected.index(each.name) for each in left]
                for parent in self._current
            ]
            with ExitStack() as stack:
                children = {}
                for which in self._in_turn():
                    layout = self._random.randrange(1 << 32)
                    parent = self._current[which]
                    children[which] = parent.fork(orders[which], core, layout)
                    stack.callback(children[which].end)
                left = self._through([children[BASE], children[HEAD]], left)

    def _is_there(self, measured: Measured) -> bool:
        """Whether these parents have it as well; hash seeds may change names."""
        for parent in self._current:
            if measured.name not in parent.collected:
                measured.problem = f"{parent.label}: is not there in every process"
        return measured.stands

    def _through(
        self, children: list[Forked], wanted: list[Measured]
    ) -> list[Measured]:
        """Measure until the end, or until a child is lost; returns what is left."""
        for index, measured in enumerate(wanted):
            try:
                self._benchmark(children, measured)
            except SideFailed as error:
                measured.problem = str(error)
                return wanted[index + 1 :]
        for child in children:
            child.tell({"do": "end"})
        return []

    def _benchmark(self, children: list[Forked], measured: Measured) -> None:
        turn = self._in_turn()
        ended = {which: self._begin(children[which]) for which in turn}
        if not any(ended.values()):
            try:
                measured.pairs.append(self._rounds(children, measured))
            except _Early as early:
                ended[early.which] = early.message
        facts = not measured.about
        for which in turn:
            finish = {"do": "finish", "facts": facts}
            message = ended[which] or children[which].ask(finish)
            self._note(which, measured, message)

    @staticmethod
    def _begin(child: Forked) -> dict[str, Any] | None:
        """Set a benchmark up: None where it is ready, else how it ended already."""
        message = child.ask({"do": "run"})
        return None if "ready" in message else message

    def _note(self, which: int, measured: Measured, message: dict[str, Any]) -> None:
        label = self._sides[which].label
        if message["outcome"] == "failed" and not measured.problem:
            measured.problem = f"{label}: {message['why']}"
        if message["outcome"] == "skipped" and not measured.skipped:
            measured.skipped = f"{label}: {message['why']}"
        if "about" in message:
            measured.about = message["about"]
            measured.facts = message["facts"] or measured.facts
            measured.own[which].update(message["modules"]["own"])
            measured.strangers[which].update(message["modules"]["strangers"])

    def _rounds(self, children: list[Forked], measured: Measured) -> PairTimes:
        if not measured.calls:
            target = {"do": "calibrate", "nanoseconds": self._plan.round * 1e9}
            calls = [_ask(children, side, target, "calls") for side in self._in_turn()]
            measured.calls = min(calls)
        one = {"do": "rounds", "calls": measured.calls, "count": 1}
        two = {**one, "count": 2}
        warm = [_ask(children, side, one, "rounds")[0] for side in self._in_turn()]
        pair = PairTimes()
        for _ in range(self._quads(warm)):
            first, second = self._in_turn()
            before = _ask(children, first, one, "rounds")
            between = _ask(children, second, two, "rounds")
            after = _ask(children, first, one, "rounds")
            times = {first: before + after, second: between}
            pair.base += times[BASE]
            pair.head += times[HEAD]
        return pair

    def _quads(self, warm: list[Round]) -> int:
        """How many times A B B A fit into the time of a block, at least two."""
        if self._job.clock == "instructions":
            return 2  # they hardly vary
        took = 2 * sum(max(each[:3]) for each in warm) / 1e9
        return max(2, round(self._plan.block / max(took, self._plan.round)))


class _Early(Exception):
    """A benchmark ended on one side while it was measured: it went wrong there."""

    def __init__(self, which: int, message: Message) -> None:
        self.which = which
        self.message = message


def _ask(children: list[Forked], which: int, order: Message, wanted: str) -> Any:
    """What a child answers. Raises _Early where it tells how the benchmark ended."""
    message = children[which].ask(order)
    if wanted not in message:
        raise _Early(which, message)
    return message[wanted]


def _cores() -> list[int | None]:
    """The cores that may be used; None where none can be chosen."""
    if not hasattr(os, "sched_getaffinity"):
        return [None]
    return [*sorted(os.sched_getaffinity(0))]
