"""Old names and paths in any text, found by their spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verify.leftovers.renamed import GonePath, Renamed, Targets

# A pinned link shows the past for good.
_PINNED = re.compile(r"/(?:blob|tree|raw|blame)/(?:[0-9a-f]{7,64}|v?\d[\w.+-]*)/")
_BEFORE = r"(?<![\w.-])"
_PART = r"[\w.@+-]+/"


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """An old name in a text, and the new one; both as they are to be written."""

    start: int
    end: int
    old: str
    new: str
    works: bool = False


class Spellings:
    """Finds old names in texts; quick to say that there are none."""

    def __init__(self, targets: Targets) -> None:
        self._by_module: dict[str, list[Renamed]] = {}
        for each in targets.names:
            self._by_module.setdefault(each.old.module, []).append(each)
        whole = {each.module: each.new for each in targets.paths if each.module}
        for module in whole:
            self._by_module.setdefault(module, [])
        self._modules = [
            _Module(module, names, whole.get(module, ""))
            for module, names in sorted(self._by_module.items())
        ]
        self._paths = [_Path(each) for each in targets.paths]
        self._needles = {
            *(each.needle for each in self._modules),
            *(each.needle for each in self._paths),
        }

    def matches(self, data: bytes) -> bool:
        """Whether a file with these bytes can have a hit."""
        return any(needle in data for needle in self._needles)

    def hits(self, text: str) -> list[Hit]:
        """Every old name in a text, in order; of those that overlap the longest."""
        finders: list[_Module | _Path] = [*self._modules, *self._paths]
        found = [
            hit for each in finders if each.word in text for hit in each.hits(text)
        ]
        kept: list[Hit] = []
        for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
        return kept


class _Module:
    """The names that left one module; `whole` says where the module itself is now,
    empty where it is still there.
    """

    def __init__(self, module: str, names: Iterable[Renamed], whole: str) -> None:
        self.word = module
        self.needle = module.encode("utf-8", "surrogateescape")
        self.symbols: dict[str, Renamed] = {}
        self.whole, self.works = whole, False
        for each in names:
            if each.old.is_module:
                self.whole, self.works = each.new.module, each.works
            else:
                self.symbols[each.old.symbol] = each
        path = re.escape(module)
        self._dotted = re.compile(rf"{_BEFORE}{path}(?P<rest>(?:[.:]\w+)*)(?![\w-])")
        self._from = re.compile(
            rf"\bfrom[ \t]+{path}[ \t]+import[ \t]*"
            r"(?:\((?P<inside>[^)]*)\)|(?P<plain>[^\n\r;#\"'`\\]*))"
        )

    def hits(self, text: str) -> Iterator[Hit]:
        for found in self._from.finditer(text):
            yield from self._of_import(found)
        for found in self._dotted.finditer(text):
            hit = self._of_path(found)
            if hit is not None:
                yield hit

    def _of_path(self, found: re.Match[str]) -> Hit | None:
        rest = re.split("[.:]", found["rest"])[1:]
        for length in range(len(rest), 0, -1):
            each = self.symbols.get(".".join(rest[:length]))
            if each is not None:
                end = found.start() + len(self.word)
                end += sum(len(part) + 1 for part in rest[:length])
                old = found.string[found.start() : end]
                new = str(each.new) if ":" in old else each.new.dotted
                return Hit(found.start(), end, old, new, each.works)
        if not self.whole:
            return None
        end = found.start() + len(self.word)
        return Hit(found.start(), end, self.word, self.whole, self.works)

    def _of_import(self, found: re.Match[str]) -> Iterator[Hit]:
        group = "inside" if found["inside"] is not None else "plain"
        listed, start = found[group], found.start(group)
        for part in re.finditer(r"\w+(?:[ \t]+as[ \t]+\w+)?", listed):
            each = self.symbols.get(part.group().split()[0])
            if each is not None:
                name = part.group().split()[0]
                at = start + part.start()
                new = each.new.dotted
                old = f"{self.word}.{name}"
                yield Hit(at, at + len(name), old, new, each.works)


class _Path:
    """The path of a file that is gone, in full or from some folder on."""

    def __init__(self, gone: GonePath) -> None:
        self.path, self.inner, self.new = gone.path, gone.inner, gone.new
        folders = gone.path.split("/")
        self.word = "/".join(folders[-2:])
        self.needle = self.word.encode("utf-8", "surrogateescape")
        tail = re.escape(self.word)
        self._found = re.compile(rf"(?<![\w@+-])(?P<before>/?(?:{_PART})*){tail}(?!\w)")

    def hits(self, text: str) -> Iterator[Hit]:
        for found in self._found.finditer(text):
            path = found.group().removeprefix("./").lstrip("/")
            if self._is_meant(path) and not _PINNED.search(found["before"]):
                yield Hit(found.start(), found.end(), path, self.new)

    def _is_meant(self, path: str) -> bool:
        if f"/{path}".endswith((f"/{self.path}", f"/{self.inner}")):
            return True
        return "/" in path and f"/{self.path}".endswith(f"/{path}")
