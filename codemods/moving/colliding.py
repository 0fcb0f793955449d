"""What speaks against a target that is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.moving.arriving import arriving_pieces, has_annotations
from codemods.moving.effects import effects_of
from codemods.moving.following import Following
from codemods.moving.module import Bound, ModuleText
from codemods.moving.needing import Need, needs_of
from codemods.moving.pieces import Piece
from codemods.moving.request import Objection, Request, Target, Why, defined_at


@dataclass(frozen=True)
class Collisions:
    """The reasons, for one target."""

    request: Request
    following: Following
    target: Target

    @property
    def text(self) -> ModuleText:
        assert self.target.text is not None
        return self.target.text

    def say(self, line: int, why: Why, message: str, fix: str) -> Objection:
        return Objection(self.text.name, line, why, message, fix)

    def all(self) -> Iterator[Objection]:
        name = self.text.name
        pieces = arriving_pieces(self.request, self.following, self.target)
        for star in self.text.star_imports:
            yield self.say(
                star.lineno,
                Why.STAR,
                "its star import may bind any of the names that the moved code uses",
                "import by name what it needs",
            )
        yield from self.of_futures(pieces)
        for piece in pieces:
            for bound in sorted(self.request.source.names_of(piece)):
                yield from self.of_name(bound)
        for need in needs_of(self.request, self.following, name):
            yield from self.of_import(need)
        yield from self.of_effects()

    def of_futures(self, pieces: list[Piece]) -> Iterator[Objection]:
        mine, its = set(self.request.source.futures), set(self.text.futures)
        for future in sorted(mine ^ its):
            if future == "annotations" and not any(map(has_annotations, pieces)):
                continue
            where = "the source" if future in mine else "the target"
            yield self.say(
                0,
                Why.ANNOTATIONS if future == "annotations" else Why.UNSURE,
                f"`from __future__ import {future}` is in {where} alone, so that the"
                " moved code would mean something else",
                "make both alike first",
            )

    def of_name(self, name: str) -> Iterator[Objection]:
        """A name that arrives, and what the target has under it."""
        for bound in self.text.bound.get(name, ()):
            if self.is_of_source(bound, name):
                continue
            yield self.say(
                bound.line,
                Why.COLLISION,
                f"it has a `{name}` already",
                "rename one of the two first",
            )
        pieces = self.following.to(self.text.name)
        own = {n for piece in pieces for n in self.request.source.names_of(piece)}
        if name in own and name not in self.text.bound and name in self.text.users:
            piece = min(self.text.users[name], key=lambda p: p.first)
            yield self.say(
                piece.first,
                Why.COLLISION,
                f"it uses a `{name}` that is not defined there",
                "see what it means",
            )

    def is_of_source(self, bound: Bound, name: str) -> bool:
        """Whether the target imports just that name from the source."""
        if bound.alias is None or bound.rebinds:
            return False
        node = next(
            (n for n in bound.piece.nodes if isinstance(n, ast.ImportFrom)), None
        )
        if node is None or bound.alias not in node.names:
            return False
        return (
            self.text.base_of(node) == self.request.source.name
            and bound.alias.name == name
            and len(bound.piece.nodes) == 1
        )

    def of_import(self, need: Need) -> Iterator[Objection]:
        """A name that the moved code needs, and what the target has under it."""
        local, entry = need.local, need.entry
        for bound in self.text.bound.get(local, ()):
            if entry.module == self.text.name and entry.name == local:
                if bound.rebinds or len(self.text.bound[local]) > 1:
                    yield self.clash(local, bound)
                continue
            if not self.is_the_same(bound, need):
                yield self.clash(local, bound)
        if entry.module == self.text.name and entry.name is None:
            yield self.say(
                0,
                Why.COLLISION,
                "the moved code reads names off this module, which it will be part of",
                "import these names there first",
            )
        elif entry.module == self.text.name and entry.asname not in (None, entry.name):
            yield self.say(
                0,
                Why.COLLISION,
                f"the moved code calls its `{entry.name}` `{entry.asname}`",
                "give it the same name in both first",
            )
        if local not in self.text.bound and local in self.text.users:
            first = min(self.text.users[local], key=lambda piece: piece.first)
            yield self.say(
                first.first,
                Why.COLLISION,
                f"it uses a `{local}` that it does not bind, and would get an import"
                " of that name",
                "see what it means there",
            )

    def clash(self, local: str, bound: Bound) -> Objection:
        return self.say(
            bound.line,
            Why.COLLISION,
            f"its `{local}` is not the `{local}` that the moved code uses",
            "rename one of the two first",
        )

    def is_the_same(self, bound: Bound, need: Need) -> bool:
        alias, entry = bound.alias, need.entry
        if alias is None or bound.rebinds:
            return False
        for statement in bound.piece.nodes:
            for node in ast.walk(statement):
                if isinstance(node, ast.Import) and alias in node.names:
                    same = alias.name == entry.module and alias.asname == entry.asname
                    plain = entry.asname is None and alias.asname is None
                    return entry.name is None and (same or plain)
                if isinstance(node, ast.ImportFrom) and alias in node.names:
                    if not bound.piece.is_import and not bound.for_types:
                        return False
                    base = self.text.base_of(node) or ""
                    world = self.request.world
                    return entry.name is not None and (
                        defined_at(world, base, alias.name)
                        == defined_at(world, entry.module, entry.name)
                    )
        return False

    def of_effects(self) -> Iterator[Objection]:
        for node in effects_of(self.text.tree):
            yield self.say(
                node.lineno,
                Why.EFFECTS,
                "it does something when it is imported; whoever uses what moves here"
                " has that done",
                "make sure that nobody minds, then allow side-effects",
            )
