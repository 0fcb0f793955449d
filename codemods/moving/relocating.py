"""A whole module that gets another name: its text in its new place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.draft import Entry
from codemods.home import ModuleHome
from codemods.layout import Statement, module_text
from codemods.moving.module import ModuleText
from codemods.moving.request import Objection, Why
from codemods.moving.selfish import own_name_uses
from codemods.reshape import indented
from codemods.source import Splice, splice

_STUB = '''"""Its names live in `{new}`."""


def __getattr__(name: str) -> object:
    from importlib import import_module
{imports}
    module = import_module("{new}")
    if name == "__all__":
        public = [each for each in vars(module) if not each.startswith("_")]
        return getattr(module, name, public)
    if name.startswith("__"):
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
{warning}    return getattr(module, name)
'''
_WARNING = """    text = f"{{__name__}} is deprecated since {version}: import {new}"
    warn(text, DeprecationWarning, stacklevel=2)
"""


def objections_to(module: ModuleText) -> Iterator[Objection]:
    """What in a module depends on its own name."""
    for piece in module.pieces:
        for what, line in own_name_uses(module, piece):
            yield Objection(
                module.name,
                line,
                Why.MODULE_NAME,
                f"`{what}` tells which module the code is in",
                "make sure that nothing depends on it, then allow module-name",
            )


def relocated(module: ModuleText, home: ModuleHome) -> str:
    """The text with its relative imports leading where they led before.

    Raises ValueError where one cannot be written.
    """
    splices = [
        repointed(module, node, home)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    return splice(module.source.text, [each for each in splices if each is not None])


def repointed(
    module: ModuleText, node: ast.ImportFrom, home: ModuleHome
) -> Splice | None:
    """What makes a relative import lead from `home` where it led from the module; None
    where it does as it is. Raises ValueError where that cannot be written.
    """
    base = module.base_of(node)
    if base is None:
        raise ValueError(f"line {node.lineno}: an import leads out of the project")
    wanted = module_text(Entry(base, "*", relative=True), home)
    written = "." * node.level + (node.module or "")
    if wanted == written:
        return None
    source = module.source
    start, end = source.start(node), source.end(node)
    indent = source.text[source.line_start(start) : start]
    indent = indent if not indent.strip() else ""
    lines = re.split(r"\r\n|\r|\n", source.text[start:end])
    lines = [lines[0], *(line.removeprefix(indent) for line in lines[1:])]
    new = Statement.parse("\n".join(lines)).from_module(wanted).code
    text = indented(new, indent).removeprefix(indent)
    return Splice(start, end, text.replace("\n", source.newline_at(start)))


def stub(new: str, version: str) -> str:
    """What the old module may say: it gives the names of the new one."""
    warning = _WARNING.format(version=version, new=new) if version else ""
    imports = "    from warnings import warn\n" if version else ""
    return _STUB.format(new=new, warning=warning, imports=imports)
