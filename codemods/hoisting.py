"""Move imports from inside functions to the top of their file. Pure.

Which ones can go is told elsewhere (`codemods.hoistable` for what the file itself
says, `verify.importing.hoisting` for what the whole project does); this makes the
new bytes, and nothing else of the file changes.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from codemods.draft import Entry
from codemods.finding import Finding, Place
from codemods.hoistable import ImportStatement, Local
from codemods.home import ModuleHome
from codemods.layout import Statement, module_text, render
from codemods.rewrite import Edit, Rewritten
from codemods.rules import UNSAFE_REWRITE
from codemods.sorting import ImportSorter, is_switched_off
from codemods.source import Source, SourceError, Splice, splice

_DEFAULT_WIDTH = 88
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def hoist(
    source: Source,
    tree: ast.Module,
    wanted: Sequence[Local],
    *,
    path: str,
    sorter: ImportSorter | None = None,
) -> Rewritten:
    """Move the `wanted` imports of a file to its top.

    They go where the imports before the first definition end, in the order that
    `sorter` keeps, if these were in order. `path` is only used in findings: one
    says so where the new text would not be sound, and the file stays as it is.
    """
    old = source.encode(source.text)
    try:
        text = splice(source.text, _splices(source, tree, wanted, sorter))
        new = source.encode(text)
        _check(source, Source.decode(new), len(wanted))
    except (ValueError, SyntaxError, SourceError) as error:
        message = f"its imports cannot be moved: {error}"
        finding = Finding(UNSAFE_REWRITE, Place(path), message, "move them by hand")
        return Rewritten(path, old, old, (), (finding,))
    return Rewritten(path, old, new, tuple(edits_between(source.text, text)))


def _check(before: Source, after: Source, moved: int) -> None:
    """Raises ValueError where more changed than imports that moved."""
    old, new = before.parse(), after.parse()
    compile(new, "hoisted", "exec", dont_inherit=True)
    if _count(old) - _count(new) != moved:
        raise ValueError("an import would be lost")
    if _without_imports(old) != _without_imports(new):
        raise ValueError("something besides imports would change")


def _without_imports(tree: ast.Module) -> str:
    """The tree as text, less its imports; it is changed for that."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [each for each in body if not isinstance(each, _IMPORTS)]
            node.body = kept  # type: ignore[attr-defined]
    return ast.dump(tree)


def _count(tree: ast.Module) -> int:
    """How many import statements there are inside functions."""
    return sum(
        isinstance(inner, _IMPORTS)
        for node in tree.body
        if not isinstance(node, _IMPORTS)
        for inner in ast.walk(node)
    )


def _splices(
    source: Source,
    tree: ast.Module,
    wanted: Sequence[Local],
    sorter: ImportSorter | None,
) -> list[Splice]:
    chosen = {each.node for each in wanted}
    removals = list(_removals(source, tree, chosen))
    lines = _new_imports(wanted, _width(sorter))
    if not lines:
        return removals
    if is_switched_off(source.text):
        sorter = None
    block = _block(source, tree)
    if block is None:
        return [*removals, _at_the_start(source, tree, _in_order(lines, sorter))]
    return [*removals, _into(source, block, lines, sorter)]


def _width(sorter: ImportSorter | None) -> int:
    return sorter.line_length if sorter is not None else _DEFAULT_WIDTH


def end_of_imports(source: Source, tree: ast.Module) -> int:
    """The last line of the imports that new ones would go among, 0 without any."""
    block = _block(source, tree)
    return (block[-1].end_lineno or 0) if block else 0


# What goes


def _removals(
    source: Source, tree: ast.Module, chosen: Collection[ast.AST]
) -> Iterator[Splice]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        gone = [each for each in body if each in chosen]
        if gone and len(gone) == len(body):
            raise ValueError("nothing would be left of a function")
        for first, last in _neighbours(body, chosen):
            yield _removal(source, body, first, last)


def _neighbours(
    body: list[ast.stmt], chosen: Collection[ast.AST]
) -> Iterator[tuple[int, int]]:
    """The first and last index of each row of statements that go."""
    at = 0
    while at < len(body):
        last = at
        while last < len(body) and body[last] in chosen:
            last += 1
        if last > at:
            yield at, last - 1
        at = max(last, at + 1)


def _removal(source: Source, body: list[ast.stmt], first: int, last: int) -> Splice:
    """The lines of the statements, with the empty ones after them where an empty one,
    the head of the function or its docstring stands before them.
    """
    start = source.line_start(source.start(body[first]))
    end = source.line_end(source.end(body[last]))
    for one, other in zip(body[first:last], body[first + 1 : last + 1], strict=True):
        between = source.text[source.line_end(source.end(one)) : source.start(other)]
        if between.strip():
            raise ValueError("a comment stands between imports that go")
    above = source.text[source.line_start(max(start - 1, 0)) : start]
    if not above.strip() or first == 0 or (first == 1 and _is_docstring(body[0])):
        while end < len(source.text):
            after = source.line_end(end)
            if source.text[end:after].strip():
                break
            end = after
    if last == len(body) - 1:
        end = source.line_end(source.end(body[last]))
    return Splice(start, end, "")


def _is_docstring(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


# What comes


@dataclass(frozen=True, slots=True)
class _Line:
    """One new import statement; `base` is the module as it is written."""

    base: str
    names: tuple[tuple[str, str | None], ...]
    text: str


def _new_imports(wanted: Sequence[Local], width: int) -> list[_Line]:
    """The statements to add, each name once."""
    groups: dict[str, dict[tuple[str, str | None], None]] = {}
    plain: dict[tuple[str, str | None], None] = {}
    for each in wanted:
        for alias in each.missing:
            pair = (alias.name, alias.asname)
            if isinstance(each.node, ast.ImportFrom):
                groups.setdefault(_base(each.node), {})[pair] = None
            else:
                plain[pair] = None
    lines = [
        _Line("", (pair,), render([Entry(pair[0], None, pair[1])], None, "", width))
        for pair in plain
    ]
    for base, names in groups.items():
        entries = [Entry(base, name, asname) for name, asname in names]
        lines.append(_Line(base, tuple(names), render(entries, None, "", width)))
    return lines


def _base(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _block(source: Source, tree: ast.Module) -> list[ImportStatement] | None:
    """The last row of imports before anything is defined."""
    found: list[ImportStatement] | None = None
    row: list[ImportStatement] = []
    for node in tree.body:
        if isinstance(node, _IMPORTS):
            if _stands_alone(source, node):
                row.append(node)
                found = row
            continue
        row = []
        if any(isinstance(each, _DEFINITIONS) for each in ast.walk(node)):
            break
    return found


def _stands_alone(source: Source, node: ImportStatement) -> bool:
    start, end = source.start(node), source.end(node)
    after = source.text[end : source.line_end(end)].strip()
    return source.line_start(start) == start and (not after or after.startswith("#"))


def _in_order(lines: list[_Line], sorter: ImportSorter | None) -> str:
    first, *others = (f"{line.text}\n" for line in lines)
    together = "".join([first, *others])
    result = sorter.resort(first, together, "") if sorter and others else None
    return result or together


def _at_the_start(source: Source, tree: ast.Module, text: str) -> Splice:
    """Where a file imports nothing: below its docstring."""
    newline = source.newline_at(0)
    text = text.replace("\n", newline)
    if ast.get_docstring(tree, clean=False) is None:
        first = tree.body[0]
        decorators: list[ast.expr] = getattr(first, "decorator_list", [])
        line = min([first.lineno, *(d.lineno for d in decorators)])
        start = source.offset(line, 0)
        return Splice(start, start, text + newline * 2)
    end = source.end(tree.body[0])
    if source.text[end : source.line_end(end)].strip():
        raise ValueError("something stands beside the docstring")
    start = source.line_end(end)
    return Splice(start, start, newline + text)


def _into(
    source: Source,
    block: list[ImportStatement],
    lines: list[_Line],
    sorter: ImportSorter | None,
) -> Splice:
    """The row of imports with the new ones among them."""
    start = source.start(block[0])
    end = source.line_end(source.end(block[-1]))
    old = source.text[start:end]
    newline = source.newline_at(start)
    before = old.replace(newline, "\n")
    if any(mark in old.replace(newline, "") for mark in "\r\n\f"):
        raise ValueError("its lines end in more than one way")
    ends = before.endswith("\n")
    before = before if ends else before + "\n"
    after = before + "".join(f"{line.text}\n" for line in lines)
    result = sorter.resort(before, after, "") if sorter is not None else None
    if result is None:
        result = _unsorted(before, lines, _width(sorter))
    result = result if ends else result.removesuffix("\n")
    return Splice(start, end, result.replace("\n", newline))


def _unsorted(before: str, lines: list[_Line], width: int) -> str:
    """The row with each new import beside what it is most like: joined to one of the
    same module, or after the last whose module begins likewise.
    """
    for line in lines:
        nodes = [n for n in ast.parse(before).body if isinstance(n, _IMPORTS)]
        pieces = before.splitlines(keepends=True)
        joined = _joined(nodes, pieces, line, width)
        if joined is None:
            at = _after_which(nodes, line)
            pieces.insert(at, f"{line.text}\n")
            joined = "".join(pieces)
        before = joined
    return before


def _joined(
    nodes: Sequence[ImportStatement], pieces: list[str], line: _Line, width: int
) -> str | None:
    for node in nodes:
        if not isinstance(node, ast.ImportFrom) or _base(node) != line.base:
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        if node.names[0].name == "*":
            continue
        try:
            statement = Statement.parse("".join(pieces[first:last]).rstrip("\n"))
            if statement.trailing_comment:
                continue
            for name, asname in line.names:
                statement = statement.with_name(name, asname)
        except ValueError:
            continue
        if not statement.spans_lines and len(statement.code) > width:
            continue
        return "".join([*pieces[:first], f"{statement.code}\n", *pieces[last:]])
    return None


def _after_which(nodes: Sequence[ImportStatement], line: _Line) -> int:
    """The number of lines before the place of a new import."""
    wanted = re.split(r"\b", line.base or line.names[0][0])[:2]
    best = nodes[-1]
    for node in nodes:
        each = _base(node) if isinstance(node, ast.ImportFrom) else node.names[0].name
        if re.split(r"\b", each)[:2] == wanted:
            best = node
    return best.end_lineno or best.lineno


def edits_between(before: str, after: str) -> Iterator[Edit]:
    """The lines that changed, for people to read."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield Edit(start + 1, "".join(old[start:end]), "".join(new[first:last]))


# For others that add imports to a file


def with_imports(
    source: Source,
    tree: ast.Module,
    wanted: Sequence[tuple[Entry, str]],
    home: ModuleHome | None,
    sorter: ImportSorter | None,
) -> str:
    """The text with imports added to its top, each with its comment or an empty one.

    They go where those of `hoist` go. Raises ValueError where that is not possible.
    """
    groups: dict[tuple[str, bool, str], dict[Entry, None]] = {}
    width = _width(sorter)
    lines: list[_Line] = []
    for entry, comment in wanted:
        if entry.name is None:
            text = render([entry], home, comment, width)
            lines.append(_Line("", ((entry.module, entry.asname),), text))
        else:
            key = entry.module, entry.relative, comment
            groups.setdefault(key, {})[entry] = None
    for (_, _, comment), entries in groups.items():
        pairs = tuple((entry.name or "", entry.asname) for entry in entries)
        base = module_text(next(iter(entries)), home)
        lines.append(_Line(base, pairs, render([*entries], home, comment, width)))
    if not lines:
        return source.text
    if is_switched_off(source.text):
        sorter = None
    block = _block(source, tree)
    if block is not None:
        return splice(source.text, [_into(source, block, lines, sorter)])
    text = _in_order(lines, sorter)
    if not tree.body:
        newline = source.newline_at(0)
        return source.text + text.replace("\n", newline)
    return splice(source.text, [_at_the_start(source, tree, text)])
