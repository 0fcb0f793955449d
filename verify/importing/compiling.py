"""Source -> program, and the body of a function that is called during an import."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.util import decode_source

from verify.importing.expressions import (
    bound_names,
    defaults,
    expression,
    parameters,
    several,
)
from verify.importing.program import (
    NOTHING,
    Assign,
    Augment,
    Body,
    Branch,
    Class,
    Code,
    Define,
    Delete,
    Evaluate,
    Expression,
    FromImport,
    Handler,
    Import,
    Literal,
    Loop,
    Program,
    Several,
    Step,
    Try,
    With,
)
from verify.importing.simple import (
    asserts,
    assign,
    augment,
    bind,
    delete,
    evaluate,
    from_import,
    imports,
    leave,
    names_in,
    parts,
    raises,
    returns,
    span,
    type_alias,
)

_GLOBAL = re.compile(rb"^[ \t]+global[ \t]+([\w \t,]+)", re.MULTILINE)
_MORE = re.compile(
    rb"\b(?:globals|locals|exec)\s*\(|\bvars\s*\(\s*\)|\bsys\.modules\b"
    rb"|\bsetattr\s*\(\s*(?:module|mod|sys)\b"
)
_STAR = re.compile(rb"^[ \t]*from[^\n#]*\bimport\b[ \t(]*\*", re.MULTILINE)
_YIELDS = (ast.Yield, ast.YieldFrom)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def program_of(source: bytes) -> Program:
    """The program of a file.

    Raises:
        SyntaxError, ValueError, RecursionError: the file does not parse.
    """
    return compile_program(ast.parse(source), source)


def compile_program(tree: ast.Module, source: bytes) -> Program:
    """The program of a file that is parsed already."""
    lazy = _has_lazy_annotations(tree)
    steps = _Compiler(lazy).block(tree.body)
    binds = frozenset((*_bound(steps), *_declared_global(source)))
    more = _MORE.search(source) is not None
    return Program(steps, binds, more, _STAR.search(source) is not None, lazy)


def lines_of(source: bytes) -> list[str]:
    """The lines of a file as Python counts them."""
    return decode_source(source).split("\n")


def body_of(code: Code, lines: list[str], *, lazy_annotations: bool) -> Body:
    """A function's body, read from the lines of its file."""
    text = "\n".join(lines[code.line - 1 : code.end])
    shift = code.line - 1
    if code.column:
        text, shift = f"if 1:\n{text}", shift - 1
    tree = ast.parse(text)
    ast.increment_lineno(tree, shift)
    node = next(n for n in ast.walk(tree) if isinstance(n, _SCOPES[:2]))
    return _body(node, _Compiler(lazy_annotations, in_function=True))


def _body(node: ast.AST, compiler: _Compiler) -> Body:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    names = parameters(node.args)
    rest = tuple(one.arg for one in (node.args.vararg, node.args.kwarg) if one)
    inner = list(_of_this_scope(node.body))
    steps = compiler.block(node.body)
    elsewhere = {
        name
        for one in inner
        if isinstance(one, (ast.Global, ast.Nonlocal))
        for name in one.names
    }
    generates = any(isinstance(one, _YIELDS) for one in inner)
    runs = isinstance(node, ast.FunctionDef) and not generates
    local = frozenset({*names, *rest, *_bound(steps)} - elsewhere)
    return Body(names, rest, tuple(_by_name(node.args)), local, steps, runs)


def _by_name(arguments: ast.arguments) -> Iterator[tuple[str, Expression]]:
    plain = [*arguments.posonlyargs, *arguments.args]
    late = plain[len(plain) - len(arguments.defaults) :]
    for argument, value in zip(late, arguments.defaults, strict=True):
        yield argument.arg, expression(value)
    for argument, given in zip(
        arguments.kwonlyargs, arguments.kw_defaults, strict=True
    ):
        if given is not None:
            yield argument.arg, expression(given)


def _of_this_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _of_this_scope(ast.iter_child_nodes(node))


def _has_lazy_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )


def _declared_global(source: bytes) -> Iterator[str]:
    for match in _GLOBAL.finditer(source):
        yield from (name.strip() for name in match[1].decode().split(","))


def _bound(steps: Iterable[Step]) -> Iterator[str]:
    """The names that steps bind in their own scope, in blocks as well."""
    for step in steps:
        if isinstance(step, Import):
            yield step.alias or step.module.partition(".")[0]
        elif isinstance(step, FromImport):
            yield from (local for _, local in step.names or ())
        elif isinstance(step, Assign):
            yield from (*step.names, *step.unpacked)
        elif isinstance(step, (Define, Class, Augment)):
            yield step.name
        elif isinstance(step, (With, Loop)):
            yield from step.names or ()
        elif isinstance(step, Delete):
            yield from step.names
        for block in blocks(step):
            yield from _bound(block)


def blocks(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The blocks of a statement that run in the scope of the statement."""
    if isinstance(step, (Branch, Loop)):
        return step.body, step.otherwise
    if isinstance(step, Try):
        handlers = tuple(handler.body for handler in step.handlers)
        return step.body, *handlers, step.otherwise, step.final
    return (step.body,) if isinstance(step, With) else ()


class _Compiler:
    """Statements -> steps."""

    def __init__(self, lazy_annotations: bool, *, in_function: bool = False) -> None:
        self._lazy = lazy_annotations
        self._in_function = in_function
        self._readers: dict[type[ast.stmt], Callable[..., Iterable[Step]]] = {
            ast.Import: imports,
            ast.ImportFrom: from_import,
            ast.Assign: assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: augment,
            ast.Delete: delete,
            ast.Expr: evaluate,
            ast.FunctionDef: self._define,
            ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._class,
            ast.If: self._branch,
            ast.For: self._loop,
            ast.AsyncFor: self._loop,
            ast.While: self._loop,
            ast.Try: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Raise: raises,
            ast.Return: returns,
            ast.Break: leave,
            ast.Continue: leave,
            ast.Assert: asserts,
            ast.Match: self._match,
        }
        for late, reader in (("TryStar", self._try), ("TypeAlias", type_alias)):
            if hasattr(ast, late):
                self._readers[getattr(ast, late)] = reader

    def block(self, nodes: Iterable[ast.stmt]) -> tuple[Step, ...]:
        steps: list[Step] = []
        for node in nodes:
            reader = self._readers.get(type(node))
            if reader is not None:
                steps += reader(node)
        return tuple(steps)

    def _annotated(self, node: ast.AnnAssign) -> Iterator[Step]:
        line, end = span(node)
        if node.value is not None:
            yield from bind(line, end, node.target, expression(node.value))
        unread = self._lazy or self._in_function
        if not unread and (read := several([node.annotation])) != NOTHING:
            yield Evaluate(line, end, read)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Step]:
        first = node.body[0].lineno
        line = min((one.lineno for one in node.decorator_list), default=node.lineno)
        code = Code(node.name, node.lineno, node.end_lineno or first, node.col_offset)
        yield Define(
            line,
            max(node.lineno, first - 1),
            node.name,
            tuple(expression(one) for one in node.decorator_list),
            parts(several([*defaults(node.args), *self._annotations(node)])),
            code,
        )

    def _annotations(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> list[ast.expr]:
        if self._lazy:
            return []
        rest = [one for one in (node.args.vararg, node.args.kwarg) if one]
        plain = [*node.args.posonlyargs, *node.args.args, *rest, *node.args.kwonlyargs]
        found = [one.annotation for one in plain if one.annotation is not None]
        every = [*found, *([node.returns] if node.returns is not None else [])]
        own = _type_parameters(node)
        return [one for one in every if not own & names_in(one)] if own else every

    def _class(self, node: ast.ClassDef) -> Iterator[Step]:
        line = min((one.lineno for one in node.decorator_list), default=node.lineno)
        inner = _Compiler(self._lazy) if self._in_function else self
        own = _type_parameters(node)
        bases = [one for one in node.bases if not own & names_in(one)]
        yield Class(
            line,
            max(node.lineno, node.body[0].lineno - 1),
            node.name,
            tuple(expression(one) for one in node.decorator_list),
            tuple(expression(one) for one in bases),
            tuple((word.arg, expression(word.value)) for word in node.keywords),
            inner.block(node.body),
        )

    def _branch(self, node: ast.If) -> Iterator[Step]:
        line, end = span(node.test)
        test = expression(node.test)
        yield Branch(line, end, test, self.block(node.body), self.block(node.orelse))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> Iterator[Step]:
        is_while = isinstance(node, ast.While)
        subject = node.test if isinstance(node, ast.While) else node.iter
        names = None if isinstance(node, ast.While) else bound_names(node.target)
        line, end = node.lineno, span(subject)[1]
        body, otherwise = self.block(node.body), self.block(node.orelse)
        yield Loop(line, end, names, expression(subject), body, otherwise)
        assert is_while == (names is None)

    def _try(self, node: ast.Try) -> Iterator[Step]:
        handlers = tuple(self._handler(one) for one in node.handlers)
        yield Try(
            *span(node),
            self.block(node.body),
            handlers,
            self.block(node.orelse),
            self.block(node.finalbody),
        )

    def _handler(self, node: ast.ExceptHandler) -> Handler:
        types: tuple[Expression, ...] | None = None
        if isinstance(node.type, ast.Tuple):
            types = tuple(expression(one) for one in node.type.elts)
        elif node.type is not None:
            types = (expression(node.type),)
        end = node.end_lineno or node.lineno
        return Handler(node.lineno, end, types, node.name, self.block(node.body))

    def _with(self, node: ast.With | ast.AsyncWith) -> Iterator[Step]:
        items = tuple(expression(item.context_expr) for item in node.items)
        targets = [item.optional_vars for item in node.items if item.optional_vars]
        names = tuple(name for target in targets for name in bound_names(target))
        end = max(node.lineno, node.body[0].lineno - 1)
        yield With(node.lineno, end, items, names, self.block(node.body))

    def _match(self, node: ast.Match) -> Iterator[Step]:
        line, end = span(node.subject)
        yield Evaluate(line, end, expression(node.subject))
        yield from self._cases(node.cases)

    def _cases(self, cases: list[ast.match_case]) -> tuple[Step, ...]:
        if not cases:
            return ()
        case, *others = cases
        line, end = span(case.pattern)
        names = tuple(
            name
            for inner in ast.walk(case.pattern)
            for name in (getattr(inner, "name", None), getattr(inner, "rest", None))
            if isinstance(name, str)
        )
        body = (Assign(line, end, (), names, NOTHING, ()), *self.block(case.body))
        unknown = Several((Literal("case"), Literal(line)))
        return (Branch(line, end, unknown, body, self._cases(others)),)


def _type_parameters(node: ast.AST) -> set[str]:
    return {one.name for one in getattr(node, "type_params", ())}
