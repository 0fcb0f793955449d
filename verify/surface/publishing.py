"""What is published of moves: which names a migration covers, and a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from codemods.migration import Migration, MigrationError, loads
from codemods.name import Name
from codemods.namemap import Moved, NameMap, Removed
from verify.surface.importable import Certainty, Importable

# Old name and new.
Entry = tuple[Name, Name]


@dataclass(eq=False)
class Coverage:
    """Answers whether some migration speaks of a name that is gone."""

    migrations: Iterable[Migration]
    head: Importable
    _maps: list[NameMap] = field(default_factory=list)

    def __post_init__(self) -> None:
        declared = list(self.migrations)
        for group in (*([each] for each in declared), declared):
            try:
                self._maps.append(NameMap.compose(group))
            except MigrationError:
                continue  # each is looked at alone; together they contradict

    def of(self, name: Name) -> str:
        """The migration that covers a name, empty where none does: one that takes
        it to a name of head, or says that it is removed.
        """
        for names in self._maps:
            found = names.resolve(name.dotted)
            if isinstance(found, Removed):
                return found.migration
            if isinstance(found, Moved):
                target = Name.parse(_with_rest(found))
                if is_there(target, self.head):
                    return found.migration
        return ""


def _with_rest(moved: Moved) -> str:
    if not moved.rest:
        return str(moved.new)
    if moved.new.is_module:
        return f"{moved.new}:{'.'.join(moved.rest)}"
    return ".".join((str(moved.new), *moved.rest))


def is_there(name: Name, side: Importable) -> bool:
    """Whether a name can be imported; of a member, whether its class can."""
    if side.modules.exists(name.top) and not side.modules.exists(name.module):
        return False
    if name.is_module:
        return side.has_module(name.module).certainty is Certainty.YES
    symbol = name.symbol.partition(".")[0]
    return side.look_up(name.module, symbol).certainty >= Certainty.CONDITIONAL


def parsed(text: str) -> Name | None:
    """A name from outside; None where it is none that a migration can have."""
    try:
        return Name.parse(text)
    except ValueError:
        return None


def entry_text(entry: Entry) -> str:
    """An entry as it stands in a migration file, on lines of its own."""
    old, new = entry
    return f"[[move]]\nfrom = {toml_string(str(old))}\nto = {toml_string(str(new))}\n"


def migration_text(package: str, entries: Iterable[Entry], head: str) -> str:
    """A whole migration file for the moves of one package, to be completed."""
    lines = [
        f"id = {toml_string(f'moves-{head[:12]}')}",
        f"title = {toml_string(f'Moves of {head[:12]}')}",
        f"package = {toml_string(package)}",
        'since = "0"  # the first release that has the new names',
        "",
    ]
    return "\n".join((*lines, "\n".join(map(entry_text, entries))))


def agreeing(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """As many moves as agree with those before them in one migration, and those that
    no migration can say beside them: two names that change places, for one.
    """
    if composed(entries) is not None:
        return entries, []
    kept: list[Entry] = []
    refused: list[Entry] = []
    for entry in entries:
        agrees = composed([*kept, entry]) is not None
        (kept if agrees else refused).append(entry)
    return kept, refused


def composed(entries: Iterable[Entry]) -> NameMap | None:
    """The map of some moves, None where they contradict each other."""
    try:
        return NameMap.compose(
            loads(migration_text(package, own, "range"), package)
            for package, own in by_package(entries)
        )
    except MigrationError:
        return None


def by_package(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Entries by the package of their old names, sorted."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(set(entries)):
        groups.setdefault(entry[0].top, []).append(entry)
    yield from sorted(groups.items())


def toml_string(text: str) -> str:
    """A basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_escaped, escaped)) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    return char if code >= 32 and code != 127 else f"\\u{code:04x}"
