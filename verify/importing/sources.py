"""The modules that a simulation may import, and what is made of each once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from verify.importing.compiling import body_of, lines_of, program_of
from verify.importing.describing import describe
from verify.importing.program import Body, Code, Define, Expression, Program


@dataclass(frozen=True)
class ModuleSource:
    """A file: `program` spares reading it where it was made before."""

    data: bytes
    is_package: bool = False
    program: Program | None = None

    @cached_property
    def compiled(self) -> Program | None:
        """The program; None where the file does not parse."""
        if self.program is not None:
            return self.program
        try:
            return program_of(self.data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


class Sources:
    """Modules by their dotted names.

    What lies in `opaque` is there and imports fine, as a compiled module does.
    With `complete`, what is not there cannot be imported; without it, a module
    that a package lacks is taken to be made by a build.
    """

    def __init__(
        self,
        modules: Mapping[str, ModuleSource],
        *,
        complete: bool = False,
        opaque: Collection[str] = (),
    ) -> None:
        self.modules = modules
        self.complete = complete
        self.opaque = frozenset(opaque)
        self.namespaces = _parents({*modules, *opaque}) - modules.keys()
        self.submodules = frozenset((*modules, *opaque, *self.namespaces))
        self._tops = {name.partition(".")[0] for name in modules}
        self._lines: dict[str, list[str]] = {}
        self._texts: dict[int, tuple[str, Expression]] = {}
        self._bodies: dict[tuple[str, Code], Body] = {}

    def owns(self, name: str) -> bool:
        """Whether a dotted name lies in the packages of the sources."""
        return name.partition(".")[0] in self._tops

    def may_lie_elsewhere(self, name: str) -> bool:
        """Whether a module that is not there could lie in a part of a namespace
        package that another distribution brings."""
        above = name.rpartition(".")[0]
        return above in self.namespaces or (bool(above) and above not in self.modules)

    def program(self, name: str) -> Program | None:
        """A module's program; None where its file does not parse."""
        return self.modules[name].compiled

    def body(self, name: str, code: Code) -> Body:
        """What a function of a module does when it is called."""
        key = (name, code)
        if key not in self._bodies:
            program = self.program(name)
            lazy = program is not None and program.lazy_annotations
            self._bodies[key] = body_of(code, self.lines(name), lazy_annotations=lazy)
        return self._bodies[key]

    def lines(self, name: str) -> list[str]:
        if name not in self._lines:
            self._lines[name] = lines_of(self.modules[name].data)
        return self._lines[name]

    def spells_in_getattr(self, module: str, name: str) -> bool:
        """Whether the `__getattr__` of a module has a name as a text of its own."""
        program = self.program(module)
        hooks = [
            self.lines(module)[step.code.line - 1 : step.code.end]
            for step in (program.steps if program else ())
            if isinstance(step, Define) and step.name == "__getattr__"
        ]
        written = (f'"{name}"', f"'{name}'")
        return any(text in line for hook in hooks for line in hook for text in written)

    def text_of(self, expression: Expression) -> str:
        """A short text of an expression of a program, made once."""
        known = self._texts.get(id(expression))
        if known is None:  # held beside it, so that the identity stays its own
            known = self._texts[id(expression)] = (describe(expression), expression)
        return known[0]

    def text(self, name: str, line: int, end: int) -> str:
        """Some lines of a module, on one line."""
        if name not in self.modules:
            return ""
        return " ".join(" ".join(self.lines(name)[line - 1 : end]).split())


def _parents(names: Collection[str]) -> set[str]:
    return {
        name[:index]
        for name in names
        for index, letter in enumerate(name)
        if letter == "."
    }
