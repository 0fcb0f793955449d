"""The tables and keys of a migration file."""

from __future__ import annotations

from msgspec import Struct

from codemods.name import Name


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of one of the tables."""


class Move(Entry, frozen=True, rename={"old_text": "from", "new_text": "to"}):
    """`old` changed its dotted path to `new`."""

    old_text: str
    new_text: str
    note: str = ""

    @property
    def old(self) -> Name:
        return Name.parse(self.old_text)

    @property
    def new(self) -> Name:
        return Name.parse(self.new_text)


class Rehome(Entry, frozen=True, rename={"old": "from", "new": "to"}):
    """What `members` name lives on the attribute `new` instead of `old` now.

    `keeps` are members that stay with the old object, `shared` those of them that
    the new object has as well.
    """

    old: str
    new: str
    members: tuple[str, ...]
    keeps: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


class Fold(Entry, frozen=True, rename={"new_text": "to"}):
    """The expression `pattern` has a name now (`codemods.folding.pattern`)."""

    pattern: str
    new_text: str

    @property
    def new(self) -> Name:
        return Name.parse(self.new_text)


class Gone(Entry, frozen=True, rename={"name_text": "name"}):
    """`name` is removed, and no other name is its equal."""

    name_text: str
    instead: str

    @property
    def name(self) -> Name:
        return Name.parse(self.name_text)


TABLES: dict[str, type[Entry]] = {
    "move": Move,
    "rehome": Rehome,
    "fold": Fold,
    "removed": Gone,
}


class Declared(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={
        "moves": "move",
        "rehomes": "rehome",
        "folds": "fold",
        "removals": "removed",
    },
):
    """What a file says."""

    id: str
    title: str
    package: str
    since: str
    upstream: str = ""
    moves: tuple[Move, ...] = ()
    rehomes: tuple[Rehome, ...] = ()
    folds: tuple[Fold, ...] = ()
    removals: tuple[Gone, ...] = ()
