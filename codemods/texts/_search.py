"""Old names in any text, found by their spelling: what a text cannot say for
certain is a hit without a new text, for a person to decide. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from codemods.namemap import NameMap, Removed
from codemods.spelling import fate, new_text, pattern, spellings
from codemods.texts import _imports
from codemods.texts._hit import Hit

__all__ = ["Hit", "search"]

# A path may stand right behind `\n` as strings spell it; that is looked at later.
_BEFORE = r"(?:(?<![\w.])|(?<=\\[abfnrtv]))"
# mypy.ini and setup.cfg name modules like this.
_SECTION = "[mypy-"
# No name of a migration has as many parts.
_MEMBERS = re.compile(r"(?:\.\w+){0,50}")
# What ends a link, or another path, before a name.
_APART = frozenset(" \t\r\n\f\v\"'`<>()[]{}|,;")
# `image: name:tag`, and `FROM name:tag` in a Dockerfile.
_IMAGE = re.compile(r"(?:\bimage:|(?:\A|\n)FROM)[ \t]+[\"']?\Z")
_GOES_ON = re.compile(r"-\w|-\Z|[/\\@](?![\r\n])|[*{$<%]|\.(?:\$|\{)")
_ENDS = re.compile(r"\\(?:[\"'`nrt]|\Z)|<(?:/|br)")
_FILE = re.compile(
    r"\.(?:py|pyi|pyc|so|ipynb|md|mdx|rst|txt|log|json|jsonl|ya?ml|toml|html?|cfg|ini"
    r"|sh|csv|tsv|gz|tar|zip|whl|png|svg|pdf|patch|diff)(?![\w(.])"
)
# A pinned link shows the past for good.
_PINNED = re.compile(r"/(?:blob|tree|raw|blame)/(?:[0-9a-f]{7,64}|v?\d[\w.+-]*)/")


def search(text: str, names: NameMap) -> list[Hit]:
    """Every old name in a text, in order; of those that overlap the longest."""
    imports = list(_imports.hits(text, names))
    loaded = _imports.loaded(text, names)
    found = [*imports, *_paths(text, names, loaded), *_broken(text, names)]
    found += _files(text, names)
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _paths(text: str, names: NameMap, loaded: frozenset[str]) -> Iterator[Hit]:
    for found in pattern(names, _BEFORE).finditer(text):
        if _is_of_another_name(text, found.start()):
            continue
        old, (start, end) = found.group(1), found.span()
        what = fate(names, old)
        if isinstance(what, Removed):
            yield Hit(start, end, old, gone=what.instead)
            continue
        new = new_text(names, old)
        why = _doubt(text, start, end)
        if not why and not _is_settled(text, end, old, names):
            why = "what it is called now depends on what is meant"
        if not why and what and what.old.module in loaded and what.old.symbol:
            why = f"the text imports `{what.old.module}` itself"
        yield Hit(start, end, old, None if why else new, why, new or "")


def _is_of_another_name(text: str, start: int) -> bool:
    """Whether what stands before makes it a part of a longer name with a dash."""
    before = text[max(start - len(_SECTION), 0) : start]
    return bool(re.search(r"\w-\Z", before)) and before != _SECTION


def _doubt(text: str, start: int, end: int) -> str:
    """Why the path may be a part of something else; empty where it stands alone."""
    if "://" in _token_before(text, start):
        return "it is a part of a link"
    near = text[max(start - 6, 0) : start]
    # `~` shortens what Sphinx shows of a reference.
    last = "" if near.endswith("`~") else near[-1:]
    if last and (last in "/\\:@$%~&?" or ord(last) > 127):
        return "it is a part of something longer"
    if re.search(r"\\[abfnrtv]\Z", near):
        return "it stands behind what may be an escape"
    if near[-1:] == "-" and near != _SECTION:
        return "it stands behind a dash"
    if _IMAGE.search(text[max(start - 24, 0) : start]):
        return "it may be the name of an image"
    if re.search(r"\$\{{1,2}\s*\Z|\{\{\s*\Z|\{%\s*\Z", near):
        return "it stands in what a template fills in"
    return _doubt_after(text, end, emphasised=last == "*")


def _token_before(text: str, end: int) -> str:
    """What stands right before, up to white space, a quote or a bracket."""
    start, first = end, max(end - 2000, 0)
    while start > first and text[start - 1] not in _APART:
        start -= 1
    return text[start:end]


def _doubt_after(text: str, end: int, *, emphasised: bool) -> str:
    after = text[end : end + 24]
    if emphasised:
        after = after.removeprefix("*").removeprefix("*")
    if _GOES_ON.match(after) and not _ENDS.match(after):
        return "it goes on with something else"
    if _FILE.match(after):
        return "it may be the name of a file"
    if after[:1] and ord(after[0]) > 127 and not after[0].isprintable():
        return "it goes on with something else"
    return ""


def _is_settled(text: str, end: int, old: str, names: NameMap) -> bool:
    """Whether what follows the path does not make it another name altogether."""
    rest = _MEMBERS.match(text, end)
    whole = old.replace(":", ".") + (rest.group() if rest else "")
    return fate(names, whole) is not None


@lru_cache(maxsize=8)
def _broken_pattern(names: NameMap) -> re.Pattern[str]:
    gap = r"(?:[ \t]{0,99}\\?\r?\n[ \t>#*|/]{0,99})?"
    dot = rf"{gap}\.{gap}"
    inner = "|".join(
        dot.join(map(re.escape, re.split("[.:]", path))) for path in spellings(names)
    )
    return re.compile(rf"(?<![\w./:@$-])(?:{inner})(?!\w)")


def _broken(text: str, names: NameMap) -> Iterator[Hit]:
    """Paths that a line end breaks in two."""
    for found in _broken_pattern(names).finditer(text):
        if "\n" in found.group():
            old = re.sub(r"[^\w.]", "", found.group())
            why = "a line end breaks it in two"
            yield Hit(*found.span(), old, None, why, new_text(names, old) or "")


@lru_cache(maxsize=8)
def _file_pattern(names: NameMap) -> re.Pattern[str] | None:
    modules = sorted(
        (name.module for name in names.old_names if name.is_module), reverse=True
    )
    if not modules:
        return None
    inner = "|".join(re.escape(module.replace(".", "/")) for module in modules)
    return re.compile(rf"(?<![\w.@+-])((?:{inner})(?:/__init__)?)(?:\.pyi?)?(?![\w-])")


def _files(text: str, names: NameMap) -> Iterator[Hit]:
    """Paths of the files of modules that moved. Where the new file is, and whether
    it is `x.py` or `x/__init__.py`, no migration says: a person must.
    """
    found = _file_pattern(names)
    for each in found.finditer(text) if found else ():
        if _PINNED.search(_token_before(text, each.start())):
            continue
        module = each.group(1).removesuffix("/__init__").replace("/", ".")
        what = fate(names, module)
        if isinstance(what, Removed):
            yield Hit(*each.span(), each.group(), gone=what.instead)
            continue
        why = "it is the path of a file, and its new one depends on the project"
        new = new_text(names, module) or ""
        yield Hit(*each.span(), each.group(), None, why, new.replace(".", "/"))
