"""A module's text as that of the `__init__` of a package of the same dotted path.

What the text says of its place is what changes: `from . import x` means a package
further in, so its dots are one more. What else speaks of the place is an objection.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.source import Source, Splice, splice

# Of a module and of a package's `__init__` these are not the same.
_OF_THE_PLACE = {
    "__file__": "the folder that it names is another one for a package",
    "__package__": "a package is its own `__package__`",
    "__spec__": "a package has another one",
    "__path__": "only a package has one",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a module cannot become a package as it is: the line, what, and what to do."""

    line: int
    message: str
    fix: str


def as_package(source: Source) -> str:
    """The text of the `__init__`. Raises `SourceError` where it does not parse."""
    splices = []
    for node in ast.walk(source.parse()):
        if isinstance(node, ast.ImportFrom) and node.level:
            at = source.text.index(".", source.start(node))
            splices.append(Splice(at, at, "."))
    return splice(source.text, splices)


def objections(tree: ast.Module) -> Iterator[Objection]:
    """What a module does that a package of its name would do in another way."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _OF_THE_PLACE:
            yield Objection(
                node.lineno,
                f"reads {node.id}: {_OF_THE_PLACE[node.id]}",
                "compute it in a module that stays where it is",
            )
        elif isinstance(node, ast.If) and _asks_for_main(node.test):
            yield Objection(
                node.lineno,
                "can be run as a program, and a package cannot be run like that",
                "take the block out, or put it into a module of its own",
            )
        elif isinstance(node, ast.Call) and _imports_relatively(node):
            yield Objection(
                node.lineno,
                "imports by a relative name in a string, which means another module"
                " in a package",
                "name the module in full",
            )


def _asks_for_main(test: ast.expr) -> bool:
    nodes = list(ast.walk(test))
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in nodes) and any(
        isinstance(n, ast.Constant) and n.value == "__main__" for n in nodes
    )


def _imports_relatively(call: ast.Call) -> bool:
    function = call.func
    name = getattr(function, "attr", getattr(function, "id", ""))
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    is_relative = isinstance(text, str) and text.startswith(".")
    return name in ("import_module", "__import__", "find_spec") and is_relative
