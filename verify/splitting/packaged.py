"""Whether a package that was a module is still part of what is installed."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator

from codemods.finding import Finding, Place
from codemods.source import Source, SourceError
from codemods.toml_lines import TomlError, parse
from verify.movement.sources import Sources
from verify.splitting.rules import NOT_PACKAGED

_FILES = ("setup.py", "setup.cfg", "pyproject.toml")
_PACKAGES, _MODULES = "packages", "py_modules"


def missing_in_lists(sources: Sources, path: str, module: str) -> Iterator[Finding]:
    """A finding for each list that names the module, or the package that it lies in,
    and not the package that it became; `path` was its file.
    """
    for each in sorted(_above(sources, path)):
        data = sources.read(each)
        text = (data or b"").decode("utf-8", "replace")
        for kind, names in _lists(each.rpartition("/")[2], text):
            message = _problem(kind, names, module)
            if message:
                yield Finding(NOT_PACKAGED, _place(each, text, kind), *message)


def _above(sources: Sources, path: str) -> Iterator[str]:
    known = sources.paths()
    folders = path.split("/")[:-1]
    for length in range(len(folders) + 1):
        for name in _FILES:
            each = "/".join((*folders[:length], name))
            if each in known:
                yield each


def _problem(kind: str, names: list[str], module: str) -> tuple[str, str] | None:
    if kind == _MODULES and module in names:
        return (
            f"lists the module `{module}`, which is a package now",
            f"list `{module}` under `packages` instead",
        )
    if kind == _PACKAGES and module not in names:
        parent = module.rpartition(".")[0]
        if parent and parent in names:
            return (
                f"lists `{parent}`, and not the package `{module}`, which was a module"
                " in it",
                f"list `{module}` as well",
            )
    return None


def _lists(name: str, text: str) -> Iterator[tuple[str, list[str]]]:
    """The lists of packages and of modules that a file writes out."""
    if name == "setup.py":
        yield from _in_setup_call(text)
    elif name == "setup.cfg":
        yield from _in_setup_cfg(text)
    else:
        yield from _in_pyproject(text)


def _in_setup_call(text: str) -> Iterator[tuple[str, list[str]]]:
    try:
        tree = Source(text, "utf-8", b"").parse()
    except SourceError:
        return
    for node in ast.walk(tree):
        kind = node.arg if isinstance(node, ast.keyword) else None
        listed = node.value if isinstance(node, ast.keyword) else None
        if kind in (_PACKAGES, _MODULES) and isinstance(listed, (ast.List, ast.Tuple)):
            yield str(kind), _texts(listed)


def _texts(node: ast.List | ast.Tuple) -> list[str]:
    values = (e.value for e in node.elts if isinstance(e, ast.Constant))
    return [value for value in values if isinstance(value, str)]


def _in_setup_cfg(text: str) -> Iterator[tuple[str, list[str]]]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for kind in (_PACKAGES, _MODULES):
        value = parser.get("options", kind, fallback="")
        if value and not value.strip().startswith("find"):
            yield kind, value.replace(",", " ").split()


def _in_pyproject(text: str) -> Iterator[tuple[str, list[str]]]:
    try:
        data = parse(text)
    except TomlError:
        return
    tool = data.get("tool")
    setuptools = tool.get("setuptools") if isinstance(tool, dict) else None
    for key, kind in (("packages", _PACKAGES), ("py-modules", _MODULES)):
        value = setuptools.get(key) if isinstance(setuptools, dict) else None
        if isinstance(value, list):
            yield kind, [each for each in value if isinstance(each, str)]


def _place(path: str, text: str, kind: str) -> Place:
    for number, line in enumerate(text.splitlines(), start=1):
        if kind in line or kind.replace("_", "-") in line:
            return Place(path, number, 1)
    return Place(path)
