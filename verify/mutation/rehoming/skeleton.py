"""What a function does with an attribute, and nothing else that it does.

Of a function's code only the flow of control stays, and whatever touches the names
through which the attribute's value can pass. Every other expression is a call of
`opaque_` with the expression's text, so that what is run is none of the function's
own work, but leaves a trace of it in the order of its evaluation.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from copy import deepcopy

Function = ast.FunctionDef | ast.AsyncFunctionDef

OPAQUE, IS_NONE, MAYBE, RAISED = "opaque_", "is_none_", "maybe_", "Raised_"
SEEN = "seen_"


def module_of(
    function: Function, words: Collection[str], taken: Collection[str]
) -> ast.Module:
    """A module with the function's skeleton alone, its lines as they were.

    `words` are the attribute's names; `taken` the parameters that receive a value of
    it. The function's own tree stays as it is.
    """
    copy = deepcopy(function)
    touched = touching(copy, words, taken)
    made = _Skeleton(words, touched).visit(copy)
    assert isinstance(made, ast.stmt)
    _mark(made)
    return ast.fix_missing_locations(ast.Module([made], []))


def _mark(node: ast.AST) -> None:
    """Let each statement say that it is reached, before it is."""
    for name, part in ast.iter_fields(node):
        if not isinstance(part, list):
            continue
        marked: list[ast.AST] = []
        for child in part:
            if isinstance(child, ast.AST):
                _mark(child)
            if isinstance(child, ast.stmt):
                last = child.end_lineno or child.lineno
                has_body = isinstance(getattr(child, "body", None), list)
                lines = child.lineno, child.lineno if has_body else last
                call = ast.Call(
                    ast.Name(SEEN, ast.Load()), [*map(ast.Constant, lines)], []
                )
                marked.append(ast.copy_location(ast.Expr(call), child))
            marked.append(child)
        setattr(node, name, marked)


def touching(
    function: Function, words: Collection[str], taken: Collection[str]
) -> frozenset[str]:
    """The names through which the value can pass, or on which it hangs."""
    touched = {*words, *taken}
    while True:
        more = touched | _roots(function, words)
        for targets, value in _givings(function):
            names = _names(targets)
            if _touches(value, words, more) or not names.isdisjoint(more):
                more |= names
            if not names.isdisjoint(touched):
                more |= _names([value])
        if more == touched:
            return frozenset(touched)
        touched = more


def _roots(function: Function, words: Collection[str]) -> set[str]:
    """The names that the attribute is read off."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in words:
            found |= _names([node.value])
        elif isinstance(node, ast.Call) and any(
            isinstance(a, ast.Constant) and a.value in words for a in node.args
        ):
            found |= _names(node.args)
    return found


def _givings(function: Function) -> list[tuple[list[ast.AST], ast.AST]]:
    """Every place that gives names a value, with what it takes it from."""
    found: list[tuple[list[ast.AST], ast.AST]] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            found.append(([*node.targets], node.value))
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            if node.value is not None:
                found.append(([node.target], node.value))
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            found.append(([node.target], node.iter))
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            found.append(([node.optional_vars], node.context_expr))
        elif isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            found += _defaults(node.args)
            if not isinstance(node, ast.Lambda) and node is not function:
                found.append(([ast.Name(node.name)], node))
    return found


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _defaults(arguments: ast.arguments) -> list[tuple[list[ast.AST], ast.AST]]:
    plain = [*arguments.posonlyargs, *arguments.args]
    pairs: list[tuple[ast.arg, ast.expr | None]] = [
        *zip(reversed(plain), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return [([ast.Name(a.arg)], value) for a, value in pairs if value is not None]


def _names(nodes: Collection[ast.AST]) -> set[str]:
    return {
        inner.id
        for node in nodes
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name)
    }


def _touches(node: ast.AST, words: Collection[str], touched: Collection[str]) -> bool:
    return any(
        (isinstance(inner, ast.Name) and inner.id in touched)
        or (isinstance(inner, ast.Attribute) and inner.attr in words)
        or (isinstance(inner, ast.Constant) and inner.value in words)
        for inner in ast.walk(node)
    )


def _looks_up(node: ast.AST) -> bool:
    """Whether an expression gives the names of a scope."""
    match node:
        case ast.Call(ast.Name("locals" | "globals"), [], []):
            return True
    return False


class _Skeleton(ast.NodeTransformer):
    def __init__(self, words: Collection[str], touched: Collection[str]) -> None:
        self.words, self.touched = words, touched

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and isinstance(
            getattr(node, "ctx", ast.Load()), ast.Load
        ):
            if isinstance(node, (ast.Constant, ast.Slice, ast.Starred)):
                return node if isinstance(node, ast.Constant) else self._inner(node)
            if _looks_up(node):
                return node
            if not _touches(node, self.words, self.touched):
                return self._opaque(node)
        made = super().visit(node)
        assert isinstance(made, ast.AST)
        return made

    def _inner(self, node: ast.AST) -> ast.AST:
        return super().generic_visit(node)

    def _opaque(self, node: ast.AST) -> ast.AST:
        text = ast.Constant(ast.unparse(node))
        made = ast.Call(ast.Name(OPAQUE, ast.Load()), [text], [])
        return ast.copy_location(made, node)

    def _call(self, name: str, node: ast.AST, *arguments: ast.expr) -> ast.Call:
        call = ast.Call(ast.Name(name, ast.Load()), [*arguments], [])
        return ast.copy_location(call, node)

    # Statements

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        return self._inner(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        fields = {name: getattr(node, name, None) for name in ast.FunctionDef._fields}
        plain = ast.FunctionDef(**fields)  # type: ignore[arg-type]
        return self.visit_FunctionDef(ast.copy_location(plain, node))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return ast.copy_location(ast.Pass(), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        assign = ast.Assign([node.target], node.value)
        return self._inner(ast.copy_location(assign, node))

    def _import(self, node: ast.Import | ast.ImportFrom) -> ast.AST:
        return ast.copy_location(ast.Expr(self._opaque(node)), node)  # type: ignore[arg-type]

    visit_Import = visit_ImportFrom = _import

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        parts = [node.test, *([node.msg] if node.msg else [])]
        both = ast.Tuple([ast.copy_location(p, p) for p in parts], ast.Load())
        expression = ast.Expr(ast.copy_location(both, node))
        return self._inner(ast.copy_location(expression, node))

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = ast.Raise(ast.Name(RAISED, ast.Load()), None)
        return ast.copy_location(raised, node)

    def visit_Try(self, node: ast.Try) -> ast.AST:
        made = self._inner(node)
        assert isinstance(made, ast.Try)
        line = ast.Expr(self._call(MAYBE, node))
        made.body.append(ast.copy_location(line, node))
        for handler in made.handlers:
            handler.type = ast.Name(RAISED, ast.Load())
        return made

    def visit_While(self, node: ast.While) -> ast.AST:
        made = self._inner(node)
        assert isinstance(made, ast.While)
        turns = self._call(OPAQUE, node, ast.Constant("turns"))
        body: list[ast.stmt] = [ast.If(made.test, [*made.body], [ast.Break()])]
        loop = ast.For(ast.Name("turn_", ast.Store()), turns, body, made.orelse)
        return ast.copy_location(loop, node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        loop = ast.For(node.target, node.iter, node.body, node.orelse)
        return self._inner(ast.copy_location(loop, node))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self._inner(ast.copy_location(ast.With(node.items, node.body), node))

    # Expressions

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func
        made = self._inner(node)
        # What is called by its name may be a function that can be seen.
        if isinstance(called, ast.Name) and isinstance(made, ast.Call):
            made.func = called
        return made

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        match node:
            case ast.Compare(
                ops=[ast.Is() | ast.IsNot() as how],
                comparators=[ast.Constant(value=None)],
            ):
                asked = self._call(IS_NONE, node, _expr(self.visit(node.left)))
                if isinstance(how, ast.Is):
                    return asked
                return ast.copy_location(ast.UnaryOp(ast.Not(), asked), node)
        return self._inner(node)


def _expr(node: ast.AST) -> ast.expr:
    assert isinstance(node, ast.expr)
    return node
