"""A plan: one TOML file that says which definitions go to which file. Data only.

    module = "pkg.allocator"                 # what is split

    [[file]]
    module = "base"                          # pkg/allocator/base.py
    symbols = ["BaseAllocator"]

    [[file]]
    module = "pkg.kernels"                   # a dotted path: a module anywhere else
    symbols = ["alloc_kernel"]

What is not named stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from codemods.name import Name, is_identifier, nearest, printable, quoted
from codemods.toml_lines import TomlError, TomlLines, parse
from codemods.toml_schema import Problem, converted, read_text
from verify.splitting.inventory import Inventory
from verify.splitting.schema import TABLES, Declared, File

__all__ = ["Plan", "PlanError", "load", "loads"]

_KeyMessages = Iterator[tuple[str, str]]


class PlanError(Exception):
    """A plan that cannot be used; the message says where, why and what to do."""


@dataclass(frozen=True)
class Plan:
    """A plan that is right by itself, and where its entries stand.

    `where` is the file's name as the user knows it.
    """

    declared: Declared
    where: str
    lines: TomlLines

    @property
    def module(self) -> str:
        return self.declared.module

    @property
    def makes_package(self) -> bool:
        """Whether the split module becomes a package: a file is to be inside it."""
        inner = f"{self.module}."
        return any(self.target(each).startswith(inner) for each in self.declared.files)

    def target(self, file: File) -> str:
        """The dotted path of the module that a file is."""
        text = file.module_text
        return text if "." in text else f"{self.module}.{text}"

    @property
    def homes(self) -> dict[str, str]:
        """For each symbol that moves the dotted path of its new module."""
        return {
            symbol: self.target(file)
            for file in self.declared.files
            for symbol in file.symbols
        }

    def check(self, inventory: Inventory) -> None:
        """Compare the plan with the module. Raises `PlanError` for the first thing
        that does not fit.
        """
        for problem in _problems_with(self, inventory):
            raise PlanError(problem.text(self.where, self.lines))

    def error(self, message: str, symbol: str) -> PlanError:
        """An error at the entry that names a symbol."""
        for index, file in enumerate(self.declared.files):
            if symbol in file.symbols:
                problem = Problem(message, "file", index, "symbols")
                return PlanError(problem.text(self.where, self.lines))
        return PlanError(Problem(message).text(self.where, self.lines))


def load(path: Path, module: str = "") -> Plan:
    """Read and check a plan by itself; `module` is what is asked for to be split.

    Raises `PlanError` with file, line and key, whatever is wrong with it.
    """
    try:
        text = read_text(path, "plan")
    except ValueError as error:
        raise PlanError(str(error)) from None
    return loads(text, str(path), module)


def loads(text: str, where: str, module: str = "") -> Plan:
    """The same of a text; `where` is the file's name, for messages."""
    where = printable(where)
    try:
        data = parse(text)
    except TomlError as error:
        raise PlanError(
            f"{where}:{error.line}: is not valid TOML: {printable(error.message)}"
        ) from None
    lines = TomlLines(text)
    try:
        declared = _of_module(converted(data, Declared, TABLES), module)
        plan = Plan(declared, where, lines)
        for problem in _problems(plan):
            raise problem
    except Problem as problem:
        raise PlanError(problem.text(where, lines)) from None
    return plan


def _of_module(declared: Declared, module: str) -> Declared:
    """The plan for a module; a plan need not name it where that is known."""
    if not declared.module and not module:
        raise Problem("say which module is split", key="module")
    if module and declared.module and module != declared.module:
        message = (
            f"the plan is for {quoted(declared.module)}, and {module} is asked for"
        )
        raise Problem(f"{message}; name the same module", key="module")
    return replace(declared, module=declared.module or module)


def _problems(plan: Plan) -> Iterator[Problem]:
    """What is wrong with a plan whatever the module, in the file's order."""
    declared = plan.declared
    for key, message in _problems_at_top(declared):
        yield Problem(message, key=key)
    if not declared.files:
        yield Problem("moves nothing; add a [[file]] with its symbols")
    seen: dict[str, str] = {}
    targets: dict[str, int] = {}
    for index, file in enumerate(declared.files):
        for key, message in _problems_of_file(plan, file, seen):
            yield Problem(message, "file", index, key)
        target = plan.target(file)
        if target.casefold() in targets:
            message = f"{target} is the module of file[{targets[target.casefold()]}]"
            yield Problem(f"{message} as well; join the two", "file", index, "module")
        targets[target.casefold()] = index + 1


def _problems_at_top(declared: Declared) -> _KeyMessages:
    yield from _problems_of_module("module", declared.module)
    for key, text in (("docstring", declared.docstring), ("header", declared.header)):
        yield from _problems_of_text(key, text)
    for name in declared.reexport or ():
        if not is_identifier(name):
            yield "reexport", f"{quoted(name)} is not a name"


def _problems_of_file(plan: Plan, file: File, seen: dict[str, str]) -> _KeyMessages:
    yield from _problems_of_module("module", file.module_text)
    if plan.target(file) == plan.module:
        yield "module", "is the module that is split; what is not named stays in it"
    if plan.module.startswith(f"{plan.target(file)}."):
        yield "module", f"{plan.target(file)} is a package that holds {plan.module}"
    if not file.symbols:
        yield "symbols", "is empty; name what goes to this file"
    for symbol in file.symbols:
        if "." in symbol and all(map(is_identifier, symbol.split("."))):
            way = "`rehome move` takes a member out of its class"
            yield "symbols", f"{quoted(symbol)} is a member; {way}"
        elif not is_identifier(symbol):
            yield "symbols", f"{quoted(symbol)} is not a name"
        elif symbol in seen:
            message = f"{symbol} goes to {seen[symbol]} as well"
            yield "symbols", f"{message}; name it once"
        seen[symbol] = plan.target(file)
    yield from _problems_of_text("docstring", file.docstring)
    yield from _problems_of_text("header", file.header)


def _problems_of_module(key: str, text: str) -> _KeyMessages:
    try:
        name = Name.parse(text)
    except ValueError as error:
        yield key, str(error)
        return
    if name.symbol:
        yield key, f"{quoted(text)} is a symbol; name a module, without a colon"
    elif any(part.startswith("__") for part in text.split(".")):
        yield key, f"{quoted(text)} has a special name; take another"


def _problems_of_text(key: str, text: str | None) -> _KeyMessages:
    shown = (text or "").replace("\n", "").replace("\t", "")
    if not shown.isprintable():
        yield key, "has a character that is no plain text"
    elif key == "docstring" and text and ('"""' in text or "\\" in text):
        yield key, 'has a `"""` or a backslash; say it without'
    elif key == "header":
        for line in (text or "").splitlines():
            if line.strip() and not line.startswith("#"):
                yield key, f"{quoted(line)} is no comment; begin the line with #"


def _problems_with(plan: Plan, inventory: Inventory) -> Iterator[Problem]:
    """What does not fit the module."""
    for index, file in enumerate(plan.declared.files):
        for symbol in file.symbols:
            message = _problem_of_symbol(symbol, inventory, plan.homes)
            if message:
                yield Problem(message, "file", index, "symbols")
        last = file.module_text
        if "." not in last and last in inventory.names:
            message = f"{last} is a name of the module as well: `from {plan.module}"
            message += f" import {last}` could mean either; take another file name"
            yield Problem(message, "file", index, "module")
    for name in plan.declared.reexport or ():
        if name not in inventory.names:
            hint = _hint(name, inventory.names)
            yield Problem(f"{plan.module} has no {quoted(name)}{hint}", key="reexport")


def _problem_of_symbol(symbol: str, inventory: Inventory, homes: dict[str, str]) -> str:
    unit = inventory.units.get(symbol)
    if unit is not None:
        apart = [name for name in unit.names if homes.get(name) != homes[symbol]]
        if apart and not unit.why_not:
            return f"{symbol} is bound together with {apart[0]}; name both in one file"
        return unit.why_not
    where = inventory.module
    if symbol in inventory.imported:
        source = inventory.imported[symbol]
        return f"{where} imports {symbol} from {source}; it is defined there"
    return f"{where} has no {quoted(symbol)}{_hint(symbol, inventory.units)}"


def _hint(name: str, known: object) -> str:
    assert isinstance(known, (dict, frozenset))
    found = nearest(name, known)
    return f"; {found}" if found else ""
