"""The call sites of names that move, all over a project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from codemods.finding import Finding, Place
from codemods.generated import is_generated
from codemods.home import home_of
from codemods.migration import Migration
from codemods.namemap import NameMap
from codemods.past import is_history, is_migration
from codemods.reading import LARGEST_TEXT
from codemods.rewrite import Options, Rewritten, rewrite
from codemods.rules import GENERATED_FILE
from codemods.sorting import sorter_for
from codemods.texts import rewrite_text
from verify.movement.sources import Sources

_PYTHON = (".py", ".pyi", ".pyw")


@dataclass(eq=False)
class Followed:
    """What became of the files that name something which moves; `texts` are those
    that are no Python. None of the `changed` is as it was.
    """

    changed: list[Rewritten] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def follow(
    sources: Sources,
    migration: Migration,
    root: Path,
    *,
    skip: Collection[str] = (),
    text: bool = False,
) -> Followed:
    """Rewrite the call sites of what `migration` moves in all files but those at the
    paths to `skip`. Files that are no Python are rewritten with `text`, else reported.

    Reads through `sources`, and settings of formatters below `root`; writes nothing.
    """
    names = NameMap.compose([migration])
    made = Followed()
    for path in sorted(sources.paths()):
        if path in skip:
            continue
        data = sources.read(path)
        if data is None:
            continue
        result = _rewritten(path, data, names, root, text)
        if result is None:
            continue
        if result.changed and is_generated(data, path.rpartition("/")[2]):
            made.findings += [*result.findings, *_generated(result)]
            continue
        made.findings += result.findings
        if result.changed:
            made.changed.append(result)
    return made


def rewritten(path: str, data: bytes, names: NameMap, root: Path) -> Rewritten:
    """One Python file, rewritten."""
    full = root / path
    return rewrite(
        data,
        names,
        path=path,
        home=home_of(full, names.packages),
        sorter=sorter_for(full),
        options=Options(),
    )


def _rewritten(
    path: str, data: bytes, names: NameMap, root: Path, text: bool
) -> Rewritten | None:
    if path.endswith(_PYTHON):
        return rewritten(path, data, names, root) if names.relevant(data) else None
    if len(data) > LARGEST_TEXT or not names.mentioned(data):
        return None
    if is_history(path) or is_migration(path.rpartition("/")[2], data):
        return None
    return rewrite_text(data, names, path=path, options=Options(text=text))


def _generated(result: Rewritten) -> Iterator[Finding]:
    line = result.edits[0].line if result.edits else 0
    yield Finding(
        GENERATED_FILE,
        Place(result.path, line, min(line, 1)),
        "this generated file has a call site, and was left as it is",
        "change its generator or the source of it, and generate it again",
    )
