"""What a check is: a question about a range, and its answer.

A check is one module in `verify/checks`, found by being there. Its name is the
module's; the first line of its docstring is its line in `rehome --help`, the whole
of it the help of `rehome NAME`. It has one function, and may have settings:

    SETTINGS = (Setting("--min-retained", "PERCENT", "...", read=parse),)

    def check(compared: Range, settings: Settings) -> CheckResult: ...

Checks compute and never print. What git cannot answer they raise as `GitError`;
what they cannot tell is a finding of a rule that is `undecided`. One that starts
processes says so by `APART = True`: it runs in a process of its own, since forking
beside the threads of the others is not safe.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from codemods.finding import Finding, Verdict
from verify import checks
from verify.diagram import Diagram
from verify.git import Range
from verify.outcome import Accepted, Fact, Listing, Table


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer of one check.

    The first line of `summary` is the check's headline: for moves, how many lines
    of how many a reviewer must read. Names of tables and of listings are unique among
    all checks. The verdict is that of the findings, of which notes do not count; a
    worse one stands whatever the settings accept.
    """

    name: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    accepted: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """An option of the command line that a check takes, as often as it is given.

    `read` makes its value of the texts that were given, of none as well; it raises
    ValueError, which says what is wrong with them. One that `is_flag` takes no text:
    where it is given, its own name is what `read` gets.
    """

    flag: str
    metavar: str
    help: str
    read: Callable[[tuple[str, ...]], Any]
    is_flag: bool = False

    @property
    def name(self) -> str:
        """The name of its value in `Settings`: `min_retained` for `--min-retained`."""
        return self.flag.lstrip("-").replace("-", "_")

    def default(self) -> Any:
        return self.read(())


# The value of each setting, by its name.
Settings = Mapping[str, Any]


class Check(Protocol):
    """The function of a module in `verify/checks`."""

    def __call__(self, compared: Range, settings: Settings) -> CheckResult: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """A check with what the command line needs to know of it."""

    name: str
    help: str
    settings: tuple[Setting, ...]
    run: Check
    apart: bool = False


def names() -> tuple[str, ...]:
    """The names of all checks, in order; imports none of them."""
    modules = pkgutil.iter_modules(checks.__path__)
    return tuple(sorted(m.name for m in modules if not m.name.startswith("_")))


def load(name: str) -> Registered:
    """The check of a name from `names()`."""
    module = import_module(f"{checks.__name__}.{name}")
    settings: tuple[Setting, ...] = getattr(module, "SETTINGS", ())
    apart: bool = getattr(module, "APART", False)
    return Registered(name, module.__doc__ or "", settings, module.check, apart)


def fold(verdicts: list[Verdict]) -> Verdict:
    """One verdict of several: undecided wins over fail, fail over ok."""
    return max(verdicts, key=lambda v: v.exit_status, default=Verdict.OK)
