"""Run a program in the old world and its rewrite in the new one, and compare."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rewrite import Options
from codemods.runner import run
from tests.codemods.rehoming.programs import Program
from tests.codemods.rehoming.world import Call, Place, Slip, World

MIGRATION = """
id = "split"
title = "The allocator is an object of its own"
package = "pkg"
since = "2.0"

[[rehome]]
from = "mamba_pool"
to = "mamba_allocator"
members = ["alloc", "free", "slots"]
keeps = ["copy", "cache", "size"]
"""
NAMES = NameMap.compose([loads(MIGRATION, "split.toml")])

# What the conditions of a program answer: every branch is taken in one of them.
ANSWERS = ([True], [False], [True, False], [False, False, True])
_STORES = re.compile(r"\.mamba_pool\s*=[^=]|setattr\(|\.mamba_pool,")
# A name, or an attribute other than the one in question with its dot.
_LINE = re.compile(r"(?<![\w.])[A-Za-z_]\w*|\.(?!mamba_pool\b)[A-Za-z_]\w*")

Files = Mapping[str, str]


@dataclass(frozen=True)
class Rewriting:
    """The modules before and after, and the lines on which something was found."""

    old: Files
    new: Files
    found: Mapping[Place, str]

    def shown(self) -> str:
        texts = (f"# {name}\n{text}" for name, text in self.new.items())
        findings = (f"{place}: {what}" for place, what in self.found.items())
        return "\n".join((*texts, *findings))


def rewriting(program: Program) -> Rewriting:
    """Let the tool rewrite both modules at once, as it does a tree."""
    old = {"pkg/helpers.py": program.helpers, "pkg/user.py": program.user}
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        (top / "pkg").mkdir()
        (top / "pkg/__init__.py").touch()
        for name, text in old.items():
            (top / name).write_text(text)
        report = run([top], NAMES, options=Options(), jobs=1, write=True)
        new = {name: (top / name).read_text() for name in old}
        found = {
            (_below(f.place.path, top), f.place.line): f"{f.rule.id}: {f.message}"
            for f in report.findings
        }
    return Rewriting(old, new, found)


def _below(path: str, top: Path) -> str:
    full = Path(path)
    return full.relative_to(top).as_posix() if full.is_absolute() else path


@dataclass(frozen=True)
class Ran:
    """What each case logged, and the type of what it raised."""

    logs: tuple[tuple[tuple[Call, ...], str], ...]
    world: World


def ran(
    files: Files, cases: Sequence[str], answers: Sequence[bool], split: bool
) -> Ran:
    world = World(split, frozenset(files), answers)
    logs: list[tuple[tuple[Call, ...], str]] = []
    with _modules(world, files) as user:
        for case in cases:
            error = ""
            h, g, *_ = world.holders()
            try:
                getattr(user, case)(h, g)
            except Exception as raised:  # any: both worlds must raise the same
                error = type(raised).__name__
            logs.append((tuple(world.log), error))
            world.log.clear()
    return Ran(tuple(logs), world)


@contextmanager
def _modules(world: World, files: Files) -> Iterator[ModuleType]:
    modules = {"world": world.module(), "pkg": ModuleType("pkg")}
    before = {name: sys.modules.get(name) for name in ("world", "pkg", "pkg.helpers")}
    try:
        sys.modules.update(modules)
        for path, text in files.items():
            name = path.removesuffix(".py").replace("/", ".")
            module = ModuleType(name)
            sys.modules[name] = module
            setattr(modules["pkg"], name.rpartition(".")[2], module)
            exec(compile(text, path, "exec"), vars(module))
        yield module
    finally:
        sys.modules.pop("pkg.user", None)
        for name, was in before.items():
            if was is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = was


def problems(program: Program, rewritten: Rewriting) -> Iterator[str]:
    """What the rewrite does otherwise than the program, and nothing says so."""
    for name, text in rewritten.old.items():
        if text.count("\n") != rewritten.new[name].count("\n"):
            yield f"{name} has another number of lines"
            return
    for answers in ANSWERS:
        before = ran(rewritten.old, program.cases, answers, split=False)
        after = ran(rewritten.new, program.cases, answers, split=True)
        for slip in after.world.wrong:
            yield f"WRONG: {slip}"
        for slip in after.world.missed:
            if not _is_told(slip, rewritten):
                yield f"MISSED: {slip}"
        if before.logs != after.logs and not _a_store_is_told(rewritten):
            yield f"OTHER: {before.logs} became {after.logs}"


def _a_store_is_told(rewritten: Rewriting) -> bool:
    """Whether a person must look at an assignment of the attribute itself: what is
    assigned there cannot be split by a rewrite of its uses.
    """
    return any(
        _STORES.search(rewritten.old[file].splitlines()[line - 1])
        for file, line in rewritten.found
        if file in rewritten.old
    )


def _is_told(slip: Slip, rewritten: Rewriting) -> bool:
    """Whether something was found where the object came from, where it went through
    a name, or where it was used.
    """
    places = {slip.origin, *slip.stack, *_ways(slip.origin, rewritten.old)}
    return not places.isdisjoint(rewritten.found)


def _ways(origin: Place, files: Files) -> Iterator[Place]:
    """The lines of the same function that have a name to which the object's line
    gives a value, and so on.
    """
    file, at = origin
    if file not in files:
        return
    lines = files[file].splitlines()
    first, last = _function(lines, at)
    carriers = _given(lines[at - 1])
    # A string that a `getattr` of the line takes the attribute's name from.
    read = _LINE.findall(lines[at - 1])
    for number in range(first, last + 1):
        given = _given(lines[number - 1])
        if '= "mamba_pool"' in lines[number - 1] and given.intersection(read):
            yield file, number
    while True:
        more = set(carriers)
        for number in range(first, last + 1):
            line = lines[number - 1]
            if carriers.intersection(_LINE.findall(line)):
                more |= _given(line)
        if more == carriers:
            break
        carriers = more
    for number in range(first, last + 1):
        if carriers.intersection(_LINE.findall(lines[number - 1])):
            yield file, number


def _function(lines: Sequence[str], at: int) -> tuple[int, int]:
    starts = [n for n, line in enumerate(lines, 1) if line[:3] in ("def", "cla")]
    first = max((n for n in starts if n <= at), default=1)
    last = min((n - 1 for n in starts if n > at), default=len(lines))
    return first, last


def _given(line: str) -> set[str]:
    """The names that a line gives a value to."""
    walrus = re.findall(r"(\w+) :=", line)
    loop = re.findall(r"for (\w+) in", line)
    before = re.match(r"[\s\w,:*()=\[\].]*?(?==[^=])", line)
    plain = _LINE.findall(before.group()) if before else []
    managed = re.findall(r" as (\w+):", line)
    others = {"def", "if", "for", "object", "self", "h", "g", "None", "bag"}
    return {*walrus, *loop, *plain, *managed} - others
