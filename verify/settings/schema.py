"""The keys of `[tool.rehome]`.

A key of a command's table is the long name of one of that command's options, so that
what it means stands in one place, `rehome COMMAND --help`. Only keys that are named
here can be set: an option that names where something is written, which interpreter
runs or what a child process sees is not for a file that comes with a pull request.
"""

from __future__ import annotations

from datetime import date

from msgspec import UNSET, Struct, UnsetType


class Table(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One table of the file; what it does not set is UNSET."""


class Accept(Table, frozen=True):
    """A finding that the project lives with, for a reason, until a date.

    `path` is a pattern as in a `.gitignore` file, `symbol` one with `*`, `?` and `[]`
    for a name that the message quotes.
    """

    rule: str
    reason: str
    path: str = ""
    symbol: str = ""
    until: date | None = None


# An option that may be given several times takes one value or a list.
Texts = str | list[str]
Gates = str | float | list[str | float]
Flag = bool | UnsetType
Whole = int | UnsetType
Number = float | UnsetType


class Apply(Table, frozen=True):
    compat: Flag = UNSET
    text: Flag = UNSET
    hoist: Flag = UNSET


class Behaviour(Table, frozen=True):
    driver: str | UnsetType = UNSET
    pytest_args: str | UnsetType = UNSET
    steps: Whole = UNSET
    reruns: Whole = UNSET
    timeout: Number = UNSET
    step_timeout: Number = UNSET
    memory: Whole = UNSET


class Bench(Table, frozen=True):
    margin: Number = UNSET
    pairs: Whole = UNSET
    block: Number = UNSET
    until_decided: Number = UNSET
    fail_on: Texts | UnsetType = UNSET
    timeout: Number = UNSET
    memory: Whole = UNSET


class Blame(Table, frozen=True):
    min_retained: Gates | UnsetType = UNSET


class Cycles(Table, frozen=True):
    no_new: Flag = UNSET


class Doctor(Table, frozen=True):
    package: str | UnsetType = UNSET


class Hoist(Table, frozen=True):
    heavy: Flag = UNSET
    others: Flag = UNSET


class Infer(Table, frozen=True):
    package: str | UnsetType = UNSET
    private: Flag = UNSET


class Move(Table, frozen=True):
    text: Flag = UNSET


class Split(Table, frozen=True):
    rewrite: Flag = UNSET
    text: Flag = UNSET


class Surface(Table, frozen=True):
    migration: Texts | UnsetType = UNSET


class Verify(Table, frozen=True):
    only: Texts | UnsetType = UNSET


class Settings(Table, frozen=True):
    """All of it: what holds for each command that has such an option, then a table
    for each command, then the accepted findings.

    A check's table holds for `rehome verify` too, that of `rehome apply` for
    `rehome upgrade`.
    """

    packages: Texts | UnsetType = UNSET
    roots: Texts | UnsetType = UNSET
    ignore: list[str] = []
    migrations: Texts | UnsetType = UNSET
    jobs: Whole = UNSET
    format: str | UnsetType = UNSET
    apply: Apply = Apply()
    behaviour: Behaviour = Behaviour()
    bench: Bench = Bench()
    blame: Blame = Blame()
    cycles: Cycles = Cycles()
    doctor: Doctor = Doctor()
    hoist: Hoist = Hoist()
    infer: Infer = Infer()
    move: Move = Move()
    split: Split = Split()
    surface: Surface = Surface()
    verify: Verify = Verify()
    accepted: list[Accept] = []


TABLES: dict[str, type[Table]] = {
    "apply": Apply,
    "behaviour": Behaviour,
    "bench": Bench,
    "blame": Blame,
    "cycles": Cycles,
    "doctor": Doctor,
    "hoist": Hoist,
    "infer": Infer,
    "move": Move,
    "split": Split,
    "surface": Surface,
    "verify": Verify,
}

# Of the keys that hold for several commands: the parameters of theirs. A key that may
# hold several values is none of a parameter that takes one: `packages` are the
# project's own, `rehome doctor --package` is a version of somebody else's.
PARAMETERS = {
    "packages": "package",
    "roots": "roots",
    "jobs": "jobs",
    "format": "format_name",
}
# Keys whose values may be a file, which stands beside the settings; a migration is
# one where its name ends so, else the id of a built-in one.
FILES = {"migrations": ".toml", "migration": ".toml", "driver": ".py"}
