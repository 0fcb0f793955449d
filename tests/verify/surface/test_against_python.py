"""The comparison of surfaces against Python itself, which imports both sides."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.movement.sources import Files
from verify.surface.answer import Fate, Loss, Surface
from verify.surface.comparing import compare
from verify.surface.importable import Certainty, Importable
from verify.surface.modules import Modules

Tree = Mapping[str, str]
# What can be imported from each module; where it cannot be imported itself, the
# module and the name that its import lacks, None for any other reason.
Truth = Mapping[str, "list[str] | str | None"]

NAMES = ["A", "B", "C", "_d", "b", "x", "sub"]
# Each imports only from those that follow, so that no import runs in a circle.
PATHS = ["pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/__init__.py"]
PATHS += ["pkg/sub/x.py", "pkg/sub/y.py"]
MODULES = ["pkg", "pkg.a", "pkg.b", "pkg.sub", "pkg.sub.x", "pkg.sub.y"]

JUDGE = """
import importlib, json, os, re, shutil, sys, tempfile
sys.dont_write_bytecode = True
sys.path.insert(0, "")
modules, names = json.loads(sys.argv[1])

def importable(module):
    try:
        importlib.import_module(module)
    except ImportError as error:
        lacks = re.match("cannot import name '(.*?)'", error.msg)
        return f"{error.name}:{lacks.group(1) if lacks else ''}"
    except Exception:
        return None
    found = []
    for name in names:
        try:
            exec(f"from {module} import {name}", {})
        except Exception:
            continue
        found.append(name)
    return found

for line in sys.stdin:
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    for path, text in json.loads(line).items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    importlib.invalidate_caches()
    sys.path_importer_cache.clear()
    answer = {}
    for module in modules:
        for known in [*sys.modules]:
            if known.partition(".")[0] == "pkg":
                del sys.modules[known]
        answer[module] = importable(module)
    os.chdir("/")
    shutil.rmtree(folder)
    print(json.dumps(answer), flush=True)
"""

Judge = Callable[[Tree], Truth]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Imports every module of a tree, in a process of its own."""
    command = [sys.executable, "-I", "-c", JUDGE, json.dumps([MODULES, NAMES])]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None
        assert told is not None

        def ask(tree: Tree) -> Truth:
            asked.write(json.dumps(dict(tree)) + "\n")
            asked.flush()
            answer: Truth = json.loads(told.readline())
            return answer

        yield ask
        asked.close()


@st.composite
def statements(draw: st.DrawFn, number: int) -> str:
    """One statement of a module, that may take names from later modules."""
    name = draw(st.sampled_from(NAMES[:4]))
    other = draw(st.sampled_from(NAMES[:4]))
    made = [
        f"{name} = 1",
        f"def {name}(): pass",
        f"class {name}:\n    A = 1",
        f"del {name}",
        f"if len('x'):\n    {name} = 1",
        f"if not len('x'):\n    {name} = 1\nelse:\n    {other} = 1",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {name} = 1",
        f"try:\n    import nowhere_{number}\nexcept ImportError:\n    {name} = 1",
        f"try:\n    {name}\nexcept NameError:\n    {other} = 1",
        f"for {name} in (1,): pass",
        f"for {name} in (): pass",
        f"with open(__file__) as {name}: pass",
        f"({name} := 1)",
        f"[{name} := each for each in (1,)]",
        f"def f_{number}():\n    global {name}\n    {name} = 1",
        f"globals()['{name}'] = 1",
        f"exec('{name} = 1')",
        f"globals().update({name}=1)",
        f"__all__ = ['{name}']",
        f"__all__ = ['{name}', '{other}']",
        f"def __getattr__(name):\n    if name == '{name}': return 1\n    raise AttributeError(name)",
        f"_LAZY = {{'{name}': 1}}\ndef __getattr__(name):\n    if name not in _LAZY: raise AttributeError(name)\n    return _LAZY[name]",
        "def __getattr__(name):\n    try: return globals()[name.lower()]\n    except KeyError: raise AttributeError(name)",
        f"import os as {name}",
        f"{name}: int",
        f"{name} += 1",
        f"match 1:\n    case {name}: pass",
        f"while True:\n    {name} = 1\n    break",
        f"if len('x'):\n    def __getattr__(name):\n        if name == '{name}': return 1\n        raise AttributeError(name)",
        f"if not len('x'):\n    def __getattr__(name):\n        if name == '{name}': return 1\n        raise AttributeError(name)",
        f"__all__ = []\n__all__ += ['{name}']\n__all__.append('{other}')",
        f"if len('x'):\n    __all__ = ['{name}']",
        f"{name} = {other} = 1\nif not len('x'):\n    del {name}",
        f"try:\n    {name} = 1\nfinally:\n    {other} = 1",
        f"from contextlib import suppress\nwith suppress(NameError):\n    {name} = {other}",
        f"for _ in (1, 2):\n    {name} = 1\nelse:\n    {other} = 1",
        "raise ImportError('never')" if draw(st.integers(0, 30)) == 30 else "pass",
    ]
    later = MODULES[number + 1 :]
    if later:
        module = draw(st.sampled_from(later))
        leaf = module.rpartition(".")[2]
        parent = module.rpartition(".")[0]
        dots = "." + module.removeprefix("pkg.") if number < 3 else module
        made += [
            f"from {module} import {name}",
            f"from {module} import {name} as {other}",
            f"from {dots} import {name}",
            f"from {module} import *",
            f"from {dots} import *",
            f"try:\n    from {module} import {name}\nexcept ImportError:\n    {name} = None",
            f"try:\n    from {module} import {name}\nexcept ImportError:\n    pass",
            f"import {module}",
            f"import {module} as {name}",
            f"from {parent} import {leaf}",
            f"from {parent} import {leaf}\n__all__ = {leaf}.__all__ + ['{name}']",
            f"from {parent} import {leaf}\n{name} = {leaf}.{other}",
            f"def __getattr__(name):\n    if name == '{name}':\n        from {module} import {name}\n        return {name}\n    raise AttributeError(name)",
            f"from {module} import {name}\ndel {name}",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {module} import {name}",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    from {module} import {name}",
            f"try:\n    from {module} import {name}\nexcept ImportError:\n    from {module} import {other} as {name}",
            f"if len('x'):\n    from {module} import {name}\nelse:\n    {name} = 1",
            f"if not len('x'):\n    from {module} import *",
            f"from contextlib import suppress\nwith suppress(ImportError):\n    from {module} import {name}",
            f"{name} = 1\nfrom {module} import {name}",
            f"import {module}\n{name} = pkg",
            f"from {module} import {name} as {other}\n{name} = {other}",
            f"def __getattr__(name):\n    if name == '{name}':\n        from {module} import {name}\n        return {name}\n    if name == '{other}':\n        return 1\n    raise AttributeError(name)",
            f"def lazy_{number}():\n    from {module} import {name}",
        ]
    return draw(st.sampled_from(made))


@st.composite
def modules(draw: st.DrawFn, number: int) -> str:
    lines = draw(st.lists(statements(number), max_size=4))
    return "".join(f"{line}\n" for line in lines)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A package, and the same with some modules changed, added or gone.

    Without `pkg/__init__.py` nobody could tell that `pkg` is more than a folder.
    """
    base = {}
    for number, path in enumerate(PATHS):
        if draw(st.booleans()) or number < 3:
            base[path] = draw(modules(number))
    head = dict(base)
    for number in draw(st.lists(st.integers(0, 5), min_size=1, max_size=3)):
        if draw(st.integers(0, 3)) or number == 0:
            head[PATHS[number]] = draw(modules(number))
        else:
            head.pop(PATHS[number], None)
    return base, head


def surface(base: Tree, head: Tree) -> Surface:
    sides = [Files({p: t.encode() for p, t in side.items()}) for side in (base, head)]
    changed = sorted(p for p in {*base, *head} if base.get(p) != head.get(p))
    return compare(sides[0], sides[1], changed, {})


def conditional(base: Tree, head: Tree) -> set[str]:
    """The names of the first that are bound under a condition, or as no text tells."""
    sides = [Files({p: t.encode() for p, t in side.items()}) for side in (base, head)]
    old, new = Modules(sides[0], sides[1]), Modules(sides[1], sides[0])
    was = Importable(old, new)
    asked = ((m, n) for m in MODULES for n in NAMES)
    return {
        f"{m}:{n}"
        for m, n in asked
        if was.look_up(m, n).certainty in (Certainty.CONDITIONAL, Certainty.UNTOLD)
    }


def flat(losses: list[Loss]) -> Iterator[Loss]:
    for loss in losses:
        yield loss
        yield from flat([*loss.inside])


def failures(base: Tree, head: Tree, before: Truth, after: Truth) -> Iterator[str]:
    """Where the comparison and Python disagree."""
    found = surface(base, head)
    losses = {str(loss.name): loss.fate for loss in flat(found.losses)}
    maybe = conditional(base, head)
    doubtful = conditional(head, base)
    for path, module in zip(PATHS, MODULES, strict=True):
        was, now = before[module], after[module]
        if not isinstance(was, list) or now is None or now in before.values():
            continue  # it fails for reasons of its own
        if isinstance(now, str):
            if now in doubtful:
                continue  # a new import, of what may be there
            if _is_told(now, before) and not losses and not found.broken:
                yield f"{module} cannot be imported without {now}, and nothing is said"
            continue
        if losses.get(module) is Fate.GONE:
            yield f"{module} is said to be gone"
        told = {each.name for each in found.broken if each.path == path}
        for name in NAMES:
            if f"{module}:{name}" in maybe:
                continue  # it came and went with a condition
            yield from _of_name(
                module, name, name in was, name in now, after, losses, told
            )


def _of_name(
    module: str,
    name: str,
    was: bool,
    now: bool,
    after: Truth,
    losses: Mapping[str, Fate],
    broken: set[str],
) -> Iterator[str]:
    full, inner = f"{module}:{name}", f"{module}.{name}"
    if now and losses.get(full) is Fate.GONE:
        yield f"{full} is said to be gone, and is there"
    if now or not was:
        return
    if name in ("b", "x", "sub") and inner not in MODULES:
        return  # a star import brought what others had loaded
    fails = inner in MODULES and not isinstance(after[inner], list)
    if fails and after[inner] != f"{inner}:":
        return  # it is there, and fails for reasons of its own
    told = {full, module, inner} & losses.keys() or name in broken
    within = any(loss.startswith(f"{inner}.") for loss in losses)
    # Who hands on a name that cannot be told is not told of once more.
    untold = any(
        fate is Fate.UNTOLD and loss.endswith(f":{name}")
        for loss, fate in losses.items()
    )
    if not told and not within and not untold:
        yield f"{full} is lost, and nothing is said"


def _is_told(lacking: str, before: Truth) -> bool:
    """Whether what an import lacks was there, or is no module that may be built."""
    module, _, name = lacking.partition(":")
    names = before.get(module)
    if name and module not in ("pkg", "pkg.sub"):
        return True
    return isinstance(names, list) and (not name or name in names)


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(pairs())
def test_what_python_can_no_longer_import_is_told_and_nothing_else(
    judge: Judge, pair: tuple[Tree, Tree]
) -> None:
    base, head = pair
    assert [*failures(base, head, judge(base), judge(head))] == []


def test_the_judge_sees_what_is_there(judge: Judge) -> None:
    truth = judge({"pkg/a.py": "A = 1\n", "pkg/b.py": "import nowhere\n"})
    assert truth["pkg"] == ["b"] or truth["pkg"] == []
    assert truth["pkg.a"] == ["A"]
    assert truth["pkg.b"] == "nowhere:"
    assert truth["pkg.sub"] == "pkg.sub:"
