"""The same line planted into moved code on both sides, where it means two things.

What real commits seldom have in the code that they move: the text stays verbatim, and
a name of it means another thing by the move alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.source import Source, Splice
from verify.mutation.code import Change

_VALUE = "rehome_planted"
_SETTER = "REHOME = 1\ndef rehome_set():\n    global REHOME\n    REHOME = 2"


@dataclass(frozen=True, slots=True)
class Plant:
    """`code` goes into the moved function, and `name` is what must be found to mean
    another thing. `base`, `left` and `head` go behind the old module at base, what
    is left of it at head, and the new module; `{old}` is the old module's name.

    Where it `needs` "package", the two modules lie in different ones; where "left",
    the old module is still there.
    """

    name: str
    code: tuple[str, ...]
    base: str = ""
    left: str = ""
    head: str = ""
    needs: str = ""


def _read(name: str, **places: str) -> Plant:
    return Plant(name, (f"{_VALUE} = {name}",), **places)


def _twin(code: str) -> Plant:
    """The same code in both modules at head makes two objects of one."""
    return _read("REHOME", base=code, left=code, head=code, needs="left")


KINDS: dict[str, tuple[Plant, ...]] = {
    "own_file": (_read("__file__"), _read("__spec__")),
    "own_name": (_read("__name__"), _read("__package__", needs="package")),
    "looked_up": (
        Plant("globals", (f"{_VALUE} = globals()['a']",)),
        Plant("eval", (f"{_VALUE} = eval('a')",)),
        Plant("exec", ("exec('a = 1')",)),
    ),
    "relative_import": (
        Plant("import rehome_near", ("from . import rehome_near",), needs="package"),
        Plant(
            "import rehome_near",
            ("from .rehome import rehome_near",),
            needs="package",
        ),
    ),
    "left_with_a_twin": (
        _read("REHOME", base="REHOME = 1", left="REHOME = 1", head="REHOME = 2"),
        _read("REHOME", base="REHOME = 1", head="REHOME = 1.0"),
        _read("REHOME", base="REHOME = 'a'", head="REHOME = b'a'"),
        _twin("REHOME = []"),
        _twin("REHOME = object()"),
        _twin("def REHOME(): return 0"),
        _twin("class REHOME: a = 0"),
        _twin("REHOME = lambda: 0"),
    ),
    "left_behind": (
        _read("REHOME", base="REHOME = 1", left="REHOME = 1"),
        _read("len", base="def len(value): ...", left="def len(value): ..."),
        _read("len", base="from rehome_elsewhere import *"),
    ),
    "another_import": (
        _read("REHOME", base="import REHOME", head="import os as REHOME"),
        _read(
            "REHOME", base="import rehome.a as REHOME", head="import rehome.b as REHOME"
        ),
        _read(
            "REHOME",
            base="from re import I as REHOME",
            head="from re import M as REHOME",
        ),
    ),
    "state": (
        Plant(
            "REHOME",
            ("global REHOME", "REHOME = 2"),
            base="REHOME = 1",
            left="REHOME = 1",
            head="REHOME = 1",
            needs="left",
        ),
        _read(
            "REHOME",
            base=_SETTER,
            left=_SETTER,
            head="from {old} import REHOME",
            needs="left",
        ),
    ),
}


def plant(source: Source, node: ast.AST, code: tuple[str, ...]) -> list[Change]:
    """The change for each function in a definition; empty where it has no line of
    its own to stand on."""
    found: list[Change] = []
    for function in _functions(node):
        body = function.body
        at = body[1] if len(body) > 1 and ast.get_docstring(function) else body[0]
        decorators = getattr(at, "decorator_list", ())
        line = min((d.lineno for d in decorators), default=at.lineno)
        start = source.offset(line, 0)
        indent = source.text[start : source.offset(line, at.col_offset)]
        is_alone = at.lineno > function.lineno and not indent.strip()
        text = "".join(f"{indent}{each}\n" for each in code)
        is_docstring = at is body[0] and ast.get_docstring(function) is not None
        fits = is_alone and not is_docstring
        found.append((Splice(start, start, text),) if fits else ())
    return found


def behind(source: Source, code: str) -> Change:
    text = source.text
    newline = "" if text.endswith("\n") or not text else "\n"
    return (Splice(len(text), len(text), f"{newline}\n{code}\n"),)


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for each in ast.walk(node):
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield each
