"""Run the skeleton of one function, and of those that it hands a pool to."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from types import CodeType

from verify.mutation.rehoming.fakes import (
    Code,
    Enough,
    Globals,
    Split,
    Thing,
    World,
)
from verify.mutation.rehoming.skeleton import Function, module_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(eq=False)
class File:
    """A file, and the functions in it that are no part of another."""

    path: str
    text: str
    _compiled: dict[tuple[object, ...], CodeType] = field(default_factory=dict)

    def compiled(
        self, function: Function, words: Collection[str], taken: Collection[str]
    ) -> CodeType:
        """The skeleton of a function, made once."""
        key = function, tuple(words), tuple(taken)
        if key not in self._compiled:
            tree = module_of(function, words, taken)
            self._compiled[key] = compile(tree, self.path, "exec", dont_inherit=True)
        return self._compiled[key]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[tuple[ast.ClassDef | None, Function]]:
        return [*self._functions(self.tree.body, None)]

    def _functions(
        self, body: list[ast.stmt], owner: ast.ClassDef | None
    ) -> Iterator[tuple[ast.ClassDef | None, Function]]:
        for node in body:
            if isinstance(node, _FUNCTIONS):
                yield owner, node
            elif isinstance(node, ast.ClassDef):
                yield from self._functions(node.body, node)
            elif isinstance(node, (ast.If, ast.Try)):
                yield from self._functions(node.body + node.orelse, owner)

    def at(self, line: int) -> int | None:
        """Which of the functions holds a line."""
        for number, (_, node) in enumerate(self.functions):
            if node.lineno <= line <= (node.end_lineno or 0):
                return number
        return None

    @cached_property
    def plain(self) -> dict[str, Function]:
        """The functions that are in no class, the last of a name."""
        return {node.name: node for owner, node in self.functions if owner is None}

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {n.name: n for n in self.tree.body if isinstance(n, ast.ClassDef)}

    def methods(self, owner: ast.ClassDef) -> dict[str, Function]:
        """The methods of a class, with those of its bases in the same file."""
        found: dict[str, Function] = {}
        for base in reversed(owner.bases):
            if isinstance(base, ast.Name) and base.id in self.classes:
                found |= self.methods(self.classes[base.id])
        own = self._functions(owner.body, owner)
        return found | {node.name: node for _, node in own}

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """The names imported from modules, with the end of the module's path."""
        return {
            alias.asname or alias.name: (node.module.replace(".", "/"), alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }


@lru_cache(maxsize=64)
def file_of(path: str, text: str) -> File:
    """A file, which is parsed once for all the mutants of others."""
    return File(path, text)


@dataclass(eq=False)
class Program:
    """Files that know of one another."""

    files: Mapping[str, File]
    split: Split

    def run(self, path: str, number: int, *, is_split: bool, seed: int) -> World:
        """Run the skeleton of a function; what it did is in the world."""
        world = World(self.split, is_split, self.files.keys(), seed)
        file = self.files[path]
        owner, function = file.functions[number]
        error = ""
        try:
            result = self._of(world, file, owner, function)()
            if isinstance(result, Iterator):
                deque(islice(result, 100), maxlen=0)
        except (Exception, Enough) as raised:
            error = type(raised).__name__
        world.events.append(("ended", error))
        return world

    def _of(
        self,
        world: World,
        file: File,
        owner: ast.ClassDef | None,
        function: Function,
        first: Thing | None = None,
    ) -> _Run:
        return _Run(self, world, file, owner, function, first)


class _Run:
    """A function to call: with nothing, every parameter is a thing."""

    def __init__(
        self,
        program: Program,
        world: World,
        file: File,
        owner: ast.ClassDef | None,
        function: Function,
        first: Thing | None,
    ) -> None:
        self.program, self.world, self.file = program, world, file
        self.owner, self.function, self.first = owner, function, first

    def __call__(self, *values: object, **named: object) -> object:
        split = self.program.split
        words = (split.old_word, split.new_word)
        is_called = bool(values or named)
        parameters = self.function.args
        plain = [*parameters.posonlyargs, *parameters.args]
        taken = [each.arg for each in (*plain, *parameters.kwonlyargs)]
        has_self = self.owner is not None and not any(
            isinstance(d, ast.Name) and d.id == "staticmethod"
            for d in self.function.decorator_list
        )
        own = taken[1:] if has_self else taken
        code = self.file.compiled(self.function, words, own if is_called else ())
        names = Globals(self.world, self._known)
        exec(code, names)
        run = names[self.function.name]
        assert callable(run)
        first = [self.first or self._self()] if has_self else []
        if is_called:
            return run(*first, *values, **named)
        positional = len(plain) - len(first)
        things = [Thing(self.world, name) for name in own[:positional]]
        others = {n: Thing(self.world, n) for n in own[positional:]}
        return run(*first, *things, **others)

    def _self(self) -> Thing:
        assert self.owner is not None
        return _Self(self, self.file.methods(self.owner))

    def _known(self, name: str) -> object | None:
        function = self.file.plain.get(name)
        file = self.file
        if function is None and name in file.imported:
            end, original = file.imported[name]
            for path, other in self.program.files.items():
                if path.endswith(f"{end}.py"):
                    file, function = other, other.plain.get(original)
        if function is None:
            return None
        run = _Run(self.program, self.world, file, None, function, None)
        return Code(self.world, name, run)


class _Self(Thing):
    """What a method is called on: the class's methods can be seen."""

    _of: _Run
    _methods: Mapping[str, Function]

    def __init__(self, run: _Run, methods: Mapping[str, Function]) -> None:
        super().__init__(run.world, "self")
        vars(self).update(_of=run, _methods=methods)

    def _member(self, name: str) -> object:
        method = self._methods.get(name)
        if method is None:
            return super()._member(name)
        of = self._of
        run = _Run(of.program, of.world, of.file, of.owner, method, self)
        return Code(of.world, f"self.{name}", run)
