"""What git itself does with a file that goes away: all that the commits rely on."""

from __future__ import annotations

import pytest

from tests.verify.conftest import MakeScratch, Scratch, function
from tests.verify.lineage.conftest import Project

TEXT = "".join(function(name) for name in "abcdef")  # 48 lines


@pytest.fixture
def scratch(make_scratch: MakeScratch) -> Scratch:
    made = make_scratch("renames")
    made.commit({"old.py": TEXT, "other.py": function("z", lines=30)}, "past")
    return made


def _retained(scratch: Scratch, path: str) -> int:
    return Project(scratch).retained(path, "HEAD~1")[0]


def _follows(scratch: Scratch, path: str, *settings: str) -> bool:
    told = scratch.git(*settings, "log", "--follow", "--format=%s", "--", path)
    return told.splitlines()[-1] == "past"


def test_every_copy_of_what_goes_away_has_its_history(scratch: Scratch) -> None:
    copies = ("x.py", "deep/y.py", "old/__init__.py")
    scratch.commit({"old.py": None, **dict.fromkeys(copies, TEXT)})

    for path in copies:
        assert _retained(scratch, path) == 48
        assert _follows(scratch, path)
    # Though `git show -M` calls one of them a rename, and the others new.
    told = scratch.git("show", "-M", "--format=", "--name-status")
    assert [line[0] for line in told.splitlines()].count("R") == 1


def test_a_copy_of_what_stays_has_none(scratch: Scratch) -> None:
    scratch.commit({"x.py": TEXT})

    assert _retained(scratch, "x.py") == 0


def test_who_follows_finds_even_a_copy_of_what_stays(scratch: Scratch) -> None:
    """`log --follow` looks harder than blame does."""
    scratch.commit({"x.py": TEXT})

    assert _follows(scratch, "x.py")


def test_a_file_that_was_there_gets_none(scratch: Scratch) -> None:
    scratch.commit({"old.py": None, "other.py": TEXT})

    assert _retained(scratch, "other.py") == 0


@pytest.mark.parametrize(("changed", "is_found"), [(1, True), (20, True), (40, False)])
def test_a_copy_may_differ_in_less_than_half(
    scratch: Scratch, changed: int, is_found: bool
) -> None:
    lines = TEXT.splitlines(keepends=True)
    lines[:changed] = [f"other_{n} = {n} * 'xyzzy'\n" for n in range(changed)]
    scratch.commit({"old.py": None, "x.py": "".join(lines)})

    assert _retained(scratch, "x.py") == (48 - changed if is_found else 0)


@pytest.mark.parametrize(
    "settings", [("diff.renames", "false"), ("diff.renameLimit", "1")]
)
def test_no_setting_hides_an_exact_copy(
    scratch: Scratch, settings: tuple[str, str]
) -> None:
    scratch.commit(
        {
            "old.py": None,
            "other.py": None,
            "x.py": TEXT,
            "y.py": function("z", lines=30),
        }
    )
    scratch.git("config", *settings)

    assert _retained(scratch, "x.py") == 48
    assert _retained(scratch, "y.py") == 30
    assert _follows(scratch, "x.py")


def test_a_limit_hides_a_near_copy_from_who_follows(scratch: Scratch) -> None:
    scratch.commit({"old.py": None, "other.py": None, "x.py": f"import os\n{TEXT}"})
    few = ("-c", "diff.renameLimit=1")

    assert _follows(scratch, "x.py")
    assert not _follows(scratch, "x.py", *few)


def test_a_file_that_comes_back_is_followed_only_in_a_commit_of_its_own(
    scratch: Scratch,
) -> None:
    """Why there are three commits where the source stays."""
    base = scratch.git("rev-parse", "HEAD")
    scratch.commit({"old.py": None, "old/__init__.py": TEXT})
    away = scratch.git("rev-parse", "HEAD")
    scratch.commit({"old/__init__.py": None, "old.py": TEXT})
    assert Project(scratch).retained("old.py", base) == (48, 48)

    scratch.git("reset", "--quiet", "--hard", away)
    scratch.commit({"old/__init__.py": None, "old.py": function("a")})
    assert Project(scratch).retained("old.py", base) == (0, 8)


def test_a_merge_is_asked_on_all_sides_only_where_it_differs_from_each(
    scratch: Scratch,
) -> None:
    """Why a target that was there before gets a line that the merge takes away."""
    base = scratch.git("rev-parse", "HEAD")
    moved = function("a")
    final = function("z", lines=30) + moved
    results = []
    for mark in ("", "# mark\n"):
        scratch.git("checkout", "--quiet", "--detach", base)
        scratch.commit({"other.py": None, "other/__init__.py": ""})
        scratch.commit({"old.py": None, "other.py": TEXT})
        side = scratch.commit({"other/__init__.py": None, "other.py": final + mark})
        (scratch.folder / "other.py").write_text(final)
        scratch.git("add", "--all")
        tree = scratch.git("write-tree")
        merge = scratch.git("commit-tree", tree, "-p", base, "-p", side, "-m", "m")
        scratch.git("reset", "--quiet", "--hard", merge)
        results.append(Project(scratch).retained("other.py", base))

    assert results == [(8, 38), (38, 38)]
