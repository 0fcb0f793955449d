"""Moves as a person makes them, on the text of one module: which files there are
afterwards, and the functions that took part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

Texts = dict[str, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Made:
    """What a move made of `p/a.py`; `call` is the name of a function that holds what
    was extracted, and `touched` are those in which something is to be changed.
    """

    base: Texts
    head: Texts
    touched: frozenset[str]
    call: str = ""


def span(node: ast.stmt) -> tuple[int, int]:
    """The first and last line, from 0 and exclusive."""
    decorators = getattr(node, "decorator_list", ())
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return first - 1, node.end_lineno or node.lineno


def functions(tree: ast.AST) -> list[Function]:
    return [n for n in ast.walk(tree) if isinstance(n, Function)]


def blocks(node: ast.AST) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    """Every list of statements in a function, with what holds it."""
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(inner, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield inner, block


def _tops(tree: ast.Module) -> list[ast.stmt]:
    return [n for n in tree.body if isinstance(n, (*Function.__args__, ast.ClassDef))]


def _inside(nodes: list[ast.stmt]) -> frozenset[str]:
    return frozenset(f.name for node in nodes for f in functions(node))


def _imports(tree: ast.Module, lines: list[str]) -> str:
    found = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    return "".join("".join(lines[slice(*span(n))]) for n in found)


def split(text: str, random: Random) -> Made | None:
    """Definitions go into one or two other modules, of which one was there."""
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    tops = _tops(tree)
    gone = [n for n in tops if random.random() < 0.6]
    if not gone:
        return None
    there = "FIRST = 1\n" if random.random() < 0.5 else ""
    parts: Texts = {"p/b.py": there, "p/c.py": ""}
    rest = list(lines)
    for node in reversed(gone):
        first, last = span(node)
        path = random.choice(["p/b.py", "p/b.py", "p/c.py"])
        parts[path] += "\n\n" + "".join(lines[first:last])
        rest[first:last] = []
    header = _imports(tree, lines)
    made = {p: f"{header}{t}" for p, t in parts.items() if t != there}
    base = {"p/a.py": text} | ({"p/b.py": there} if there else {})
    head = base | {"p/a.py": "".join(rest)} | made
    return Made(base, head, _inside(gone))


def renamed(text: str, random: Random) -> Made | None:
    """The file gets another name."""
    return Made({"p/a.py": text}, {"p/b.py": text}, _inside(_tops(ast.parse(text))))


def in_place(text: str, random: Random) -> Made | None:
    """Definitions change their order in the file."""
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    tops = _tops(tree)
    parts = ["".join(lines[slice(*span(n))]) for n in tops]
    random.shuffle(parts)
    head = "\n\n".join([_imports(tree, lines), *parts])
    return Made({"p/a.py": text}, {"p/a.py": head}, _inside(tops))


def method_out(text: str, random: Random) -> Made | None:
    """A method becomes a function, here or elsewhere, that is handed the object."""
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    methods = [
        m
        for c in tree.body
        if isinstance(c, ast.ClassDef) and len(functions(c)) > 1
        for m in c.body
        if isinstance(m, ast.FunctionDef)
        and not m.decorator_list
        and not m.name.startswith("__")
        and m.args.args
    ]
    if not methods:
        return None
    method = random.choice(methods)
    first, last = span(method)
    body = [x[4:] if x.startswith("    ") else x for x in lines[first:last]]
    handed = method.args.args[0].arg
    moved = re.sub(rf"\b{handed}\b", "worker", "".join(body))
    rest = "".join(lines[:first] + lines[last:])
    use = f"\n\ndef use_it(worker):\n    return {method.name}(worker)\n"
    before = f"\n\ndef use_it(worker):\n    return worker.{method.name}()\n"
    if random.random() < 0.5:
        head = {"p/a.py": f"{rest}{use}\n\n{moved}"}
    else:
        header = f"from p.b import {method.name}\n"
        head = {
            "p/a.py": f"{header}{rest}{use}",
            "p/b.py": f"{_imports(tree, lines)}\n\n{moved}",
        }
    try:
        for each in head.values():
            ast.parse(each)
    except SyntaxError:  # a class of one method, a string that stands out
        return None
    return Made({"p/a.py": f"{text}{before}"}, head, frozenset({method.name}))


def extracted(text: str, random: Random) -> Made | None:
    """A block becomes a function of its own, in this module or another one."""
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    found = [
        (function, block)
        for function in functions(tree)
        for _, block in blocks(function)
        if len(block) >= 4 and isinstance(block[0], ast.stmt)
    ]
    if not found:
        return None
    function, block = random.choice(found)
    size = random.randint(2, min(6, len(block) - 1))
    at = random.randrange(len(block) - size + 1)
    part = block[at : at + size]
    first, last = span(part[0])[0], span(part[-1])[1]
    indent = " " * part[0].col_offset
    if any(x.strip() and not x.startswith(indent) for x in lines[first:last]):
        return None
    name = f"{function.name.strip('_')}_part"
    handed = ", ".join(a.arg for a in function.args.args)
    body = [x[len(indent) - 4 :] if x.strip() else x for x in lines[first:last]]
    helper = f"\n\ndef {name}({handed}):\n{''.join(body)}"
    call = f"{indent}{name}({handed})\n"
    rest = "".join([*lines[:first], call, *lines[last:]])
    touched = frozenset({name, function.name})
    base = {"p/a.py": text}
    if random.random() < 0.5:
        return Made(base, {"p/a.py": f"{rest}{helper}"}, touched, name)
    rest = f"from p.b import {name}\n{rest}"
    other = f"{_imports(tree, lines)}{helper}"
    return Made(base, {"p/a.py": rest, "p/b.py": other}, touched, name)


def twice(text: str, random: Random) -> Made | None:
    """A block is extracted, then another one, or something moves as well."""
    one = extracted(text, random)
    if one is None:
        return None
    two = random.choice([extracted, split, in_place])(one.head["p/a.py"], random)
    if (
        two is None
        or two.base.keys() != {"p/a.py"}
        or not one.head.keys() <= {"p/a.py"}
    ):
        return None
    return Made(one.base, two.head, one.touched | two.touched, one.call)


def reversed_(make: Callable[[str, Random], Made | None]) -> Refactoring:
    def back(text: str, random: Random) -> Made | None:
        made = make(text, random)
        return made and Made(made.head, made.base, made.touched)

    return back


Refactoring = Callable[[str, Random], "Made | None"]
REFACTORINGS: dict[str, Refactoring] = {
    "split": split,
    "renamed": renamed,
    "in place": in_place,
    "method to function": method_out,
    "extracted": extracted,
    "extracted and more": twice,
    "joined": reversed_(split),
    "function to method": reversed_(method_out),
    "inlined": reversed_(extracted),
    "inlined and more": reversed_(twice),
}
