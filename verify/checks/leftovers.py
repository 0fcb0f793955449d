"""Find what still uses the old name of something that moved.

Searches every file of head: code, as `rehome apply` reads it, stubs, strings,
comments, documents and their code blocks, notebooks, settings and CI files. What
still works by its old name is a note, and so is what tells of the past.

\b
rehome leftovers main..my-branch
rehome leftovers --format github origin/main...HEAD
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from codemods.finding import verdict_of_check
from codemods.home import ModuleHome
from verify.check import CheckResult, Settings
from verify.checks._shared import Shared, shared
from verify.git import Range
from verify.leftovers.patches import Copied, Patches, copied_names
from verify.leftovers.renamed import targets_of
from verify.leftovers.searching import search
from verify.leftovers.telling import findings_of, summary_of, table_of
from verify.surface.modules import Modules

# Larger files are data: they are asked for old names, but not taken apart.
MAX_BYTES = 2 << 20
# What is larger still is left out.
MAX_LARGE = 64 << 20


def check(compared: Range, settings: Settings) -> CheckResult:
    """Search head. Raises `GitError` where git cannot answer."""
    both = shared(compared)
    targets = targets_of(both.base, both.head, both.moves(), both.moved_files())
    files = _files(both) if targets.names or targets.paths else {}
    homes = _homes(both) if files else {}
    patches = Patches(_copied(both)) if files else None
    found = search(files, targets, homes, _large_files(both, files), patches)
    findings = tuple(findings_of(found))
    texts = _texts(both) if files else {}
    left_out = max(len(texts) - found.searched - found.binary, 0)
    return CheckResult(
        "leftovers",
        verdict_of_check(findings),
        findings,
        (table_of(found),),
        {
            "names": len(targets.names),
            "files_searched": found.searched,
            "files_binary": found.binary,
            "files_too_large": left_out,
        },
        tuple(summary_of(found, len(targets.names) + len(targets.paths), left_out)),
    )


def _texts(both: Shared) -> dict[str, str]:
    """The object of each regular file of head."""
    tree = both.head.tree
    return {path: entry.oid for path, entry in tree.items() if entry.is_file}


def _files(both: Shared) -> dict[str, bytes]:
    """The content of every file of head that is not too large."""
    files = _texts(both)
    known = both.compared.repository.read(files.values(), at_most=MAX_BYTES)
    return {path: known[oid] for path, oid in files.items() if oid in known}


def _large_files(both: Shared, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The content of each file that is large, one at a time."""
    repository = both.compared.repository
    for path, oid in _texts(both).items() if known else ():
        if path not in known:
            for data in repository.read([oid], at_most=MAX_LARGE).values():
                yield path, data


def _copied(both: Shared) -> Iterator[Copied]:
    sides = Modules(both.base, both.head), Modules(both.head, both.base)
    return copied_names(both.movement(), *sides)


def _homes(both: Shared) -> dict[str, ModuleHome]:
    modules = Modules(both.head, both.base)
    return {
        path: ModuleHome(modules.name_of(path), "/__init__.py" in f"/{path}")
        for path in modules.paths
    }
