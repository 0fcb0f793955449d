"""`rehome cycles`: of a range, of one revision and of a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify.cli import main

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

PACKAGE = {
    "p/__init__.py": "",
    "p/a.py": "def f(): pass\n",
    "p/b.py": "from p.a import f\n",
}
FATAL = {"p/a.py": "from p.b import g\ndef f(): pass\n", "p/b.py": "from p.a import f\ndef g(): pass\n"}  # fmt: skip
BENIGN = {"p/a.py": "import p.b\ndef f(): pass\n", "p/b.py": "import p.a\ndef g(): pass\n"}  # fmt: skip
SWALLOWED = {
    "p/a.py": "try:\n    from p.b import g\nexcept ImportError:\n    g = None\ndef f(): pass\n",
    "p/b.py": "from p.a import f\ndef g(): pass\n",
}


class Asked:
    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.told: dict[str, Any] = json.loads(text)
        findings = self.told["findings"]
        self.rules = sorted(finding["rule"] for finding in findings)
        self.facts = self.told["facts"]


@pytest.fixture
def ask(scratch: Scratch, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(*arguments: str) -> Asked:
        repo = ["--repo", str(scratch.folder), "--format", "json"]
        status = main(["cycles", *repo, *arguments])
        return Asked(status, capsys.readouterr().out)

    return asked


def test_a_new_fatal_cycle_fails(scratch: Scratch, ask: Any) -> None:
    scratch.commit(PACKAGE)
    scratch.commit(FATAL)
    found = ask("HEAD~1..HEAD")
    assert found.status == 1
    assert found.rules == ["fatal-cycle", "fatal-cycle"]
    assert found.facts["changes"]["appeared"] == 1
    assert found.facts["fatal"] == 1
    places = {(f["path"], f["line"]) for f in found.told["findings"]}
    assert places == {("p/a.py", 1), ("p/b.py", 1)}


def test_an_old_fatal_cycle_is_a_note(scratch: Scratch, ask: Any) -> None:
    scratch.commit(PACKAGE | FATAL)
    scratch.commit({"p/c.py": "x = 1\n"})
    found = ask("HEAD~1..HEAD")
    assert (found.status, found.rules) == (0, ["old-fatal-cycle"])
    assert found.facts["changes"]["stayed"] == 1


def test_a_new_benign_cycle_fails_only_where_none_may_be_new(
    scratch: Scratch, ask: Any
) -> None:
    scratch.commit(PACKAGE)
    scratch.commit(BENIGN)
    assert (ask("HEAD~1..HEAD").status, ask("HEAD~1..HEAD").rules) == (0, ["cycle"])
    strict = ask("--no-new", "HEAD~1..HEAD")
    assert (strict.status, strict.rules) == (1, ["new-cycle"])
    scratch.commit({"p/c.py": ""})
    assert ask("--no-new", "HEAD~1..HEAD").status == 0


@pytest.mark.parametrize(("strict", "status"), [((), 0), (("--no-new",), 1)])
def test_verify_takes_the_flag_too(
    scratch: Scratch, strict: tuple[str, ...], status: int
) -> None:
    scratch.commit(PACKAGE)
    scratch.commit(BENIGN)
    repo = ["--repo", str(scratch.folder), "--only", "cycles"]
    assert main(["verify", *repo, *strict, "HEAD~1..HEAD"]) == status


def test_a_cycle_that_grew_is_new(scratch: Scratch, ask: Any) -> None:
    scratch.commit(PACKAGE | BENIGN)
    scratch.commit({"p/b.py": "import p.c\n", "p/c.py": "import p.a\n"})
    found = ask("--no-new", "HEAD~1..HEAD")
    assert (found.status, found.facts["changes"]["grew"]) == (1, 1)
    assert "`p.c`" in found.told["findings"][0]["message"]


def test_a_cycle_that_went_away_is_told(scratch: Scratch, ask: Any) -> None:
    scratch.commit(PACKAGE | FATAL)
    scratch.commit({"p/a.py": "def f(): pass\n"})
    found = ask("HEAD~1..HEAD")
    assert (found.status, found.rules) == (0, [])
    assert found.facts["changes"]["went away"] == 1


def test_a_lazy_import_whose_cycle_is_gone_can_go(scratch: Scratch, ask: Any) -> None:
    lazy = "def f():\n    from p.b import g\n"
    scratch.commit(PACKAGE | {"p/a.py": lazy, "p/b.py": "import p.a\ndef g(): pass\n"})
    scratch.commit({"p/b.py": "def g(): pass\n"})
    found = ask("HEAD~1..HEAD")
    assert (found.status, found.rules) == (0, ["lazy-can-go"])
    assert found.told["findings"][0]["line"] == 2


def test_a_swallowed_failure_is_a_finding_of_its_own(
    scratch: Scratch, ask: Any
) -> None:
    scratch.commit(PACKAGE)
    scratch.commit(SWALLOWED)
    found = ask("HEAD~1..HEAD")
    assert found.status == 1
    assert set(found.rules) == {"swallowed-import", "cycle"}
    assert "`g`" in found.told["findings"][0]["message"]


def test_one_revision_tells_of_every_cycle(scratch: Scratch, ask: Any) -> None:
    scratch.commit(PACKAGE | FATAL)
    scratch.commit({"p/c.py": ""})
    found = ask("HEAD")
    assert (found.status, found.rules) == (1, ["fatal-cycle", "fatal-cycle"])
    assert "changes" not in found.facts


def test_a_folder_needs_no_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, text in (PACKAGE | FATAL).items():
        (tmp_path / "f" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "f" / path).write_text(text)
    assert main(["cycles", "--folder", str(tmp_path / "f")]) == 1
    printed = capsys.readouterr().out
    assert "importing `p.a` first fails" in printed
    assert "from p.b import g" in printed


def test_a_file_that_does_not_parse_is_named_and_the_rest_is_analysed(
    scratch: Scratch, ask: Any
) -> None:
    scratch.commit(PACKAGE | {"p/bad.py": "def f(:\n"})
    scratch.commit(FATAL)
    whole = ask("HEAD")
    assert whole.status == 2
    assert whole.rules == ["fatal-cycle", "fatal-cycle", "imports-unread"]
    untouched = ask("HEAD~1..HEAD")
    assert untouched.status == 1
    assert "old-imports-unread" in untouched.rules
    scratch.commit({"p/bad.py": "def g(:\n"})
    touched = ask("HEAD~1..HEAD")
    assert (touched.status, "imports-unread" in touched.rules) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--package", "q", "HEAD"], "there is no package 'q' at "),
        (["--package", "q", "HEAD~1..HEAD"], "there is no package 'q' at "),
        (["--package", ".", "HEAD"], "'.' names no package"),
        (["nowhere"], "'nowhere' names no commit here"),
        (["nowhere..HEAD"], "'nowhere' names no commit here"),
        (["--no-new", "HEAD"], "--no-new compares"),
        (["--folder", "/nowhere/at/all"], "there is no folder"),
        (["--package", "--upload-pack=x", "HEAD"], "there is no package"),
    ],
)
def test_errors_say_what_is_wrong(
    scratch: Scratch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    scratch.commit(PACKAGE)
    scratch.commit(BENIGN)
    assert main(["cycles", "--repo", str(scratch.folder), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_a_package_that_is_new_is_compared_with_nothing(
    scratch: Scratch, ask: Any
) -> None:
    scratch.commit({"q.py": ""})
    scratch.commit(PACKAGE | FATAL)
    found = ask("--package", "p", "HEAD~1..HEAD")
    assert (found.status, found.facts["changes"]["appeared"]) == (1, 1)
