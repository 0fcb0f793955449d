"""One small change of the text of moved code: each kind gives the places for it.

A change is one or more splices. Whether it changes the syntax tree is for the
harness to see; here is only what is worth trying.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from codemods.source import Splice
from verify.mutation.code import Change, Code

_OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "//"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "+"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.MatMult: ("@", "*"),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
_IDENTITIES: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Is: ("is", "=="),
    ast.IsNot: (r"is\s+not", "!="),
}
_LOOKALIKES = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х"}  # noqa: RUF001
_QUOTE = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>\"\"\"|'''|\"|')")
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_SIMPLE = (
    *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Raise),
    *(ast.Assert, ast.Delete, ast.Import, ast.ImportFrom, ast.Global),
)


def operator(code: Code) -> Iterator[Change]:
    for node in code.of(ast.BinOp, ast.AugAssign):
        if isinstance(node, ast.BinOp):
            yield from code.between(node.left, node.right, _OPERATORS[type(node.op)])
        elif isinstance(node, ast.AugAssign):
            words = _OPERATORS[type(node.op)]
            yield from code.between(node.target, node.value, words)


def _comparing(
    code: Code, table: Mapping[type[ast.cmpop], tuple[str, str]]
) -> Iterator[Change]:
    for node in code.of(ast.Compare):
        assert isinstance(node, ast.Compare)
        words = table.get(type(node.ops[0]))
        if words:
            yield from code.between(node.left, node.comparators[0], words)


def comparison(code: Code) -> Iterator[Change]:
    yield from _comparing(code, _COMPARISONS)


def identity(code: Code) -> Iterator[Change]:
    yield from _comparing(code, _IDENTITIES)


def and_or(code: Code) -> Iterator[Change]:
    for node in code.of(ast.BoolOp):
        assert isinstance(node, ast.BoolOp)
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield from code.between(node.values[0], node.values[1], words)


def not_dropped(code: Code) -> Iterator[Change]:
    for node in code.of(ast.UnaryOp):
        assert isinstance(node, ast.UnaryOp)
        if isinstance(node.op, ast.Not):
            yield (Splice(code.start(node), code.start(node) + 3, ""),)


def condition(code: Code) -> Iterator[Change]:
    for node in code.of(ast.If, ast.While, ast.IfExp):
        assert isinstance(node, (ast.If, ast.While, ast.IfExp))
        yield code.replace(node.test, f"(not ({code.segment(node.test)}))")


def constant(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Constant):
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, bool):
            yield code.replace(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            yield code.replace(node, repr(node.value + 1))
        elif node.value is None:
            yield code.replace(node, "False")


def number_type(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Constant):
        assert isinstance(node, ast.Constant)
        value = node.value
        if isinstance(value, bool):
            yield code.replace(node, repr(int(value)))
        elif isinstance(value, int) and abs(value) < 2**31:
            yield code.replace(node, repr(float(value)))
            if value in (0, 1):
                yield code.replace(node, repr(bool(value)))
        elif isinstance(value, float):
            yield code.replace(node, "(-0.0)" if value == 0 else f"(-{value!r})")


def _strings(code: Code) -> Iterator[tuple[ast.Constant, re.Match[str]]]:
    for node in code.of(ast.Constant):
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, (str, bytes)):
            quote = _QUOTE.match(code.segment(node))
            if quote:
                yield node, quote


def string(code: Code) -> Iterator[Change]:
    for node, quote in _strings(code):
        at = code.start(node) + quote.end()
        yield (Splice(at, at, "q"),)


def string_space(code: Code) -> Iterator[Change]:
    """White space inside a string, which is no indentation."""
    for node, quote in _strings(code):
        text = code.segment(node)
        at = text.find("\n" if len(quote["quote"]) == 3 else " ", quote.end())
        if at > 0:
            yield (Splice(code.start(node) + at + 1, code.start(node) + at + 1, " "),)


def string_prefix(code: Code) -> Iterator[Change]:
    for node, quote in _strings(code):
        if not quote["prefix"] and isinstance(node.value, str):
            yield (Splice(code.start(node), code.start(node), "b"),)


def f_string(code: Code) -> Iterator[Change]:
    for node in code.nodes:
        if isinstance(node, ast.JoinedStr):
            found = _FIELD.search(code.segment(node))
            if found:
                at = code.start(node) + found.end(1)
                yield (Splice(at, at, "!r"),)


def argument_order(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Call):
        assert isinstance(node, ast.Call)
        for one, two in pairwise(node.args):
            if not isinstance(two, ast.GeneratorExp):
                yield _swapped(code, one, two)


def _swapped(code: Code, one: ast.AST, two: ast.AST) -> Change:
    return (
        *code.replace(one, code.segment(two)),
        *code.replace(two, code.segment(one)),
    )


def keyword_renamed(code: Code) -> Iterator[Change]:
    for node in code.of(ast.keyword):
        assert isinstance(node, ast.keyword)
        if node.arg:
            at = code.start(node) + len(node.arg)
            yield (Splice(at, at, "_"),)


def argument_dropped(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Call):
        assert isinstance(node, ast.Call)
        parts = [*node.args, *node.keywords]
        if len(parts) > 1:
            yield (Splice(code.end(parts[-2]), code.end(parts[-1]), ""),)


def name_changed(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Name):
        yield (Splice(code.end(node), code.end(node), "_"),)


def attribute_changed(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Attribute):
        yield (Splice(code.end(node), code.end(node), "_"),)


def lookalike(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Name, ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
        for index, letter in enumerate(name):
            if letter in _LOOKALIKES:
                at = code.end(node) - len(name) + index
                yield (Splice(at, at + 1, _LOOKALIKES[letter]),)
                break


def line_dropped(code: Code) -> Iterator[Change]:
    for _, block in code.blocks():
        for node in block:
            lines = code.lines_of(node) if isinstance(node, _SIMPLE) else None
            if lines:
                indent = " " * node.col_offset
                yield (Splice(*lines, "" if len(block) > 1 else f"{indent}pass\n"),)


def lines_swapped(code: Code) -> Iterator[Change]:
    for _, block in code.blocks():
        for one, two in pairwise(block):
            if isinstance(one, _SIMPLE) and isinstance(two, _SIMPLE):
                yield _swapped(code, one, two)


def indentation(code: Code) -> Iterator[Change]:
    """The last line of a block leaves it, the one after a block joins it."""
    for node, block in code.blocks():
        outer = getattr(node, "col_offset", None)
        if outer is None or not isinstance(node, (ast.If, ast.For, ast.With)):
            continue
        last = block[-1]
        if len(block) > 1 and isinstance(last, _SIMPLE) and code.lines_of(last):
            start = code.source.line_start(code.start(last))
            yield (Splice(start, code.start(last), " " * outer),)
    for _, block in code.blocks():
        for one, two in pairwise(block):
            body = getattr(one, "body", None)
            if body and isinstance(two, _SIMPLE) and code.lines_of(two):
                start = code.source.line_start(code.start(two))
                yield (Splice(start, code.start(two), " " * body[-1].col_offset),)


def flow(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Break, ast.Continue):
        other = "continue" if isinstance(node, ast.Break) else "break"
        yield code.replace(node, other)


def return_dropped(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Return):
        assert isinstance(node, ast.Return)
        if node.value is not None:
            yield code.replace(node, "return")
            yield code.replace(node, code.segment(node.value))


def await_dropped(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Await):
        assert isinstance(node, ast.Await)
        yield (Splice(code.start(node), code.start(node.value), ""),)


def tuple_made(code: Code) -> Iterator[Change]:
    for node in code.of(ast.Return, ast.Assign):
        value = getattr(node, "value", None)
        if value is not None and not isinstance(value, ast.Tuple):
            yield code.replace(value, f"({code.segment(value)},)")


def decorator(code: Code) -> Iterator[Change]:
    for node in code.of(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        decorators = getattr(node, "decorator_list", [])
        for each in decorators:
            yield code.replace(each, f"other({code.segment(each)})")
            line = code.source.line_start(code.start(each))
            yield (Splice(line, code.source.line_end(code.end(each)), ""),)
        for one, two in pairwise(decorators):
            yield _swapped(code, one, two)


def default(code: Code) -> Iterator[Change]:
    for node in code.of(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        arguments: ast.arguments = node.args  # type: ignore[attr-defined]
        for each in (*arguments.defaults, *arguments.kw_defaults):
            if each is not None:
                yield code.replace(each, f"({code.segment(each)}, 0)")


def parameter_order(code: Code) -> Iterator[Change]:
    for node in code.of(ast.FunctionDef, ast.AsyncFunctionDef):
        given: list[ast.arg] = node.args.args  # type: ignore[attr-defined]
        for one, two in pairwise(given):
            yield _swapped(code, one, two)


def annotation(code: Code) -> Iterator[Change]:
    for node in code.of(ast.arg, ast.AnnAssign):
        each = getattr(node, "annotation", None)
        if each is not None:
            yield code.replace(each, "object")


def base_class(code: Code) -> Iterator[Change]:
    for node in code.of(ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        for each in node.bases:
            yield code.replace(each, "dict")
        for one, two in pairwise(node.bases):
            yield _swapped(code, one, two)


def branch(code: Code) -> Iterator[Change]:
    for node in code.of(ast.If):
        at = code.start(node)
        if code.source.text.startswith("elif", at):
            yield (Splice(at, at + 4, "if"),)
    for each in code.nodes:
        if isinstance(each, ast.ExceptHandler) and each.type is not None:
            yield code.replace(each.type, "BaseException")


def comment(code: Code) -> Iterator[Change]:
    """For 'verbatim' alone: the syntax tree stays the same."""
    tokens = tokenize.generate_tokens(io.StringIO(code.source.text).readline)
    for token in tokens:
        if token.type == tokenize.COMMENT and code.first <= token.start[0] <= code.last:
            line, column = token.end
            head = token.line[:column].encode()
            at = code.source.offset(line, len(head))
            yield (Splice(at, at, " not"),)


KINDS: dict[str, Callable[[Code], Iterator[Change]]] = {
    function.__name__: function
    for function in (
        *(operator, comparison, identity, and_or, not_dropped, condition),
        *(constant, number_type, string, string_space, string_prefix, f_string),
        *(argument_order, keyword_renamed, argument_dropped, name_changed),
        *(attribute_changed, lookalike, line_dropped, lines_swapped, indentation),
        *(flow, return_dropped, await_dropped, tuple_made, decorator, default),
        *(parameter_order, annotation, base_class, branch, comment),
    )
}
