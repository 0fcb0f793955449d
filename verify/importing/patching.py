"""Which names are replaced while a program or its tests run.

`from module import name` takes what the name is bound to when it runs. Inside a
function that is when the function is called, so a test that patches `module.name`
reaches it; at the top of a file it is before any test begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_HINTS = (b"patch", b"setattr", b"sys.modules")
_DOTTED = re.compile(rb"[\"']([A-Za-z_]\w*(?:\.\w+)+)[\"']")
_WORDS = re.compile(rb"[\"']([A-Za-z_][\w.]*)[\"']")
_ENDING = re.compile(rb"[\"'][^\"'\n]*[}]?\.(\w+)[\"']")
_OF_OBJECT = re.compile(
    rb"(?:\bpatch\.object|\bsetattr|\bdelattr)\(\s*(?!self\b|cls\b)[\w.()\[\]\"']+\s*,"
    rb"\s*[\"'](\w+)[\"']"
)
_ASSIGNED = re.compile(
    rb"^[ \t]*([A-Za-z_]\w*)(?:\.\w+)*\.(\w+)[ \t]*(?:[-+*/|&%]|//|\*\*)?=(?!=)",
    re.MULTILINE,
)
_IMPORTED = re.compile(
    rb"^[ \t]*(?:from[ \t]+\S+[ \t]+)?import[ \t]+(\([^)]*\)|[^\n]*)", re.MULTILINE
)
_COMPUTED = re.compile(rb"\bpatch\(\s*(?:f[\"'][^\n]*|[^\"'\n]+\n?.*)")
_WORD = re.compile(rb"\w+")
_OWN = frozenset({b"self", b"cls"})


@dataclass
class Patches:
    """What a set of files replaces, as far as their text tells.

    `paths` are dotted paths in quotes in files that patch something, `names` those
    that are set on some object or other, and among `modules` are all those that
    another object is put in the place of.
    """

    paths: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)

    def reach(self, module: str, name: str) -> bool:
        """Whether `module.name` may be replaced while something runs."""
        return name in self.names or f"{module}.{name}" in self.paths


def patches_in(sources: Iterable[bytes]) -> Patches:
    """Read what is patched off the text of files."""
    found = Patches()
    for source in sources:
        if any(hint in source for hint in _HINTS):
            found.paths.update(map(_text, _DOTTED.findall(source)))
            found.names.update(map(_text, _OF_OBJECT.findall(source)))
            for computed in _COMPUTED.findall(source):
                found.names.update(map(_text, _ENDING.findall(computed)))
        if b"sys.modules" in source:
            found.modules.update(map(_text, _WORDS.findall(source)))
        found.names.update(_set_on_modules(source))
    return found


def _set_on_modules(source: bytes) -> Iterator[str]:
    """The names that a file sets on something that it imports."""
    assigned = [pair for pair in _ASSIGNED.findall(source) if pair[0] not in _OWN]
    if assigned:
        imported = set(_WORD.findall(b" ".join(_IMPORTED.findall(source))))
        yield from (_text(name) for base, name in assigned if base in imported)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
