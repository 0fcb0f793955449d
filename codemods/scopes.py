"""Which binding a name means: Python's scopes over an `ast` tree.

Only the names that are asked for are recorded, so that a large file costs one
walk. The rules are those of the language reference, "Naming and binding": class
bodies are invisible to the functions inside them, the first iterable of a
comprehension belongs to the scope around it, a walrus binds past comprehensions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Strings inside these are forward references wherever they stand.
_TYPING_FORMS = frozenset(
    {
        *("Annotated", "Callable", "ClassVar", "Dict", "Final", "FrozenSet", "Generic"),
        *("Iterable", "Iterator", "List", "Mapping", "Optional", "Required"),
        *("Sequence", "Set", "Tuple", "Type", "TypeAlias", "Union"),
        *("dict", "frozenset", "list", "set", "tuple", "type"),
    }
)
_TYPING_CALLS = frozenset({"cast", "TypeVar", "NewType", "ForwardRef", "assert_type"})


@dataclass(eq=False, slots=True)
class Scope:
    """One scope; `bindings` holds the nodes that bind each recorded name."""

    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[ast.AST]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def root(self) -> Scope:
        return self if self.parent is None else self.parent.root

    def bind(self, name: str, node: ast.AST) -> None:
        owner = self.redirected(name)
        owner.bindings.setdefault(name, []).append(node)

    def redirected(self, name: str) -> Scope:
        """The scope that `global` or `nonlocal` sends the name to, else itself."""
        where = self.elsewhere.get(name)
        if where == "global":
            return self.root
        if where == "nonlocal" and self.parent is not None:
            return self.parent.lookup(name) or self
        return self

    def lookup(self, name: str) -> Scope | None:
        """The scope whose binding a use of the name in this scope means."""
        redirected = self.redirected(name)
        if redirected is not self:
            return redirected
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None


@dataclass(eq=False, slots=True)
class Use:
    """A name, with the attributes read off it, as in `name.first.second`.

    `nodes[k]` is the expression up to the k-th attribute; `nodes[0]` is the
    name itself. `parent` is the node around the whole chain. `carrier` is the
    string that the chain stands in (an f-string or a quoted annotation), whose
    text has to be searched because positions inside are of no use.
    """

    name: str
    attributes: tuple[str, ...]
    nodes: tuple[ast.expr, ...]
    scope: Scope
    parent: ast.AST | None
    carrier: ast.JoinedStr | ast.Constant | None

    @property
    def anchor(self) -> ast.expr:
        """The expression whose position tells where the use is."""
        return self.carrier or self.nodes[0]


@dataclass(slots=True)
class Scopes:
    """The scopes of a module and the uses of the names that were asked for."""

    module: Scope
    uses: list[Use]
    of_node: dict[ast.AST, Scope]
    times_bound: int

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a binding statement stands."""
        return self.of_node[node]

    def uses_of(self, owner: Scope, name: str) -> list[Use]:
        """Every use of `name` that means the binding in `owner`."""
        return [
            use
            for use in self.uses
            if use.name == name and use.scope.lookup(name) is owner
        ]


def analyse(tree: ast.Module, names: Iterable[str]) -> Scopes:
    """Record bindings and uses of `names` all over `tree`."""
    walker = _Walker(frozenset(names), Scope(tree, None))
    walker.statements(tree.body)
    return Scopes(walker.scope, walker.uses, walker.of_node, walker.times_bound)


def identifiers(tree: ast.AST) -> set[str]:
    """Every name that a module binds, reads or declares, attributes apart."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.isidentifier():
                found.add(node.value)
        else:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                found.add(name)
    return found


class _Walker:
    def __init__(self, names: frozenset[str], scope: Scope) -> None:
        self.names = names
        self.scope = scope
        self.uses: list[Use] = []
        self.of_node: dict[ast.AST, Scope] = {}
        self.carrier: ast.JoinedStr | ast.Constant | None = None
        self.times_bound = 0

    def bind(self, name: str | None, node: ast.AST) -> None:
        if name in self.names and name is not None:
            self.scope.bind(name, node)
            self.times_bound += 1

    def statements(self, body: Iterable[ast.AST]) -> None:
        for node in body:
            self.visit(node, None)

    def within(self, node: ast.AST, parts: Iterable[ast.AST | None]) -> None:
        """Visit `parts` in a scope of their own, declarations first."""
        outer, self.scope = self.scope, Scope(node, self.scope)
        present = [part for part in parts if part is not None]
        for part in present:
            for declared in _declarations(part):
                kind = "global" if isinstance(declared, ast.Global) else "nonlocal"
                for name in declared.names:
                    self.scope.elsewhere[name] = kind
        for part in present:
            self.visit(part, node)
        self.scope = outer

    def visit(self, node: ast.AST, parent: ast.AST | None) -> None:
        method = getattr(self, "visit_" + type(node).__name__, None)
        if method is not None:
            method(node, parent)
        else:
            self.children(node)

    def children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child, node)

    # Uses

    def visit_Attribute(self, node: ast.Attribute, parent: ast.AST | None) -> None:
        chain: list[ast.expr] = [node]
        value = node.value
        while isinstance(value, ast.Attribute):
            chain.append(value)
            value = value.value
        if not isinstance(value, ast.Name):
            self.visit(value, chain[-1])
        elif value.id in self.names:
            nodes = (value, *reversed(chain))
            self.record(value.id, nodes, parent)

    def visit_Name(self, node: ast.Name, parent: ast.AST | None) -> None:
        if node.id not in self.names:
            return
        if isinstance(node.ctx, ast.Load):
            self.record(node.id, (node,), parent)
        else:
            self.bind(node.id, node)

    def record(
        self, name: str, nodes: tuple[ast.expr, ...], parent: ast.AST | None
    ) -> None:
        attributes = tuple(n.attr for n in nodes if isinstance(n, ast.Attribute))
        use = Use(name, attributes, nodes, self.scope, parent, self.carrier)
        self.uses.append(use)

    # Strings that hold code

    def visit_JoinedStr(self, node: ast.JoinedStr, parent: ast.AST | None) -> None:
        outer, self.carrier = self.carrier, self.carrier or node
        self.children(node)
        self.carrier = outer

    def annotation(self, node: ast.AST | None, parent: ast.AST) -> None:
        """Visit an annotation, quoted parts read as the code that they are."""
        if node is None:
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.quoted(node, parent)
        elif isinstance(node, ast.Subscript) and _tail(node.value) == "Literal":
            self.visit(node.value, node)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self.visit(node, parent)
        else:
            for child in ast.iter_child_nodes(node):
                self.annotation(child, node)

    def quoted(self, node: ast.Constant, parent: ast.AST) -> None:
        try:
            inner = ast.parse(str(node.value).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        outer, self.carrier = self.carrier, self.carrier or node
        self.annotation(inner, parent)
        self.carrier = outer

    def visit_Subscript(self, node: ast.Subscript, parent: ast.AST | None) -> None:
        self.visit(node.value, node)
        if _tail(node.value) in _TYPING_FORMS:
            self.annotation(node.slice, node)
        else:
            self.visit(node.slice, node)

    def visit_Call(self, node: ast.Call, parent: ast.AST | None) -> None:
        self.visit(node.func, node)
        is_typing = _tail(node.func) in _TYPING_CALLS
        for argument in node.args:
            if is_typing:
                self.annotation(argument, node)
            else:
                self.visit(argument, node)
        for keyword in node.keywords:
            if is_typing and keyword.arg == "bound":
                self.annotation(keyword.value, node)
            else:
                self.visit(keyword.value, keyword)

    def visit_AnnAssign(self, node: ast.AnnAssign, parent: ast.AST | None) -> None:
        self.visit(node.target, node)
        self.annotation(node.annotation, node)
        if node.value is not None:
            self.visit(node.value, node)

    # Bindings

    def _visit_import(
        self, node: ast.Import | ast.ImportFrom, parent: ast.AST | None
    ) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            self.of_node[alias] = self.scope.redirected(local)
            self.bind(local, alias)

    visit_Import = _visit_import
    visit_ImportFrom = _visit_import

    def _visit_named(self, node: ast.AST, parent: ast.AST | None) -> None:
        self.bind(getattr(node, "name", None) or getattr(node, "rest", None), node)
        self.children(node)

    visit_ExceptHandler = _visit_named
    visit_MatchAs = _visit_named
    visit_MatchStar = _visit_named
    visit_MatchMapping = _visit_named
    visit_TypeVar = _visit_named
    visit_ParamSpec = _visit_named
    visit_TypeVarTuple = _visit_named

    def visit_NamedExpr(self, node: ast.NamedExpr, parent: ast.AST | None) -> None:
        scope = self.scope
        while isinstance(scope.node, _COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
        if node.target.id in self.names:
            scope.bind(node.target.id, node.target)
            self.times_bound += 1
        self.visit(node.value, node)

    def _visit_comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        parent: ast.AST | None,
    ) -> None:
        first, *others = node.generators
        self.visit(first.iter, first)
        parts: list[ast.AST] = [first.target, *first.ifs, *others]
        if isinstance(node, ast.DictComp):
            parts += [node.key, node.value]
        else:
            parts.append(node.elt)
        self.within(node, parts)

    visit_ListComp = _visit_comprehension
    visit_SetComp = _visit_comprehension
    visit_DictComp = _visit_comprehension
    visit_GeneratorExp = _visit_comprehension

    def _visit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, parent: ast.AST | None
    ) -> None:
        self.bind(node.name, node)
        self.statements(node.decorator_list)
        self.signature(node.args)
        self.annotation(node.returns, node)
        parameters = _parameters(node.args)
        self.within(node, [*_type_params(node), *parameters, *node.body])

    visit_FunctionDef = _visit_function
    visit_AsyncFunctionDef = _visit_function

    def visit_Lambda(self, node: ast.Lambda, parent: ast.AST | None) -> None:
        self.signature(node.args)
        self.within(node, [*_parameters(node.args), node.body])

    def signature(self, arguments: ast.arguments) -> None:
        """Defaults and annotations belong to the scope around the function."""
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default, arguments)
        for parameter in _parameters(arguments):
            self.annotation(parameter.annotation, parameter)

    def visit_arg(self, node: ast.arg, parent: ast.AST | None) -> None:
        self.bind(node.arg, node)

    def visit_ClassDef(self, node: ast.ClassDef, parent: ast.AST | None) -> None:
        self.bind(node.name, node)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part, node)
        self.within(node, [*_type_params(node), *node.body])


def _tail(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


def _type_params(node: ast.AST) -> list[ast.AST]:
    return list(getattr(node, "type_params", ()))


def _declarations(node: ast.AST) -> Iterator[ast.Global | ast.Nonlocal]:
    """The `global` and `nonlocal` statements of a scope, nested scopes left out."""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        yield node
    elif isinstance(node, ast.stmt) and not isinstance(
        node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    ):
        for child in ast.iter_child_nodes(node):
            yield from _declarations(child)
    elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
        for child in node.body:
            yield from _declarations(child)
