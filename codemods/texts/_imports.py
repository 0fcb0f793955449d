"""Import statements in a text that is not parsed: shell scripts, settings, prose.

A statement is rewritten where it says all there is to know: every name that it
imports moved to one place and kept its own name, or it stands on a line of its own
and can be split. What is read through a whole module is for a person.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.namemap import Moved, NameMap, Removed
from codemods.texts._hit import Hit

_DOTTED = r"[^\W\d][\w.]*"
# Bounds keep the search linear in a text that is one long blank.
_GAP, _ANY = r"[ \t]{1,99}", r"[ \t]{0,99}"
_ONE = rf"[^\W\d]\w*(?:{_GAP}as{_GAP}[^\W\d]\w*)?"
_FROM = re.compile(
    rf"(?<![\w.])from{_GAP}(?P<module>{_DOTTED}){_GAP}import"
    rf"(?:{_ANY}\((?P<inside>[^()]*)\)|{_ANY}(?P<star>\*)"
    rf"|{_GAP}(?P<plain>{_ONE}(?:{_ANY},{_ANY}{_ONE})*)"
    rf"(?P<more>{_ANY}(?:,{_ANY})?\\)?)"
)
_IMPORT = re.compile(
    rf"(?<![\w.])import{_GAP}(?P<list>{_DOTTED}(?:{_GAP}as{_GAP}\w+)?"
    rf"(?:{_ANY},{_ANY}{_DOTTED}(?:{_GAP}as{_GAP}\w+)?)*)"
)
_SPLITS = "and its names live in different places now"


def loaded(text: str, names: NameMap) -> frozenset[str]:
    """The modules that lost names and that the text imports whole, or imports a
    package of: what it reads from them needs another import.
    """
    modules = set()
    for found in _IMPORT.finditer(text):
        for each in found["list"].split(","):
            name = each.split()[0]
            modules |= {
                module
                for module in names.old_modules
                if names.lost(module) and f"{module}.".startswith(f"{name}.")
            }
    return frozenset(modules)


def wholes(text: str, names: NameMap) -> list[Hit]:
    """The imports of whole modules that moved or lost names."""
    found = [hit for each in _IMPORT.finditer(text) for hit in _of_import(each, names)]
    for each in _FROM.finditer(text):
        aliases = _aliases(each)
        if aliases is not None:
            found += _modules_in(each, aliases, names)
    return found


def hits(text: str, names: NameMap) -> Iterator[Hit]:
    """Every import of an old name, or of a module that lost some."""
    if "import" not in text:
        return
    for found in _FROM.finditer(text):
        yield from _of_from(text, found, names)
    for found in _IMPORT.finditer(text):
        yield from _of_import(found, names)


def _of_import(found: re.Match[str], names: NameMap) -> Iterator[Hit]:
    at = found.start("list")
    for each in found["list"].split(","):
        name = each.split()[0].rstrip(".")
        start = at + each.index(name)
        at += len(each) + 1
        if names.lost(name):
            yield _whole(start, name, names)


def _whole(start: int, module: str, names: NameMap, text: str = "") -> Hit:
    lost = ", ".join(sorted({name.symbol for name in names.lost(module)}))
    why = f"the text imports `{module}` itself, which lost {lost}"
    return Hit(
        start, start + len(text or module), module, None, why, _homes(module, names)
    )


def _homes(module: str, names: NameMap) -> str:
    found = (names.resolve(name.dotted) for name in names.lost(module))
    return ", ".join(sorted({hit.path for hit in found if isinstance(hit, Moved)}))


def _of_from(text: str, found: re.Match[str], names: NameMap) -> Iterator[Hit]:
    module = found["module"]
    if found["star"]:
        if names.lost(module):
            yield _whole(found.start("module"), module, names)
        return
    aliases = _aliases(found)
    if aliases is None:
        if names.lost(module) and _names_any(found, names):
            why = "its list of names cannot be read"
            hint = _homes(module, names)
            yield Hit(
                found.start("module"), found.end("module"), module, None, why, hint
            )
        return
    yield from _modules_in(found, aliases, names)
    if names.lost(module):
        hit = _of_names(text, found, aliases, names)
        if hit is not None:
            yield hit


def _names_any(found: re.Match[str], names: NameMap) -> bool:
    listed = found["inside"] or found["plain"] or ""
    lost = {n.symbol.partition(".")[0] for n in names.lost(found["module"])}
    return bool(lost.intersection(re.findall(r"\w+", listed))) or bool(found["more"])


def _aliases(found: re.Match[str]) -> list[ast.alias] | None:
    """The names of a statement, None where it is not whole or no Python."""
    if found["more"]:
        return None
    try:
        statement = ast.parse(found.group()).body[0]
    except (SyntaxError, ValueError):
        return None
    return statement.names if isinstance(statement, ast.ImportFrom) else None


def _modules_in(
    found: re.Match[str], aliases: list[ast.alias], names: NameMap
) -> Iterator[Hit]:
    """`from pkg import module`, of a module that moved or lost names."""
    for alias in aliases:
        path = f"{found['module']}.{alias.name}"
        is_module = any(
            name.is_module for name in names.old_names if name.dotted == path
        )
        if is_module or names.lost(path):
            start, end = found.start("module"), found.end()
            hint = new if isinstance(new := _path(names, path), str) else ""
            why = f"the text imports the module `{path}`"
            yield Hit(start, end, path, None, why, hint or _homes(path, names))
            return


def _path(names: NameMap, path: str) -> str | None:
    found = names.resolve(path)
    return found.path if isinstance(found, Moved) else None


def _of_names(
    text: str, found: re.Match[str], aliases: list[ast.alias], names: NameMap
) -> Hit | None:
    module = found["module"]
    fates = {alias: names.resolve(f"{module}.{alias.name}") for alias in aliases}
    span = found.start("module"), found.end("module")
    for alias, what in fates.items():
        if isinstance(what, Removed) and what.name.dotted == f"{module}.{alias.name}":
            return Hit(*span, f"{module}.{alias.name}", gone=what.instead)
    moved = {a: hit for a, hit in fates.items() if isinstance(hit, Moved)}
    if not moved:
        return None
    hint = ", ".join(sorted(hit.path for hit in moved.values()))
    old = f"{module}.{next(iter(moved)).name}"
    for alias, hit in moved.items():
        if hit.new.symbol != alias.name and not alias.asname:
            why = "its name changed, and its uses in the text cannot be told"
            return Hit(*span, old, None, why, hint)
    homes = {hit.new.module for hit in moved.values()}
    same = all(hit.new.symbol == alias.name for alias, hit in moved.items())
    if len(moved) == len(aliases) and len(homes) == 1 and same:
        return Hit(*span, old, homes.pop(), hint=hint)
    new = _split(text, found, names)
    if new is None:
        return Hit(*span, old, None, f"it is imported beside others, {_SPLITS}", hint)
    return Hit(*found.span(), old, new, hint=hint)


def _split(text: str, found: re.Match[str], names: NameMap) -> str | None:
    """The statement as the rewriter of Python writes it, None where it has no line
    of its own or the rewriter has something to say.
    """
    from codemods.rewrite import rewrite  # which imports the codemods, and they this

    start = text.rfind("\n", 0, found.start()) + 1
    indent = text[start : found.start()]
    rest = text[found.end() : found.end() + 200].partition("\n")[0].strip()
    if indent.strip() or (rest and not rest.startswith("#")):
        return None
    done = rewrite(found.group().encode(), names, path="")
    if done.findings or not done.changed:
        return None
    lines = done.new.decode().splitlines()
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{newline}{indent}".join(lines)
