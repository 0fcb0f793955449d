"""Objects that were pickled name the module of their class."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from codemods.finding import Finding, Place, Rule
from codemods.moving.module import ModuleText
from verify.movement.sources import Sources

PICKLED = Rule(
    "moved-class-pickled",
    "A class that moves may have been pickled under its old name.",
    "A pickle names the module of its class: what was written before cannot be read"
    " once the old module no longer has it.",
)
_PICKLES = re.compile(
    rb"^[ \t]*(?:import|from)[ \t]+"
    rb"(?:pickle|cPickle|_pickle|cloudpickle|dill|shelve|joblib|copyreg)\b",
    re.MULTILINE,
)
_HOOKS = frozenset(
    {
        *("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__"),
        *("__getnewargs__", "__getnewargs_ex__"),
    }
)


def pickled(
    source: ModuleText, path: str, names: Collection[str], files: Sources
) -> Iterator[Finding]:
    """The classes among the names that know of pickles, or that a file names which
    makes or reads them.
    """
    classes = {
        node.name: node
        for node in source.tree.body
        if isinstance(node, ast.ClassDef) and node.name in names
    }
    near = dict(_named_beside_pickles(classes, files))
    for name, node in classes.items():
        hooks = {getattr(each, "name", "") for each in node.body} & _HOOKS
        if hooks:
            why = f"it has `{min(hooks)}`"
        elif name in near:
            why = f"{near[name]} names it and pickles"
        else:
            continue
        yield Finding(
            PICKLED,
            Place(path, node.lineno, 1),
            f"pickles of `{name}` that were written before may be there: {why}",
            "keep an alias in the old module, if such pickles are kept",
        )


def _named_beside_pickles(
    classes: Mapping[str, ast.ClassDef], files: Sources
) -> Iterator[tuple[str, str]]:
    for path in sorted(files.paths(), reverse=True):
        data = files.read(path) if classes and path.endswith(".py") else None
        if data is not None and _PICKLES.search(data):
            for name in classes:
                if re.search(rb"\b%s\b" % name.encode(), data):
                    yield name, path
