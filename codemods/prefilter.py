r"""Which files are worth parsing: a test of raw bytes that may never miss one.

A call site spells its names, and a name of a module cannot be reached without
the module's last part, its tail: `from .tail import X`, `from pkg import tail`,
`pkg.tail.X`. The one exception is a relative import of the package itself,
`from . import X`. So a file without the tail of an old module, and without a
relative import, is out after one quick search.

What else can be in a file is a use of the module as a whole (a star import,
`getattr(module, name)`, a path that is computed): it spells the tail after its
parent, in one of few forms. White space, backslashes, comments, quotes and
parentheses may stand between the parts.

A name that a string spells with escapes, or in pieces that break it in two
everywhere in the file, is not found.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable

from codemods.name import Name
from codemods.rehoming.attributes import Rehomed

_SPACE = r"[\s\\]"
_COMMENT = r"#[^\r\n]*[\r\n]"
_GAP = r"(?:[\s\\.:\"'()]|[bBfFrRuU]{1,2}[\"'])*"
# Bounds on comments keep the search linear in files that are one long comment.
_BETWEEN = rf"{_GAP}(?:{_COMMENT}{_GAP}){{0,9}}"
_LIST = (
    rf"import\b(?:{_SPACE}*\([\w\s,\\]*?(?:{_COMMENT}[\w\s,\\]*?){{0,1000}}?"
    r"|(?:[\w,]|[^\S\r\n]|\\\r?\n?)*?)"
)
_STAR = rf"{_SPACE}*import{_SPACE}*\*"
# Named imports and attributes have been looked for under their own names.
_NAMED = (
    rf"(?!{_SPACE}+import\b(?!{_SPACE}*\*)|{_SPACE}*\.{_SPACE}*(?!__dict__)[^\W\d])"
)

_RELATIVE = re.compile(rb"from[\s\\]*\.")
_RELATIVE_STAR = re.compile(rf"from{_SPACE}*\.[\s\\.]*{_STAR}".encode())
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_HEAD = 400
"""Enough bytes for the first two lines, where an encoding is declared."""


class Prefilter:
    """Tells files that cannot have a call site of the names, nor a finding."""

    def __init__(
        self,
        names: Iterable[Name],
        folded: Iterable[Name] = (),
        attributes: Iterable[Rehomed] = (),
    ) -> None:
        # Wherever a function is called from, its own name is spelled there.
        self._folded = sorted(
            {(n.top.encode(), n.symbol.rpartition(".")[2].encode()) for n in folded}
        )
        # An attribute can be read anywhere, off an object that came from anywhere.
        self._attributes = [(a.old.encode(), _attribute(a)) for a in attributes]
        by_module: dict[str, list[Name]] = {}
        for name in names:
            by_module.setdefault(name.module, []).append(name)
        self._modules = [_Module(*each) for each in sorted(by_module.items())]
        self._packages = sorted({each.top for each in self._modules})

    def matches(self, data: bytes) -> bool:
        """Whether a file with these bytes is worth parsing."""
        data = _as_python_reads(data)
        for word, pattern in self._attributes:
            if word in data and pattern.search(data):
                return True
        is_relative = _RELATIVE.search(data) is not None
        for top, symbol in self._folded:
            if symbol in data and (is_relative or top in data):
                return True
        if not is_relative and not any(top in data for top in self._packages):
            return False
        if is_relative and self._modules and _RELATIVE_STAR.search(data):
            return True
        return any(module.is_used_in(data, is_relative) for module in self._modules)


class _Module:
    """What to look for on account of one module that moved, or lost names."""

    def __init__(self, module: str, names: list[Name]) -> None:
        parent, _, tail = module.rpartition(".")
        above = parent.rpartition(".")[2]
        self.top = names[0].top.encode()
        self._tail = tail.encode()
        self._above = above.encode()
        self._symbols = {
            tuple(part.encode() for part in name.symbol.split("."))
            for name in names
            if not name.is_module
        }
        moved = any(name.is_module for name in names)
        self._absolute = re.compile(_absolute(above, tail, moved).encode())
        self._relative = re.compile(_relative(tail, moved).encode())
        self._loaded = re.compile(_loaded(tail).encode())

    def is_used_in(self, data: bytes, is_relative: bool) -> bool:
        has_tail = self._tail in data
        if not has_tail and not is_relative:
            return False
        if any(all(part in data for part in parts) for parts in self._symbols):
            return True
        if not has_tail:
            return False
        if self._above in data:
            if self._absolute.search(data):
                return True
            if b"import_module" in data and self._loaded.search(data):
                return True
        return is_relative and self._relative.search(data) is not None


def _attribute(rehomed: Rehomed) -> re.Pattern[bytes]:
    """The name of an attribute, unless a member that stayed is read off it."""
    stayed = set(rehomed.keeps) - set(rehomed.shared)
    members = "|".join(map(re.escape, sorted(stayed)))
    but = rf"(?!\s*\.\s*(?:{members})(?!\w))" if members else ""
    return re.compile(rf"(?<!\w){re.escape(rehomed.old)}(?!\w){but}".encode())


def _absolute(above: str, tail: str, moved: bool) -> str:
    """The tail behind its parent, or a parent that gets another name."""
    ahead = "" if moved else _NAMED
    if not above:
        return rf"{tail}\b{ahead}"
    forms = (
        rf"{_BETWEEN}{tail}\b{ahead}",
        rf"{_SPACE}+{_LIST}\b{tail}\b",
        rf"{_BETWEEN}\bas\b",
    )
    return rf"{above}(?:{'|'.join(forms)})"


def _relative(tail: str, moved: bool) -> str:
    """The tail in a relative import that does not spell its parent."""
    whole = rf"{tail}\b" if moved else rf"{tail}{_STAR}"
    return rf"from{_SPACE}*\.[\s\\.]*(?:{whole}|{_LIST}\b{tail}\b)"


def _loaded(tail: str) -> str:
    """The tail as `import_module(".tail", "pkg")` has it."""
    return rf"[\"']\.+{tail}[\"']"


def _as_python_reads(data: bytes) -> bytes:
    """The bytes in UTF-8, with identifiers in the one form that Python gives them."""
    if data.isascii() and b"coding" not in data[:_HEAD]:
        return data
    encoding = _encoding(data)
    try:
        text = data.decode(encoding, "replace")
    except (LookupError, ValueError):  # not an encoding of text
        return data
    if encoding == "utf-8" and unicodedata.is_normalized("NFKC", text):
        return data
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace")


def _encoding(data: bytes) -> str:
    """The declared encoding; UTF-8 where there is none that Python knows."""
    cookie = _COOKIE.search(b"\n".join(data[:_HEAD].splitlines()[:2]))
    name = cookie.group(1).decode("ascii") if cookie else "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"
