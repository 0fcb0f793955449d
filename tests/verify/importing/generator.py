"""Random small packages whose modules import each other in every way."""

from __future__ import annotations

from hypothesis import strategies as st

_MODULES = ("p", "p.a", "p.b", "p.q", "p.q.c", "p.q.d")
_PATHS = {
    "p": "p/__init__.py",
    "p.a": "p/a.py",
    "p.b": "p/b.py",
    "p.q": "p/q/__init__.py",
    "p.q.c": "p/q/c.py",
    "p.q.d": "p/q/d.py",
}
_NAMES = ("f", "g", "h", "X", "Y")
_ERRORS = (
    "ImportError",
    "AttributeError",
    "Exception",
    "(ImportError, AttributeError)",
    "ModuleNotFoundError",
    "NameError",
)

_names = st.sampled_from(_NAMES)
_modules = st.sampled_from(_MODULES)
_values_at_first = st.sampled_from(("0", "None", "lambda: 0", "print"))


def _relative(module: str, target: str) -> str:
    """`target` as `module` names it with dots, where it can."""
    package = module if module in ("p", "p.q") else module.rpartition(".")[0]
    above = package.split(".")
    level = 1
    while above and not f"{target}.".startswith(f"{'.'.join(above)}."):
        above.pop()
        level += 1
    rest = target.removeprefix(".".join(above)).lstrip(".")
    return "." * level + rest


@st.composite
def _import(draw: st.DrawFn, module: str) -> list[str]:
    target = draw(_modules)
    name = draw(st.one_of(_names, st.sampled_from(("a", "b", "q", "c", "d"))))
    local = draw(st.sampled_from((name, name, draw(_names))))
    source = draw(st.sampled_from((target, _relative(module, target))))
    forms = (
        f"import {target}",
        f"import {target} as {draw(_names)}",
        f"from {source} import {name} as {local}",
        f"from {source} import {name}",
        f"from {source} import {name}, {draw(_names)}",
        f"from {source} import *",
        f"{draw(_names)} = importlib.import_module({target!r})",
    )
    return [draw(st.sampled_from(forms))]


@st.composite
def _value(draw: st.DrawFn) -> str:
    target, name = draw(_modules), draw(_names)
    return draw(
        st.sampled_from(
            (
                "1",
                name,
                f"{target}.{name}",
                f"getattr({name}, {draw(_names)!r}, 0)",
                f"getattr({target.partition('.')[0]}, {name!r}, None)",
                f"hasattr({target.partition('.')[0]}, {name!r})",
                f"[{name} for _ in (1, 2)]",
                f"[{name} for _ in ()]",
                f"({name} if True else {draw(_names)})",
                f"lambda: {name}",
            )
        )
    )


@st.composite
def _use(draw: st.DrawFn) -> list[str]:
    name, value = draw(_names), draw(_value())
    late = draw(_value())
    forms = (
        [f"{name} = {value}"],
        [f"{name} = {value}"],
        [f"def {name}(*_):", f"    return {late}"],
        [f"def {name}(_=({value})):", f"    return {late}"],
        [f"def {name}(*_):", f"    from {draw(_modules)} import {draw(_names)}"],
        [f"class {name}:", f"    {draw(_names)} = {value}"],
        [f"class {name}(base({value})):", "    pass"],
        [f"{name}: call({value}) = 2"],
        [f"def {name}(x: call({value})):", "    pass"],
        [f"@plain({value})", f"def {name}():", "    pass"],
        [f"call({value})"],
        [f"del {name}"],
    )
    return draw(st.sampled_from(forms))


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@st.composite
def _block(draw: st.DrawFn, module: str) -> list[str]:
    inner = draw(st.one_of(_import(module), _use()))
    other = draw(st.one_of(_import(module), _use()))
    kind = draw(st.sampled_from(("try", "try", "if", "false", "loop", "checking")))
    if kind == "try":
        lines = ["try:", *_indented(inner), f"except {draw(st.sampled_from(_ERRORS))}:"]
        lines += _indented(other)
        if draw(st.booleans()):
            lines += ["else:", *_indented(draw(_use()))]
        if draw(st.integers(0, 4)) == 0:
            lines += ["finally:", *_indented(draw(_use()))]
        return lines
    if kind == "loop":
        return ["for _ in (1, 2):", *_indented(inner)]
    if kind == "checking":
        return ["if TYPE_CHECKING:", *_indented(inner)]
    test = "sys.version_info >= (3, 8)" if kind == "if" else "sys.platform == 'vms'"
    return [f"if {test}:", *_indented(inner), "else:", *_indented(other)]


# `call` calls what can be called; `base` is a class whatever it is given.
_PREAMBLE = """\
import importlib
import sys
from typing import TYPE_CHECKING


def call(value):
    return value() if callable(value) else value


def base(value):
    return object


def plain(value):
    return lambda function: function


"""


@st.composite
def _module(draw: st.DrawFn, module: str) -> str:
    piece = st.one_of(_import(module), _import(module), _use(), _use(), _block(module))
    bound = draw(st.lists(_names, max_size=4))
    lines = [f"{name} = {draw(_values_at_first)}" for name in bound]
    lines += draw(
        st.lists(st.sampled_from([f"import {m}" for m in _MODULES]), max_size=1)
    )
    for part in draw(st.lists(piece, min_size=0, max_size=5)):
        lines += part
    if draw(st.integers(0, 5)) == 0:
        listed = draw(st.lists(_names, max_size=2))
        lines.insert(draw(st.sampled_from((0, len(lines)))), f"__all__ = {listed!r}")
    if draw(st.integers(0, 8)) == 0:
        lines += [
            "def __getattr__(name):",
            f"    if name == {draw(_names)!r}:",
            f"        return {draw(_value())}",
            "    raise AttributeError(name)",
        ]
    text = _PREAMBLE + "\n".join(lines) + "\n"
    if draw(st.integers(0, 3)) == 0:
        text = f"from __future__ import annotations\n{text}"
    return text


@st.composite
def packages(draw: st.DrawFn) -> dict[str, str]:
    """Files by path; sometimes a package has no `__init__`."""
    left_out = draw(st.sampled_from(("", "", "", "p.q", "p")))
    return {
        _PATHS[module]: draw(_module(module))
        for module in _MODULES
        if module != left_out
    }
