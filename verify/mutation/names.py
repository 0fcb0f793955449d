"""One small change around moved code, whose text stays: a name means another thing.

A kind gives pairs: the name that must be found to mean another thing, and the change
of the file that the moved code is in now. The name is empty where any will do.

Which names moved code takes from its module is read by `symtable`, which shares
nothing with what is being proved.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.source import Source, Splice
from verify.mutation.code import Change

Named = Iterator[tuple[str, Change]]
_ELSEWHERE = "rehome_elsewhere"


@dataclass(eq=False)
class Around:
    """A module, a moved definition in it, and the `names` that this looks up in the
    module when it runs; `defining` are those that it looks up when it is defined.

    `others` are modules of the same tree, each with the names that it may take from
    elsewhere: re-pointed to it, those could stay what they are.
    """

    source: Source
    tree: ast.Module
    node: ast.AST
    names: frozenset[str]
    defining: frozenset[str]
    others: Mapping[str, frozenset[str]]

    @cached_property
    def bound(self) -> frozenset[str]:
        table = symtable.symtable(self.source.text, "module", "exec")
        return frozenset(s.get_name() for s in table.get_symbols() if _is_bound(s))

    @property
    def imports(self) -> Iterator[tuple[ast.stmt, ast.alias, str]]:
        """The imports at the top level that bind one of the names."""
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    local = alias.asname or alias.name
                    if local in self.names:
                        yield node, alias, local

    @property
    def outermost(self) -> ast.stmt | None:
        """The statement at the top level that the definition is or is part of."""
        line = getattr(self.node, "lineno", 0)
        holding = (
            n for n in self.tree.body if n.lineno <= line <= (n.end_lineno or line)
        )
        return next(holding, None)

    def before(self, code: str) -> Iterator[Change]:
        """Code on a line of its own above the definition."""
        node = self.outermost
        if node is not None:
            decorators = getattr(node, "decorator_list", ())
            first = min((d.lineno for d in decorators), default=node.lineno)
            at = self.source.offset(first, 0)
            yield (Splice(at, at, f"{code}\n"),)

    def at_end(self, code: str) -> Change:
        text = self.source.text
        newline = "" if text.endswith("\n") else "\n"
        return (Splice(len(text), len(text), f"{newline}\n{code}\n"),)


def names_at_run_time(source: Source, node: ast.AST) -> frozenset[str]:
    """The names of its module that the functions of a definition read."""
    table = symtable.symtable(source.text, "module", "exec")
    last = getattr(node, "end_lineno", None) or source.text.count("\n") + 1
    lines = range(getattr(node, "lineno", 0), last + 1)
    found: set[str] = set()
    for inner in _tables(table):
        if inner.get_type() == "function" and inner.get_lineno() in lines:
            found |= {
                s.get_name()
                for s in inner.get_symbols()
                if s.is_global() and s.is_referenced() and not s.is_assigned()
            }
    return frozenset(found & _evaluated(node))


def names_when_defined(node: ast.AST) -> frozenset[str]:
    """The names that decorators, bases, defaults and class bodies read, less those
    that the definition binds itself somewhere."""
    bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is_store(n)}
    bound |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    bound |= {
        n.name
        for n in ast.walk(node)
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    return frozenset(_at_once(node) - bound)


def _at_once(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Lambda):
        parts: list[ast.AST | None] = [*node.args.defaults, *node.args.kw_defaults]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts = [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]
    elif isinstance(node, ast.AnnAssign):
        parts = [node.value]
    else:
        parts = list(ast.iter_child_nodes(node))
    found = {node.id} if isinstance(node, ast.Name) else set()
    return found.union(*(_at_once(part) for part in parts if part is not None))


def _is_store(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def taken_from_elsewhere(source: Source) -> frozenset[str] | None:
    """The names that a module imports, None where a star import hides them."""
    tree = source.parse()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
    return None if "*" in found or "__getattr__" in source.text else frozenset(found)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _tables(child)


def _evaluated(node: ast.AST) -> set[str]:
    """The names that are read outside annotations."""
    found: set[str] = set()
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                found |= _evaluated(each)
    return found | {node.id} if isinstance(node, ast.Name) else found


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def twin(around: Around) -> Named:
    for name in sorted(around.names & around.bound):
        yield name, around.at_end(f"{name} = 20741")
        yield name, around.at_end(f"def {name}(*arguments): ...")


def twin_under_condition(around: Around) -> Named:
    for name in sorted(around.names & around.bound):
        yield name, around.at_end(f"if __debug__:\n    {name} = 20741")


def overshadowed(around: Around) -> Named:
    """Another definition under the name of the moved one."""
    name = getattr(around.node, "name", "")
    outer = around.outermost
    if name and outer is not None and getattr(outer, "name", "") == name:
        yield name, around.at_end(f"def {name}(*arguments): ...")
        yield name, around.at_end(f"{name} = 20741")
        yield name, around.at_end(f"from {_ELSEWHERE} import {name}")


def defining_rebound(around: Around) -> Named:
    """Another decorator, base class or default of the same name."""
    for name in sorted(around.defining):
        for code in (f"from {_ELSEWHERE} import {name}", f"{name} = 20741"):
            for change in around.before(code):
                yield name, change


def shadowed_builtin(around: Around) -> Named:
    for name in sorted(around.names - around.bound):
        if hasattr(builtins, name) and not name.startswith("__"):
            yield name, around.at_end(f"def {name}(*arguments): ...")
            yield name, around.at_end(f"from {_ELSEWHERE} import {name}")
            yield name, around.at_end(f"for {name} in (): pass")


def import_repointed(around: Around) -> Named:
    for node, alias, local in around.imports:
        others = [m for m, taken in around.others.items() if alias.name not in taken]
        for module in (_ELSEWHERE, *others):
            code = _written(alias, module, node)
            yield local, _without(around, node, alias, code)


def import_of_another(around: Around) -> Named:
    """Another name of the same module."""
    for node, alias, local in around.imports:
        if isinstance(node, ast.ImportFrom):
            start = around.source.start(alias)
            end = around.source.end(alias)
            yield local, (Splice(start, end, f"{alias.name}_ as {local}"),)


def import_swapped(around: Around) -> Named:
    """Two names of one import statement, each imported as the other."""
    for node, alias, local in around.imports:
        for other in getattr(node, "names", ()):
            if isinstance(node, ast.ImportFrom) and other.name != alias.name:
                its = other.asname or other.name
                module = f"{'.' * node.level}{node.module or ''}"
                code = f"\nfrom {module} import {alias.name} as {its}"
                code += f"\nfrom {module} import {other.name} as {local}"
                at = around.source.line_end(around.source.end(node))
                yield local, (Splice(at - 1, at - 1, code),)
                break


def import_for_types(around: Around) -> Named:
    for node, alias, local in around.imports:
        module = getattr(node, "module", None) or ""
        level = "." * getattr(node, "level", 0)
        code = _written(alias, level + module, node)
        if isinstance(node, ast.Import):
            code = f"import {ast.unparse(alias)}"
        guard = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
        yield local, _without(around, node, alias, guard + code)


def import_overridden(around: Around) -> Named:
    for _, _, local in around.imports:
        if "." not in local:
            code = f"from {_ELSEWHERE} import {local}"
            yield local, around.at_end(code)
            yield (
                local,
                around.at_end(f"try:\n    {code}\nexcept ImportError: pass"),
            )


def import_replaced(around: Around) -> Named:
    """A value of its own in place of an import."""
    for node, alias, local in around.imports:
        if "." not in local:
            yield local, _without(around, node, alias, f"{local} = 20741")


def import_dropped(around: Around) -> Named:
    for node, alias, local in around.imports:
        yield local, _without(around, node, alias, "")


def star(around: Around) -> Named:
    if around.names:
        yield "", around.at_end(f"from {_ELSEWHERE} import *")


def namespace_changed(around: Around) -> Named:
    for name in sorted(around.names)[:3]:
        yield "globals()", around.at_end(f"globals()[{name!r}] = None")


def annotations_kept(around: Around) -> Named:
    """`from __future__ import annotations`, lost or gained."""
    if not any(map(_has_annotation, ast.walk(around.node))):
        return
    for node in around.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                if alias.name == "annotations":
                    yield "annotations", _without(around, node, alias, "")
            return
    first = around.tree.body[ast.get_docstring(around.tree) is not None]
    at = around.source.offset(first.lineno, 0)
    code = "from __future__ import annotations\n"
    yield "annotations", (Splice(at, at, code),)


def _has_annotation(node: ast.AST) -> bool:
    given = getattr(node, "annotation", None) or getattr(node, "returns", None)
    return given is not None and any(
        isinstance(each, ast.Name) for each in ast.walk(given)
    )


def _written(alias: ast.alias, module: str, node: ast.stmt) -> str:
    name, local = alias.name, alias.asname
    if isinstance(node, ast.Import):
        return f"import {module} as {local or name.partition('.')[0]}"
    return f"from {module} import {name}" + (f" as {local}" if local else "")


def _without(around: Around, node: ast.stmt, alias: ast.alias, code: str) -> Change:
    """Write a statement again without one of its names, and other code behind it."""
    names = [a for a in getattr(node, "names", []) if a is not alias]
    kept = []
    if names and isinstance(node, ast.ImportFrom):
        kept = [ast.unparse(ast.ImportFrom(node.module, names, node.level))]
    elif names:
        kept = [ast.unparse(ast.Import(names))]
    text = "\n".join([*kept, *([code] if code else [])]) or "pass"
    return (Splice(around.source.start(node), around.source.end(node), text),)


KINDS: dict[str, Callable[[Around], Named]] = {
    function.__name__: function
    for function in (
        *(twin, twin_under_condition, overshadowed, defining_rebound),
        *(shadowed_builtin, import_repointed, import_of_another, import_swapped),
        *(import_for_types, import_overridden, import_replaced, import_dropped),
        *(star, namespace_changed, annotations_kept),
    )
}
