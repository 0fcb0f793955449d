"""The published JSON Schema, and what every command writes as JSON."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.verify.importing.truth import write_package
from tests.verify.published import schema_errors
from tests.verify.render.outcomes import HOSTILE, hostile, rich
from verify import check
from verify.cli import main
from verify.render import render
from verify.render.json import schema
from verify.terminal import Terminal

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

Object = dict[str, Any]

CYCLE = {
    "p/__init__.py": "",
    "p/a.py": "from p.b import g\ndef f(): pass\n",
    "p/b.py": "from p.a import f\ndef g(): pass\n",
}
MIGRATION = """\
id = "p-split"
title = "f lives in p.b"
package = "p"
since = "2.0"

[[move]]
from = "p.a:f"
to = "p.b:f"
"""


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(schema()))


def test_it_is_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == schema()


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_hostile_outcomes_are_valid(name: str) -> None:
    document = json.loads(render(hostile(name), "json", Terminal()))
    assert schema_errors(document) == []


def objects_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all objects in a document."""
    if isinstance(value, list):
        parts = list(enumerate(value))
    elif isinstance(value, dict):
        parts = list(value.items())
    else:
        return []
    found = [path] if isinstance(value, dict) else []
    return found + [p for key, part in parts for p in objects_in(part, (*path, key))]


# Whose keys are names, of tables, columns, files and kinds.
FREE = ({"tables", "listings", "columns"}, {"moves_moves", "rules"})


def test_a_key_that_the_schema_lacks_is_an_error_and_so_is_one_that_is_missing() -> (
    None
):
    document = json.loads(render(rich(), "json", Terminal()))
    assert schema_errors(document) == []
    tried = 0
    for path in objects_in(document):
        if {*path[:1]} & FREE[0] or {*path[-1:]} & FREE[1]:
            continue
        changed = copy.deepcopy(document)
        target = changed
        for key in path:
            target = target[key]
        target["another"] = "x"
        assert schema_errors(changed) != [], path
        del target["another"]
        for key in [*target]:
            value = target.pop(key)
            if path != ("facts",) or key in ("range", "base", "head", "diverged"):
                assert schema_errors(changed) != [], (*path, key)
            target[key] = value
            tried += 1
        assert changed == document
    assert tried > 60


# Every command


def ask(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Object:
    main([*map(str, arguments), "--format", "json"])
    shown = capsys.readouterr()
    document: Object = json.loads(shown.out)
    return document


@pytest.fixture
def repository(scratch: Scratch) -> Path:
    """Two commits: something moves, an import cycle comes, a name goes."""
    scratch.commit({"p/__init__.py": "", "p/a.py": "def f(): pass\ndef h(): pass\n"})
    scratch.commit({**CYCLE, "doc.md": "See p.a.h.\n"})
    scratch.move()
    return scratch.folder


RANGED = ["verify", *(name.replace("_", "-") for name in check.names())]


@pytest.mark.parametrize("name", RANGED)
@pytest.mark.parametrize("range_", ["HEAD~3..HEAD", "HEAD"])
def test_what_the_checks_say_is_valid(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str, range_: str
) -> None:
    document = ask(capsys, name, "--repo", repository, range_)
    assert schema_errors(document) == []
    assert document["command"] == name
    assert document["cases"]
    facts = json.loads(schema())["$defs"].get(f"facts-of-{name}")
    assert facts is not None, "a check whose facts the schema lacks"


def test_a_cycle_names_the_imports_that_it_is_made_of(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = ask(capsys, "cycles", "--repo", repository, "HEAD~3..HEAD")
    (finding,) = [f for f in document["findings"] if f["rule"] == "fatal-cycle"][:1]
    assert [(r["path"], r["line"], r["message"]) for r in finding["related"]] == [
        ("p/a.py", 1, "p.a imports p.b"),
        ("p/b.py", 1, "p.b imports p.a"),
    ]


def test_what_other_commands_say_is_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path, CYCLE)
    (tmp_path / "use.py").write_text("from p.a import f\n\ndef g():\n    import os\n")
    (tmp_path / "m.toml").write_text(MIGRATION)
    (tmp_path / "bad.toml").write_text("id = 3\n")
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["apply", "--check", "--diff", "m.toml", "use.py"],
        ["apply", "m.toml", "use.py", "p"],
        ["cycles", "--folder", "."],
        ["demo", "--offline"],
        ["hoist", "--check", "--explain", "."],
        ["migrations", "list"],
        ["migrations", "show", "m.toml"],
        ["migrations", "validate", "m.toml", "bad.toml"],
    ):
        document = ask(capsys, *arguments)
        assert schema_errors(document) == [], arguments
        assert document["command"].split()[0] == arguments[0]


KIT = {
    "old/kit/__init__.py": "",
    "old/kit/tools.py": "class R:\n    pass\n\n\ndef f():\n    return R\n",
    "new/kit/__init__.py": "",
    "new/kit/tools.py": "def f():\n    return 1\n",
    "use.py": "from kit.tools import R, f\n",
}
OF_VERSIONS = {
    "doctor": "use.py --package new",
    "infer": "old new",
    "upgrade": "use.py --check --package kit --from old --to new",
    "move": "kit.tools:R --to kit.r --root old",
    "split": "kit.tools --propose --root old",
}


@pytest.mark.parametrize("name", OF_VERSIONS)
def test_what_commands_of_versions_and_moves_say_is_valid(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    write_package(tmp_path, KIT)
    monkeypatch.chdir(tmp_path)
    document = ask(capsys, name, *OF_VERSIONS[name].split())
    assert schema_errors(document) == []
    assert document["command"] == name
    document["facts"]["another"] = 1
    assert schema_errors(document) != []


def test_a_refused_move_is_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path, KIT)
    monkeypatch.chdir(tmp_path / "old")
    document = ask(capsys, "move", "kit.tools:R", "--to", "kit.tools")
    assert document["facts"]["refused"] is True
    assert schema_errors(document) == []


def test_commits_of_a_move_are_valid(
    scratch: Scratch,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scratch.commit({k.removeprefix("old/"): v for k, v in KIT.items() if "old" in k})
    monkeypatch.chdir(scratch.folder)
    for key in ("NAME", "EMAIL"):
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_{key}", "a@example.org")
    document = ask(capsys, "move", "kit.tools:R", "--to", "kit.r", "--history")
    assert document["facts"]["history_branch"] == "main"
    assert schema_errors(document) == []


def test_every_command_with_facts_is_in_the_schema() -> None:
    known = {n.removeprefix("facts-of-") for n in json.loads(schema())["$defs"]}
    assert {*RANGED, *OF_VERSIONS, "apply", "hoist", "demo"} <= known
    assert {"bench", "behaviour", "report"} <= known
