"""Drive both sides with the same operations, and find the first step that differs.

While they agree, only digests are exchanged. A difference is made again in fresh
processes with whole values, twice on each side, so that a side that does not even
agree with itself is told from one that differs; then it is shrunk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from math import inf
from typing import Any

from verify.behaviour.shrinking import shrink
from verify.behaviour.talking import Answer, Lost, Talk
from verify.behaviour.values import Tree, shown

Progress = Callable[[int, int], None]

_ENDED: Answer = {"end": "lost"}


class CouldNotTell(Exception):
    """Why traces could not be compared, in one line.

    `nothing` where no step was made at all, `uncomparable` where steps were made and
    their results could not be compared.
    """

    def __init__(self, text: str, *, kind: str = "not-run") -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Case:
    """One of the driver's cases: its number on each side, and its value as JSON."""

    base: int
    head: int
    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The first step that differs, in the fewest operations that were found.

    `found_after` is the number of operations of the episode in which it was seen.
    """

    case: Case
    operations: tuple[Any, ...]
    base: Tree
    head: Tree
    found_after: int

    @property
    def operation(self) -> Any:
        """The one whose results differ; None where the subject was being built."""
        return self.operations[-1] if self.operations else None


@dataclass(slots=True)
class Traces:
    """What was compared: steps that did something, and those with nothing to do.

    `by_case` has every case of both sides, also those that made no step.
    """

    steps: int = 0
    skipped: int = 0
    episodes: int = 0
    by_case: dict[str, int] = field(default_factory=dict)
    unbuilt: dict[str, str] = field(default_factory=dict)
    one_sided: dict[str, str] = field(default_factory=dict)
    difference: Difference | None = None

    @property
    def idle(self) -> list[str]:
        """Cases of both sides that made no step, though they can be built."""
        return [c for c, n in self.by_case.items() if not n and c not in self.unbuilt]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to compare: at least `steps`, in at most `seconds`; `shrink_seconds`
    for one difference.
    """

    steps: int
    shrink_seconds: float = 60.0
    seconds: float = inf


class Comparison:
    """Two servers of the same driver, asked the same."""

    def __init__(self, base: Talk, head: Talk, plan: Plan) -> None:
        self._talks = (base, head)
        self._plan = plan
        self.traces = Traces()
        self._deadline = time.monotonic() + plan.seconds

    def run(self, progress: Progress = lambda done, total: None) -> Traces:
        """Compare until there were enough steps, or one that differs.

        Raises `CouldNotTell`, and `Lost` where a process does not begin; `traces` has
        what was compared until then.
        """
        cases, length = self._loaded()
        while self.traces.steps < self._plan.steps:
            before = self.traces.steps
            for case in cases:
                if self.traces.steps >= self._plan.steps:
                    break
                at = self._episode(case, length)
                if at is not None:
                    self.traces.difference = self.examined(case, length, at)
                    return self.traces
                progress(self.traces.steps, self._plan.steps)
            self.traces.episodes += 1
            if self.traces.steps == before:
                self._nothing_done("a round of all cases")
        return self.traces

    def replay(self, name: str, operations: list[Any]) -> Traces:
        """Do the same operations of one case, named by its JSON, on both sides."""
        cases, _ = self._loaded()
        case = next((each for each in cases if each.name == name), None)
        if case is None:
            raise CouldNotTell(f"the driver has no case {name} on both sides")
        self.traces.difference = self._difference(case, operations, None, self.traces)
        if self.traces.difference is None and not self.traces.steps:
            self._nothing_done("the operations of the replay")
        return self.traces

    # Beginning.

    def _loaded(self) -> tuple[list[Case], int]:
        base, head = (talk.last(do="load") for talk in self._talks)
        for talk, loaded in zip(self._talks, (base, head), strict=True):
            if loaded["end"] == "failed":
                told = shown(loaded["error"])
                raise CouldNotTell(
                    f"{talk.side}: the driver cannot be imported: {told}"
                )
            if loaded["end"] != "ready":
                raise CouldNotTell(f"{talk.side}: {_WHY[loaded['end']]}")
            if loaded["lacking"]:
                lacking = ", ".join(loaded["lacking"])
                raise CouldNotTell(f"the driver needs what is not here: {lacking}")
        if base["length"] != head["length"]:
            text = "LENGTH of the driver is another on each side"
            raise CouldNotTell(text, kind="uncomparable")
        return self._cases(base["names"], head["names"]), base["length"]

    def _cases(self, theirs: list[str], ours: list[str]) -> list[Case]:
        """The cases of both sides; those of one side alone are noted."""
        for name, have, lack in (("base", theirs, ours), ("head", ours, theirs)):
            for case in have:
                if case not in lack:
                    self.traces.one_sided[case] = name
        both = [case for case in dict.fromkeys(theirs) if case in ours]
        if not both:
            raise CouldNotTell("the driver has no case on both sides", kind="nothing")
        self.traces.by_case = dict.fromkeys(both, 0)
        return [Case(theirs.index(case), ours.index(case), case) for case in both]

    def _nothing_done(self, what: str) -> None:
        reasons = [f"case {c}: {e}" for c, e in self.traces.unbuilt.items()]
        because = f" ({reasons[0]})" if reasons else ""
        raise CouldNotTell(
            f"{what} made no step: nothing was compared{because}",
            kind="nothing",
        )

    # One episode.

    def _episode(self, case: Case, length: int) -> int | None:
        """Compare one episode; the index of the operation that differs, or None.

        -1 where the subject itself came out otherwise.
        """
        request = {"do": "run", "count": length, "episode": self.traces.episodes}
        made = -1
        for base, head in self._together(case, request):
            made += "o" in base and "o" in head
            if self._differ(case, made, base, head):
                return made
        return None

    def _differ(self, case: Case, made: int, base: Answer, head: Answer) -> bool:
        if "o" in base and "o" in head:
            if base["o"] != head["o"]:
                raise CouldNotTell(
                    f"case {case.name}: operation {made + 1} is another on each side:"
                    " `operations` of the driver must use nothing but its arguments",
                    kind="uncomparable",
                )
            return False
        if "r" in base and "r" in head:
            if base["r"] != head["r"]:
                return True
            self._count(case, skipped=base["skipped"])
            return False
        return self._ends_differ(case, base, head)

    def _count(self, case: Case, *, skipped: bool) -> None:
        self.traces.skipped += skipped
        if not skipped:
            self.traces.steps += 1
            self.traces.by_case[case.name] += 1

    def _ends_differ(self, case: Case, base: Answer, head: Answer) -> bool:
        ends = (base.get("end"), head.get("end"))
        for talk, answer in zip(self._talks, (base, head), strict=True):
            if answer.get("end") in ("undescribed", "memory"):
                raise self._why_ended(talk, case, answer)
        if ends == ("done", "done"):
            return False
        if "unbuilt" not in ends:
            raise CouldNotTell(
                f"case {case.name}: one side made more operations than the other:"
                " `operations` of the driver must use nothing but its arguments",
                kind="uncomparable",
            )
        for talk, answer in zip(self._talks, (base, head), strict=True):
            if answer.get("importing"):
                raise CouldNotTell(
                    f"{talk.side}: case {case.name} cannot be built:"
                    f" {shown(answer['error'])}"
                )
        if ends == ("unbuilt", "unbuilt") and base["error"] == head["error"]:
            self.traces.unbuilt[case.name] = shown(base["error"])
            return False
        return True

    def _why_ended(self, talk: Talk, case: Case, answer: Answer) -> CouldNotTell:
        if answer["end"] == "memory":
            return CouldNotTell(f"{talk.side}: case {case.name}: out of memory")
        return CouldNotTell(
            f"{talk.side}: case {case.name}: a result holds a {answer['type']}, whose"
            " content cannot be told: let `describe(value)` of the driver return plain"
            " values for it",
            kind="uncomparable",
        )

    def _together(
        self, case: Case, request: dict[str, Any]
    ) -> Iterator[tuple[Answer, Answer]]:
        """The answers of both, one by one; raises `CouldNotTell` where one is lost."""
        streams = self._asked(case, request)
        step = 0
        try:
            for base, head in zip_longest(*streams, fillvalue=_ENDED):
                step += "o" in base
                yield base, head
                if time.monotonic() > self._deadline:
                    raise CouldNotTell(
                        f"not done after {self._plan.seconds:g} seconds, in"
                        f" {self.traces.steps:,} steps: ask for fewer `--steps`, or"
                        " give it a longer `--timeout`"
                    )
        except Lost as lost:
            self._stop()
            raise CouldNotTell(
                f"{lost.side}: case {case.name}, operation {max(step, 1)}: {lost.cause}"
            ) from None
        finally:
            for stream in streams:
                stream.close()

    def _asked(
        self, case: Case, request: dict[str, Any]
    ) -> list[Generator[Answer, None, None]]:
        """The same request of both, who may count their cases otherwise."""
        numbers = zip(self._talks, (case.base, case.head), strict=True)
        return [talk.ask(**request, case=number) for talk, number in numbers]

    def _stop(self) -> None:
        for talk in self._talks:
            talk.stop()

    # A difference.

    def examined(self, case: Case, length: int, at: int) -> Difference:
        """Make the difference again, in fresh processes, and shrink it.

        `at` is the index of the operation, of an episode of `length`, that differed;
        -1 where the subjects did. Raises `CouldNotTell` where it does not come again.
        """
        self._stop()
        listed = self._talks[0].last(
            do="list", case=case.base, count=at + 1, episode=self.traces.episodes
        )
        operations = listed["operations"]
        if not self._shows_again(case, operations):
            raise CouldNotTell(
                f"case {case.name}: operation {at + 1} came out otherwise, and not so"
                " when the same was done again in a fresh process: what it does"
                " depends on more than its operations",
                kind="uncomparable",
            )
        fewest = shrink(
            operations,
            lambda tried: self._test(case, tried),
            seconds=self._plan.shrink_seconds,
        )
        for candidate in (fewest, operations):
            self._stop()
            found = self._difference(case, candidate, len(operations))
            if found is not None:
                return found
        raise CouldNotTell(f"case {case.name}: a difference came and went")

    def _shows_again(self, case: Case, operations: list[Any]) -> bool:
        """Whether each side twice did the same, and not the same as the other."""
        seen = []
        for _ in range(2):
            self._stop()
            seen.append(self._replayed(case, operations))
        for talk, first, second in zip(self._talks, *seen, strict=True):
            if first != second:
                raise CouldNotTell(
                    f"{talk.side}: case {case.name}: the same operations have other"
                    " results when they are done again: this side does not even agree"
                    " with itself",
                    kind="uncomparable",
                )
        base, head = seen[0]
        return base != head

    def _replayed(
        self, case: Case, operations: list[Any]
    ) -> tuple[list[Answer], list[Answer]]:
        """All answers of both; unlike with `_together`, the processes live on."""
        request = {"do": "replay", "operations": operations}
        streams = self._asked(case, request)
        try:
            first = [next(stream) for stream in streams]  # both are at work now
            base, head = ([f, *s] for f, s in zip(first, streams, strict=True))
        except Lost as lost:
            self._stop()
            raise CouldNotTell(f"{lost.side}: case {case.name}: {lost.cause}") from None
        return base, head

    def _test(self, case: Case, operations: list[Any]) -> int | None:
        try:
            found = self._difference(case, operations, None)
        except CouldNotTell:
            return None  # that is something else
        return None if found is None else len(found.operations) - 1

    def _difference(
        self,
        case: Case,
        operations: list[Any],
        found_after: int | None,
        traces: Traces | None = None,
    ) -> Difference | None:
        """Replay; the first step that differs, with the operations up to it.

        What is compared counts into `traces`.
        """
        made = -1
        kept, self.traces = self.traces, traces or Traces(by_case={case.name: 0})
        try:
            answers = zip_longest(*self._replayed(case, operations), fillvalue=_ENDED)
            for base, head in answers:
                made += "o" in base and "o" in head
                if self._differ(case, made, base, head):
                    return Difference(
                        case,
                        tuple(operations[: made + 1]),
                        _tree(base),
                        _tree(head),
                        found_after or len(operations),
                    )
        finally:
            self.traces = kept
        return None


_WHY = {
    "memory": "out of memory",
    "undescribed": "the driver's own values cannot be described",
}


def _tree(answer: Answer) -> Tree:
    if "v" in answer:
        return answer["v"]
    if answer.get("end") == "unbuilt":
        return ["raised", answer["error"]]
    return ["built"]
