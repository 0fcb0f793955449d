"""Small packages made at random, whose `main.py` prints all that they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

MODULES = ("pkg.a", "pkg.b", "pkg.sub.c", "pkg.sub.d")
_EXTERNAL = (
    ("import json", "len(json.dumps(x))"),
    ("import os.path", "len(os.path.join('a', str(x)))"),
    ("from math import gcd as common", "common(x, 12)"),
    ("from collections import Counter", "sum(Counter(str(x)).values())"),
)


@dataclass
class Module:
    """One module on its way: `values` are the expressions that its names have, each
    with an `x`, and `classes` the names of its classes.
    """

    name: str
    imports: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    offered: dict[str, str] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    future: bool = False
    exports: bool = False
    bases: list[str] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def text(self) -> str:
        parts = [f'"""Module {self.stem}."""\n']
        if self.future:
            parts.append("from __future__ import annotations\n")
        imports = list(dict.fromkeys(self.imports))
        if self.typed:
            imports.append("from typing import TYPE_CHECKING")
        parts.append("\n".join(imports) + "\n" * bool(imports))
        if self.typed:
            lines = "".join(f"    {each}\n" for each in self.typed)
            parts.append(f"if TYPE_CHECKING:\n{lines}")
        if self.exports:
            names = ", ".join(f'"{n}"' for n in self.public)
            parts.append(f"__all__ = [{names}]\n")
        return "\n".join([*parts, *self.body])

    @property
    def public(self) -> list[str]:
        names = [*self.offered, *self.classes]
        return [name for name in names if not name.startswith("_")]


@dataclass
class Made:
    """A project: its files by path, and what can be asked to move."""

    files: dict[str, str]
    movable: list[tuple[str, str]]
    targets: list[str]


def make(random: Random) -> Made:
    """A project of four modules in a package with another inside, and its program."""
    modules: list[Module] = []
    for name in MODULES:
        module = Module(name, future=random.random() < 0.3)
        module.exports = random.random() < 0.2
        for earlier in modules:
            if random.random() < 0.6:
                _import(random, module, earlier)
        for index in range(random.randint(2, 5)):
            _define(random, module, index)
        modules.append(module)
    if random.random() < 0.3:
        _import_late(random, modules[0], modules[random.randrange(1, 4)])
    files = {m.name.replace(".", "/") + ".py": m.text for m in modules}
    files["pkg/__init__.py"] = _package(random, modules)
    files["pkg/sub/__init__.py"] = ""
    files["main.py"] = _program(random, modules)
    movable = [(m.name, n) for m in modules for n in (*m.offered, *m.classes)]
    return Made(files, movable, [*MODULES, "pkg.new", "pkg.sub.new", "pkg.fresh.new"])


def _import(random: Random, module: Module, other: Module) -> None:
    """Import another module, or names of it, in one of many forms."""
    if other.classes and random.random() < 0.2:
        module.imports.append(f"from {other.name} import {other.classes[0]}")
        module.bases.append(other.classes[0])
    if not other.offered:
        return
    name = random.choice(list(other.offered))
    depths = other.name.count("."), module.name.count(".")
    dots = "." if depths[0] == depths[1] else ".." if depths[0] < depths[1] else ".sub."
    above = other.name.rpartition(".")[0]
    alias = f"its{name}" if name.startswith("_") else f"its_{name}"
    statement, new = random.choice(
        (
            (f"from {other.name} import {name}", name),
            (f"from {other.name} import {name} as {alias}", alias),
            (f"import {other.name}", f"{other.name}.{name}"),
            (
                f"import {other.name} as {other.stem}_module",
                f"{other.stem}_module.{name}",
            ),
            (f"from {dots}{other.stem} import {name}", name),
            (f"from {above} import {other.stem}", f"{other.stem}.{name}"),
        )
    )
    module.imports.append(statement)
    module.local.append(other.offered[name].replace(name, new))


def _value(random: Random, module: Module) -> str:
    """An expression of `x`, made of what the module has at hand."""
    parts = ["x"]
    for call in random.sample(module.local, min(len(module.local), 2)):
        parts.append(call)
    if random.random() < 0.25:
        statement, call = random.choice(_EXTERNAL)
        module.imports.append(statement)
        parts.append(call)
    return " + ".join(parts)


def _define(random: Random, module: Module, index: int) -> None:
    tag = f"{module.stem}{index}"
    random.choice(_MAKERS)(random, module, tag)


def _function(random: Random, module: Module, tag: str) -> None:
    value = _value(random, module)
    comment = f"# about f_{tag}\n" if random.random() < 0.3 else ""
    module.body.append(f"\n{comment}def f_{tag}(x=1):\n    return {value}\n")
    _offer(module, f"f_{tag}", f"f_{tag}(x)")


def _helper(random: Random, module: Module, tag: str) -> None:
    value = _value(random, module)
    module.body.append(f"\ndef _h_{tag}(x):\n    return {value}\n")
    _offer(module, f"_h_{tag}", f"_h_{tag}(x)")


def _constant(random: Random, module: Module, tag: str) -> None:
    module.body.append(f"C_{tag} = {random.randint(1, 9)}\n")
    _offer(module, f"C_{tag}", f"C_{tag}")


def _private(random: Random, module: Module, tag: str) -> None:
    module.body.append(f"_p_{tag} = {random.randint(1, 9)}\n")
    _offer(module, f"_p_{tag}", f"_p_{tag}")


def _class(random: Random, module: Module, tag: str) -> None:
    value = _value(random, module)
    seen = [*module.bases, *module.classes]
    base = f"({random.choice(seen)})" if seen and random.random() < 0.6 else ""
    module.body.append(
        f"\nclass K_{tag}{base}:\n    size = 3\n\n"
        f"    def run(self, x):\n        return {value} + self.size\n"
    )
    module.classes.append(f"K_{tag}")
    module.local.append(f"K_{tag}().run(x)")


def _branch(random: Random, module: Module, tag: str) -> None:
    module.imports.append("import sys")
    module.body.append(
        f"_flag_{tag} = sys.maxsize > 2\n\n"
        f"if _flag_{tag}:\n    from math import sqrt as root_{tag}\n"
    )
    module.local.append(f"int(root_{tag}(x * x))")


def _state(random: Random, module: Module, tag: str) -> None:
    module.body.append(
        f"_seen_{tag} = []\n\n\ndef note_{tag}(x):\n    _seen_{tag}.append(x)\n"
        f"    return len(_seen_{tag})\n"
    )
    _offer(module, f"note_{tag}", f"note_{tag}(x)")


def _counter(random: Random, module: Module, tag: str) -> None:
    module.body.append(
        f"_count_{tag} = 0\n\n\ndef count_{tag}(x):\n    global _count_{tag}\n"
        f"    _count_{tag} += x\n    return _count_{tag}\n"
    )
    _offer(module, f"count_{tag}", f"count_{tag}(x)")
    if random.random() < 0.5:
        module.body.append(f"\ndef seen_{tag}(x):\n    return _count_{tag}\n")
        _offer(module, f"seen_{tag}", f"seen_{tag}(x)")


def _table(random: Random, module: Module, tag: str) -> None:
    calls = [name for name in module.offered if name.startswith("f_")]
    values = ", ".join(calls[:2])
    module.body.append(f"T_{tag} = [{values}]\n")
    _offer(module, f"T_{tag}", f"len(T_{tag})")


def _decorated(random: Random, module: Module, tag: str) -> None:
    module.imports.append("import functools")
    value = _value(random, module)
    module.body.append(
        f"\ndef _deco_{tag}(function):\n    @functools.wraps(function)\n"
        f"    def inner(x):\n        return function(x) + 1\n\n    return inner\n\n\n"
        f"@_deco_{tag}\ndef d_{tag}(x):\n    return {value}\n"
    )
    _offer(module, f"d_{tag}", f"d_{tag}(x)")


def _typed(random: Random, module: Module, tag: str) -> None:
    module.typed.append("from decimal import Decimal")
    value = _value(random, module)
    head = f'def t_{tag}(x: "Decimal | int" = 2) -> "int":'
    module.body.append(f"\n{head}\n    return {value}\n")
    _offer(module, f"t_{tag}", f"t_{tag}(x)")


def _logger(random: Random, module: Module, tag: str) -> None:
    module.imports.append("import logging")
    module.body.append(
        f"log_{tag} = logging.getLogger(__name__)\n\n\n"
        f"def l_{tag}(x):\n    return x + len(log_{tag}.name)\n"
    )
    _offer(module, f"l_{tag}", f"l_{tag}(x)")


def _overload(random: Random, module: Module, tag: str) -> None:
    module.imports.append("from typing import overload")
    module.body.append(
        f"\n@overload\ndef o_{tag}(x: int) -> int: ...\n\n\n"
        f"@overload\ndef o_{tag}(x: float) -> float: ...\n\n\n"
        f"def o_{tag}(x):\n    return {_value(random, module)}\n"
    )
    _offer(module, f"o_{tag}", f"o_{tag}(x)")


def _derived(random: Random, module: Module, tag: str) -> None:
    """A constant that is worked out when the module is imported."""
    value = _value(random, module).replace("x", "2") if not module.local else ""
    call = random.choice(module.local) if module.local else value
    module.body.append(f"V_{tag} = (lambda x: {call})(2)\n")
    _offer(module, f"V_{tag}", f"V_{tag}")


def _loud(random: Random, module: Module, tag: str) -> None:
    """A module that says something when it is imported."""
    module.body.append(f"print('loaded {tag}')\n")


def _noticing(random: Random, module: Module, tag: str) -> None:
    """A class that notes those that are derived from it."""
    module.body.append(
        f"\nclass K_{tag}:\n    size = 2\n    known = []\n\n"
        f"    def __init_subclass__(cls):\n        K_{tag}.known.append(cls.__name__)\n\n"
        f"    def run(self, x):\n        return len(K_{tag}.known)\n"
    )
    module.classes.append(f"K_{tag}")
    module.local.append(f"K_{tag}().run(x)")


_MAKERS = (
    *(_function, _function, _function, _helper, _constant, _private, _class, _class),
    *(_branch, _state, _counter, _table, _decorated, _typed, _logger, _overload),
    *(_derived, _loud, _noticing),
)


def _offer(module: Module, name: str, call: str) -> None:
    module.offered[name] = call
    module.local.append(call)


def _import_late(random: Random, module: Module, other: Module) -> None:
    """A function that imports a later module, which dodges a cycle."""
    if other.offered:
        name = random.choice(list(other.offered))
        module.body.append(
            f"\ndef late_{module.stem}(x):\n    from {other.name} import {name}\n\n"
            f"    return {other.offered[name]}\n"
        )
        _offer(module, f"late_{module.stem}", f"late_{module.stem}(x)")


def _package(random: Random, modules: list[Module]) -> str:
    """What the package passes on."""
    lines = []
    for module in modules[:2]:
        if random.random() < 0.4 and module.public:
            name = random.choice(module.public)
            lines.append(f"from .{module.stem} import {name}")
    return "".join(f"{line}\n" for line in lines)


def _program(random: Random, modules: list[Module]) -> str:
    """Calls everything, by one path or another, and prints what comes of it."""
    imports: list[str] = []
    calls: list[str] = []
    for module in modules:
        shown = set()
        if random.random() < 0.15:
            imports.append(f"from {module.name} import *")
            shown = set(module.public)
        imports.append(f"import {module.name}")
        for name, call in module.offered.items():
            if name.startswith("_"):
                continue
            if name not in shown and random.random() < 0.5:
                imports.append(f"from {module.name} import {name}")
                shown.add(name)
            path = name if name in shown else f"{module.name}.{name}"
            calls.append(call.replace(name, path))
        for name in module.classes:
            calls.append(f"{module.name}.{name}().run(x)")
            calls.append(f"len({module.name}.{name}.__mro__)")
    lines = "".join(f"    print({i}, {call})\n" for i, call in enumerate(calls))
    text = "\n".join(imports)
    return f"{text}\n\n\ndef main(x):\n{lines or '    pass'}\n\n\nmain(3)\nmain(5)\n"
