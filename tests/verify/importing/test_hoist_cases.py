"""`rehome hoist` against `tests/hoists`: one file, one case, byte for byte and run.

How a case is written stands in `tests/hoists/README.md`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.finding import Verdict
from verify.importing.moving import Hoisted, run

CASES = Path(__file__).parent.parent.parent / "hoists"
SECTION = re.compile(r"^=== (.+)\n", re.MULTILINE)
PROGRAM = """\
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
try:
    exec(sys.argv[2])
except BaseException as error:
    print(type(error).__name__, error)
"""


@dataclass(frozen=True)
class Case:
    """A small project, what becomes of its files, and which imports stay."""

    name: str
    title: str
    options: frozenset[str]
    files: dict[str, str]
    after: dict[str, str]
    kept: tuple[str, ...]
    run: str

    @property
    def expected(self) -> dict[str, str]:
        return self.files | self.after

    @property
    def modules(self) -> list[str]:
        paths = sorted(path for path in self.files if path.endswith(".py"))
        names = (path.removesuffix(".py").replace("/", ".") for path in paths)
        return [name.removesuffix(".__init__") for name in names]


def read_case(file: Path) -> Case:
    head, *pieces = SECTION.split(file.read_text(encoding="utf-8"))
    header = dict(line.split(": ", 1) for line in head.splitlines() if line)
    assert header.keys() <= {"title", "options"}, file
    options = frozenset(header.get("options", "").split())
    assert options <= {"heavy", "others"}, file
    sections = {
        name: text.strip("\n") + "\n"
        for name, text in zip(pieces[::2], pieces[1::2], strict=True)
    }
    assert len(sections) == len(pieces) // 2, f"{file}: a section is there twice"
    kept, script = sections.pop("kept", ""), sections.pop("run", "")
    after = {k[6:]: v for k, v in sections.items() if k.startswith("after ")}
    files = {k: v for k, v in sections.items() if not k.startswith("after ")}
    assert after.keys() <= files.keys(), file
    return Case(
        f"{file.parent.name}/{file.stem}",
        header["title"],
        options,
        files,
        after,
        tuple(line for line in kept.splitlines() if line),
        script,
    )


ALL = [read_case(file) for file in sorted(CASES.glob("[0-9]-*/*.txt"))]
each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def write(files: dict[str, str], folder: Path) -> Path:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file()
    }


def hoist(case: Case, folder: Path, *, save: bool = True) -> Hoisted:
    heavy, others = "heavy" in case.options, "others" in case.options
    return run([folder], root=folder, heavy=heavy, others=others, write=save)


@each_case
def test_bytes_and_reasons(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(case.files, tmp_path)
    monkeypatch.chdir(folder)
    done = hoist(case, folder)
    assert contents(folder) == case.expected
    stay = sorted((k.path, k.local.node.lineno, k.why) for k in done.kept)
    shown = [f"{path}:{line} {why}" for path, line, why in stay]
    assert len(shown) == len(case.kept), shown
    for expected, found in zip(case.kept, shown, strict=True):
        place, _, text = expected.partition(" ")
        assert found.startswith(f"{place} "), shown
        assert text in found, shown


@each_case
def test_a_second_run_changes_nothing(case: Case, tmp_path: Path) -> None:
    folder = write(case.expected, tmp_path)
    done = hoist(case, folder)
    assert contents(folder) == case.expected
    assert (done.changed, done.moved) == ((), 0)


@each_case
def test_a_dry_run_writes_nothing(case: Case, tmp_path: Path) -> None:
    folder = write(case.files, tmp_path)
    done = hoist(case, folder, save=False)
    assert contents(folder) == case.files
    assert {Path(c.path).name for c in done.changed} == {
        Path(path).name for path in case.after
    }
    broken = "does_not_parse" in case.name
    changes = Verdict.FAIL if case.after else Verdict.OK
    assert done.verdict(check=True) is (Verdict.UNDECIDED if broken else changes)


def outcome(folder: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, str(folder), script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(str(folder), "")


@each_case
def test_every_module_does_the_same_when_it_is_imported_first(
    case: Case, tmp_path: Path
) -> None:
    before = write(case.files, tmp_path / "before")
    after = write(case.files, tmp_path / "after")
    hoist(case, after)
    scripts = [f"import {name}" for name in case.modules]
    if case.run:
        scripts.append(case.run)
    for script in scripts:
        assert outcome(after, script) == outcome(before, script), script


def test_there_is_a_case_of_each_kind() -> None:
    assert len([case for case in ALL if not case.after]) >= 45
    assert len([case for case in ALL if case.after]) >= 25
    assert [case.name for case in ALL if not case.title.endswith(".")] == []
