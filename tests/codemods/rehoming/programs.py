"""Programs that use an attribute in every way that code does, at random.

A program is two modules: helpers, and cases that are run one by one. Whatever it does
it does on the holders of `tests.codemods.rehoming.world`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

IMPORTS = "from world import Bag, cond, grab, held, make, note, same\n"
# Mostly one object or the other: what is used both ways at once is soon reported.
ALLOCATES = ("alloc(1)", "free(2)", "slots", "alloc(note())")
STORES = ("copy(1)", "cache", "size")
UNLISTED = ("group(1)", "scratch(1)")
LOCALS = ("p", "q", "mamba_pool", "pool", "mamba_allocator")


@dataclass
class Author:
    """Writes one function after the other, with what hypothesis draws."""

    draw: st.DrawFn
    helpers: list[str] = field(default_factory=list)
    classes: int = 0
    level: int = 2

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    # Expressions

    def holder(self) -> str:
        rare = ("h.inner", "make()", "same(h)", "(h if cond() else g)", "[h, g][0]")
        return self.pick("h", "h", "g", self.pick(*rare))

    def read(self) -> str:
        """The attribute, read off a holder."""
        holder = self.holder() if self.level else self.pick("h", "g")
        return self.pick(
            *[f"{holder}.mamba_pool"] * 5,
            f'getattr({holder}, "mamba_pool", None)',
            f'getattr({holder}, "mamba_pool")',
        )

    def pool(self, known: list[str]) -> str:
        """An expression for a pool."""
        plain = [self.read(), *known, *known]
        if self.level < 2 or not self.chance(5):
            return self.pick(*plain)
        one, other = self.pick(*plain), self.pick(*plain)
        return self.pick(
            f"({one} if cond() else {other})",
            f"({one} or {other})",
            f"({one} and {other})",
            f"(w := {one})",
            f"same({one})",
            f"[{one}][0]",
            f'{{"k": {one}}}["k"]',
            f"(lambda: {one})()",
            f"({one}, 1)[0]",
        )

    def member(self) -> str:
        kind = self.draw(st.integers(0, 9 + self.level))
        members = ALLOCATES if kind < 6 else STORES if kind < 11 else UNLISTED
        return self.pick(*members)

    # Statements

    def block(self, known: list[str], depth: int, most: int = 3) -> Iterator[str]:
        """Some statements; `known` are the locals that hold a pool here."""
        known = list(known)
        for _ in range(self.draw(st.integers(1, most + 2 - depth))):
            yield from self.statement(known, depth)

    def statement(self, known: list[str], depth: int) -> Iterator[str]:
        kinds = [self.use] * 4 + [self.bind] * 3
        kinds += [self.trap] + [self.call, self.odd] * (self.level // 2)
        if depth < 2 and self.level:
            kinds += [self.compound] * 2
        yield from kinds[self.draw(st.integers(0, len(kinds) - 1))](known, depth)

    def use(self, known: list[str], depth: int) -> Iterator[str]:
        pool, member = self.pool(known), self.member()
        yield self.pick(
            *[f"{pool}.{member}"] * 5,
            f"n = {pool}.{member}",
            f'note(f"{{{pool}.{member}}}")' if '"' not in pool else f"{pool}.{member}",
            f"note({pool}.{member}, {self.read()}.{self.member()})",
            f"note([{pool}.{member} for _ in range(2)])",
            f"note([x.mamba_pool.{member} for x in (h, g)])",
            f"note([x.{member} for x in ({pool}, {self.read()})])",
            f"assert {pool} is not None and {pool}.{member} is not None",
        )

    def bind(self, known: list[str], depth: int) -> Iterator[str]:
        name, pool = self.pick(*LOCALS), self.pool(known)
        yield self.pick(
            *[f"{name} = {pool}"] * 5,
            f"{name}, n = {pool}, 1",
            f"n, {name} = note(), {pool}",
            f"{name}: object = {pool}",
            f"{name} = w = {pool}",
            f"note(({name} := {pool}))",
            f"({name}, *rest) = [{pool}, 2]",
        )
        if name not in known:
            known.append(name)
        if self.chance(3):
            yield f"{name}.{self.member()}"

    def call(self, known: list[str], depth: int) -> Iterator[str]:
        pool = self.pool(known)
        calls = [f"grab({pool})", f"note({pool})"]
        for each in self.helpers:
            calls += [f"{each}({pool})"] * 2
            calls += [f"{each}({self.holder()}.token)", f"note({each}({pool}))"]
            calls += [f"{each}(*[{pool}])", f"pkg.helpers.{each}({pool})"]
        yield self.pick(*calls)

    def odd(self, known: list[str], depth: int) -> Iterator[str]:
        pool, member, name = self.pool(known), self.member(), self.pick(*LOCALS)
        local = self.pick(*known) if known else pool
        choices: list[list[str]] = [
            ["h = g"],
            ["h, g = g, h"],
            ["h.inner = g"],
            [f"box = [{pool}]", f"box[0].{member}"],
            [f'box = {{"k": {pool}}}', f'box["k"].{member}'],
            ["bag = Bag()", f"bag.kept = {pool}", f"bag.kept.{member}"],
            ["bag = Bag()", f"bag.mamba_pool = {pool}", f"bag.mamba_pool.{member}"],
            ["call = " + f"{pool}.{member}".partition("(")[0], "note(call)"],
            [f"call = {pool}.{self.pick('alloc', 'copy')}", "call(5)"],
            [f"call = lambda: {pool}.{member}", "call()"],
            [f"call = lambda x={pool}: x.{member}", "call()"],
            [f"with held({pool}) as {name}:", f"    {name}.{member}"],
            [f'if hasattr({self.holder()}, "mamba_pool"):', f"    {pool}.{member}"],
            ['name = "mamba_pool"', f"getattr(h, name).{member}"],
            [f"{name} = {pool}", f"del {name}"],
            [f"h.mamba_pool = {pool}"],
            [f'setattr(h, "mamba_pool", {pool})'],
            [f"{name} = h.token", f"{name}.alloc(1)"],
            [f"{local} = g.token", f"{local}.alloc(1)"],
            [f"for {name} in ({pool}, {self.read()}):", f"    {name}.{member}"],
        ]
        yield from choices[self.draw(st.integers(0, len(choices) - 1))]

    def trap(self, known: list[str], depth: int) -> Iterator[str]:
        """What changes the meaning of a name between its binding and its use."""
        member, name, read = self.member(), self.pick(*LOCALS), self.read()
        local = self.pick(*known) if known else read
        word = '"' in local or not known
        choices: list[list[str]] = [
            ["h = g"],
            ["h, g = g, h"],
            ["h.inner = g"],
            [f"note([{local}.{member} for h in (g,)])"],
            [f"(lambda h: {local}.{member})(g)"],
            [f"note([(h := g), {local}.{member}])"],
            ["def swap():", "    nonlocal h", "    h = g", "swap()"],
            ["class K:", f"    {name} = {read}", f"    {name}.{member}"],
            ["for h in (h, g):", f"    {local}.{member}", f"    {local}.copy(1)"],
            [f"for {name} in (h.token, g.token):", f"    {name}.alloc(1)"],
            [
                "for _ in range(2):",
                f"    {local}.alloc(1)",
                f"    {local}.copy(1)",
                "    h = g",
            ],
            [f"note([{name}.alloc(1) for {name} in (h.token,)])"],
            [
                "try:",
                "    raise ValueError",
                f"except ValueError as {name}:",
                "    note()",
            ],
            [f"import os as {name}"],
            [f"with held(h.token) as {name}:", f"    {name}.alloc(1)"],
            [f"match {local}:", f"    case {name}:", f"        {name}.{member}"],
            ["note(mamba_allocator)"],
            ["mamba_allocator = 5", "note(mamba_allocator)"],
            [local if word else f'locals()["{local}"].{member}'],
            [local if word else f'eval("{local}.{member}")'],
            [f"del {name}"],
        ]
        yield from choices[self.draw(st.integers(0, len(choices) - 1))]

    def compound(self, known: list[str], depth: int) -> Iterator[str]:
        name, pool = self.pick(*LOCALS), self.pool(known)
        inner = list(self.block(known, depth + 1))
        other = list(self.block(known, depth + 1, 2))
        bound = list(self.block([*known, name], depth + 1))
        shapes: list[list[str]] = [
            ["if cond():", *_in(inner), "else:", *_in(other)],
            ["if cond():", *_in([f"{name} = {pool}"]), "else:", *_in([f"{name} = g.token"])],
            [f"if ({name} := {pool}) is not None:", *_in(bound)],
            [f"{name} = {pool}", f"if {name} is None:", "    return", *bound],
            ["for _ in range(2):", *_in(inner)],
            ["while cond() and not cond():", *_in(inner), "    break"],
            ["try:", *_in(inner), "finally:", *_in(other)],
            ["try:", *_in(inner), "    raise ValueError", "except ValueError:", *_in(other)],
            [f"{name} = {pool}", "def inside():", *_in(bound), "inside()"],
            [f"{name} = {pool}", "def inside():", f"    nonlocal {name}",
             f"    {name} = {self.read()}", "inside()", *bound],
            ["def inside(h):", *_in(inner), "inside(g)"],
            [f"def inside({name}={pool}):", *_in(bound), "inside()"],
        ]  # fmt: skip
        yield from shapes[self.draw(st.integers(0, len(shapes) - 1))]

    # Modules

    def helper(self, name: str) -> Iterator[str]:
        """A function that takes a pool."""
        parameter = self.pick("pool", "mamba_pool", "p")
        signature = self.pick(*[parameter] * 4, f"{parameter}=None", f"*{parameter}")
        body = [
            f"{parameter}.{self.member()}" for _ in range(self.draw(st.integers(1, 2)))
        ]
        if signature[0] == "*":
            body = [line.replace(parameter, f"{parameter}[0]") for line in body]
        elif self.chance(3):
            body += self.pick(
                f"return {parameter}",
                f"q = {parameter}\nq.{self.member()}",
                f"if cond():\n    {parameter} = {parameter}",
                f"return {self.pick('grab', *self.helpers)}({parameter})",
                f"def inside():\n    {parameter}.{self.member()}\ninside()",
            ).splitlines()
        yield from (f"def {name}({signature}):", *_in(body), "")
        self.helpers.append(name)

    def getter(self, name: str) -> Iterator[str]:
        """A function that returns a pool of a holder, and one that uses it."""
        yield from (
            f"def {name}_of(h):",
            f"    return {self.pick('h.mamba_pool', 'h')}",
            "",
        )
        yield from (f"def {name}(h):", f"    {name}_of(h).{self.member()}", "")

    def owner(self) -> Iterator[str]:
        """A class that keeps a pool, or what has it, and another that inherits."""
        kept = self.pick("kept", "mamba_pool")
        members = [self.member() for _ in range(4)]
        name = f"Owner{self.classes}"
        self.classes += 1
        yield f"class {name}:"
        yield from _in(["def __init__(self, h):", "    self.h = h"])
        keeps = self.chance(2)
        if keeps:
            yield from _in(
                [f"    self.{kept} = {self.pick('h.mamba_pool', self.read_plain())}"]
            )
        own = f"self.{kept}" if keeps else "self.h.mamba_pool"
        yield from _in(["def go(self):", f"    {own}.{members[0]}"])
        if self.chance(2):
            yield from _in([f"    {own}.{members[1]}"])
        yield from _in([f"    self.take({own}, 1)"])
        yield from _in([f"    self.take(pool={self.pick(own, 'self.h.token')})"])
        yield from _in(["def take(self, pool, n=0):", f"    pool.{members[2]}", ""])
        if self.chance(3):
            yield f"class {name}(" + f"{name}):"
            yield from _in(
                [self.pick("def take(self, pool, n=0):", "def more(self, pool):")]
            )
            yield from _in([f"    pool.{members[3]}", ""])

    def read_plain(self) -> str:
        return self.pick('getattr(h, "mamba_pool", None)', "h.inner.mamba_pool")


def _in(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@dataclass(frozen=True)
class Program:
    """Two modules; `cases` are the functions to run, which take two holders."""

    helpers: str
    user: str
    cases: tuple[str, ...]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    # Simple ones as well: where much is reported, little is rewritten.
    author = Author(draw, level=draw(st.sampled_from([0, 0, 1, 1, 2])))
    lines = [IMPORTS, ""]
    for number in range(draw(st.integers(0, 2))):
        lines += author.helper(f"helper{number}")
    imported = "".join(f"from pkg.helpers import {name}\n" for name in author.helpers)
    taken = ["mamba_allocator = 7"] if author.chance(3) else []
    user = [f"{IMPORTS}import pkg.helpers\n{imported}", *taken, ""]
    if author.chance(3):
        user += author.helper("own")
    cases: list[str] = []
    if author.chance(4):
        user += author.getter("gets")
        cases.append("gets")
    if author.chance(3):
        user += author.owner()
        user += ["def owns(h, g=None):", "    Owner0(h).go()", ""]
        cases.append("owns")
    for number in range(draw(st.integers(1, 2))):
        first = [f"    global {author.pick(*LOCALS)}"] if author.chance(12) else []
        body = _in(list(author.block([], 0)))
        user += [f"def case{number}(h, g):", *first, *body, ""]
        cases.append(f"case{number}")
    return Program("\n".join(lines), "\n".join(user), tuple(cases))
