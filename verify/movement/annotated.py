"""Whether code may read the annotations of a definition when it is defined.

Most annotations nobody looks at. Where a decorator or a base class does, it makes a
difference whether they are objects or text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from verify.movement.modules import ModuleFile
from verify.movement.receivers import ancestors
from verify.movement.resolve import Resolver

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# These take no notice of annotations, or take text for what it says.
_QUIET = frozenset(
    {
        *("abc.ABC", "abc.abstractmethod", "contextlib.asynccontextmanager"),
        *("contextlib.contextmanager", "enum.Enum", "enum.IntEnum", "enum.Flag"),
        *("enum.IntFlag", "enum.StrEnum", "functools.cache", "functools.lru_cache"),
        *("functools.cached_property", "functools.wraps", "numba.jit", "numba.njit"),
        *("pytest.fixture", "torch.compile", "torch.inference_mode", "torch.nn.Module"),
        *("torch.no_grad", "triton.autotune", "triton.heuristics", "triton.jit"),
        *("typing.Generic", "typing.NamedTuple", "typing.Protocol", "typing.final"),
        *("typing.overload", "typing.override", "typing_extensions.override"),
        *("typing_extensions.Protocol", "unittest.TestCase", "unittest.mock.patch"),
        *("BaseException", "Exception", "RuntimeError", "ValueError", "classmethod"),
        *("dict", "int", "list", "object", "property", "staticmethod", "str", "tuple"),
        *("type", "unittest.skip", "unittest.skipIf", "unittest.skipUnless"),
    }
)
_DATACLASS = "dataclasses.dataclass"
# What `dataclass` looks for; in text it finds these by their spelling alone.
_SPECIAL = frozenset({"ClassVar", "InitVar", "KW_ONLY"})


def readers(
    nodes: list[ast.AST], file: ModuleFile, resolver: Resolver
) -> Iterator[str]:
    """What may read an annotation in some code, by its dotted path."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS) and _is_annotated(node):
            for decorator in node.decorator_list:
                yield from _loud(decorator, file, resolver)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, file, resolver)


def _of_class(
    node: ast.ClassDef, file: ModuleFile, resolver: Resolver
) -> Iterator[str]:
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    if not fields:
        return
    for decorator in node.decorator_list:
        for path in _loud(decorator, file, resolver):
            if path != _DATACLASS or any(map(_is_special, fields)):
                yield path
    # A class of the repository does what it inherits.
    yield from sorted(
        path
        for path in ancestors(node, file, resolver)
        if path not in _QUIET and not resolver.modules.owns(path)
    )


def _loud(node: ast.expr, file: ModuleFile, resolver: Resolver) -> Iterator[str]:
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Attribute) and called.attr in ("setter", "deleter"):
        return
    meaning = resolver.expression(file, called)
    if meaning is None or meaning.doubt:
        yield ast.unparse(called)
        return
    for target in meaning.targets:
        path = ".".join((target.path, *target.rest))
        if path not in _QUIET:
            yield path


def _is_annotated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    given += [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
    return node.returns is not None or any(a.annotation for a in given)


def _is_special(field: ast.AnnAssign) -> bool:
    return any(
        getattr(node, "id", getattr(node, "attr", "")) in _SPECIAL
        for node in ast.walk(field.annotation)
    )
