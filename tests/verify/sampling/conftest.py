"""The sample project, and `rehome report` of a pull request to it, run once."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import pytest

from tests.verify.conftest import Scratch
from tests.verify.published import schema_errors
from tests.verify.sampling import shop
from verify.cli import main
from verify.outcome import Outcome
from verify.render import formats, render
from verify.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("pytest_benchmark")

ALL, CLEAN = "all", "clean"


@dataclass(frozen=True)
class Told:
    """What one run of the command came to, in each format."""

    status: int
    stderr: str
    formats: dict[str, str]

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.formats["json"])
        assert schema_errors(found) == []
        return found

    def found(self) -> set[tuple[str, str, int]]:
        """The rule and the place of each finding, notes included."""
        return {(f["rule"], f["path"], f["line"]) for f in self.document["findings"]}


@dataclass(frozen=True)
class Sample:
    """The repository, with the branches `main`, `all`, `clean`, and one for each rule
    that tells a fault.
    """

    folder: Path
    temporary: Path

    def report(self, branch: str, *options: str) -> Told:
        """One run of the command; its outcome is rendered in every format, as
        `--format` would.
        """
        told: dict[str, str] = {}

        def finish(
            outcome: Outcome, *, format_name: str, output: Path | None
        ) -> NoReturn:
            for name in formats():
                told[name] = render(outcome, name, Terminal())
            click.get_current_context().exit(outcome.verdict.exit_status)

        errors = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("REHOME_CACHE", str(self.temporary.parent / "cache"))
            patch.setattr("tempfile.tempdir", str(self.temporary))
            patch.setattr("verify.commands.report.finish", finish)
            with redirect_stdout(io.StringIO()), redirect_stderr(errors):
                status = main(["report", f"main..{branch}", *options])
        return Told(status, errors.getvalue(), told)

    def nothing_is_left(self) -> bool:
        listed = Scratch(self.folder).git("worktree", "list").splitlines()
        return len(listed) == 1 and [*self.temporary.iterdir()] == []


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    above = tmp_path_factory.mktemp("sample")
    (above / "temporary").mkdir()
    scratch = Scratch(above / "shop")
    shop.found(scratch)
    for fault in shop.FAULTS:
        scratch.git("checkout", "--quiet", "-b", fault.rule, "main")
        fault.make(scratch)
    scratch.git("checkout", "--quiet", "-b", ALL, "main")
    for fault in shop.FAULTS:
        fault.make(scratch)
    scratch.git("checkout", "--quiet", "-b", CLEAN, "main")
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        shop.clean_move(scratch)
    scratch.git("checkout", "--quiet", "main")
    made = Sample(scratch.folder, above / "temporary")
    yield made
    assert made.nothing_is_left()


@pytest.fixture(scope="session")
def everything(sample: Sample) -> Told:
    """The pull request with all four faults: one run."""
    return sample.report(ALL, "--tests", "--bench", shop.BENCH_FILE)


@pytest.fixture(scope="session")
def nothing(sample: Sample) -> Told:
    """The pull request without a fault."""
    driver = ("--driver", shop.DRIVER_FILE)
    return sample.report(CLEAN, "--tests", *driver, "--bench", shop.BENCH_FILE)
