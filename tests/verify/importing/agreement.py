"""Simulated imports beside what Python did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.verify.importing.truth import Truth
from verify.importing.outcomes import Fate, Result
from verify.importing.sources import ModuleSource


def module_of(path: str) -> str:
    """The dotted name of a file."""
    name = path.removesuffix(".py").replace("/", ".")
    return name.removesuffix(".__init__")


def sources_of(files: Mapping[str, str]) -> dict[str, ModuleSource]:
    """Files by path -> modules."""
    return {
        module_of(path): ModuleSource(text.encode(), path.endswith("__init__.py"))
        for path, text in files.items()
    }


def modules_below(folder: Path, package: str) -> dict[str, ModuleSource]:
    """The modules of an installed package."""
    found = {}
    for path in sorted((folder / package).rglob("*.py")):
        relative = path.relative_to(folder).as_posix()
        is_package = path.name == "__init__.py"
        found[module_of(relative)] = ModuleSource(path.read_bytes(), is_package)
    return found


def disagreement(result: Result, truth: Truth) -> str:
    """How a simulation and Python differ; empty where they agree."""
    if result.fate is Fate.UNDECIDED:
        return f"{result.entry}: undecided, {result.reasons or result.conditional}"
    failure = result.failure
    if failure is None or not truth.error:
        if failure is None and not truth.error:
            return ""
        told = f"{failure.error} at {failure.place}" if failure else "benign"
        return f"{result.entry}: {told}, but Python: {truth}"
    module = module_of(truth.file)
    place = failure.place
    same = module == place.module and place.line <= truth.line <= place.end
    if same and failure.error == truth.error:
        return ""
    return f"{result.entry}: {failure.error} at {place}, but Python: {truth}"
