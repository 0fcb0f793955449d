"""The search of one revision's files for old names. Pure."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import repeat

from codemods.blocks import Block, cells, fenced
from codemods.home import ModuleHome
from codemods.name import Name
from codemods.past import is_binary, is_history, is_migration
from codemods.source import Source, SourceError
from verify.leftovers.code import Use, uses_in
from verify.leftovers.kinds import Kind, kind_of
from verify.leftovers.patches import Patch, Patches
from verify.leftovers.places import Hit, Spellings
from verify.leftovers.renamed import Group, Reach, Renamed, Targets


class Sort(str, Enum):
    """What a leftover is; the values are words for people."""

    CODE = "code"
    TEXT = "text"
    MAYBE = "maybe"
    HISTORY = "history"
    WORKS = "still works"
    MEMBER = "perhaps a member"
    PRIVATE = "perhaps a private name"
    PATCH = "patch that misses"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, order=True)
class Leftover:
    """A place that has an old name; `new` is what it is now, empty where only a
    person can tell, who finds `message` and `fix` instead.
    """

    path: str
    line: int
    column: int
    sort: Sort
    old: str
    new: str
    message: str = ""
    fix: str = ""


_TOO_LARGE = (
    "spells an old name, or may, and is too large to be taken apart",
    "search it for the old names",
)


@dataclass(slots=True)
class Leftovers:
    """The answer; `searched` counts the files that were looked into, `binary`
    those that are no text.
    """

    found: list[Leftover] = field(default_factory=list)
    searched: int = 0
    binary: int = 0


def search(
    files: Mapping[str, bytes],
    targets: Targets,
    homes: Mapping[str, ModuleHome],
    large: Iterable[tuple[str, bytes]] = (),
    patches: Patches | None = None,
) -> Leftovers:
    """Find every use of the targets' old names in some files; `homes` has the
    module of each Python file. Of `large` files it is told that they need a look.
    `patches` finds what replaces a global where moved code no longer looks.
    """
    result = Leftovers()
    if not targets.names and not targets.paths:
        return result
    spellings = Spellings(targets)
    for path, data in sorted(files.items()):
        kind = kind_of(path)
        if kind is not Kind.PYTHON and is_binary(data):
            result.binary += 1
            continue
        result.searched += 1
        result.found += _File(path, data, kind, targets, spellings, homes).leftovers()
        if patches is not None and kind is Kind.PYTHON:
            result.found += map(
                _of_patch, repeat(path), patches.found_in(data, homes.get(path))
            )
    for path, data in large:
        if kind_of(path) is not Kind.PYTHON and is_binary(data):
            result.binary += 1
            continue
        result.searched += 1
        if spellings.matches(data) or _may_import(path, data, targets):
            result.found.append(Leftover(path, 0, 0, Sort.UNREAD, "", "", *_TOO_LARGE))
    return result


def _of_patch(path: str, patch: Patch) -> Leftover:
    old = patch.copied
    message = (
        f"replaces `{old.module}.{old.name}`, and `{old.reader}` moved to"
        f" `{old.new_module}`, where it reads `{old.new_module}.{old.name}`"
    )
    fix = f"replace `{old.new_module}.{old.name}`, too or instead"
    names = f"{old.module}:{old.name}", f"{old.new_module}:{old.name}"
    return Leftover(path, patch.line, patch.column, Sort.PATCH, *names, message, fix)


def _may_import(path: str, data: bytes, targets: Targets) -> bool:
    return kind_of(path) is Kind.PYTHON and targets.named_in(data)


@dataclass(eq=False, slots=True)
class _File:
    path: str
    data: bytes
    kind: Kind
    targets: Targets
    spellings: Spellings
    homes: Mapping[str, ModuleHome]

    def leftovers(self) -> list[Leftover]:
        spelled = self.spellings.matches(self.data)
        found: list[Leftover] = []
        if self.kind is Kind.PYTHON:
            found += self.in_python()
        elif self.kind in (Kind.MARKUP, Kind.NOTEBOOK) and self.targets.named_in(
            self.data
        ):
            found += self.in_blocks()
        if spelled and not is_migration(self.path, self.data):
            found += self.in_text({each.line for each in found})
        if is_history(self.path):
            found = [replace(each, sort=Sort.HISTORY) for each in found]
        return sorted(dict.fromkeys(found))

    # Code

    def in_python(self) -> Iterator[Leftover]:
        home = self.homes.get(self.path)
        for group in self.targets.groups:
            if group.names.relevant(self.data):
                for use in uses_in(self.data, group.names, self.path, home):
                    yield from self.of_use(use, group, use.line)

    def in_blocks(self) -> Iterator[Leftover]:
        text = self.text()
        blocks: Iterable[Block] = ()
        if self.kind is Kind.MARKUP:
            blocks = fenced(text)
        elif self.kind is Kind.NOTEBOOK:
            whole = cells(text)
            blocks = [whole] if whole else []
        for block in blocks:
            yield from self.in_block(block)

    def in_block(self, block: Block) -> Iterator[Leftover]:
        code = block.text.encode("utf-8", "surrogateescape")
        for group in self.targets.groups:
            if not group.names.relevant(code):
                continue
            for use in uses_in(code, group.names, self.path, None):
                if not use.unread:  # a piece of code: its text is searched
                    line = block.line(use.line)
                    yield from self.of_use(use, group, line, column=1)

    def of_use(
        self, use: Use, group: Group, line: int, column: int | None = None
    ) -> Iterator[Leftover]:
        if use.is_module and group.reach is Reach.THROUGH_CLASS:
            return  # whoever has the module finds the class that it always found
        sort = Sort.WORKS if group.works else Sort.CODE
        if use.unread:
            sort = Sort.UNREAD
        elif use.message and not group.works:
            sort = Sort.MEMBER if use.is_member else Sort.MAYBE
            if use.is_module and group.reach is Reach.PRIVATE:
                sort = Sort.PRIVATE
        at = use.column if column is None else column
        if use.message:
            told = use.message, use.fix
            yield Leftover(self.path, line, at, sort, "", "", *told)
            return
        for each in self.named(use):
            yield Leftover(self.path, line, at, sort, str(each.old), str(each.new))

    def named(self, use: Use) -> list[Renamed]:
        """The names that an edit is made for, as far as its text tells; never none."""
        every = list(self.targets.names)
        spelled = [e for e in every if _last(e.old) in use.before]
        reached = [e for e in spelled or every if _tail(e.new.module) in use.after]
        left = [e for e in reached if _tail(e.old.module) in use.before]
        return left or reached or spelled or every[:1]

    # Text

    def in_text(self, taken: set[int]) -> Iterator[Leftover]:
        """The old names that are spelled out, where the code has not told them."""
        text = self.text()
        hits = self.spellings.hits(text)
        if self.kind is Kind.PYTHON and hits:
            hits = [hit for hit in hits if _is_in(hit, _prose(self.data, text))]
        for hit in hits:
            line = text.count("\n", 0, hit.start) + 1
            if line not in taken:
                column = hit.start - text.rfind("\n", 0, hit.start)
                sort = Sort.WORKS if hit.works else Sort.TEXT
                yield Leftover(self.path, line, column, sort, hit.old, hit.new)

    def text(self) -> str:
        return self.data.decode("utf-8", "surrogateescape")


def _last(name: Name) -> str:
    return _tail(name.dotted)


def _tail(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _is_in(hit: Hit, spans: list[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in spans)


def _prose(data: bytes, text: str) -> list[tuple[int, int]]:
    """Where the comments and strings of a Python file are; all of it where that
    cannot be told.
    """
    try:
        source = Source.decode(data)
        tokens = list(tokenize.generate_tokens(io.StringIO(source.text).readline))
    except (SourceError, tokenize.TokenError, SyntaxError):
        return [(0, len(text))]
    starts = [0]
    for line in io.StringIO(source.text):
        starts.append(starts[-1] + len(line))
    return [
        (starts[t.start[0] - 1] + t.start[1], starts[t.end[0] - 1] + t.end[1])
        for t in tokens
        if t.type in (tokenize.COMMENT, tokenize.STRING)
        or tokenize.tok_name[t.type] == "FSTRING_MIDDLE"
    ]
