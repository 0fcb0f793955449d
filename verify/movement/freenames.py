"""The names of a definition that get their meaning from outside it.

Imports inside the definition are among them, since where they lead depends on the
module (relative ones) and on the revision; so are `super()` and names that the
class around the definition mangles.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.scopes import Scope, Use
from verify.movement.bindings import Position, end_of
from verify.movement.definitions import Definition
from verify.movement.modules import ModuleFile
from verify.movement.resolve import Resolver
from verify.movement.targets import Kind, Meaning, Target, When

ANNOTATION = "annotation"
DEFINING = "definition"
RUN = "run"

# Attributes that tell of code which module or file it is in.
TELLING = frozenset({"__globals__", "__module__", "co_filename", "f_globals"})

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_OF_A_CLASS = frozenset({"__module__", "__qualname__"})


@dataclass(frozen=True, slots=True)
class FreeName:
    """A name as it is written, with the attributes read off it.

    `role` tells when it is looked up, `place` counts from 1 (the column in
    characters). `for_types` is set where only a type checker finds it bound.
    """

    text: str
    role: str
    place: tuple[int, int]
    meaning: Meaning
    for_types: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What the same use has in the other revision."""
        return self.text, self.role


Span = tuple[Position, Position]


def free_names(
    definition: Definition, file: ModuleFile, resolver: Resolver
) -> Iterator[FreeName]:
    """Every use of a name that the definition does not bind itself, in order.

    `file` is the definition's file in the resolver's revision.
    """
    return _Reader(definition, file, resolver).read()


def span_of(definition: Definition) -> Span:
    """Where the code of a definition starts and ends, decorators included."""
    node = definition.node
    if isinstance(node, ast.Module):
        if not node.body or definition.kind == "file":
            return (0, 0), (definition.last + 1, 0)
        return _start(node.body[0]), end_of(node.body[-1])
    return _start(node), end_of(node)


class _Reader:
    def __init__(
        self, definition: Definition, file: ModuleFile, resolver: Resolver
    ) -> None:
        self.definition = definition
        self.file = file
        self.resolver = resolver
        self.span = span_of(definition)
        self._imports: dict[Scope, list[ast.Import | ast.ImportFrom]] = {}
        self.nodes = [
            node
            for statement in _statements(file.tree.body, self.span)
            for node in ast.walk(statement)
        ]
        self.annotations = {
            each
            for node in self.nodes
            for annotation in _annotations(node)
            for each in ast.walk(annotation)
        }

    def read(self) -> Iterator[FreeName]:
        for use in self.file.uses_between(*self.span):
            yield from self.use(use)
        for node in self.nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self.inner_import(node)
            elif isinstance(node, ast.Global):
                yield from self.declared(node)
            elif isinstance(node, ast.Attribute) and node.attr in TELLING:
                meaning = Meaning((Target(Kind.BUILTIN, node.attr),))
                yield FreeName(node.attr, RUN, self.place(node), meaning)
        yield from self.mangled()

    def is_inside(self, node: ast.AST) -> bool:
        start, end = self.span
        at = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        return start <= at < end

    def use(self, use: Use) -> Iterator[FreeName]:
        scope = use.scope.lookup(use.name)
        role = self.role(use)
        if use.name in ("super", "__class__") and (scope is None):
            yield from self.around(use, role)
            if use.name == "__class__":
                return
        if scope is not None and self.is_own(scope):
            meaning = self.through_inner_import(scope, use)
        else:
            meaning = self.outside(scope, use, role)
        if meaning is None:
            return
        is_own = [target.kind for target in meaning.targets] == [Kind.OWN]
        if use.name == "__name__" and is_own and not use.attributes:
            if _asks_whether_main(use):
                return
            if self.is_logger(use):
                meaning = Meaning((Target(Kind.LOGGER, self.file.name),))
        text = ".".join((use.name, *use.attributes))
        for_types = role == ANNOTATION and self.is_for_types(use)
        yield FreeName(text, role, self.place(use.anchor), meaning, for_types)

    def is_for_types(self, use: Use) -> bool:
        if not self.is_lazy(use) or use.scope.lookup(use.name) not in (
            None,
            use.scope.root,
        ):
            return False
        meaning = self.resolver.name(self.file, use.name)
        return any(target.kind is Kind.MISSING for target in meaning.targets)

    def is_logger(self, use: Use) -> bool:
        """Whether a use of `__name__` names a logger."""
        if not isinstance(use.parent, ast.Call):
            return False
        called = self.resolver.expression(self.file, use.parent.func)
        targets = called.targets if called is not None else ()
        return [target.path for target in targets] == ["logging.getLogger"]

    def outside(self, scope: Scope | None, use: Use, role: str) -> Meaning:
        when = self.when(use, role)
        if scope is None and use.scope.is_class and use.name in _OF_A_CLASS:
            meaning = self.of_class(use)
        elif scope is None or scope.parent is None:
            name = use.name
            if is_mangled(name) and _class_around(use.scope) is not None:
                return Meaning(doubt="a mangled name of a module")
            meaning = self.resolver.name(self.file, name, when)
        else:
            meaning = self.of_outer_scope(scope, use.name)
        return self.extended(meaning, use, when)

    def of_class(self, use: Use) -> Meaning:
        """What Python itself binds in the body of a class."""
        module = self.definition.module
        said = module
        if use.name == "__qualname__":
            said = self.dotted(use.scope).removeprefix(f"{module}.")
        return Meaning((Target(Kind.OWN, f"{said}.{use.name}"),))

    def of_outer_scope(self, scope: Scope, name: str) -> Meaning:
        """A local of the function around, or a name of the class around."""
        if not scope.is_class:
            imported = self.import_in(scope, name)
            if imported is not None:
                return imported
        kind = Kind.MEMBER if scope.is_class else Kind.CLOSURE
        path = f"{self.dotted(scope)}.{name}"
        return Meaning((Target(kind, path, home=self.file),))

    def extended(self, meaning: Meaning, use: Use, when: When) -> Meaning:
        for attribute in use.attributes:
            meaning = self.resolver.attribute(
                meaning, attribute, self.file.path, When(types=when.types)
            )
        return meaning

    def through_inner_import(self, scope: Scope, use: Use) -> Meaning | None:
        """What is read off a module that the definition itself imports."""
        if not use.attributes:
            return None
        meaning = self.import_in(scope, use.name)
        if meaning is None or not all(
            t.kind in (Kind.MODULE, Kind.EXTERNAL) for t in meaning.targets
        ):
            return None
        return self.extended(meaning, use, When())

    def import_in(self, scope: Scope, name: str) -> Meaning | None:
        """What the imports give that alone bind a name in a function's scope."""
        aliases = scope.bindings.get(name, [])
        if not all(isinstance(alias, ast.alias) for alias in aliases):
            return None
        given = {
            self.resolver.imported(node, alias, self.file)
            for node in self.imports_in(scope)
            for alias in node.names
            if alias in aliases
        }
        return given.pop() if len(given) == 1 else None

    def imports_in(self, scope: Scope) -> list[ast.Import | ast.ImportFrom]:
        """Every import below a scope."""
        if scope not in self._imports:
            self._imports[scope] = [
                node
                for node in ast.walk(scope.node)
                if isinstance(node, (ast.Import, ast.ImportFrom))
            ]
        return self._imports[scope]

    def inner_import(self, node: ast.Import | ast.ImportFrom) -> Iterator[FreeName]:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            if alias.name == "*":
                continue
            # `import a.b` binds `a`, but it is `a.b` that it asks for.
            asked = ast.alias(alias.name, local)
            meaning = self.resolver.imported(node, asked, self.file)
            yield FreeName(f"import {local}", RUN, self.place(node), meaning)

    def declared(self, node: ast.Global) -> Iterator[FreeName]:
        for name in node.names:
            meaning = self.resolver.name(self.file, name)
            yield FreeName(name, RUN, self.place(node), meaning)

    def around(self, use: Use, role: str) -> Iterator[FreeName]:
        scope = _class_around(use.scope)
        if scope is not None and not self.is_own(scope):
            meaning = Meaning((Target(Kind.CLASS, self.dotted(scope), home=self.file),))
            yield FreeName(f"{use.name}()", role, self.place(use.anchor), meaning)

    def mangled(self) -> Iterator[FreeName]:
        """Attributes that the class around the definition gives another name."""
        around = self.definition.parent
        while around is not None and not isinstance(around.node, ast.ClassDef):
            around = around.parent
        own = [n for n in self.nodes if isinstance(n, ast.ClassDef)]
        prefix = f"_{around.name.lstrip('_')}" if around is not None else ""
        name = self.definition.name
        if is_mangled(name):
            meaning = Meaning((Target(Kind.MANGLED, prefix + name),))
            yield FreeName(name, RUN, (self.definition.first, 1), meaning)
        for node in self.nodes:
            if not isinstance(node, ast.Attribute) or not is_mangled(node.attr):
                continue
            if any(_contains(each, node) for each in own):
                continue
            meaning = Meaning((Target(Kind.MANGLED, prefix + node.attr),))
            yield FreeName(node.attr, RUN, self.place(node), meaning)

    def role(self, use: Use) -> str:
        if use.anchor in self.annotations or _is_quoted(use):
            return ANNOTATION
        scope: Scope | None = use.scope
        while scope is not None and self.is_own(scope):
            if isinstance(scope.node, _FUNCTIONS):
                return RUN
            scope = scope.parent
        while scope is not None:
            if isinstance(scope.node, _FUNCTIONS):
                return RUN  # the code around has run when it is called
            scope = scope.parent
        return DEFINING

    def when(self, use: Use, role: str) -> When:
        if role == ANNOTATION and self.is_lazy(use):
            return When(types=True)
        if role == RUN:
            return When()
        anchor = use.anchor
        return When(before=(anchor.lineno, anchor.col_offset))

    def is_lazy(self, use: Use) -> bool:
        """Whether an annotation is never evaluated where it stands."""
        inside = isinstance(use.scope.node, _FUNCTIONS)
        return _is_quoted(use) or inside or self.file.names.lazy_annotations

    def is_own(self, scope: Scope) -> bool:
        return scope.parent is not None and self.is_inside(scope.node)

    def dotted(self, scope: Scope) -> str:
        """The dotted path of a function or class scope, as definitions have it."""
        parts: list[str] = []
        inner: Scope | None = scope
        while inner is not None and inner.parent is not None:
            name = getattr(inner.node, "name", "<expression>")
            is_local = isinstance(inner.node, _FUNCTIONS) and bool(parts)
            parts += ["<locals>", name] if is_local else [name]
            inner = inner.parent
        return ".".join((self.definition.module, *reversed(parts)))

    def place(self, node: ast.AST) -> tuple[int, int]:
        line = getattr(node, "lineno", 1)
        source = self.file.source
        return source.place(source.offset(line, getattr(node, "col_offset", 0)))


def _start(node: ast.AST) -> Position:
    first: ast.AST = node
    if isinstance(node, _DEFINING) and node.decorator_list:
        first = node.decorator_list[0]
    return getattr(first, "lineno", 0), getattr(first, "col_offset", 0)


def _statements(body: list[ast.stmt], span: Span) -> Iterator[ast.stmt]:
    """The statements that lie inside a span, whole."""
    start, end = span
    for node in body:
        if start <= _start(node) and end_of(node) <= end:
            yield node
        elif _start(node) < end and start < end_of(node):
            for block in _blocks(node):
                yield from _statements(block, span)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for part in ("body", "orelse", "finalbody"):
        yield getattr(node, part, [])
    for part in ("handlers", "cases"):
        yield from (each.body for each in getattr(node, part, []))


def _asks_whether_main(use: Use) -> bool:
    """`__name__ == "__main__"`: asks how the file is run, not what it is called."""
    parent = use.parent
    sides = (
        (parent.left, *parent.comparators) if isinstance(parent, ast.Compare) else ()
    )
    return any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)


def _is_quoted(use: Use) -> bool:
    return isinstance(use.carrier, ast.Constant)


def _contains(outer: ast.AST, node: ast.AST) -> bool:
    at = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return _start(outer) <= at < end_of(outer)


def _class_around(scope: Scope) -> Scope | None:
    found: Scope | None = scope
    while found is not None and not found.is_class:
        found = found.parent
    return found


def is_mangled(name: str) -> bool:
    """Whether the class around a name gives it another one."""
    return name.startswith("__") and not name.endswith("__")


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        given += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        yield from (a.annotation for a in given if a.annotation is not None)
        if node.returns is not None:
            yield node.returns
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation
