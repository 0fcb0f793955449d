"""`rehome migrations`: what is listed, shown and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from codemods.catalogue import builtin
from verify import cli

SOUND = """\
id = "mine-1"
title = "things moved"
upstream = "me/mine#1"
package = "mine"
since = "1.0"

[[move]]
from = "mine.old:thing"
to = "mine.new:thing"
note = "it was lonely"

[[rehome]]
from = "pool"
to = "allocator"
members = ["alloc", "free"]
keeps = ["size"]

[[fold]]
pattern = "2 * f(...)"
to = "mine.new:twice"

[[removed]]
name = "mine.old:gone"
instead = "mine.new.make()"
"""


def migrations(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.root, ["migrations", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_every_built_in_migration_is_listed() -> None:
    status, stdout, _ = migrations("list")
    assert status == 0
    for migration in builtin():
        assert f"{migration.id}  " in stdout
        assert migration.title in stdout


def test_list_is_what_happens_without_a_command() -> None:
    assert migrations() == migrations("list")
    assert migrations("--format", "json") == migrations("list", "--format", "json")


def test_help_is_not_taken_for_list() -> None:
    status, stdout, _ = migrations("--help")
    assert status == 0
    assert "validate" in stdout


def test_the_list_as_json() -> None:
    document = json.loads(migrations("list", "--format", "json")[1])
    rows = document["tables"]["migrations"]
    assert [row["id"] for row in rows] == [m.id for m in builtin()]
    assert set(rows[0]) == {"id", "package", "since", "title", "upstream"}


def test_show_a_built_in_migration() -> None:
    status, stdout, _ = migrations("show", "sglang-26676")
    assert status == 0
    assert stdout.startswith("sglang-26676: ")
    assert "mem_cache.swa_memory_pool:SWATokenToKVPoolAllocator" in stdout
    assert "mem_cache.allocator.swa:SWATokenToKVPoolAllocator" in stdout


def test_show_every_kind_of_change_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SOUND)
    status, stdout, _ = migrations("show", tmp_path / "mine.toml", "--format=json")
    assert status == 0
    rows = [
        (row["change"], row["from"], row["to"], row["note"])
        for row in json.loads(stdout)["tables"]["changes"]
    ]
    assert rows == [
        ("move", "mine.old:thing", "mine.new:thing", "it was lonely"),
        ("rehome", "pool", "allocator", "members: alloc, free; keeps: size"),
        ("fold", "2 * f(...)", "mine.new:twice", ""),
        ("removed", "mine.old:gone", "", "instead: mine.new.make()"),
    ]


def test_show_an_unknown_migration_names_the_nearest() -> None:
    status, stdout, stderr = migrations("show", "sglang-26677")
    assert (status, stdout) == (2, "")
    assert "did you mean" in stderr


def test_validate_a_sound_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SOUND)
    assert migrations("validate", tmp_path / "mine.toml") == (
        0,
        "1 file read; none cannot be used\n",
        "",
    )


def test_validate_names_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SOUND.replace('"mine.new:thing"', '"mine.new:thing or so"'))
    status, stdout, _ = migrations("validate", file, "--format", "json")
    assert status == 1
    (finding,) = json.loads(stdout)["findings"]
    assert (finding["path"], finding["line"]) == (str(file), 9)
    assert finding["rule"] == "invalid-migration"
    assert finding["message"].startswith("move[1].to: ")


def test_validate_says_what_is_wrong_with_each_file(tmp_path: Path) -> None:
    sound, other, broken = (tmp_path / f"{name}.toml" for name in "abc")
    sound.write_text(SOUND)
    other.write_text(SOUND.replace("mine.new:thing", "mine.elsewhere:thing"))
    broken.write_text("id = \n")
    status, stdout, _ = migrations("validate", sound, other, broken)
    assert status == 1
    assert f"{other}:" in stdout
    assert f"{broken}:1:1: error[invalid-migration]" in stdout
    assert stdout.endswith("3 files read; 2 cannot be used\n")


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_validate_an_unreadable_file_is_undecided(tmp_path: Path, name: str) -> None:
    status, stdout, _ = migrations("validate", tmp_path / name)
    assert status == 2
    assert "error[unreadable]" in stdout


def test_validate_a_hostile_name(tmp_path: Path) -> None:
    file = tmp_path / "a\n::error::\x1b[2J.toml"
    file.write_text("nonsense")
    status, stdout, _ = migrations("validate", file)
    assert status == 1
    assert "\x1b" not in stdout
    assert not [line for line in stdout.splitlines() if line.startswith("::")]


def test_validate_needs_a_file() -> None:
    status, _, stderr = migrations("validate")
    assert status == 2
    assert "FILES..." in stderr
