"""Small changes of a file that give a use of a split attribute another meaning.

Each kind takes the places that it can change: a chain (`x.pool.alloc`), a local that
is assigned from the attribute, or a function that is handed one. A name that ends in
`_` is one that no file has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codemods.source import Splice, splice
from verify.mutation.code import Change
from verify.mutation.rehoming.places import Chain, Handed, Local, Places

# Members to put in the place of others, and one that no list has.
NEW_MEMBER, OLD_MEMBER, BOTH, UNLISTED = "alloc", "copy_from", "size", "mystery_"


def _chain_with(
    text: str,
) -> Callable[[Places, Chain], Change]:
    """The attribute read in another way; `{owner}` and `{word}` stand for its parts."""

    def change(at: Places, chain: Chain) -> Change:
        owner = at.text(chain.read.value)
        lead, _, new = text.rpartition("\n")
        parts = {"owner": owner, "word": at.split.old_word, "read": at.text(chain.read)}
        made = [at.replaced(chain.read, new.format(**parts))]
        if lead:
            made.insert(0, at.before(chain.statement, lead.format(**parts)))
        return tuple(made)

    return change


def _member(name: str, *, of_new: bool | None) -> Callable[[Places, Chain], Change]:
    """Another member; only of chains whose own is the new object's, or is not."""

    def change(at: Places, chain: Chain) -> Change:
        if of_new is not None and (chain.member.attr in at.split.new) is not of_new:
            return ()
        end = at.source.end(chain.member)
        return (Splice(end - len(chain.member.attr), end, name),)

    return change


def _chain_after(text: str) -> Callable[[Places, Chain], Change]:
    """Lines before the statement of a chain."""

    def change(at: Places, chain: Chain) -> Change:
        parts = {
            "owner": at.text(chain.read.value),
            "word": at.split.old_word,
            "read": at.text(chain.read),
        }
        return (at.before(chain.statement, text.format(**parts)),)

    return change


def _local(text: str, *, where: str = "use") -> Callable[[Places, Local], Change]:
    """Lines before the last use of a local, after its assignment, or first of all."""

    def change(at: Places, local: Local) -> Change:
        if where == "use" and not local.uses:
            return ()
        owner = local.owner
        parts = {
            "name": local.name,
            "owner": owner,
            "root": owner if re.fullmatch(r"[\w.]+", owner) else "",
            "new": at.split.new_word,
            "word": at.split.old_word,
        }
        if "{root}" in text and not parts["root"]:
            return ()
        lines = text.format(**parts)
        if where == "use":
            return (at.before(local.uses[-1], lines),)
        if where == "assigned":
            return (at.after(local.assigned, lines),)
        if local.name in {a.arg for a in local.function.args.args}:
            return ()
        return (at.before(at.first(local.function), lines),)

    return change


def _split_choice(at: Places, local: Local) -> Change:
    value = local.assigned.value
    return (at.replaced(value, f"({at.text(value)}) if flag_() else other_()"),)


def _callee(text: str, where: str = "first") -> Callable[[Places, Handed], Change]:
    """Lines in the function that the attribute is handed to, or in its class."""

    def change(at: Places, handed: Handed) -> Change:
        lines = text.format(name=handed.parameter, callee=handed.callee.name)
        if where == "first":
            return (at.before(at.first(handed.callee), lines),)
        if where == "behind":
            return (at.after(handed.callee, lines),)
        return (at.before(handed.statement, lines),)

    return change


CHAINS: dict[str, Callable[[Places, Chain], Change]] = {
    "member of the storage": _member(OLD_MEMBER, of_new=True),
    "member of the allocator": _member(NEW_MEMBER, of_new=False),
    "member of both": _member(BOTH, of_new=True),
    "member in no list": _member(UNLISTED, of_new=None),
    "alias": _chain_with("alias_ = {read}\nalias_"),
    "alias used both ways": _chain_with(
        "alias_ = {read}\nalias_.alloc(1)\nalias_.copy_from(1, 2)\nalias_"
    ),
    "alias of an alias": _chain_with("alias_ = {read}\nother_ = alias_\nother_"),
    "alias, then the owner is another": _chain_with(
        "held_ = {owner}\nalias_ = held_.{word}\nheld_ = make_()\nalias_"
    ),
    "alias in a branch": _chain_with(
        "alias_ = other_()\nif flag_():\n    alias_ = {read}\nalias_"
    ),
    "tuple": _chain_with("alias_, rest_ = {read}, other_()\nalias_"),
    "swapped": _chain_with(
        "alias_, rest_ = {read}, other_()\nalias_, rest_ = rest_, alias_\nalias_"
    ),
    "walrus": _chain_with("(held_ := {read})"),
    "walrus used both ways": _chain_with(
        "(held_ := {read}).alloc(1)\nheld_.copy_from(1, 2)\nheld_"
    ),
    "condition": _chain_with("({read} if flag_() else other_())"),
    "owner called": _chain_with("make_().{word}"),
    "owner called, used both ways": _chain_with(
        "alias_ = make_().{word}\nalias_.alloc(1)\nalias_.copy_from(1, 2)\nalias_"
    ),
    "or": _chain_with("({read} or other_())"),
    "list": _chain_with("[{read}][0]"),
    "dict": _chain_with('box_ = {{"k": {read}}}\nbox_["k"]'),
    "getattr": _chain_with('getattr({owner}, "{word}")'),
    "getattr with a default": _chain_with('getattr({owner}, "{word}", None)'),
    "getattr by a name": _chain_with('name_ = "{word}"\ngetattr({owner}, name_)'),
    "lambda": _chain_with("(lambda: {read})()"),
    "function that returns it": _chain_with("def get_():\n    return {read}\nget_()"),
    "parameter default": _chain_with(
        "def later_(held_={read}):\n    held_.alloc(1)\n    held_.copy_from(1, 2)\n"
        "later_()\n{read}"
    ),
    "lambda's default": _chain_after("(lambda held_={read}: held_.alloc(1))()"),
    "bound method": _chain_after("call_ = {read}.alloc\ncall_(1)"),
    "bound method of the storage": _chain_after(
        "call_ = {read}.copy_from\ncall_(1, 2)"
    ),
    "kept on self": _chain_after("self.kept_ = {read}\nself.kept_.alloc(1)"),
    "kept on self, used both ways": _chain_after(
        "self.kept_ = {read}\nself.kept_.alloc(1)\nself.kept_.copy_from(1, 2)"
    ),
    "escape": _chain_after("stash_({read})"),
    "escape into a list": _chain_after("stash_([{read}])"),
    "escape by name": _chain_after("stash_(held_={read})"),
    "attribute assigned": _chain_after("{owner}.{word} = make_()"),
    "attribute deleted": _chain_after("del {owner}.{word}"),
    "setattr": _chain_after('setattr({owner}, "{word}", make_())'),
    "comprehension": _chain_after("[each_.alloc(1) for each_ in [{read}]]"),
    "comprehension of owners": _chain_after("[o_.{word}.alloc(1) for o_ in [{owner}]]"),
    "with": _chain_after("with make_({read}) as held_:\n    held_.alloc(1)"),
    "loop": _chain_after("for each_ in ({read}, other_()):\n    each_.alloc(1)"),
}

LOCALS: dict[str, Callable[[Places, Local], Change]] = {
    "second use, allocator": _local("{name}.alloc(1)"),
    "second use, storage": _local("{name}.copy_from(1, 2)"),
    "second use, both": _local("{name}.alloc(1)\n{name}.copy_from(1, 2)"),
    "second use, in no list": _local("{name}.mystery_(1)"),
    "shadowing local": _local("{name} = other_()"),
    "shadowed in a branch": _local("if flag_():\n    {name} = other_()"),
    "owner bound again": _local("{root} = make_()\n{name}.alloc(1)"),
    "owner bound again, both": _local(
        "{root} = make_()\n{name}.alloc(1)\n{name}.copy_from(1, 2)"
    ),
    "local alias": _local("alias_ = {name}\nalias_.alloc(1)\nalias_.copy_from(1, 2)"),
    "deleted": _local("del {name}"),
    "deleted, bound again": _local("del {name}\n{name} = other_()"),
    "global": _local("global {name}", where="first"),
    "nonlocal": _local(
        "def swap_():\n    nonlocal {name}\n    {name} = other_()\nswap_()"
    ),
    "closure": _local("def later_():\n    return {name}.copy_from(1, 2)\nlater_()"),
    "closure, allocator": _local("later_ = lambda: {name}.alloc(1)\nlater_()"),
    "default of a function": _local(
        "def later_({name}={name}):\n    {name}.copy_from(1, 2)\nlater_()"
    ),
    "new name taken": _local("{new} = other_()\n{new}.alloc(1)", where="first"),
    "new name taken after": _local("{new} = other_()\n{new}.alloc(1)"),
    "new name read": _local("note_({new})"),
    "loop's name": _local("for {name} in others_():\n    {name}.alloc(1)"),
    "comprehension's name": _local("[{name}.alloc(1) for {name} in others_()]"),
    "comprehension that reads": _local(
        "[{name}.copy_from(n_, n_) for n_ in others_()]"
    ),
    "with's name": _local("with other_() as {name}:\n    {name}.alloc(1)"),
    "import's name": _local("import other_ as {name}"),
    "lambda's parameter": _local("(lambda {name}: {name}.alloc(1))(other_())"),
    "locals": _local('locals()["{name}"].alloc(1)'),
    "escape of a local": _local("stash_({name})"),
    "local kept on self": _local("self.kept_ = {name}\nself.kept_.copy_from(1, 2)"),
    "returned": _local("if flag_():\n    return {name}"),
    "augmented": _local("{name} += 1", where="assigned"),
    "one of two": _split_choice,
}

HANDED: dict[str, Callable[[Places, Handed], Change]] = {
    "callee that uses both": _callee("{name}.copy_from(1, 2)"),
    "callee that uses neither": _callee("{name}.mystery_(1)"),
    "callee that binds again": _callee("{name} = other_()"),
    "callee that hands on": _callee("stash_({name})"),
    "callee that keeps": _callee("self.kept_ = {name}\nself.kept_.copy_from(1, 2)"),
    "callee that reads a size": _callee("note_({name}.size)"),
    "callee of the same name": _callee(
        "\ndef {callee}(self, {name}, *rest_, **named_):\n    {name}.copy_from(1, 2)",
        "behind",
    ),
    "callee replaced": _callee("self.{callee} = other_()", "call"),
}

KINDS = (*CHAINS, *LOCALS, *HANDED)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one file, and the file's text before it. `lines` are those in the
    new text that it wrote.
    """

    kind: str
    path: str
    change: Change
    was: str
    lines: tuple[int, ...]

    @property
    def text(self) -> str:
        """The file's text after the change."""
        return splice(self.was, list(self.change))


def mutants(kind: str, places: Sequence[Places]) -> Iterator[Mutant]:
    """Every change of a kind that these files have a place for."""
    for at in places:
        changes: Iterator[Change]
        if kind in CHAINS:
            changes = (CHAINS[kind](at, each) for each in at.chains)
        elif kind in LOCALS:
            changes = (LOCALS[kind](at, each) for each in at.locals)
        else:
            changes = (HANDED[kind](at, each) for each in at.handed)
        for change in changes:
            if change:
                yield _mutant(kind, at, change)


def _mutant(kind: str, at: Places, change: Change) -> Mutant:
    text = at.source.text
    lines: list[int] = []
    shift = 0
    for part in sorted(change):
        line = at.source.place(part.start)[0] + shift
        added = part.text.count("\n")
        lines += range(line, line + max(added, 1))
        shift += added - text.count("\n", part.start, part.end)
    return Mutant(kind, at.file.path, change, text, tuple(lines))
