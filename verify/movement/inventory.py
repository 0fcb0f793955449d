"""The changed files of a range: parsed where they are Python, as lines where not."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from codemods.source import SourceError
from verify.movement.aligning import align
from verify.movement.definitions import Module, parse_module, split_lines
from verify.movement.ledger import Ledger
from verify.movement.matching import FILE_LIKENESS, dice
from verify.movement.plain import bag_of, keys_of
from verify.movement.prints import Side
from verify.movement.sources import Sources, module_name

_PYTHON = (".py", ".pyi", ".pyw")
# Python that no person wrote takes minutes to compare; other text, seconds.
MAX_PYTHON, MAX_TEXT = 4 << 20, 16 << 20


@dataclass(frozen=True, slots=True)
class Unread:
    """A changed file that could not be taken apart, and why.

    Of one that `is_opaque` (a link, a submodule, binary data) not even lines were
    compared; of the others, Python that does not parse, they were.
    """

    path: str
    reason: str
    line: int = 0
    is_opaque: bool = False


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file other than Python that has a new place, and whether it `is_same`."""

    old: str
    new: str
    is_same: bool


@dataclass(eq=False)
class Inventory:
    """Both sides of what changed, with the books opened for every line.

    `changed` counts the lines that a plain comparison of each file calls changed.
    """

    old: Side
    new: Side
    books: tuple[Ledger, Ledger]
    unread: list[Unread] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    changed: int = 0


def take_inventory(base: Sources, head: Sources, changed: Collection[str]) -> Inventory:
    """Read and parse the changed files of both sides."""
    taken = Inventory(Side({}), Side({}), (Ledger(), Ledger()))
    sides = (base, head)
    for path in sorted(changed):
        data = base.read(path), head.read(path)
        modules = _parsed(path, data, sides, taken)
        for module, side in zip(modules, (taken.old, taken.new), strict=True):
            if module is not None:
                side.modules[path] = module
        _enter(path, data, modules, sides, taken)
    _find_renamed(base, head, taken)
    return taken


Both = tuple[bytes | None, bytes | None]
Modules = tuple[Module | None, Module | None]


def _parsed(
    path: str, data: Both, sides: tuple[Sources, Sources], taken: Inventory
) -> Modules:
    """The file on both sides; nothing where it does not parse on one of them."""
    if not path.endswith(_PYTHON):
        return None, None
    if _larger(data, MAX_PYTHON):
        reason = f"more than {MAX_PYTHON >> 20} MiB are not taken apart"
        taken.unread.append(Unread(path, reason))
        return None, None
    name = module_name(path, *sides)
    found = []
    for content in data:
        try:
            found.append(None if content is None else parse_module(path, name, content))
        except SourceError as error:
            taken.unread.append(Unread(path, error.message, error.line))
            return None, None
    return found[0], found[1]


def _enter(
    path: str,
    data: Both,
    modules: Modules,
    sides: tuple[Sources, Sources],
    taken: Inventory,
) -> None:
    if any(
        content is None and path in side.paths()
        for content, side in zip(data, sides, strict=True)
    ):
        reason = "it is a link or a submodule on one side of the range"
        taken.unread.append(Unread(path, reason, is_opaque=True))
    if any(modules):
        lines = [[] if m is None else [x.rstrip() for x in m.lines] for m in modules]
        for book, module in zip(taken.books, modules, strict=True):
            if module is not None:
                book.enter(path, module.lines)
        taken.changed += _differing([list(filter(None, side)) for side in lines])
        return
    if any(content is not None and b"\0" in content for content in data):
        taken.unread.append(Unread(path, "it is binary", is_opaque=True))
        return
    if _larger(data, MAX_TEXT):
        reason = f"it is larger than {MAX_TEXT >> 20} MiB"
        taken.unread.append(Unread(path, reason, is_opaque=True))
        return
    pieces = keys_of(path, data)
    for book, side, content in zip(taken.books, pieces, data, strict=True):
        if content is not None:
            book.enter_lines(path, [n for n, key in enumerate(side, 1) if key])
    pairs = align(pieces[0], pieces[1])
    for book, numbers in zip(taken.books, zip(*pairs, strict=True), strict=False):
        book.settle(path, [n + 1 for n in numbers], "same")
    taken.changed += _differing([list(filter(None, side)) for side in pieces])


def _larger(data: Both, most: int) -> bool:
    return any(content is not None and len(content) > most for content in data)


def _differing(sides: Sequence[Sequence[Hashable]]) -> int:
    old, new = sides
    return len(old) + len(new) - 2 * len(align(old, new))


def _find_renamed(base: Sources, head: Sources, taken: Inventory) -> None:
    """Settle the lines of whole files that are not parsed and have a new place: all,
    where they moved as they are, else those that stand in the same order.
    """
    gone = dict(_only(taken.books[0], taken.books[1], taken.old, base))
    added = dict(_only(taken.books[1], taken.books[0], taken.new, head))
    for path, content in list(added.items()):
        before = next((p for p, c in gone.items() if c == content), None)
        if before is not None and content:
            del gone[before], added[path]
            _settle_renamed(Renamed(before, path, True), (content, content), taken)
    bags = [{p: bag_of(c) for p, c in side.items()} for side in (gone, added)]
    likely = sorted(
        ((dice(x, y), a, b) for a, x in bags[0].items() for b, y in bags[1].items()),
        key=lambda each: (-each[0], each[1:]),
    )
    for score, a, b in likely:
        if score >= FILE_LIKENESS and a in gone and b in added:
            _settle_renamed(Renamed(a, b, False), (gone.pop(a), added.pop(b)), taken)


def _settle_renamed(
    renamed: Renamed, contents: tuple[bytes, bytes], taken: Inventory
) -> None:
    paths = renamed.old, renamed.new
    old, new = keys_of(renamed.new, contents)
    pairs = align(old, new)
    taken.renamed.append(renamed)
    for side, (book, path) in enumerate(zip(taken.books, paths, strict=True)):
        book.settle(path, [pair[side] + 1 for pair in pairs], "same")


def _only(
    book: Ledger, other: Ledger, side: Side, sources: Sources
) -> Iterator[tuple[str, bytes]]:
    for path in sorted(book.open):
        if path not in other.open and path not in side.modules:
            yield path, sources.read(path) or b""


def text_lines(data: bytes) -> tuple[str, ...]:
    """Lines for people, of a file that need not be text."""
    return split_lines(data.decode("utf-8", "replace"))
