"""Whether what stands in between can be imported: told from the sources alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.finding import Finding, Place, Rule, Severity
from codemods.source import Source
from verify.git import Repository
from verify.importing.outcomes import Fate, Result
from verify.importing.simulate import Simulator
from verify.importing.sources import ModuleSource
from verify.importing.store import at_revision, load
from verify.lineage.errors import LineageError
from verify.lineage.placing import is_module_again
from verify.lineage.steps import Course, Kind, Step
from verify.movement.sources import Sources, module_name
from verify.releases import cache_folder
from verify.splitting.packaging import objections

COPY_NOT_IMPORTABLE = Rule(
    "copy-not-importable",
    "A copy that waits for the last commit cannot be imported first.",
    "Nothing imports it in the commits in between, unless it looks for modules.",
    Severity.NOTE,
)


@dataclass(frozen=True)
class Importing:
    """Simulates imports in the commits in between; `files` are those of the base."""

    repository: Repository
    base: str
    files: Sources

    def findings(self, course: Course, *, tried: bool) -> Iterator[Finding]:
        """What a person should know of the commits in between.

        Raises `LineageError` where an import that works before would not work
        there, or where that cannot be told and the user's own command is not
        `tried`.
        """
        for step in course.steps:
            if step.homes and not tried:
                self._refuse_objections(step)
        copying = [step for step in course.steps if step.kind is Kind.COPY]
        if copying:
            modules = self._modules(copying)
            for step in copying:
                yield from self._simulated(step, modules)

    def _refuse_objections(self, step: Step) -> None:
        for source, home in step.homes.items():
            tree = Source.decode(self.files.read(source) or b"").parse()
            found = [*objections(tree)]
            content = step.contents[home]
            if content is not None and is_module_again(content.data):
                # But it cannot be run as a program.
                blocks = {n.lineno for n in tree.body if isinstance(n, ast.If)}
                found = [each for each in found if each.line in blocks]
            if found:
                raise LineageError(
                    f"{source}:{found[0].line} {found[0].message}, and {home} stands in"
                    " for it in a commit in between: give --check-commit COMMAND, which"
                    " has to pass there, or do without --history"
                )

    def _modules(self, steps: Sequence[Step]) -> dict[str, ModuleSource]:
        """The base's modules of the packages that the steps change."""
        tops = {
            module_name(path, self.files).partition(".")[0]
            for step in steps
            for path in step.homes
        }
        found = at_revision(self.repository, self.base, sorted(tops), required=False)
        loaded = load(found, cache_folder() / "imports")
        kinds = loaded.graph.modules
        return {
            name: ModuleSource(text, kinds[name].is_package)
            for name, text in loaded.sources(kinds).items()
        }

    def _simulated(
        self, step: Step, modules: Mapping[str, ModuleSource]
    ) -> Iterator[Finding]:
        before, after = Simulator(modules), Simulator(self._changed(step, modules))
        for source, home in step.homes.items():
            name = module_name(source, self.files)
            if name not in modules or before.simulate(name).fate is Fate.FATAL:
                continue
            result = after.simulate(name)
            if result.fate is Fate.FATAL:
                raise LineageError(
                    f"{home}, which stands in for {source} in a commit in between,"
                    f" cannot be imported: {_why(result)}"
                )
        for target in (target for _, targets in step.copies for target in targets):
            result = after.simulate(module_name(target, self.files))
            if result.fate is Fate.FATAL:
                yield _not_importable(target, result)

    def _changed(
        self, step: Step, modules: Mapping[str, ModuleSource]
    ) -> dict[str, ModuleSource]:
        """The modules of a step."""
        changed = dict(modules)
        for path, content in step.contents.items():
            if content is None:
                changed.pop(module_name(path, self.files), None)
        # A package comes before a module of the same name.
        for path, content in sorted(step.contents.items(), key=_is_package):
            name = module_name(path, self.files)
            if content is not None and not is_module_again(content.data):
                changed[name] = ModuleSource(content.data, _is_package((path, None)))
            elif content is not None and name in modules:
                changed[name] = modules[name]
        return changed


def _is_package(item: tuple[str, object]) -> bool:
    return PurePosixPath(item[0]).name == "__init__.py"


def _not_importable(target: str, result: Result) -> Finding:
    return Finding(
        COPY_NOT_IMPORTABLE,
        Place(target),
        f"cannot be imported first in a commit in between: {_why(result)}",
        "nothing to do, unless something imports every module there is",
    )


def _why(result: Result) -> str:
    failure = result.failure
    return failure.message if failure is not None else "it fails"
