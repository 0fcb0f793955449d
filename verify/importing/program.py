"""What a module does when it is imported, as small steps.

A program says nothing of where its file lies: one is made for a blob and serves
every path and every revision that has it. Bodies of functions are left out; the
rare one that runs during an import is read when it is called.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A value that the source spells out; lists and sets are tuples."""

    value: object


class Chain(NamedTuple):
    """A name, and the attributes that are read from it."""

    root: str
    attributes: tuple[str, ...]


class Attribute(NamedTuple):
    """An attribute of anything but a name."""

    base: Expression
    name: str


class Call(NamedTuple):
    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str | None, Expression], ...]


class Comparison(NamedTuple):
    left: Expression
    operator: str
    right: Expression


class Logic(NamedTuple):
    """`and` or `or`."""

    operator: str
    parts: tuple[Expression, ...]


class Negation(NamedTuple):
    part: Expression


class Alternative(NamedTuple):
    """`yes if test else no`."""

    test: Expression
    yes: Expression
    no: Expression


class Subscript(NamedTuple):
    base: Expression
    key: Expression


class Joined(NamedTuple):
    """An f-string, or texts put together with `+`."""

    parts: tuple[Expression, ...]


class Sequence(NamedTuple):
    """A tuple, list or set that is no literal."""

    items: tuple[Expression, ...]


class Pairs(NamedTuple):
    """A dictionary that is no literal."""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]


class Several(NamedTuple):
    """Expressions that run in order, and a value that nothing is known of."""

    parts: tuple[Expression, ...]


class Walrus(NamedTuple):
    name: str
    value: Expression


class Comprehension(NamedTuple):
    """`parts` run once an item with `names` bound; a generator's may never run."""

    iterable: Expression
    names: tuple[str, ...]
    parts: Expression
    is_generator: bool


class Lambda(NamedTuple):
    line: int
    end: int
    parameters: tuple[str, ...]
    defaults: tuple[Expression, ...]
    body: Expression


Expression: TypeAlias = (
    Literal
    | Chain
    | Attribute
    | Call
    | Comparison
    | Logic
    | Negation
    | Alternative
    | Subscript
    | Joined
    | Sequence
    | Pairs
    | Several
    | Walrus
    | Comprehension
    | Lambda
)

NOTHING = Several(())


class Code(NamedTuple):
    """A function's place in the source: its body is read from there when called."""

    name: str
    line: int
    end: int
    column: int


class Body(NamedTuple):
    """A function that was read. `local` are the names that its body binds."""

    parameters: tuple[str, ...]
    rest: tuple[str, ...]
    defaults: tuple[tuple[str, Expression], ...]
    local: frozenset[str]
    steps: tuple[Step, ...]
    runs_when_called: bool


class Import(NamedTuple):
    """`import a.b` or `import a.b as c`, one step a name."""

    line: int
    end: int
    module: str
    alias: str | None


class FromImport(NamedTuple):
    """`from m import a as b, c`; `names` is None for a star."""

    line: int
    end: int
    level: int
    module: str
    names: tuple[tuple[str, str], ...] | None


class Assign(NamedTuple):
    """Names that are bound to one value, and what else its targets evaluate."""

    line: int
    end: int
    names: tuple[str, ...]
    unpacked: tuple[str, ...]
    value: Expression
    targets: tuple[Expression, ...]


class Store(NamedTuple):
    """An attribute or an item is set: `base.name = ...` or `base[key] = ...`."""

    line: int
    end: int
    base: Expression
    name: str | None
    key: Expression
    value: Expression


class Augment(NamedTuple):
    """`name += value`."""

    line: int
    end: int
    name: str
    operator: str
    value: Expression


class Delete(NamedTuple):
    line: int
    end: int
    names: tuple[str, ...]
    others: tuple[Expression, ...]


class Evaluate(NamedTuple):
    line: int
    end: int
    value: Expression


class Define(NamedTuple):
    """A function: `evaluated` are its defaults and annotations."""

    line: int
    end: int
    name: str
    decorators: tuple[Expression, ...]
    evaluated: tuple[Expression, ...]
    code: Code


class Class(NamedTuple):
    line: int
    end: int
    name: str
    decorators: tuple[Expression, ...]
    bases: tuple[Expression, ...]
    keywords: tuple[tuple[str | None, Expression], ...]
    body: tuple[Step, ...]


class Branch(NamedTuple):
    line: int
    end: int
    test: Expression
    body: tuple[Step, ...]
    otherwise: tuple[Step, ...]


class Loop(NamedTuple):
    """`for names in subject`, or `while subject` where `names` is None."""

    line: int
    end: int
    names: tuple[str, ...] | None
    subject: Expression
    body: tuple[Step, ...]
    otherwise: tuple[Step, ...]


class Handler(NamedTuple):
    """An `except`; `types` is None where it catches everything."""

    line: int
    end: int
    types: tuple[Expression, ...] | None
    name: str | None
    body: tuple[Step, ...]


class Try(NamedTuple):
    line: int
    end: int
    body: tuple[Step, ...]
    handlers: tuple[Handler, ...]
    otherwise: tuple[Step, ...]
    final: tuple[Step, ...]


class With(NamedTuple):
    line: int
    end: int
    items: tuple[Expression, ...]
    names: tuple[str, ...]
    body: tuple[Step, ...]


class Raise(NamedTuple):
    line: int
    end: int
    error: Expression | None


class Return(NamedTuple):
    line: int
    end: int
    value: Expression


class Leave(NamedTuple):
    """`break` or `continue`."""

    line: int
    end: int


Step: TypeAlias = (
    Import
    | FromImport
    | Assign
    | Store
    | Augment
    | Delete
    | Evaluate
    | Define
    | Class
    | Branch
    | Loop
    | Try
    | With
    | Raise
    | Return
    | Leave
)


class Program(NamedTuple):
    """One module. `binds` are the names that it binds anywhere, however late.

    `binds_more` says that it binds names which its source does not spell out,
    through `globals()` for instance.
    """

    steps: tuple[Step, ...]
    binds: frozenset[str]
    binds_more: bool
    has_star: bool
    lazy_annotations: bool
