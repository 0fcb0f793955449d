"""Put planned imports into the text: where they stand, in what order.

A new import goes into the block of the old one. When the run of imports around
it was sorted as the project's settings say, the changed run is sorted so again;
when it was not, the new import stands directly before what is left of the old
one and nothing else moves.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.layout import Statement, module_text
from codemods.reshape import (
    Reshaped,
    guard_blocks,
    indented,
    replacement_lines,
    reshape,
    reshaped,
    statement_text,
)
from codemods.sorting import ImportSorter
from codemods.source import Splice

_DEFAULT_WIDTH = 88


@dataclass
class Run:
    """Import statements that follow each other, one to a line, in one block."""

    statements: list[ast.stmt]
    start: int
    end: int
    indent: str


def place_imports(draft: Draft, sorter: ImportSorter | None) -> list[Splice]:
    """Turn the imports that codemods planned into replacements of text."""
    planned = {site.node: site for site in draft.imports if site.is_planned}
    splices: list[Splice] = []
    done: set[ast.stmt] = set()
    for node, site in planned.items():
        if node in done:
            continue
        run = _run_around(draft, site)
        if run is None:
            done.add(node)
            splices.append(_inline(draft, site))
            continue
        done.update(run.statements)
        changed = {
            s: planned[s]
            for s in run.statements
            if isinstance(s, (ast.Import, ast.ImportFrom)) and s in planned
        }
        splices += _rewrite_run(draft, run, changed, sorter)
    return splices


def stands_alone(draft: Draft, site: ImportSite) -> bool:
    """Whether the statement has its lines for itself (no `;`, no one-line block)."""
    return has_its_lines(draft, site.node)


def has_its_lines(draft: Draft, node: ast.stmt) -> bool:
    """Whether nothing else stands on the lines of a statement."""
    return _indent_of(draft, node) is not None


# Runs


def _indent_of(draft: Draft, node: ast.stmt) -> str | None:
    """The indent of a statement that has its lines for itself, else None."""
    source = draft.source
    start, end = source.start(node), source.end(node)
    before = source.text[source.line_start(start) : start]
    after = source.text[end : source.line_end(end)].strip()
    if before.strip(" \t\f") or (after and not after.startswith("#")):
        return None
    return before


def _run_around(draft: Draft, site: ImportSite) -> Run | None:
    indent = _indent_of(draft, site.node)
    if indent is None:
        return None
    at = site.block.index(site.node)
    first = last = at
    while first > 0 and _continues(draft, site.block[first - 1], site.block[first]):
        first -= 1
    while last + 1 < len(site.block) and _continues(
        draft, site.block[last], site.block[last + 1]
    ):
        last += 1
    statements = site.block[first : last + 1]
    source = draft.source
    return Run(
        statements,
        source.line_start(source.start(statements[0])),
        source.line_end(source.end(statements[-1])),
        indent,
    )


def _continues(draft: Draft, first: ast.stmt, second: ast.stmt) -> bool:
    if not all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in (first, second)):
        return False
    indents = _indent_of(draft, first), _indent_of(draft, second)
    return None not in indents and indents[0] == indents[1]


def _dedent(text: str, indent: str) -> str | None:
    """The text without `indent`, None when a line does not begin with it."""
    lines = text.split("\n")
    if any(line.strip() and not line.startswith(indent) for line in lines):
        return None
    return "\n".join(line[len(indent) :] for line in lines)


def _rewrite_run(
    draft: Draft,
    run: Run,
    changed: dict[ast.Import | ast.ImportFrom, ImportSite],
    sorter: ImportSorter | None,
) -> list[Splice]:
    width = _width(sorter) - len(run.indent.expandtabs())
    shapes = {node: reshape(draft, site, width) for node, site in changed.items()}
    guarded = [shape for shape in shapes.values() if shape.guarded]
    at_end = not run.indent and any(
        s not in shapes or shapes[s].kept is not None or shapes[s].plain
        for s in run.statements
    )
    spans = [
        _statement_lines(
            draft,
            node,
            replacement_lines(draft, shape, run.indent, width, guards=not at_end),
            run.indent,
        )
        for node, shape in shapes.items()
    ]
    if guarded and not at_end:
        return spans
    result = _sorted_run(draft, run, spans, sorter)
    if result is None:
        result = _merged(draft, run, spans, changed, shapes, width)
    if guarded:
        newline = draft.source.newline_at(run.start)
        lines = [
            line
            for shape in guarded
            for line in guard_blocks(draft, shape, run.indent, width)
        ]
        block = "".join(line.replace("\n", newline) + newline for line in lines)
        last = draft.source.text[run.start : run.end]
        gap = newline if last.endswith(("\n", "\r")) else newline * 2
        result.append(Splice(run.end, run.end, gap + block))
    return result


def _statement_lines(
    draft: Draft, node: ast.stmt, lines: list[str], indent: str
) -> Splice:
    """Replace a statement and its trailing comment by other whole lines."""
    source = draft.source
    start = source.line_start(source.start(node))
    end = source.line_end(source.end(node))
    newline = source.newline_at(start)
    body = source.text[start:end]
    ending = "" if body.rstrip("\r\n") == body else newline
    text = "\n".join(indented(line, indent) for line in lines)
    text = text.replace("\n", newline)
    return Splice(start, end, text + ending if lines else "")


def _sorted_run(
    draft: Draft, run: Run, spans: list[Splice], sorter: ImportSorter | None
) -> list[Splice] | None:
    """The run with its changes, in the project's order; None if it had none."""
    if sorter is None:
        return None
    text = draft.source.text[run.start : run.end]
    newline = draft.source.newline_at(run.start)
    moved = [Splice(s.start - run.start, s.end - run.start, s.text) for s in spans]
    after = _splice_text(text, moved)
    before_lf = _dedent(text.replace(newline, "\n"), run.indent)
    after_lf = _dedent(after.replace(newline, "\n"), run.indent)
    if before_lf is None or after_lf is None or "\r" in before_lf:
        return None
    if "\f" in before_lf:
        return None
    ends = before_lf.endswith("\n")
    result = sorter.resort(
        before_lf if ends else before_lf + "\n",
        after_lf if ends else after_lf + "\n",
        run.indent,
    )
    if result is None:
        return None
    if not ends:
        result = result.removesuffix("\n")
    return [_least(run.start, text, indented(result, run.indent), newline)]


def _splice_text(text: str, splices: list[Splice]) -> str:
    for part in sorted(splices, reverse=True):
        text = text[: part.start] + part.text + text[part.end :]
    return text


def _least(start: int, before: str, after_lf: str, newline: str) -> Splice:
    """One replacement that leaves the equal lines at both ends alone."""
    old = before.splitlines(keepends=True)
    new = after_lf.replace("\n", newline).splitlines(keepends=True)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    offset = start + len("".join(old[:head]))
    end = start + len(before) - len("".join(old[len(old) - tail :]))
    return Splice(offset, end, "".join(new[head : len(new) - tail]))


def _merged(
    draft: Draft,
    run: Run,
    spans: list[Splice],
    changed: dict[ast.Import | ast.ImportFrom, ImportSite],
    shapes: dict[ast.Import | ast.ImportFrom, Reshaped],
    width: int,
) -> list[Splice]:
    """Unsorted: join a new import to one of the same module in the run, if any."""
    result = list(spans)
    for position, (node, site) in enumerate(changed.items()):
        entries = [p.entry for p in _planned_of(site) if p.fallback is None]
        if len(entries) != 1 or shapes[node].guarded or entries[0].name in (None, "*"):
            continue
        host = _host_of(draft, run, changed, entries[0])
        if host is None or _comment_after(draft, node) or _comment_after(draft, host):
            continue
        try:
            statement = Statement.parse(statement_text(draft, host))
            name = entries[0].name or ""
            joined = statement.with_name(name, entries[0].asname)
        except ValueError:
            continue
        if not joined.spans_lines and len(joined.code) > width:
            continue
        kept = shapes[node].kept
        all_moved = len(site.replaced) == len(node.names)
        rest = [] if kept is None or all_moved else [kept]
        result[position] = _statement_lines(draft, node, rest, run.indent)
        result.append(_statement_lines(draft, host, [joined.code], run.indent))
    return result


def _host_of(
    draft: Draft,
    run: Run,
    changed: dict[ast.Import | ast.ImportFrom, ImportSite],
    entry: Entry,
) -> ast.ImportFrom | None:
    wanted = module_text(entry, draft.home)
    for statement in run.statements:
        if not isinstance(statement, ast.ImportFrom) or statement in changed:
            continue
        text = "." * statement.level + (statement.module or "")
        if text == wanted and statement.names[0].name != "*":
            return statement
    return None


def _planned_of(site: ImportSite) -> list[Planned]:
    listed = [p for plans in site.replaced.values() for p in plans]
    return [*listed, *site.added]


def _comment_after(draft: Draft, node: ast.stmt) -> str:
    source = draft.source
    end = source.end(node)
    rest = source.text[end : source.line_end(end)].strip()
    return rest if rest.startswith("#") else ""


def _inline(draft: Draft, site: ImportSite) -> Splice:
    """A statement that shares its line: new and old joined by `; `."""
    source = draft.source
    start, end = source.start(site.node), source.end(site.node)
    statement = Statement.parse(re.sub(r"\r\n|\r", "\n", source.text[start:end]))
    shape = reshaped(draft, site, statement, 10_000)
    newline = source.newline_at(start)
    lines = replacement_lines(draft, shape, "", 10_000, guards=False)
    return Splice(start, end, "; ".join(lines).replace("\n", newline))


def _width(sorter: ImportSorter | None) -> int:
    return getattr(sorter, "line_length", None) or _DEFAULT_WIDTH
