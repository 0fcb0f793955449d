"""What a module gives out without binding it: by `__getattr__`, or behind its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from verify.surface.flow import Bound, Reference, Way, run
from verify.syntax import is_own_module, is_own_names

_GETATTR = "__getattr__"
# Without one of these a text has no writers.
SIGNS_OF_WRITERS = (b"globals", b"vars", b"exec", b"modules")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_WRITERS = frozenset({"update", "setdefault", "__setitem__"})


@dataclass(frozen=True, slots=True)
class Lazy:
    """The names that `__getattr__` knows, each with the import it makes for them,
    None where none can be read; `opaque` tells that there may be more. It may not be
    there, or another one, to answer for those of them that are `maybe`. For those that
    are `computed` it imports what it works out.
    """

    names: dict[str, Way | None]
    opaque: bool = False
    maybe: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()


NOTHING = Lazy({})


def lazy_of(tree: ast.Module, bound: Bound | None) -> Lazy:
    """What a module's `__getattr__`, if `bound` is one, answers for."""
    if bound is None:
        return NOTHING
    parts = [
        _of_function(tree, way.statement)
        if isinstance(way.statement, ast.FunctionDef)
        else _of_value(way.statement)
        for way in bound.ways
    ]
    found: dict[str, Way | None] = {}
    differ: set[str] = set()
    for part in parts:
        for name, way in part.names.items():
            if found.setdefault(name, way) != way:
                differ.add(name)
    found |= dict.fromkeys(differ)
    always = [name for name in found if all(name in part.names for part in parts)]
    maybe = differ | (found.keys() - always) if bound.sure else found.keys()
    computed = frozenset[str]().union(*(part.computed for part in parts))
    opaque = any(part.opaque for part in parts)
    return Lazy(found, opaque, frozenset(maybe), computed)


def _of_value(statement: ast.stmt) -> Lazy:
    """`__getattr__` made by a call: the names are among the call's literals."""
    if not isinstance(statement, ast.Assign):
        return Lazy({}, opaque=True)
    return Lazy(dict.fromkeys(_identifiers(statement.value)), opaque=True)


def _of_function(tree: ast.Module, function: ast.FunctionDef) -> Lazy:
    arguments = function.args.args
    if len(arguments) != 1:
        return Lazy({}, opaque=True)
    parameter = arguments[0].arg
    # A table of names can be the function's own.
    tables = ast.Module([*function.body, *tree.body], [])
    names: dict[str, Way | None] = {}
    understood: set[ast.AST] = set()
    for node in ast.walk(function):
        tested = list(_tested(tables, node, parameter))
        if not tested:
            continue
        understood.add(node)
        for name in tested:
            names.setdefault(name, _import_of(function, name))
    opaque = not _refuses_others(function, understood)
    unread = [name for name, way in names.items() if way is None]
    computed = frozenset(unread if _imports_by_string(function) else ())
    return Lazy(names, opaque, computed=computed)


def _imports_by_string(function: ast.FunctionDef) -> bool:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    tails = (getattr(c.func, "attr", getattr(c.func, "id", "")) for c in calls)
    return any(tail in ("import_module", "__import__") for tail in tails)


def _tested(tree: ast.Module, node: ast.AST, parameter: str) -> Iterator[str]:
    """The names that a test admits: `name == "X"`, `name in ("X", "Y")`."""
    if isinstance(node, ast.match_case):
        for inner in ast.walk(node.pattern):
            if isinstance(inner, ast.MatchValue):
                yield from _identifiers(inner.value)
        return
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return
    left, right = node.left, node.comparators[0]
    if not isinstance(left, ast.Name) or left.id != parameter:
        return
    if isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            yield right.value
    elif isinstance(node.ops[0], (ast.In, ast.NotIn)):
        yield from _elements(tree, right)


def _elements(tree: ast.Module, node: ast.expr) -> Iterator[str]:
    """The strings of a literal, or of a module's own table of names."""
    if isinstance(node, ast.Name):
        for statement in tree.body:
            targets = getattr(statement, "targets", [getattr(statement, "target", 0)])
            value = getattr(statement, "value", None)
            if value is not None and any(
                isinstance(target, ast.Name) and target.id == node.id
                for target in targets
            ):
                yield from _elements(tree, value)
        return
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.Dict):
        parts = list(node.keys)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        parts = list(node.elts)
    elif isinstance(node, ast.Call) and len(node.args) == 1:
        yield from _elements(tree, node.args[0])
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _refuses_others(function: ast.FunctionDef, understood: set[ast.AST]) -> bool:
    """Whether a function raises for every name that no test admits.

    Either it does so first of all, or its body is tests that were understood and
    ends in a `raise`.
    """
    if any(_is_gate(statement, understood) for statement in function.body):
        return True
    *before, last = function.body
    if isinstance(last, ast.Match):
        before, tail = [*before, last], last.cases[-1].body
        return isinstance(tail[-1], ast.Raise) and _is_plain(before, understood)
    if isinstance(last, ast.If) and last.orelse:
        before, last = [*before, last], _last_of(last)
    return isinstance(last, ast.Raise) and _is_plain(before, understood)


def _is_gate(statement: ast.stmt, understood: set[ast.AST]) -> bool:
    """`if name not in NAMES: raise ...`"""
    return (
        isinstance(statement, ast.If)
        and statement.test in understood
        and isinstance(statement.test, ast.Compare)
        and isinstance(statement.test.ops[0], (ast.NotIn, ast.NotEq))
        and isinstance(statement.body[-1], ast.Raise)
    )


def _last_of(statement: ast.If) -> ast.stmt:
    last = statement.orelse[-1]
    return _last_of(last) if isinstance(last, ast.If) and last.orelse else last


def _is_plain(body: list[ast.stmt], understood: set[ast.AST]) -> bool:
    for statement in body:
        if isinstance(statement, ast.If):
            if statement.test not in understood:
                return False
        elif isinstance(statement, ast.Match):
            known = all(case in understood for case in statement.cases[:-1])
            if not known:
                return False
        elif not isinstance(
            statement, (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)
        ):
            return False
    return True


def _import_of(function: ast.FunctionDef, name: str) -> Way | None:
    """The import, inside the function, of that name."""
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if name in (alias.name, alias.asname):
                    source = Reference(node.module or "", node.level)
                    return Way(node, source, alias.name, guarded=True)
    return None


def _identifiers(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, str) and value.isidentifier():
            yield value


def writers_of(tree: ast.Module) -> tuple[str, ...]:
    """The statements that bind names behind the text, as text: `exec(...)`,
    `globals()[name] = ...`, `sys.modules[__name__] = ...` and their like.
    """
    return tuple(sorted({ast.unparse(node) for node in _writing(tree)}))


def hidden_of(tree: ast.Module, lazy: Lazy) -> dict[str, str]:
    """What may give out names that the text does not have: in words, and the whole
    of the statement that does.
    """
    found = {}
    for statement in tree.body:
        body = ast.Module([statement], [])
        for writer in writers_of(body):
            found[writer] = ast.unparse(statement)
    if lazy.opaque:
        bound = run(tree.body).names[_GETATTR]
        whole = [ast.unparse(way.statement) for way in bound.ways]
        found[_GETATTR] = "\n".join(whole)
    return found


def _writing(tree: ast.AST, inside: bool = False) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            # A `__getattr__` keeps what it gave out: that is no other name.
            if getattr(node, "name", "") != _GETATTR:
                yield from _writing(node, True)
            continue
        if _only_replaces(node):
            continue
        if (isinstance(node, ast.Call) and _call_writes(node, inside)) or (
            isinstance(node, ast.Subscript) and _item_writes(node)
        ):
            yield node
        yield from _writing(node, inside)


def _only_replaces(node: ast.AST) -> bool:
    """`globals()[name] = wrapped(globals()[name])`, of what is there already."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.target, ast.Subscript) and _item_writes(node.target)
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return False
    target = node.targets[0]
    if not isinstance(target, ast.Subscript) or not is_own_names(target.value):
        return False
    written = ast.unparse(target)
    return any(
        isinstance(inner, ast.Subscript) and ast.unparse(inner) == written
        for inner in _evaluated(node.value)
    )


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated whatever happens, on the way to a value."""
    if isinstance(node, (ast.Lambda, ast.IfExp, ast.BoolOp, *_COMPREHENSIONS)):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)


def _item_writes(node: ast.Subscript) -> bool:
    if not isinstance(node.ctx, ast.Store):
        return False
    return is_own_names(node.value) or is_own_module(node)


def _call_writes(call: ast.Call, inside: bool) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        if function.id == "exec":  # with a second argument, in a place of its own
            return len(call.args) == 1 and not inside
        if function.id == "setattr" and call.args:
            return is_own_module(call.args[0])
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _WRITERS
        and is_own_names(function.value)
    )
