"""What stays importable from a module that was split, and the text that does it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from codemods.draft import Entry
from codemods.hoisting import with_imports
from codemods.home import ModuleHome
from codemods.sorting import ImportSorter
from codemods.source import Source, Splice, splice
from verify.splitting.askers import Asked
from verify.splitting.inventory import Inventory, text_of
from verify.splitting.plan import Plan
from verify.surface.exports import exports_of

_WIDTH = 88
_ALL = "__all__"


@dataclass(frozen=True, slots=True)
class Kept:
    """`moved` are the names of what moved that the module still gives out, `imported`
    those that it has from elsewhere and that others take from it, each sorted.
    """

    moved: tuple[str, ...]
    imported: tuple[str, ...]


def kept_names(plan: Plan, inventory: Inventory, asked: Asked) -> Kept:
    """What stays importable: what the plan names, else every public name, what
    `__all__` lists and whatever the repository asks for.
    """
    exports = exports_of(inventory.tree.body)
    listed = exports.names | exports.maybe if exports is not None else frozenset()
    moved = plan.homes.keys()
    if plan.declared.reexport is not None:
        wanted = {*plan.declared.reexport, *listed}
    else:
        wanted = {name for name in moved if not name.startswith("_")}
        wanted |= {*asked.names, *listed}
    imported = wanted & inventory.imported.keys() if not asked.stars else None
    if imported is None:
        imported = {n for n in inventory.imported if not n.startswith("_")} | (
            wanted & inventory.imported.keys()
        )
    return Kept(tuple(sorted(wanted & moved)), tuple(sorted(imported - moved)))


@dataclass(frozen=True)
class Reexports:
    """Names and the modules that they are imported from, for the module `home`."""

    home: ModuleHome
    homes: Mapping[str, str]
    relative: bool = False

    def into(self, text: str, sorter: ImportSorter | None) -> str:
        """The text with the names, as far as it does not bind them already.

        Raises ValueError where that is not possible.
        """
        tree = ast.parse(text)
        bound = set(_bound_by_imports(tree))
        missing = [name for name in sorted(self.homes) if name not in bound]
        entries = [(self._entry(name), "") for name in missing]
        source = Source(text, "utf-8", b"")
        return with_imports(source, tree, entries, self.home, sorter)

    def _entry(self, name: str) -> Entry:
        return Entry(self.homes[name], name, relative=self.relative)


def with_all(text: str, names: Collection[str]) -> str:
    """The text with an `__all__` of the names below its imports; as it is where it
    has one.
    """
    tree = ast.parse(text)
    if exports_of(tree.body) is not None or not names:
        return text
    source = Source(text, "utf-8", b"")
    newline = source.newline_at(0)
    above = _last_of_the_top(tree)
    at = source.line_end(source.offset(above, 0)) if above else 0
    head, tail = text[:at].rstrip("\r\n"), text[at:].lstrip("\r\n")
    lines = [head, _list_of(names), tail]
    gap = newline * 3 if tail else newline
    first = f"{lines[0]}{newline * 2}" if head else ""
    return f"{first}{lines[1].replace(chr(10), newline)}{gap}{tail}"


def _list_of(names: Collection[str]) -> str:
    quoted = [f'"{name}"' for name in sorted(names)]
    line = f"{_ALL} = [{', '.join(quoted)}]"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{_ALL} = [", *(f"    {each}," for each in quoted), "]"])


def _last_of_the_top(tree: ast.Module) -> int:
    """The last line of the imports that a module begins with, or of its docstring."""
    line = 0
    for node in tree.body:
        is_text = text_of(node) is not None
        guarded = isinstance(node, (ast.If, ast.Try)) and all(
            isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in node.body
        )
        if not (isinstance(node, (ast.Import, ast.ImportFrom)) or is_text or guarded):
            break
        line = node.end_lineno or node.lineno
    return line


def _bound_by_imports(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]


def with_docstring(text: str, docstring: str | None, header: str | None) -> str:
    """The text with another docstring and another comment to begin with; None for
    either leaves it. The strings that a module begins with count as its docstring.
    """
    source = Source(text, "utf-8", b"")
    tree = source.parse()
    newline = source.newline_at(0)
    if docstring is not None:
        text = _less_leading_strings(source, tree)
        at = _end_of_header(text)
        quoted = f'"""{docstring}"""'.replace("\n", newline) if docstring else ""
        rest = text[at:].lstrip("\r\n")
        gap = newline * 2 if quoted and rest else newline if quoted else ""
        text = text[:at] + quoted + gap + rest
    if header is not None:
        rest = text[_end_of_header(text) :]
        comment = header.strip("\n").replace("\n", newline)
        text = f"{comment}{newline}{newline}{rest}" if comment else rest.lstrip("\r\n")
    return text


def _less_leading_strings(source: Source, tree: ast.Module) -> str:
    gone = []
    for node in tree.body:
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if text_of(node) is not None:
            start = source.line_start(source.start(node))
            end = source.line_end(source.end(node))
            while source.text[end : end + 1] in ("\n", "\r"):
                end += 1
            gone.append(Splice(start, end, ""))
        elif not is_future:
            break
    return splice(source.text, gone)


def less_future(text: str) -> str:
    """The text without `from __future__ import annotations`, where it holds no code
    that the import is about.
    """
    source = Source(text, "utf-8", b"")
    tree = source.parse()
    plain = (ast.Import, ast.ImportFrom)
    if not all(isinstance(n, plain) or text_of(n) is not None for n in tree.body):
        return text
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
            continue
        if [alias.name for alias in node.names] == ["annotations"]:
            start, end = source.line_start(source.start(node)), source.end(node)
            rest = text[source.line_end(end) :]
            return text[:start] + rest.lstrip("\r\n")
    return text


def _end_of_header(text: str) -> int:
    """Where the comments that a text begins with end, with the empty line below."""
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            break
        at += len(line)
    return at
