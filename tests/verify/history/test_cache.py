"""What is kept of git's answers, and what when it is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify.git import GitError, Repository
from verify.history.cache import Cache
from verify.history.modes import MODES
from verify.history.survey import survey

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch


class Counted(Repository):
    """Counts what git blame is asked."""

    asked: list[tuple[str, ...]]

    def run(self, *arguments: str) -> bytes:
        if arguments[0] == "blame":
            self.asked.append(arguments)
        return super().run(*arguments)


def counted(scratch: Scratch, cache: Path | None) -> tuple[int, Any]:
    repository = Counted.open(scratch.folder)
    assert isinstance(repository, Counted)
    repository.asked = []
    files = survey(repository.range_of("HEAD"), Cache(cache)).files
    return len(repository.asked), files


def test_answers_are_kept_under_object_ids(scratch: Scratch, tmp_path: Path) -> None:
    scratch.move()
    cache = tmp_path / "kept"
    asked, files = counted(scratch, cache)
    assert asked == len(MODES)
    assert counted(scratch, cache) == (0, files)
    scratch.git("commit", "--quiet", "--amend", "--message", "another id")
    assert counted(scratch, cache)[0] == len(MODES)


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "null",
        "7",
        '{"a": 1}',
        '[["x"]]',
        "[[1,9,1,2,3]]",
        '[[1,1,1,"c","p"]]',
        "[" * 9999,
        "\udcff",
    ],
)
def test_a_damaged_answer_is_asked_for_again(
    scratch: Scratch, tmp_path: Path, damage: str
) -> None:
    scratch.move()
    cache = tmp_path / "kept"
    _, files = counted(scratch, cache)
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert len(kept) == len(MODES)
    for path in kept:
        path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert counted(scratch, cache) == (len(MODES), files)


def test_a_folder_that_cannot_be_used_is_no_error(
    scratch: Scratch, tmp_path: Path
) -> None:
    scratch.move()
    (tmp_path / "file").write_text("")
    assert counted(scratch, tmp_path / "file" / "cache")[0] == len(MODES)


def test_an_error_of_git_is_told(scratch: Scratch) -> None:
    scratch.move()
    repository = Repository.open(scratch.folder)
    compared = repository.range_of("HEAD")
    repository.close()
    with pytest.raises(GitError):
        survey(compared, Cache(None))
