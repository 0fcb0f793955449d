"""What blame retains, credits and loses: git's own figures."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from verify.git import Range, Repository
from verify.history.cache import Cache
from verify.history.modes import MODES, Mode, mode_of
from verify.history.survey import FileHistory, survey

if TYPE_CHECKING:
    from tests.verify.conftest import Body, Scratch

PLAIN, M, C, CCC, WC = MODES


def files_of(compared: Range) -> dict[str, FileHistory]:
    found = survey(compared, Cache(None))
    return {file.subject.path: file for file in found.files}


def history(scratch: Scratch, path: str, text: str = "HEAD") -> FileHistory:
    return files_of(Repository.open(scratch.folder).range_of(text))[path]


def retained(file: FileHistory) -> dict[str, int]:
    return {mode.key: len(file.kept[mode].retained) for mode in MODES}


def test_a_move_into_a_new_file(scratch: Scratch) -> None:
    scratch.move()
    file = history(scratch, "new.py")
    assert retained(file) == {"plain": 0, "M": 0, "C": 8, "CCC": 8, "wC": 8}
    assert file.kept[C].credits() == {"removed by the range": 8}
    assert sorted(file.lost(C)) == [1]
    assert file.classes[1] == "import"
    assert {file.classes[n] for n in range(2, 10)} == {"moved but lost"}
    assert {file.subject.origins[n].line for n in range(2, 10)} == {*range(2, 10)}
    assert (file.with_past(PLAIN), file.with_past(C)) == (8, 8)


def test_a_rename_keeps_plain_blame_and_its_score_is_told(
    scratch: Scratch, body: Body
) -> None:
    scratch.commit({"old.py": body("a") + body("b")})
    scratch.commit({"old.py": None, "new.py": body("a") + body("b") + "x = 1\n"})
    file = history(scratch, "new.py")
    assert file.subject.kind == "renamed"
    assert file.subject.shown.startswith("R09")
    assert file.subject.shown.endswith(" old.py")
    assert retained(file)["plain"] == 16


def test_a_file_that_received_code_counts_only_that(
    scratch: Scratch, body: Body
) -> None:
    scratch.commit({"old.py": body("a") + body("b"), "new.py": body("c")})
    scratch.commit({"old.py": body("b"), "new.py": body("c") + "x = 1\n" + body("a")})
    file = history(scratch, "new.py")
    assert file.subject.kind == "received code"
    assert file.subject.lines == frozenset(range(10, 18))
    assert retained(file) == {"plain": 0, "M": 0, "C": 8, "CCC": 8, "wC": 8}


def test_a_file_with_an_edit_alone_is_no_subject(scratch: Scratch, body: Body) -> None:
    scratch.commit({"a.py": body("a")})
    scratch.commit({"a.py": body("a") + body("b")})
    assert files_of(Repository.open(scratch.folder).range_of("HEAD")) == {}


def test_a_block_that_was_indented_needs_w(scratch: Scratch, body: Body) -> None:
    scratch.commit({"old.py": body("a") + body("b")})
    scratch.commit(
        {"old.py": body("b"), "new.py": "class A:\n" + body("a", indent="    ")}
    )
    file = history(scratch, "new.py")
    assert retained(file) == {"plain": 0, "M": 0, "C": 0, "CCC": 0, "wC": 8}
    assert {file.classes[n] for n in file.lost(CCC)} == {"new code", "re-indented"}


def test_what_lines_are_credited_to(scratch: Scratch, body: Body) -> None:
    """More copy detection finds lines that the range has nothing to do with."""
    scratch.commit(
        {
            "old.py": body("moved") + body("copied"),
            "stranger.py": body("elsewhere"),
        }
    )
    scratch.commit(
        {
            "old.py": body("copied"),
            "new.py": body("moved") + body("elsewhere") + body("copied"),
        }
    )
    file = history(scratch, "new.py")
    assert file.kept[C].credits() == {"removed by the range": 8, "still standing": 8}
    assert file.kept[CCC].credits() == {
        "removed by the range": 8,
        "still standing": 8,
        "an unrelated file": 8,
    }


def test_a_boundary_older_than_base(scratch: Scratch, body: Body) -> None:
    """A side branch began before base, which has edited its source since."""
    start = scratch.commit({"old.py": body("a") + body("b") + body("c")})
    scratch.git("switch", "--quiet", "--create", "side")
    scratch.commit({"new.py": body("a") + body("b"), "old.py": body("c")})
    scratch.git("switch", "--quiet", "main")
    base = scratch.commit({"old.py": body("b") + body("c")})
    scratch.git("merge", "--quiet", "--no-edit", "--strategy-option=theirs", "side")
    assert "def a" not in scratch.git("show", "HEAD:old.py")
    file = history(scratch, "new.py", f"{base}..HEAD")
    assert start != base
    assert file.kept[C].credits() == {
        "removed by the range": 8,
        "gone before the range": 8,
    }


def test_a_boundary_whose_file_neither_side_has(scratch: Scratch, body: Body) -> None:
    scratch.commit({"old.py": body("a"), "other.py": ""})
    scratch.git("switch", "--quiet", "--create", "side")
    scratch.commit({"old.py": None, "new.py": body("a") + "x = 1\n"})
    scratch.git("switch", "--quiet", "main")
    scratch.commit({"old.py": None})
    parents = ("-p", "main", "-p", "side")
    merge = scratch.git("commit-tree", "side^{tree}", *parents, "-m", "m")
    scratch.git("reset", "--quiet", "--hard", merge)
    assert history(scratch, "new.py").kept[PLAIN].credits() == {
        "gone before the range": 8
    }


def test_a_file_that_was_a_link_is_new_and_a_link_is_no_file(
    scratch: Scratch, body: Body
) -> None:
    target = "nowhere" * 9  # enough to count as code that moved
    (scratch.folder / "was-link.py").symlink_to("x")
    scratch.commit({"old.py": body("a"), "gone": target, "turned.py": body("b")})
    for path in ("was-link.py", "turned.py"):
        (scratch.folder / path).unlink()
    for path in ("link.py", "turned.py"):  # with the object that `copy` has
        (scratch.folder / path).symlink_to(target)
    scratch.commit(
        {"was-link.py": body("a"), "old.py": None, "gone": "", "copy": target}
    )
    found = files_of(Repository.open(scratch.folder).range_of("HEAD"))
    assert {path: file.subject.kind for path, file in found.items()} == {
        "copy": "added",
        "was-link.py": "added",
    }


def test_the_first_commit_of_a_history_that_was_merged_in_is_of_the_range(
    scratch: Scratch,
    body: Body,
) -> None:
    """Git calls any first commit a boundary, unless told not to."""
    scratch.commit({"a.py": body("a")})
    scratch.git("switch", "--quiet", "--orphan", "other")
    scratch.commit({"b.py": body("b")})
    scratch.git("switch", "--quiet", "main")
    scratch.git("merge", "--quiet", "--no-edit", "--allow-unrelated-histories", "other")
    assert retained(history(scratch, "b.py")) == {mode.key: 0 for mode in MODES}


def test_ignored_commits_are_looked_through(scratch: Scratch, body: Body) -> None:
    scratch.commit({"old.py": body("a"), "other.py": body("b")})
    scratch.commit({"old.py": None, "new.py": body("a")})
    reformat = scratch.commit({"new.py": body("a").replace("request.", "request .")})
    ignored = f"# reformatted\n{'0' * 40}\n  {reformat}  # by a tool\nnonsense\n"
    scratch.commit({".git-blame-ignore-revs": ignored})
    compared = Repository.open(scratch.folder).range_of("HEAD~3..HEAD")
    found = survey(compared, Cache(None))
    (file,) = (f for f in found.files if f.subject.path == "new.py")
    assert found.ignored == (reformat,)
    assert retained(file)["plain"] == 8
    before = Repository.open(scratch.folder).range_of("HEAD~3..HEAD~1")
    assert retained(files_of(before)["new.py"])["plain"] == 1


@pytest.mark.parametrize(
    "path", ["line\nfeed.py", "\x1b[2J.py", ":(top)x.py", "-C", "*.py", 'q"\\.py']
)
def test_hostile_paths(scratch: Scratch, body: Body, path: str) -> None:
    scratch.commit({f"old {path}": body("a") + body("b")})
    scratch.commit({f"old {path}": body("b"), path: body("a")})
    file = history(scratch, path)
    assert retained(file)["C"] == 8
    assert file.kept[C].credits() == {"removed by the range": 8}


def test_a_hostile_author_does_not_mislead(scratch: Scratch, body: Body) -> None:
    scratch.git("config", "user.name", "filename stranger.py")
    scratch.commit({"old.py": body("a") + body("b")}, "filename x\n\nboundary")
    scratch.commit({"old.py": body("b"), "new.py": body("a")}, "filename stranger.py")
    assert history(scratch, "new.py").kept[C].credits() == {"removed by the range": 8}


def test_carriage_returns_and_a_last_line_without_its_end(
    scratch: Scratch, body: Body
) -> None:
    crlf = body("a").replace("\n", "\r\n")
    scratch.commit({"old.py": crlf + body("b")})
    scratch.commit({"old.py": body("b"), "new.py": crlf + "x = 1\x0cy = 2\rz = 3"})
    file = history(scratch, "new.py")
    assert len(file.subject.lines) == 9
    assert retained(file)["C"] == 8


# The judge: git itself, asked without the limit.


def judged(scratch: Scratch, compared: Range, path: str, mode: Mode) -> set[int]:
    """The lines that unlimited blame credits to a commit that base has."""
    printed = scratch.git(
        "blame", "--porcelain", *mode.flags, compared.head, "--", path
    )
    written = set(scratch.git("rev-list", f"{compared.base}..{compared.head}").split())
    headers = [line.split(" ") for line in printed.split("\n") if line[40:41] == " "]
    return {int(h[2]) for h in headers if len(h[0]) == 40 and h[0] not in written}


@pytest.mark.parametrize("seed", range(8))
def test_the_limited_walk_retains_what_the_whole_one_does(
    scratch: Scratch, body: Body, seed: int
) -> None:
    """Over random histories of several commits, with merges."""
    chance = random.Random(seed)
    names = [f"function_{n}" for n in range(12)]
    places = {name: chance.choice(["a.py", "b.py"]) for name in names}

    def commit() -> None:
        texts = {
            path: "import os\n" + "".join(body(n) for n in names if places[n] == path)
            for path in ("a.py", "b.py", "c.py", "d/e.py", "d/f.py")
        }
        scratch.commit(
            {p: t if len(t) > 10 else f"{t}# {p}\n" for p, t in texts.items()}
        )

    def shuffle(paths: list[str]) -> None:
        for name in chance.sample(names, 3):
            places[name] = chance.choice(paths)
        commit()

    commit()
    shuffle(["a.py", "c.py"])
    base = scratch.git("rev-parse", "HEAD")
    scratch.git("switch", "--quiet", "--create", "side")
    shuffle(["d/e.py", "d/f.py"])
    scratch.git("switch", "--quiet", "main")
    shuffle(["a.py", "d/e.py"])
    scratch.git("merge", "--quiet", "--no-edit", "--strategy-option=ours", "side")
    shuffle(["b.py", "d/f.py"])
    compared = Repository.open(scratch.folder).range_of(f"{base}..HEAD")
    files = files_of(compared)
    assert files
    for path, file in files.items():
        for mode in MODES:
            expected = judged(scratch, compared, path, mode) & file.subject.lines
            assert set(file.kept[mode].retained) == expected, (path, mode)


def test_modes_by_name() -> None:
    assert [mode_of(mode.key) for mode in MODES] == [*MODES]
    assert [mode_of(mode.label) for mode in MODES] == [*MODES]
