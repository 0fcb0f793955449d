"""What importing a module no longer imports, or imports now, where that is noticed.

A module does something when it is imported: it prints, registers, sets something up. Or
others read it as an attribute of its package, because somebody else has imported it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from codemods.finding import Finding, Place
from codemods.moving.binding import enters
from codemods.moving.effects import effects_of
from codemods.moving.request import Why
from verify.importing.graph import Graph, Reading
from verify.importing.store import load
from verify.movement.modules import Modules
from verify.movement.sources import Sources
from verify.moving.effecting import as_files
from verify.moving.refusing import RULES


@dataclass(eq=False)
class Losses:
    """What differs between two trees, at the paths that `changed`."""

    before: Sources
    after: Sources
    changed: Collection[str]
    cache: Path | None = None
    _effects: dict[str, bool] = field(default_factory=dict, repr=False)

    def findings(self, allowed: frozenset[Why]) -> tuple[Finding, ...]:
        """One for each module whose coming or going is noticed."""
        found: dict[str, Finding] = {}
        old, new = self.graphs
        paths = {module.path: name for name, module in old.modules.items()}
        for path in sorted(self.changed):
            name = paths.get(path)
            if name is None or name not in new.modules:
                continue
            reached = _reached(old, name), _reached(new, name)
            for each in sorted(reached[0] - reached[1]):
                for finding in self._of_lost(path, name, each, allowed):
                    found.setdefault(each, finding)
            for each in sorted((reached[1] - reached[0]) & old.modules.keys()):
                for finding in self._of_gained(path, name, each, allowed):
                    found.setdefault(each, finding)
        return tuple(found.values())

    @cached_property
    def graphs(self) -> tuple[Graph, Graph]:
        old, new = (load(as_files(s), self.cache) for s in (self.before, self.after))
        return old.graph, new.graph

    @cached_property
    def modules(self) -> Modules:
        return Modules(self.before)

    def _of_lost(
        self, path: str, name: str, lost: str, allowed: frozenset[Why]
    ) -> Iterator[Finding]:
        module = self.graphs[0].modules[lost]
        if Why.EFFECTS not in allowed and self._has_effects(module.path):
            yield _finding(
                Why.EFFECTS,
                path,
                f"importing `{name}` would no longer import `{lost}`, which does"
                " something when it is imported",
            )
        user = self._chained(module.dotted, module.path)
        if user:
            yield Finding(
                RULES[Why.UNSURE],
                Place(path),
                f"importing `{name}` would no longer import `{lost}`, and {user} reads"
                f" `{module.dotted}` without an import of its own",
                f"import `{module.dotted}` in {user} first",
            )

    def _of_gained(
        self, path: str, name: str, gained: str, allowed: frozenset[Why]
    ) -> Iterator[Finding]:
        module = self.graphs[0].modules[gained]
        if Why.EFFECTS not in allowed and self._has_effects(module.path):
            yield _finding(
                Why.EFFECTS,
                path,
                f"importing `{name}` would import `{gained}` as well, which does"
                " something when it is imported",
            )

    def _has_effects(self, path: str) -> bool:
        if path not in self._effects:
            file = self.modules.at(path)
            self._effects[path] = file is not None and (
                any(effects_of(file.tree)) or any(_entering(file.tree))
            )
        return self._effects[path]

    def _chained(self, dotted: str, own: str) -> str:
        """A file that reads a module as an attribute and does not import it."""
        spelled = re.compile(
            rb"^(?![ \t]*(?:from|import)[ \t]).*\b%s\b" % re.escape(dotted.encode()),
            re.MULTILINE,
        )
        if "." not in dotted:
            return ""
        for path in sorted(self.before.paths()):
            data = self.before.read(path) if path.endswith(".py") else None
            if path == own or data is None or dotted.encode() not in data:
                continue
            if not spelled.search(data):
                continue
            file = self.modules.at(path)
            if file is None or file.loads(dotted):
                continue
            if any(
                isinstance(node, ast.Attribute) and ast.unparse(node) == dotted
                for node in ast.walk(file.tree)
            ):
                return path
        return ""


def _entering(tree: ast.Module) -> Iterator[ast.expr]:
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", ()):
            if enters(decorator):
                yield decorator


def _reached(graph: Graph, start: str) -> Set[str]:
    successors = graph.successors(Reading.PARENTS)
    todo, seen = [start], {start}
    while todo:
        for each in successors.get(todo.pop(), ()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return seen - {start}


def _finding(why: Why, path: str, message: str) -> Finding:
    fix = "make sure that nobody needs the difference, then allow side-effects"
    return Finding(RULES[why], Place(path), message, f"{fix} (--allow {why.value})")
