"""Which lines differ, whatever the lines look like."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pytest

from verify.git import Repository
from verify.history.linediff import LineDiff, gone, line_diff

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

HEADERS = [
    "@@ -1,9 +1,9 @@",
    "--- a/other.py",
    "+++ b/other.py",
    "-- a/other.py",
    "++ b/other.py",
    "diff --git a/other.py b/other.py",
    "\\ No newline at end of file",
    "rename from other.py",
]


def diff_of(scratch: Scratch) -> LineDiff:
    return line_diff(Repository.open(scratch.folder).range_of("HEAD"))


def lines(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


def test_lines_that_came_and_went(scratch: Scratch) -> None:
    scratch.commit({"a.py": "1\n2\n3\n4\n", "b.py": "x\n", "same.py": "s\n"})
    scratch.commit({"a.py": "0\n1\n3\n5\n", "b.py": None, "c.py": "y\nz\n"})
    found = diff_of(scratch)
    assert found.removed == {"a.py": lines(2, 4), "b.py": lines(1)}
    assert found.added == {"a.py": lines(1, 4), "c.py": lines(1, 2)}


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("header", HEADERS)
def test_lines_that_look_like_headers(scratch: Scratch, header: str, end: str) -> None:
    scratch.commit({"a.py": f"{header}\nkept\nold{end}", "z.py": "1\n2\n3"})
    scratch.commit({"a.py": f"kept\n{header}\n{header}{end}", "z.py": "1\nx\n3\n"})
    found = diff_of(scratch)
    assert found.removed == {"a.py": lines(1, 3), "z.py": lines(2, 3)}
    assert found.added == {"a.py": lines(2, 3), "z.py": lines(2, 3)}


@pytest.mark.parametrize(
    "path", ["a b.py", "tab\t.py", "line\nfeed.py", 'q"uote.py', "end \t"]
)
def test_paths_that_git_quotes(scratch: Scratch, path: str) -> None:
    scratch.commit({path: "1\n"})
    scratch.commit({path: "2\n"})
    assert diff_of(scratch) == LineDiff({path: lines(1)}, {path: lines(1)})


def test_what_has_no_lines_has_none(scratch: Scratch) -> None:
    scratch.commit({"binary": b"\0\1", "mode.sh": "x\n", "empty": "", "link": "y\n"})
    (scratch.folder / "mode.sh").chmod(0o755)
    (scratch.folder / "link").unlink()
    (scratch.folder / "link").symlink_to("nowhere")
    scratch.commit({"binary": b"\0\2", "other-empty": ""})
    found = diff_of(scratch)
    assert found == LineDiff({"link": lines(1)}, {"link": lines(1)})


def test_only_a_line_feed_ends_a_line(scratch: Scratch) -> None:
    scratch.commit({"a.py": "1\r\n2\r3\x0c4\x855\n6\n"})
    scratch.commit({"a.py": "1\r\n2\r3\x0c4\x855\n7\n"})
    assert diff_of(scratch).removed == {"a.py": lines(3)}


def test_gone_compares_two_blobs(scratch: Scratch) -> None:
    old = [f"{n}\n" for n in range(20)]
    new = [*old[:3], "x\n", *old[5:9], *old[12:]]
    scratch.commit({"a": "".join(old), "b": "".join(new)})
    repository = Repository.open(scratch.folder)
    tree = repository.tree(repository.commit("HEAD"))
    expected = {
        number
        for tag, first, last, _, _ in difflib.SequenceMatcher(
            None, old, new
        ).get_opcodes()
        if tag != "equal"
        for number in range(first + 1, last + 1)
    }
    assert (
        gone(repository, tree["a"].oid, tree["b"].oid) == expected == {4, 5, 10, 11, 12}
    )
