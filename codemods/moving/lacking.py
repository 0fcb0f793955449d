"""What speaks against importing what the moved code needs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.moving.binding import PLAIN, are_same_package, is_bound_anyhow, is_dunder
from codemods.moving.following import Following
from codemods.moving.module import Bound, ModuleText, Role
from codemods.moving.needing import is_import, names_needed
from codemods.moving.request import Objection, Request, Target, Why

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Lacks:
    """The reasons, for one target."""

    request: Request
    following: Following
    target: Target

    @property
    def source(self) -> ModuleText:
        return self.request.source

    def say(self, line: int, why: Why, message: str, fix: str) -> Objection:
        return Objection(self.source.name, line, why, message, fix)

    def all(self) -> Iterator[Objection]:
        pieces = self.following.to(self.target.home.name)
        for name, uses in names_needed(self.source, pieces).items():
            bindings = self.source.bound.get(name, [])
            if not bindings:
                if name not in _BUILTINS and not is_dunder(name):
                    yield from self.of_unbound(name, uses[0].line)
                continue
            if all(use.role is Role.TYPES for use in uses) and all(
                bound.for_types for bound in bindings
            ):
                continue
            if name in self.request.moves:
                continue
            yield from self.of_need(name, bindings)

    def of_unbound(self, name: str, line: int) -> Iterator[Objection]:
        if self.source.star_imports:
            message = f"`{name}` may come from a star import"
            fix = "import it by name"
            yield self.say(line, Why.STAR, message, fix)

    def of_need(self, name: str, bindings: list[Bound]) -> Iterator[Objection]:
        first = bindings[0]
        plain_imports = all(is_import(bound) for bound in bindings)
        repeated = self.following.repeated.get(self.target.home.name, set())
        if any(b.piece in repeated for b in bindings):
            if len({b.piece for b in bindings}) > 1:
                yield self.bound_often(name, bindings[-1].line)
            return
        if any(bound.rebinds for bound in bindings):
            line = next(bound.line for bound in bindings if bound.rebinds)
            yield self.say(
                line,
                Why.STATE,
                f"`{name}`, which the moved code reads, is bound again at run time",
                f"move all that uses `{name}` together, or pass its value",
            )
        elif plain_imports and len(bindings) > 1:
            if not are_same_package(bindings):
                yield self.bound_often(name, bindings[-1].line)
        elif len({bound.piece for bound in bindings}) > 1:
            yield self.bound_often(name, bindings[-1].line)
        elif not plain_imports and not _is_certain(first, name):
            yield self.say(
                first.line,
                Why.CONDITIONAL,
                f"`{name}`, which the moved code reads, is not bound on every path",
                f"move `{name}` as well",
            )
        if self.request.world.is_assigned(name):
            yield self.say(
                first.line,
                Why.PATCHED,
                f"other files bind `{name}` in this module, as tests do that patch it;"
                " the moved code would not see that",
                "look at these places first",
            )
        yield from self.of_changed(name, bindings)

    def of_changed(self, name: str, bindings: list[Bound]) -> Iterator[Objection]:
        if bindings[0].alias is None:
            return
        for bound in bindings:
            for statement in bound.piece.nodes:
                if not isinstance(statement, ast.ImportFrom):
                    continue
                base = self.source.base_of(statement) or ""
                alias = bound.alias
                if alias and self.request.world.is_rebound(base, alias.name):
                    yield self.say(
                        bound.line,
                        Why.STATE,
                        f"`{name}` is bound again at run time in `{base}`, so that"
                        " when it is imported makes a difference",
                        "read it off its module",
                    )

    def bound_often(self, name: str, line: int) -> Objection:
        return self.say(
            line,
            Why.STATE,
            f"`{name}`, which the moved code reads, is bound more than once",
            "leave one binding of it",
        )


def _is_certain(bound: Bound, name: str) -> bool:
    node = bound.piece.node
    return isinstance(node, PLAIN) or is_bound_anyhow(node, name)
