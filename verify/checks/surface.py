"""Find names that could be imported at base and no longer can.

Follows every name of the changed modules, and of whatever hands them on, through
imports, star imports, `__all__` and module-level `__getattr__`. What a migration
covers is fine, and so is what moved and is still imported at its old place.

\b
rehome surface main..my-branch
rehome surface --migration sglang v0.5.12..v0.5.13
"""

from __future__ import annotations

from codemods.catalogue import builtin, find
from codemods.finding import verdict_of_check
from codemods.migration import MAX_BYTES, Migration, MigrationError, loads
from verify.check import CheckResult, Setting, Settings
from verify.checks._shared import shared
from verify.git import Range
from verify.outcome import Fact, Listing
from verify.surface.answer import Surface
from verify.surface.comparing import compare
from verify.surface.modules import is_python
from verify.surface.publishing import Entry, agreeing, by_package, migration_text
from verify.surface.telling import entries_of, findings_of, summary_of, table_of


def read_migrations(texts: tuple[str, ...]) -> tuple[Migration, ...]:
    """The migrations that `--migration` names; ValueError where there is none."""
    try:
        return tuple(each for text in texts for each in find(text))
    except MigrationError as error:
        raise ValueError(str(error)) from None


SETTINGS = (
    Setting(
        "--migration",
        "MIGRATION",
        "A migration that is published: an id, a package or a .toml file; the built-in"
        " ones, and those that the head has, count always.",
        read_migrations,
    ),
)


def check(compared: Range, settings: Settings) -> CheckResult:
    """Compare base and head. Raises `GitError` where git cannot answer."""
    both = shared(compared)
    if any(map(is_python, both.changed)):
        both.head.fetch(list(filter(is_python, both.head.paths())))
    known = [*builtin(), *settings.get("migration", ()), *_own_migrations(compared)]
    surface = compare(both.base, both.head, both.changed, both.moves(), known)
    return result_of(surface, compared.head)


def result_of(surface: Surface, head: str) -> CheckResult:
    """The answer as findings, a table and a summary; `head` names the commit."""
    findings = tuple(findings_of(surface))
    facts: dict[str, Fact] = {
        "modules": surface.modules,
        "names": surface.examined,
        "left_out": surface.aside,
    }
    kept, refused = agreeing(sorted({*entries_of(surface)}))
    migrations = tuple(
        Listing(f"{package}.toml", "toml", migration_text(package, entries, head))
        for package, entries in by_package(kept)
    )
    return CheckResult(
        "surface",
        verdict_of_check(findings),
        findings,
        (table_of(surface),),
        facts,
        (*summary_of(surface), *map(_refused, refused)),
        migrations,
    )


def _refused(entry: Entry) -> str:
    old, new = entry
    return f"no migration can say beside the others that `{old}` is `{new}`: left out"


def _own_migrations(compared: Range) -> list[Migration]:
    """The migrations that the head itself has."""
    tree = compared.repository.tree(compared.head)
    files = {
        path: entry.oid
        for path, entry in tree.items()
        if path.endswith(".toml") and entry.is_file
    }
    texts = compared.repository.read(files.values(), at_most=MAX_BYTES)
    found = []
    for path, oid in files.items():
        data = texts.get(oid, b"")
        if b"[[move]]" not in data and b"[[removed]]" not in data:
            continue
        try:
            found.append(loads(data.decode("utf-8-sig"), path))
        except (MigrationError, UnicodeDecodeError):
            continue  # another kind of file, or one that covers nothing
    return found
