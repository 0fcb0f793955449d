"""A method that becomes a function of its module, which its class still has.

The class keeps the name: `method = method`, or `staticmethod(method)`. So nobody who
calls it through an object, the class or a subclass has to change.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from codemods.moving.module import ModuleText
from codemods.moving.request import Objection, Why
from codemods.source import Splice, splice

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class NotLiftable(Exception):
    """A method that cannot be a function; `objection` says why."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.message)
        self.objection = objection


def lift(module: ModuleText, holder: str, name: str) -> str:
    """The module's text with the method as a function before its class.

    Raises `NotLiftable`.
    """
    around, method = _found(module, holder, name)
    for line, why, message in _reasons(module, around, method):
        fix = "keep it in its class, or rewrite it by hand"
        raise NotLiftable(Objection(module.name, line, why, message, fix))
    source = module.source
    start = source.line_start(source.offset(_first_line(module, method), 0))
    end = source.line_end(source.end(method))
    text = source.text[start:end]
    indent = source.text[source.line_start(source.start(method)) :][: method.col_offset]
    static = bool(method.decorator_list)
    function = _dedented(text, indent)
    if static:
        function = "".join(
            line
            for line in function.splitlines(keepends=True)
            if line.strip() != "@staticmethod"
        )
    newline = source.newline_at(0)
    kept = f"{indent}{name} = {f'staticmethod({name})' if static else name}{newline}"
    above = source.offset(module.piece_at(around.lineno).first, 0)
    function = function.rstrip("\r\n") + newline * 3
    parts = [Splice(above, above, function), Splice(start, end, kept)]
    return splice(source.text, parts)


def _found(module: ModuleText, holder: str, name: str) -> tuple[ast.ClassDef, Function]:
    classes = [
        node
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and node.name == holder
    ]
    methods = [
        node
        for each in classes
        for node in each.body
        if isinstance(node, _FUNCTIONS) and node.name == name
    ]
    if len(classes) != 1 or len(methods) != 1:
        number = "no" if not methods else "more than one"
        message = f"it has {number} method `{holder}.{name}`"
        objection = Objection(module.name, 0, Why.UNKNOWN, message, "check the name")
        raise NotLiftable(objection)
    return classes[0], methods[0]


def _first_line(module: ModuleText, method: Function) -> int:
    line = min([method.lineno, *(d.lineno for d in method.decorator_list)])
    while module.lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


def _reasons(
    module: ModuleText, around: ast.ClassDef, method: Function
) -> Iterator[tuple[int, Why, str]]:
    line = method.lineno
    decorators = [ast.unparse(each) for each in method.decorator_list]
    if decorators not in ([], ["staticmethod"]):
        yield line, Why.UNSURE, f"its decorators, `@{decorators[0]}`, need a class"
    if method.name.startswith("__"):
        yield line, Why.UNSURE, f"Python looks for `{method.name}` in the class"
    if method.name in module.bound or method.name in module.users:
        yield line, Why.COLLISION, f"it has or uses a global `{method.name}`"
    own = _bound_in(around, method)
    if method.name in own:
        yield line, Why.UNSURE, f"`{around.name}` binds `{method.name}` once more"
    yield from _of_body(method)
    for part in _signature(method):
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id in own:
                yield part.lineno, Why.UNSURE, f"`{node.id}` is a name of the class"
    if module.source.text[module.source.end(method) :].split("\n")[0].strip():
        yield line, Why.UNSURE, "something stands beside it on its last line"


def _of_body(method: Function) -> Iterator[tuple[int, Why, str]]:
    for node in ast.walk(method):
        name = getattr(node, "id", None) or getattr(node, "attr", None)
        name = name or getattr(node, "arg", None)
        at = getattr(node, "lineno", method.lineno)
        if name in ("super", "__class__"):
            yield at, Why.UNSURE, f"`{name}` needs the class around it"
        elif isinstance(name, str) and name[:2] == "__" and name[-2:] != "__":
            yield at, Why.UNSURE, f"`{name}` is private to the class"


def _bound_in(around: ast.ClassDef, but: Function) -> set[str]:
    found: set[str] = set()
    for statement in around.body:
        if statement is but:
            continue
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            found.add(statement.name)
            continue
        found |= {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
    return found


def _signature(method: Function) -> Iterator[ast.expr]:
    arguments = method.args
    yield from arguments.defaults
    yield from (each for each in arguments.kw_defaults if each is not None)
    for node in ast.walk(arguments):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.annotation
    if method.returns is not None:
        yield method.returns


def _dedented(text: str, indent: str) -> str:
    """The lines without `indent`, but for those inside strings, less the docstring."""
    lines = text.splitlines(keepends=True)
    inside = set(_lines_inside_strings(lines, indent))
    return "".join(
        line if number in inside else line.removeprefix(indent)
        for number, line in enumerate(lines, 1)
    )


def _lines_inside_strings(lines: list[str], indent: str) -> Iterator[int]:
    tree = ast.parse("".join(line.removeprefix(indent) for line in lines))
    function = tree.body[0]
    doc = function.body[0] if isinstance(function, _FUNCTIONS) else None
    docs = doc.lineno if isinstance(doc, ast.Expr) else 0
    text = "".join(line.removeprefix(indent) for line in lines)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        first, last = token.start[0], token.end[0]
        is_text = token.type not in (tokenize.NL, tokenize.NEWLINE)
        if last > first and is_text and first != docs:
            yield from range(first + 1, last + 1)
