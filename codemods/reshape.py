"""Reshape one import statement: what is new, what is guarded, what stays."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.layout import PRAGMA, Statement, module_text, render


@dataclass(frozen=True)
class Line:
    """One planned import, with the comment that goes with it."""

    planned: Planned
    comment: str


@dataclass
class Reshaped:
    """One changed statement: new imports, what is left of it, guarded imports."""

    above: list[str] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)
    kept: str | None = None

    @property
    def plain(self) -> list[Line]:
        return [line for line in self.new if line.planned.fallback is None]

    @property
    def guarded(self) -> list[Line]:
        return [line for line in self.new if line.planned.fallback is not None]


def replacement_lines(
    draft: Draft, shape: Reshaped, indent: str, width: int, *, guards: bool
) -> list[str]:
    """The statements, dedented, that take the place of a changed one."""
    above = [] if shape.guarded else shape.above
    new = render_all(draft, [(x.planned.entry, x.comment) for x in shape.plain], width)
    guarded = guard_blocks(draft, shape, indent, width) if guards else []
    kept = [] if shape.kept is None else [shape.kept]
    return [*above, *new, *guarded, *kept]


def guard_blocks(draft: Draft, shape: Reshaped, indent: str, width: int) -> list[str]:
    """The `try` blocks of a statement, one for each new module."""
    by_module: dict[str, list[Line]] = {}
    for line in shape.guarded:
        entry = line.planned.entry
        by_module.setdefault(_guard_key(entry), []).append(line)
    unit = "\t" if indent.endswith("\t") else "    "
    blocks = [_guard(draft, lines, unit, width) for lines in by_module.values()]
    return [*shape.above, *blocks] if blocks else []


def _guard_key(entry: Entry) -> str:
    """Modules that may be missing one without the other are tried apart."""
    return entry.module if entry.name else f"import {entry.module}"


def statement_text(draft: Draft, node: ast.stmt) -> str:
    """The statement dedented, with its trailing comment, ends of line as `\\n`."""
    source = draft.source
    start, end = source.start(node), source.end(node)
    text = source.text[start : source.line_end(end)].rstrip("\r\n")
    indent = source.text[source.line_start(start) : start]
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n".join([lines[0], *(line.removeprefix(indent) for line in lines[1:])])


def reshape(draft: Draft, site: ImportSite, width: int) -> Reshaped:
    statement = Statement.parse(statement_text(draft, site.node))
    return reshaped(draft, site, statement, width)


def reshaped(
    draft: Draft, site: ImportSite, statement: Statement, width: int
) -> Reshaped:
    whole = _repointed(draft, site, statement)
    if whole is not None:
        return Reshaped(kept=whole.fitted(width).code)
    statement = statement.with_opening_comment_last()
    comment = statement.trailing_comment
    gone = {i for i, a in enumerate(site.node.names) if a in site.replaced}
    shape = Reshaped()
    nothing_left = len(gone) == len(site.node.names)
    shared = comment if nothing_left or PRAGMA.match(comment) else ""
    for index, alias in enumerate(site.node.names):
        if alias in site.replaced:
            shape.above += statement.comments_above(index)
            beside = _joined_comments(statement.comment_beside(index), shared)
            shape.new += [Line(p, beside) for p in site.replaced[alias]]
    shape.new += [Line(planned, shared) for planned in site.added]
    if not nothing_left:
        kept = statement.without(gone) if gone else statement
        shape.kept = kept.fitted(width).code
    return shape


def _joined_comments(beside: str, shared: str) -> str:
    if beside and shared and beside != shared:
        return f"{beside}  {shared}"
    return beside or shared


def _repointed(
    draft: Draft, site: ImportSite, statement: Statement
) -> Statement | None:
    """The statement with only a module name changed, where that is all."""
    plans = [site.replaced.get(alias, []) for alias in site.node.names]
    if site.added or any(p.fallback for ps in plans for p in ps):
        return None
    if isinstance(site.node, ast.ImportFrom):
        entries = [ps[0].entry for ps in plans if len(ps) == 1]
        if len(entries) != len(plans) or len({e.module for e in entries}) != 1:
            return None
        old = [(alias.name, alias.asname) for alias in site.node.names]
        if [(entry.name, entry.asname) for entry in entries] != old:
            return None
        return statement.from_module(module_text(entries[0], draft.home))
    if any(len(ps) > 1 or (ps and ps[0].entry.name) for ps in plans):
        return None
    for index, ps in enumerate(plans):
        if ps:
            entry = ps[0].entry
            statement = statement.with_alias(index, entry.module, entry.asname)
    return statement


def _guard(draft: Draft, lines: list[Line], unit: str, width: int) -> str:
    """`try:` the new imports, `except ImportError:` the old ones."""
    inner = width - len(unit.expandtabs())
    new = [(line.planned.entry, line.comment) for line in lines]
    old = [
        (line.planned.fallback, line.comment)
        for line in lines
        if line.planned.fallback is not None
    ]
    return "\n".join(
        [
            "try:",
            *(indented(text, unit) for text in render_all(draft, new, inner)),
            "except ImportError:",
            *(indented(text, unit) for text in render_all(draft, old, inner)),
        ]
    )


def render_all(draft: Draft, entries: list[tuple[Entry, str]], width: int) -> list[str]:
    """New import statements; names of one module and comment share one."""
    groups: dict[tuple[object, ...], list[tuple[Entry, str]]] = {}
    for entry, comment in dict.fromkeys(entries):
        key: tuple[object, ...] = (entry, comment)
        if entry.name not in (None, "*"):
            key = (entry.module, entry.relative, comment)
        groups.setdefault(key, []).append((entry, comment))
    return [
        render([entry for entry, _ in group], draft.home, group[0][1], width)
        for group in groups.values()
    ]


def indented(text: str, indent: str) -> str:
    lines = text.split("\n")
    return "\n".join(indent + line if line.strip() else line for line in lines)
