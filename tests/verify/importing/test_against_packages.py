"""Simulated imports against Python's own, over installed and random packages."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.verify.importing.agreement import (
    disagreement,
    modules_below,
    sources_of,
)
from tests.verify.importing.generator import packages
from tests.verify.importing.truth import Interpreters, truths, write_package
from verify.importing.outcomes import Fate
from verify.importing.simulate import Simulator

_SITE = Path(sysconfig.get_path("purelib"))
# Those that are installed with the test dependencies, and quick to import.
_CANDIDATES = [
    "_pytest",
    "click",
    "cyclopts",
    "docstring_parser",
    "execnet",
    "filelock",
    "fsspec",
    "git",
    "gitdb",
    "grimp",
    "importlinter",
    "iniconfig",
    "isort",
    "jinja2",
    "lark",
    "markdown_it",
    "mdurl",
    "mpmath",
    "packaging",
    "pathspec",
    "pluggy",
    "pygments",
    "rich",
    "setuptools",
    "smmap",
    "sortedcontainers",
    "typer",
    "xdist",
]
_INSTALLED = [name for name in _CANDIDATES if (_SITE / name).is_dir()]
# Errors that have nothing to do with what the sources say of each other.
_OTHER_ERRORS = frozenset({"TypeError", "RecursionError"})
_PLANTED = ("click", "rich", "git", "pathspec", "packaging")


def _simulator(package: str) -> tuple[Simulator, list[str]]:
    found = modules_below(_SITE, package)
    modules = {
        name: source
        for name, source in found.items()
        if all(part.isidentifier() for part in name.split("."))
        and not name.endswith("__main__")
    }
    compiled = (path.relative_to(_SITE) for path in (_SITE / package).rglob("*.so"))
    opaque = [path.as_posix().split(".")[0].replace("/", ".") for path in compiled]
    return Simulator(modules, opaque=opaque), list(modules)


def test_no_module_that_imports_is_called_fatal() -> None:
    count, wrong = 0, []
    with Interpreters() as interpreters:
        for package in _INSTALLED:
            simulator, modules = _simulator(package)
            count += len(modules)
            for name in modules:
                if simulator.simulate(name).fate is not Fate.FATAL:
                    continue
                if not interpreters.ask(_SITE, name).error:
                    wrong.append(name)
    assert wrong == []
    assert len(_INSTALLED) >= 15
    assert count >= 1000


def test_most_modules_are_decided() -> None:
    """So that the test above is not passed by deciding nothing."""
    fates = []
    for package in _INSTALLED:
        simulator, modules = _simulator(package)
        fates += [simulator.simulate(name, conditions=0).fate for name in modules]
    undecided = sum(fate is Fate.UNDECIDED for fate in fates)
    assert undecided < len(fates) // 50


def _plant(folder: Path, package: str) -> list[str]:
    """Closes a cycle: what a module imports first asks the module for a name that
    it binds last. Returns the module and what it imports."""
    init = folder / package / "__init__.py"
    text = init.read_text(encoding="utf-8")
    init.write_text(f"{text}\nplanted_last = 1\n", encoding="utf-8")
    inner = folder / package / "planted_inner.py"
    inner.write_text(f"from {package} import planted_last\n", encoding="utf-8")
    outer = folder / package / "planted_outer.py"
    outer.write_text(
        f"from {package}.planted_deep import value\n\n\nclass Outer:\n    pass\n",
        encoding="utf-8",
    )
    deep = folder / package / "planted_deep.py"
    deep.write_text(
        f"import {package}.planted_inner\nfrom {package}.planted_outer import Outer\n"
        "\nvalue = 1\n",
        encoding="utf-8",
    )
    return [f"{package}.planted_{name}" for name in ("inner", "outer", "deep")]


@pytest.mark.parametrize("package", _PLANTED)
def test_finds_planted_cycles(package: str, tmp_path: Path) -> None:
    shutil.copytree(_SITE / package, tmp_path / package)
    names = _plant(tmp_path, package)
    simulator = Simulator(modules_below(tmp_path, package))
    told = truths((tmp_path, name) for name in names)
    results = [simulator.simulate(name) for name in names]
    assert [disagreement(*pair) for pair in zip(results, told, strict=True)] == [""] * 3
    assert [one.fate for one in results] == [Fate.BENIGN, Fate.FATAL, Fate.FATAL]
    partial = [one.failure.partial for one in results if one.failure]
    assert partial == [names[1], names[2]]


def test_agrees_with_python_on_random_packages(tmp_path: Path) -> None:
    decided = []
    with Interpreters() as interpreters:

        @seed(5)
        @settings(
            max_examples=150,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(packages())
        def check(files: dict[str, str]) -> None:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            write_package(folder, files)
            modules = sources_of(files)
            simulator = Simulator(modules, complete=True)
            for entry in modules:
                truth = interpreters.ask(folder, entry)
                if truth.error in _OTHER_ERRORS or "object has no" in truth.message:
                    continue
                result = simulator.simulate(entry)
                assert disagreement(result, truth) == ""
                decided.append(result.fate)

        check()
    assert {Fate.BENIGN, Fate.FATAL} == set(decided)
