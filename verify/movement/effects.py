"""What a statement does when its module or class body runs: the names it binds and
reads at once, and whether it runs code that can tell when it was run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Running these, in whichever order, gives the same.
_QUIET = frozenset(
    {
        *("ABC", "Any", "BaseException", "BaseModel", "Callable", "ClassVar", "Dict"),
        *("Enum", "Exception", "Final", "Flag", "Generic", "IntEnum", "IntFlag"),
        *("List", "Literal", "NamedTuple", "NewType", "Optional", "ParamSpec"),
        *("Protocol", "RuntimeError", "StrEnum", "Tuple", "TypeAlias", "TypeVar"),
        *("TypedDict", "Union", "ValueError", "abstractmethod", "bool", "bytes"),
        *("cached_property", "classmethod", "contextmanager", "dataclass", "deleter"),
        *("dict", "field", "final", "float", "frozenset", "getLogger", "getter"),
        *("int", "jit", "list", "lru_cache", "namedtuple", "no_grad", "object"),
        *("overload", "override", "property", "runtime_checkable", "set", "setter"),
        *("staticmethod", "str", "tuple", "type", "wraps"),
    }
)
_LOUD = (
    *(ast.Await, ast.Yield, ast.YieldFrom, ast.Delete, ast.Global, ast.Raise),
    *(ast.Assert, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While),
    *(ast.Try, ast.AugAssign, ast.Import, ast.ImportFrom, ast.NamedExpr),
)


@dataclass(frozen=True, slots=True)
class Effects:
    """`binds` and `reads` are names; `is_loud` where unknown code is run; `calls`
    are the names of what is run.
    """

    binds: frozenset[str]
    reads: frozenset[str]
    calls: frozenset[str]
    is_loud: bool


def effects_of(nodes: Iterable[ast.AST], *, lazy: bool = False) -> Effects:
    """What some statements, decorators and heads of statements do at once; where
    `lazy`, the types of parameters are not evaluated.
    """
    now = [inner for node in nodes for inner in _at_once(node, lazy)]
    binds = {n for node in now for n in _bound(node)}
    reads = {n.id for n in now if isinstance(n, ast.Name)} - binds
    reads |= {n.id for n in now if isinstance(n, ast.Name) and _loads(n)}
    calls = {tail for node in now for tail in _called(node)}
    return Effects(
        frozenset(binds),
        frozenset(reads),
        frozenset(calls),
        any(isinstance(node, _LOUD) or _writes(node) for node in now)
        or not calls <= _QUIET,
    )


def can_matter(one: Effects, other: Effects, defined: frozenset[str]) -> bool:
    """Whether it can matter which of two comes first; `defined` are the functions
    and classes that are defined beside them.
    """
    if one.binds & (other.reads | other.binds) or other.binds & one.reads:
        return True
    if one.is_loud and other.is_loud:
        return True
    # What is called may look at everything that is defined beside it.
    return any(
        first.calls & defined and second.binds
        for first, second in ((one, other), (other, one))
    )


def puts_off_annotations(tree: ast.AST) -> bool:
    """Whether a module keeps annotations as text."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in getattr(tree, "body", ())
    )


def _at_once(node: ast.AST, lazy: bool) -> Iterator[ast.AST]:
    """A node and all in it that is run with it, bodies of functions left out."""
    yield node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts: list[ast.AST | None] = [*node.decorator_list, *node.args.defaults]
        parts += node.args.kw_defaults
        parts += [] if lazy else [node.returns, *_annotations(node.args)]
    elif isinstance(node, ast.Lambda):
        parts = [*node.args.defaults, *node.args.kw_defaults]
    else:
        parts = list(ast.iter_child_nodes(node))
    for part in parts:
        if part is not None:
            yield from _at_once(part, lazy)


def _annotations(arguments: ast.arguments) -> list[ast.expr | None]:
    """What says the types of parameters."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [argument.annotation for argument in every]


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.Name) and not _loads(node):
        yield node.id


def _loads(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _writes(node: ast.AST) -> bool:
    is_place = isinstance(node, (ast.Attribute, ast.Subscript))
    return is_place and not isinstance(getattr(node, "ctx", None), ast.Load)


def _called(node: ast.AST) -> Iterator[str]:
    """The last name of everything that a node calls; `?` for what has none."""
    if isinstance(node, ast.Call):
        yield _tail(node.func)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from map(_tail, node.decorator_list)
    elif isinstance(node, ast.ClassDef):
        # Making a class runs code of its bases and of its metaclass.
        yield from map(_tail, [*node.decorator_list, *node.bases])
        yield from (_tail(keyword.value) for keyword in node.keywords)


def _tail(node: ast.expr) -> str:
    if isinstance(node, (ast.Call, ast.Subscript)):
        return _tail(node.func if isinstance(node, ast.Call) else node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"
