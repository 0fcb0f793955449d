"""Which modules are imported on the way, whatever else is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from verify.importing.graph import Reading
from verify.importing.parsing import Files
from verify.importing.store import Loaded, load
from verify.movement.sources import Sources


def as_files(sources: Sources, title: str = "the project") -> Files:
    """The Python files of a tree, as the import graph takes them."""
    oids: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    for path in sources.paths():
        data = sources.read(path) if path.endswith((".py", ".pyi")) else None
        if data is not None:
            oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            oids[path], contents[oid] = oid, data
    return Files(title, oids, _Contents(contents))


@dataclass(frozen=True)
class _Contents:
    contents: Mapping[str, bytes]

    def __call__(self, oids: Iterable[str]) -> Mapping[str, bytes]:
        return {oid: self.contents[oid] for oid in oids}


@dataclass(eq=False)
class Reach:
    """Whether a module would still be imported by another without one import."""

    sources: Sources
    cache: Path | None = None

    def __call__(self, one: str, other: str) -> bool:
        names = self.named.get(one, []), self.named.get(other, [])
        if not all(len(each) == 1 for each in names):
            return False
        start, wanted = names[0][0], names[1][0]
        successors = self.loaded.graph.successors(Reading.PARENTS)
        todo = [each for each in successors.get(start, ()) if each != wanted]
        seen = {start, *todo}
        while todo:
            for each in successors.get(todo.pop(), ()):
                if each == wanted:
                    return True
                if each not in seen:
                    seen.add(each)
                    todo.append(each)
        return False

    @cached_property
    def loaded(self) -> Loaded:
        return load(as_files(self.sources), self.cache)

    @cached_property
    def named(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, module in self.loaded.graph.modules.items():
            found.setdefault(module.dotted, []).append(name)
        return found
