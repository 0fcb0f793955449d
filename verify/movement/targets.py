"""What a name leads to, as a value."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from enum import Enum

from verify.movement.bindings import Binding, Guard, Position
from verify.movement.modules import ModuleFile

# Of every Python that the analysed code may run on, whichever runs us.
BUILTINS = frozenset(dir(builtins)) - {"_"} | {
    *("BaseExceptionGroup", "EncodingWarning", "ExceptionGroup"),
    *("PythonFinalizationError", "WindowsError", "__builtins__", "aiter", "anext"),
    *("copyright", "credits", "exit", "license", "quit"),
}
OF_THE_MODULE = frozenset(
    {
        *("__name__", "__file__", "__package__", "__spec__", "__path__", "__doc__"),
        *("__loader__", "__cached__", "__dict__", "__annotations__"),
    }
)


class Kind(str, Enum):
    """What sort of thing a name leads to; the values are words for people."""

    BUILTIN = "builtin"
    SYMBOL = "definition"  # of a module in the repository
    MODULE = "module"  # in the repository
    EXTERNAL = "external"
    STAR = "star"  # may come out of a star import that cannot be looked into
    OWN = "module attribute"  # `__name__` and its like
    CLOSURE = "closure"  # a local of the function around the definition
    MEMBER = "member"  # a name of the class around the definition
    CLASS = "class"  # the class that `super()` starts from
    MANGLED = "mangled"
    LOGGER = "logger"  # named after its module
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Condition:
    """A guard, and the module whose names its test uses."""

    guard: Guard
    module: ModuleFile

    @property
    def text(self) -> str:
        return self.guard.text


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a name can mean.

    `path` is its dotted path and `rest` the attributes read off it. A symbol has
    its `home` and the `bindings` there that count. `copied` is set where a
    from-import took the value that a variable had at that time.
    """

    kind: Kind
    path: str
    rest: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    home: ModuleFile | None = None
    bindings: tuple[Binding, ...] = ()
    copied: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def __str__(self) -> str:
        path = ".".join((self.path, *self.rest))
        if self.kind is Kind.SYMBOL and self.home is not None:
            path = f"{self.home.name}:{path[len(self.home.name) + 1 :]}"
        words = {Kind.MISSING: f"nothing ({path} is not bound)", Kind.STAR: f"{path}.*"}
        text = words.get(self.kind, path)
        if self.kind in (Kind.BUILTIN, Kind.MODULE, Kind.CLASS):
            text = f"{self.kind.value} {path}"
        return " ".join((text, *(c.text for c in self.conditions)))


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that a name can mean; `hops` are the names of repository modules that
    every one of its targets is reached through, as (module, name)."""

    targets: tuple[Target, ...] = ()
    doubt: str = ""
    hops: tuple[tuple[ModuleFile, str], ...] = ()

    def __str__(self) -> str:
        said = "; ".join(sorted({str(target) for target in self.targets}))
        return said if not self.doubt else f"not known ({self.doubt})"


@dataclass(frozen=True, slots=True)
class When:
    """When a name is looked up: `before` a position of its own module (None: when
    all of it has run), and whether only a type checker looks."""

    before: Position | None = None
    types: bool = False


RUN_TIME = When()
