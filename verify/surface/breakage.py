"""The imports of head that must fail. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from verify.surface.importable import Certainty, Importable
from verify.surface.importers import Broken, Prefilter, broken_imports, named_imports
from verify.surface.modules import Module, Modules


@dataclass(frozen=True, eq=False, slots=True)
class Breakage:
    """Looks through the modules of both sides; `now` answers for those of head."""

    old: Modules
    new: Modules
    now: Importable

    def of(self, gone: Mapping[str, set[str]], changed: Iterable[str]) -> list[Broken]:
        """Those of what is `gone`, by module, and in `changed` files those of what
        never was there.
        """
        found = [*self._by_loss({m: frozenset(names) for m, names in gone.items()})]
        known = {(each.path, each.line, each.name) for each in found}
        for path in changed:
            if path.endswith(".py") and path in self.new.known:
                found += [
                    each
                    for each in self._from_the_start(path)
                    if (each.path, each.line, each.name) not in known
                ]
        return found

    def _by_loss(self, gone: Mapping[str, frozenset[str]]) -> Iterator[Broken]:
        if not gone:
            return
        prefilter = Prefilter(gone)
        for path in sorted(self.new.paths):
            data = self.new.sources.read(path)
            if data is None or not prefilter.matches(data) or path.endswith(".pyi"):
                continue
            module = self.new.at(path)
            for each in broken_imports(module, gone):
                if self._is_broken(each, module):
                    yield each

    def _is_broken(self, each: Broken, module: Module) -> bool:
        if not each.name:
            return not self.new.exists(each.module)
        answer = self.now.look_up(each.module, each.name, module.path)
        return answer.certainty is Certainty.NO

    def _from_the_start(self, path: str) -> Iterator[Broken]:
        """The new imports of a file that name what is nowhere."""
        old = self.old.at(path) if path in self.old.known else None
        before = {(b.module, b.name) for b in named_imports(old)} if old else set()
        for each in named_imports(self.new.at(path)):
            if (each.module, each.name) in before:
                continue
            target = self.new.path_of(each.module, path)
            if target is None or target == path or _is_package(target):
                continue  # it may be built, or be itself half imported
            if _binds(self.new.sources.read(target) or b"", each.name):
                continue
            answer = self.now.look_up(each.module, each.name, path)
            if answer.certainty is Certainty.NO:
                yield each


def _is_package(path: str) -> bool:
    return path.rpartition("/")[2].startswith("__init__.")


def _binds(data: bytes, name: str) -> bool:
    """Whether a text binds a name on some line, as can be seen without parsing it."""
    word = re.escape(name.encode("utf-8", "surrogateescape"))
    definition = rb"^(?:class|def|async[ \t]+def)[ \t]+%b\b" % word
    assignment = rb"^%b[ \t]*(?::[^=\n]*)?=(?!=)" % word
    found = re.search(rb"%b|%b" % (definition, assignment), data, re.MULTILINE)
    return found is not None and re.search(rb"\bdel\b", data) is None
