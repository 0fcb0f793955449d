"""The files of a run, found by the module that each of them is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codemods.files import FileProblem, read_regular
from codemods.rehoming.modules import Loaded, replacing

_REMEMBERED = 16


@dataclass
class AnalysedFiles:
    """Python files, each read when it is asked for and not before; `texts` are those
    that are in memory already, where forked workers find them.
    """

    paths: Sequence[Path]
    texts: Mapping[Path, bytes] = field(default_factory=dict)
    _by_name: dict[str, list[Path]] = field(default_factory=dict)
    _loaded: dict[Path, Loaded | None] = field(default_factory=dict)
    _mentioning: dict[str, frozenset[Path]] = field(default_factory=dict)
    _replacing: dict[str, frozenset[Path]] = field(default_factory=dict)
    _overridden: dict[tuple[str, str], frozenset[Path]] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """What another process is given: the texts are quicker read there."""
        return {**self.__dict__, "texts": {}}

    def seen_from(self, path: Path) -> Neighbours:
        return Neighbours(self, path)

    def load(self, path: Path) -> Loaded | None:
        """A file; the last few that were asked for are remembered."""
        if path not in self._loaded:
            if len(self._loaded) >= _REMEMBERED:
                self._loaded.clear()
            data = self._read(path)
            loaded = None if data is None else Loaded(data, self.seen_from(path))
            self._loaded[path] = loaded
        return self._loaded[path]

    def named(self, name: str) -> Sequence[Path]:
        """The files whose module has this last name."""
        if not self._by_name:
            for path in self.paths:
                stem = path.parent.name if path.stem == "__init__" else path.stem
                self._by_name.setdefault(stem, []).append(path)
        return self._by_name.get(name, ())

    def overriding(self, holder: str, method: str) -> frozenset[Path]:
        """The files in which a class may be derived from one named `holder` and
        define `method`: the text of a class statement and of a `def` say so.
        """
        key = holder, method
        if key not in self._overridden:
            self._overridden[key] = frozenset(self._search(*map(str.encode, key)))
        return self._overridden[key]

    def mentioning(self, name: str) -> frozenset[Path]:
        """The files whose text has a name."""
        if name not in self._mentioning:
            word = name.encode()
            texts = ((path, self._read(path)) for path in self.paths)
            found = (path for path, data in texts if data is None or word in data)
            self._mentioning[name] = frozenset(found)
        return self._mentioning[name]

    def _search(self, holder: bytes, method: bytes) -> list[Path]:
        derives = re.compile(rb"^[ \t]*class\b[^:]*[(,.\s]%b\s*[,)]" % holder, re.M)
        defines = re.compile(rb"^[ \t]+(?:async\s+)?def\s+%b\b" % method, re.M)
        return [
            path
            for path in self.mentioning(method.decode())
            if (data := self._read(path)) is None
            or (derives.search(data) and defines.search(data))
        ]

    def replacing(self, name: str) -> frozenset[Path]:
        """The files whose text gives an attribute of a name another value."""
        if name not in self._replacing:
            pattern = re.compile(replacing(name).pattern.encode())
            self._replacing[name] = frozenset(
                path
                for path in self.mentioning(name)
                if (data := self._read(path)) is None or pattern.search(data)
            )
        return self._replacing[name]

    def _read(self, path: Path) -> bytes | None:
        known = self.texts.get(path)
        if known is not None:
            return known
        try:
            return read_regular(path)
        except FileProblem:
            return None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The files of a run as one of them sees them."""

    files: AnalysedFiles
    path: Path

    def find(self, module: str, level: int = 0) -> Loaded | None:
        """The file of a module, None unless exactly one can be it."""
        found = self._relative(module, level) if level else self._absolute(module)
        return self.files.load(found[0]) if len(found) == 1 else None

    def overridden(self, holder: str, method: str) -> bool:
        """Whether a class in another file may override a method of `holder`."""
        return bool(self.files.overriding(holder, method) - {self.path})

    def replaced(self, name: str) -> bool:
        """Whether another file sets an attribute of a name, or patches one."""
        return bool(self.files.replacing(name) - {self.path})

    def mentioned(self, name: str) -> bool:
        """Whether the text of another file has a name."""
        return bool(self.files.mentioning(name) - {self.path})

    def _absolute(self, module: str) -> list[Path]:
        parts = tuple(module.split("."))
        found = [p for p in self.files.named(parts[-1]) if _is_module(p, parts)]
        if len(parts) > 1:
            return found
        # Many files can have one name by itself: it must be in a folder above.
        above = self.path.absolute().parents
        return [path for path in found if path.absolute().parent in above]

    def _relative(self, module: str, level: int) -> list[Path]:
        folder = self.path.parent
        for _ in range(level - 1):
            folder = folder.parent
        target = folder.joinpath(*module.split(".")) if module else folder
        wanted = {target.with_suffix(".py"), target / "__init__.py"}
        return [path for path in self.files.named(target.name) if path in wanted]


def _is_module(path: Path, parts: tuple[str, ...]) -> bool:
    """Whether a file is a module, seen from the folder above its top package."""
    if path.suffix != ".py":
        return False
    path = path.absolute()
    folders = path.parts[:-1] if path.stem == "__init__" else path.with_suffix("").parts
    if folders[-len(parts) :] != parts:
        return False
    root = os.path.join(*folders[: -len(parts)])
    return not os.path.isfile(os.path.join(root, "__init__.py"))
