"""What would change behaviour: reasons to refuse a move."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.moving.binding import (
    PLAIN,
    are_overloads,
    changes_of,
    enters,
)
from codemods.moving.colliding import Collisions
from codemods.moving.effects import effects_of
from codemods.moving.exporting import exported
from codemods.moving.following import Following
from codemods.moving.lacking import Lacks
from codemods.moving.leaving import is_by_getattr, used_back
from codemods.moving.module import Bound, ModuleText, Role, Used
from codemods.moving.needing import Need, needs_of
from codemods.moving.pieces import Piece
from codemods.moving.request import Objection, Request, Target, Why
from codemods.moving.selfish import own_name_uses
from codemods.moving.state import is_base, taken_by

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def objections(request: Request, following: Following) -> list[Objection]:
    """Every reason that is not allowed."""
    judge = _Judge(request, following)
    return [o for o in judge.all() if o.why not in request.allowed]


@dataclass(frozen=True)
class _Judge:
    request: Request
    following: Following

    @property
    def source(self) -> ModuleText:
        return self.request.source

    def all(self) -> Iterator[Objection]:
        unmovable = [*self.of_names()]
        if unmovable:
            yield from unmovable
            return
        yield from self.of_whole_pieces()
        yield from self.of_source()
        for piece in self.moved:
            yield from self.of_piece(piece)
        for target in self.request.targets.values():
            yield from Lacks(self.request, self.following, target).all()
            if target.text is not None:
                yield from Collisions(self.request, self.following, target).all()

    @property
    def moved(self) -> list[Piece]:
        repeated = {p for each in self.following.repeated.values() for p in each}
        return sorted({*self.following.gone, *repeated}, key=lambda p: p.first)

    def say(self, line: int, why: Why, message: str, fix: str) -> Objection:
        return Objection(self.source.name, line, why, message, fix)

    # What was asked for

    def of_names(self) -> Iterator[Objection]:
        for name, target in self.request.moves.items():
            bindings = self.source.bound.get(name, [])
            if target == self.source.name:
                fix = "name another module"
                yield self.say(0, Why.UNSURE, f"`{name}` lives in `{target}` now", fix)
            if not bindings:
                yield self.say(
                    0, Why.UNKNOWN, f"it does not define `{name}`", "check the name"
                )
                continue
            imported = [b for b in bindings if b.alias is not None]
            if imported and len(imported) == len(bindings):
                yield self.say(
                    bindings[0].line,
                    Why.UNKNOWN,
                    f"it imports `{name}` and does not define it",
                    "move it from where it is defined",
                )
                continue
            yield from self.of_bindings(name, bindings)

    def of_bindings(self, name: str, bindings: list[Bound]) -> Iterator[Objection]:
        for bound in bindings:
            if bound.rebinds:
                yield self.say(
                    bound.line,
                    Why.STATE,
                    f"`{name}` is bound again at run time",
                    "keep it where it is, or pass its value",
                )
        pieces = {bound.piece for bound in bindings if not bound.rebinds}
        if len(pieces) > 1 and not are_overloads(pieces):
            yield self.say(
                bindings[-1].line,
                Why.STATE,
                f"`{name}` is bound more than once",
                "leave one definition of it",
            )
        if self.request.world.is_assigned(name):
            yield self.say(
                bindings[0].line,
                Why.PATCHED,
                f"other files bind `{name}` in this module, as tests do that patch it:"
                " code that moves, or stays, would not see that in the same way",
                "look at these places first",
            )

    def of_whole_pieces(self) -> Iterator[Objection]:
        for piece in self.following.gone:
            others = self.source.names_of(piece) - self.request.moves.keys()
            wanted = self.source.names_of(piece) & self.request.moves.keys()
            strange = not isinstance(piece.node, PLAIN)
            if not wanted:
                continue
            public = [n for n in others if self.is_shared(n, piece)]
            if public:
                yield self.say(
                    piece.first,
                    Why.CONDITIONAL,
                    f"`{min(wanted)}` is bound together with `{min(public)}`",
                    f"move `{min(public)}` as well",
                )
            elif strange and not self.is_movable_block(piece):
                yield self.say(
                    piece.first,
                    Why.CONDITIONAL,
                    f"`{min(wanted)}` is bound in a statement that does more",
                    "give it a statement of its own",
                )

    def is_shared(self, name: str, piece: Piece) -> bool:
        users = self.source.users.get(name, set()) - {piece}
        inside = all(
            self.following.gone.get(p) == self.following.gone[piece] for p in users
        )
        return not inside or self.request.world.is_used(name) or name[:1] != "_"

    def is_movable_block(self, piece: Piece) -> bool:
        node = piece.node
        if node is None or not isinstance(node, (ast.If, ast.Try)):
            return False
        module = ast.Module(body=[node], type_ignores=[])
        return not any(effects_of(module))

    # What the source does

    def of_source(self) -> Iterator[Objection]:
        stays = [p for p in self.source.pieces if p not in self.following.gone]
        for name in self.request.moves:
            for piece in stays:
                for line in changes_of(piece, name):
                    yield self.say(
                        line,
                        Why.ORDER,
                        f"a statement at the top level changes `{name}`",
                        f"put it into the definition of `{name}`, or move it by hand",
                    )
        starred = self.request.world.is_starred()
        for name in self.request.moves.keys() - self.given_to_stars():
            if starred and not name.startswith("_"):
                yield self.say(
                    0,
                    Why.STAR,
                    f"another file takes `{name}` by `import *`",
                    "keep an alias, or import it there by name",
                )
        yield from self.of_effects()
        if self.request.kept and "__getattr__" in self.source.bound:
            yield self.say(
                self.source.bound["__getattr__"][0].line,
                Why.UNSURE,
                "it has a `__getattr__` of its own",
                "add the names there by hand",
            )

    def given_to_stars(self) -> frozenset[str]:
        """The names that a star import of the source still brings."""
        listed = exported(self.source)
        used = used_back(self.request, self.following) - listed
        if is_by_getattr(self.request):
            return self.request.kept & listed | used
        return self.request.kept | used

    def of_effects(self) -> Iterator[Objection]:
        """What others got done by taking a name from the source."""
        left = ast.Module(
            body=[
                node
                for piece in self.source.pieces
                if piece not in self.following.gone
                for node in piece.nodes
            ],
            type_ignores=[],
        )
        homes = [self.needs(target) for target in self.request.targets.values()]
        loaded = homes and all(
            any(n.entry.module == self.source.name for n in needs) for needs in homes
        )
        if loaded:
            return
        for node in effects_of(left):
            yield self.say(
                node.lineno,
                Why.EFFECTS,
                "it does something when it is imported; whoever imports only what moves"
                " no longer has that done",
                "make sure that nobody needs it, then allow side-effects",
            )

    def needs(self, target: Target) -> list[Need]:
        return needs_of(self.request, self.following, target.home.name)

    # What moves

    def of_piece(self, piece: Piece) -> Iterator[Objection]:
        for what, line in own_name_uses(self.source, piece):
            yield self.say(
                line,
                Why.MODULE_NAME,
                f"`{what}` tells which module the code is in",
                "make sure that nothing depends on it, then allow module-name",
            )
        yield from self.of_globals(piece)
        yield from self.of_moment(piece)
        yield from self.of_mangled(piece)
        for node in piece.nodes:
            if piece not in self.following.gone:
                continue
            for decorator in getattr(node, "decorator_list", ()):
                if enters(decorator) and not self.is_loaded_by_source(piece):
                    yield self.say(
                        decorator.lineno,
                        Why.EFFECTS,
                        f"`@{ast.unparse(decorator)}` seems to enter it somewhere when"
                        " its module is imported, and the source will not import it",
                        "make sure that somebody imports it, then allow side-effects",
                    )

    def of_moment(self, piece: Piece) -> Iterator[Objection]:
        """What is worked out at import, by calls to which the moment matters."""
        runs = not isinstance(piece.node, _FUNCTIONS)
        called = any(
            isinstance(n, ast.Call) or getattr(n, "bases", ())
            for statement in piece.nodes
            for n in ast.walk(statement)
        )
        for use in self.source.uses_in(piece) if called else ():
            if use.role is not Role.IMPORT and (
                not runs or isinstance(piece.node, ast.ClassDef)
            ):
                continue
            if self.source.is_annotation(use.node):
                continue
            for module, name in taken_by(self.source, use):
                if self.has_its_moment(piece, use, module, name):
                    yield self.say(
                        use.line,
                        Why.EFFECTS,
                        f"`{use.name}` does something when this is defined: that"
                        " would be at another moment",
                        "make sure that the moment does not matter, then allow"
                        " side-effects",
                    )

    def has_its_moment(self, piece: Piece, use: Used, module: str, name: str) -> bool:
        world = self.request.world
        if is_base(piece, use):
            return world.enters_subclasses(module, name)
        return world.changes_state(module, name)

    def of_mangled(self, piece: Piece) -> Iterator[Objection]:
        """Globals that a class reads under its own name for them."""
        for statement in piece.nodes:
            for holder in ast.walk(statement):
                if not isinstance(holder, ast.ClassDef):
                    continue
                for node in ast.walk(holder):
                    name = getattr(node, "id", "") or ""
                    mangled = f"_{holder.name.lstrip('_')}{name}"
                    if name[:2] == "__" and mangled in self.source.bound:
                        yield self.say(
                            getattr(node, "lineno", piece.first),
                            Why.UNSURE,
                            f"`{name}` means the global `{mangled}` in a class",
                            "give that global another name first",
                        )

    def is_loaded_by_source(self, piece: Piece) -> bool:
        target = self.following.gone[piece]
        used = used_back(self.request, self.following)
        by_import = not is_by_getattr(self.request)
        given = self.request.kept if by_import else frozenset()
        return any(self.request.moves[name] == target for name in used | given)

    def of_globals(self, piece: Piece) -> Iterator[Objection]:
        here = self.following.gone.get(piece)
        for statement in piece.nodes:
            for node in ast.walk(statement):
                if not isinstance(node, ast.Global):
                    continue
                for name in node.names:
                    homes = {
                        self.following.gone.get(bound.piece)
                        for bound in self.source.bound.get(name, ())
                    }
                    users = {
                        self.following.gone.get(user)
                        for user in self.source.users.get(name, ())
                    }
                    if here is None or (homes | users) != {here}:
                        yield self.say(
                            node.lineno,
                            Why.STATE,
                            f"it binds the global `{name}` at run time, and code that"
                            " stays uses it, too",
                            f"move all that uses `{name}` together",
                        )
