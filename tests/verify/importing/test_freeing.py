"""`rehome apply --hoist`: imports inside functions that a move set free."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rewrite import Options
from codemods.runner import Report, run
from verify.cli import main
from verify.importing.freeing import HoistFreed

MIGRATION = """\
id = "free"
title = "length lives in pkg/common.py"
package = "pkg"
since = "2"

[[move]]
from = "pkg.utils:length"
to = "pkg.common:length"

[[move]]
from = "pkg.utils:depth"
to = "pkg.common:depth"

[[fold]]
pattern = "2 * length(...)"
to = "pkg.common:reserve"
"""
COMMON = """\
def length(of):
    return len(of)


def depth(of):
    return len(of)


def reserve(of):
    return 2 * length(of)


def alone():
    return 1
"""
UTILS = "from pkg.batch import need\n\n\ndef other():\n    return need('a')\n"
BATCH = '''\
from pkg.common import alone


def need(a):
    """What is needed."""
    from pkg.utils import length

    n = length(a)
    return alone() + 2 * n
'''
HOISTED = '''\
from pkg.common import alone, reserve


def need(a):
    """What is needed."""
    n = reserve(a)
    return alone() + n
'''
FOLDED = '''\
from pkg.common import alone


def need(a):
    """What is needed."""
    from pkg.common import reserve

    n = reserve(a)
    return alone() + n
'''


def make(root: Path, **changes: str | None) -> Path:
    """A project in which `batch` dodges a cycle through `utils`."""
    files = {"__init__": "", "common": COMMON, "utils": UTILS, "batch": BATCH}
    (root / "pkg").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for name, text in {**files, **changes}.items():
        if text is not None:
            (root / "pkg" / f"{name}.py").write_text(text)
    return root


def apply(root: Path, *paths: Path, hoist: bool = True, write: bool = True) -> Report:
    names = NameMap.compose([loads(MIGRATION, "free.toml")])
    wanted = list(paths) or [root]
    finish = HoistFreed(wanted, names) if hoist else None
    return run(wanted, names, options=Options(), jobs=1, write=write, finish=finish)


def batch(root: Path) -> str:
    return (root / "pkg" / "batch.py").read_text()


def told(report: Report) -> list[str]:
    return [f"{f.place.line}:{f.rule.id} {f.message}" for f in report.findings]


def test_an_import_goes_to_the_top_where_its_cycle_is_gone(tmp_path: Path) -> None:
    root = make(tmp_path)
    report = apply(root)
    assert batch(root) == HOISTED
    assert told(report) == []
    (changed,) = report.changed
    assert (changed.old.decode(), changed.new.decode()) == (BATCH, HOISTED)
    first, second = changed.edits
    assert (first.line, first.before) == (1, "from pkg.common import alone\n")
    assert (second.line, second.after) == (6, HOISTED.partition('"""\n')[2])


@pytest.mark.parametrize("first", ["pkg.batch", "pkg.utils", "pkg.common"])
def test_every_module_can_be_imported_first(tmp_path: Path, first: str) -> None:
    root = make(tmp_path)
    apply(root)
    program = f"import {first}; from pkg.batch import need; assert need('ab') == 5"
    command = [sys.executable, "-B", "-c", program]
    assert subprocess.run(command, cwd=root, check=False).returncode == 0


def test_without_the_option_it_stays(tmp_path: Path) -> None:
    root = make(tmp_path)
    assert told(apply(root, hoist=False)) == []
    assert batch(root) == FOLDED


def test_a_second_run_hoists_what_the_first_one_only_rewrote(tmp_path: Path) -> None:
    root = make(tmp_path)
    apply(root, hoist=False)
    assert len(apply(root).changed) == 1
    assert batch(root) == HOISTED
    assert apply(root).changed == ()


def test_nothing_is_written_when_only_asked(tmp_path: Path) -> None:
    root = make(tmp_path)
    (changed,) = apply(root, write=False).changed
    assert changed.new.decode() == HOISTED
    assert batch(root) == BATCH


STAYS = {
    "a cycle is there still": (
        {"common": f"import pkg.batch\n\n\n{COMMON}"},
        FOLDED,
        [],
    ),
    "a cycle by way of others": (
        {"common": f"import pkg.more\n\n\n{COMMON}", "more": "import pkg.batch\n"},
        FOLDED,
        [],
    ),
    "it dodged no cycle": ({"utils": "def other():\n    return 1\n"}, FOLDED, []),
    "the new home has no such name yet": (
        {"common": "def alone():\n    return 1\n"},
        FOLDED,
        ["6:kept-local", "`pkg.common` does not bind `reserve` in any case"],
    ),
    "the old home is gone": (
        {"utils": None},
        FOLDED,
        ["6:kept-local", "`pkg.utils` is not in the project"],
    ),
    "the new home is not there": (
        {"common": None, "batch": BATCH.replace("from pkg.common import alone\n", "")},
        None,
        ["kept-local", "`pkg.common` is not in the project"],
    ),
    "it is under a condition": (
        {
            "batch": "import pkg.common\n\n\ndef need(a):\n    if a:\n"
            "        from pkg.utils import length\n\n        return 2 * length(a)\n"
        },
        None,
        ["6:kept-local", "no cycle needs that, but it is under a condition"],
    ),
    "the new home does something when it is imported": (
        {
            "common": f"print('here')\n{COMMON}",
            "batch": BATCH.replace("from pkg.common import alone\n", "alone = int\n"),
        },
        None,
        ["kept-local", "it would load `pkg.common`, which does something"],
    ),
    "it imports something else as well": (
        {
            "utils": f"{UTILS}more = 1\n",
            "batch": BATCH.replace("import length", "import length, more"),
        },
        None,
        [],
    ),
}


@pytest.mark.parametrize("what", STAYS)
def test_imports_that_stay(tmp_path: Path, what: str) -> None:
    changes, expected, texts = STAYS[what]
    root = make(tmp_path, **changes)  # type: ignore[arg-type]
    report = apply(root)
    after = batch(root)
    if expected is not None:
        assert after == expected
    local = [line for line in after.splitlines() if line.startswith("    ")]
    if what != "it imports something else as well":
        assert any("from pkg.common import reserve" in line for line in local)
    assert len(report.findings) == bool(texts), told(report)
    for text in texts:
        assert text in told(report)[0]


def test_a_part_of_the_new_imports_is_hoisted_by_itself(tmp_path: Path) -> None:
    text = BATCH.replace("import length", "import depth, length")
    text = text.replace("2 * n", "2 * n + depth(a)")
    root = make(tmp_path, batch=text)
    apply(root)
    expected = HOISTED.replace("alone, reserve", "alone, depth, reserve")
    assert batch(root) == expected.replace("+ n", "+ n + depth(a)")


def test_a_file_outside_its_package_is_told_of(tmp_path: Path) -> None:
    """The package may be installed, so what it imports cannot be told."""
    user = tmp_path / "user.py"
    user.write_text("def f():\n    from pkg.utils import depth\n    return depth(1)\n")
    report = apply(tmp_path, user)
    assert "from pkg.common import depth" in user.read_text()
    (finding,) = told(report)
    assert "`pkg.utils` is not in the project, so cycles cannot be told" in finding


def test_one_file_of_a_project_is_judged_by_the_whole(tmp_path: Path) -> None:
    root = make(tmp_path)
    apply(root, root / "pkg" / "batch.py")
    assert batch(root) == HOISTED


def test_what_does_not_parse_is_left_alone(tmp_path: Path) -> None:
    root = make(tmp_path, broken="def f(:\n    from pkg.utils import length\n")
    report = apply(root)
    assert batch(root) == HOISTED
    assert [finding.rule.id for finding in report.findings] == ["unparsable"]


def test_generated_files_are_left_alone(tmp_path: Path) -> None:
    text = f"# Code generated by tool. DO NOT EDIT.\n{FOLDED}"
    root = make(tmp_path, batch=text)
    report = apply(root)
    assert batch(root) == text
    assert report.changed == ()


def test_line_ends_and_a_byte_order_mark_are_kept(tmp_path: Path) -> None:
    root = make(tmp_path)
    file = root / "pkg" / "batch.py"
    file.write_bytes(b"\xef\xbb\xbf" + BATCH.replace("\n", "\r\n").encode())
    apply(root)
    assert file.read_bytes() == b"\xef\xbb\xbf" + HOISTED.replace("\n", "\r\n").encode()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path / "project")
    (tmp_path / "free.toml").write_text(MIGRATION)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments = ["apply", "--hoist", str(tmp_path / "free.toml"), "."]
    assert main(arguments) == 0
    assert batch(root) == HOISTED


def test_both_versions_and_hoisting_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make(tmp_path / "project")
    (tmp_path / "free.toml").write_text(MIGRATION)
    arguments = ["apply", "--hoist", "--compat", str(tmp_path / "free.toml"), str(root)]
    assert main(arguments) == 2
    assert "--hoist and --compat" in capsys.readouterr().err
    assert batch(root) == BATCH
