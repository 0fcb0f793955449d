"""What a rebase or a merge does to the commits, as docs/split.md says it."""

from __future__ import annotations

import subprocess

import pytest

from tests.verify.conftest import function
from tests.verify.lineage.conftest import STORE, A, B, C, Project
from verify.lineage import Form
from verify.moving.changes import Lineage

FORMS = pytest.mark.parametrize("form", list(Form))
REBASE = ("rebase", "--quiet", "main")
REBASE_MERGES = ("rebase", "--quiet", "--rebase-merges", "main")
MERGE = ("merge", "--quiet", "--no-edit", "main")
HOW = pytest.mark.parametrize("how", [REBASE, REBASE_MERGES, MERGE])

EDITED = STORE.replace("b_7(self, 7)", "b_7(self, 70)")


def _after_an_edit(project: Project, path: str, text: str) -> None:
    project.git("checkout", "--quiet", "main")
    project.scratch.commit({path: text}, "meanwhile")
    project.git("checkout", "--quiet", "topic")


def _try(project: Project, how: tuple[str, ...]) -> bool:
    try:
        project.git("-c", "core.editor=true", *how)
    except subprocess.CalledProcessError:
        return False
    return True


@HOW
@FORMS
@pytest.mark.parametrize("what", ["split", "move"])
def test_an_edit_elsewhere_changes_nothing(
    project: Project, form: Form, what: str, how: tuple[str, ...]
) -> None:
    planned = getattr(project, what)()
    project.write(planned, form)
    _after_an_edit(project, "pkg/elsewhere.py", "x = 1\n")

    assert _try(project, how)

    for change in planned.changes:
        file = project.folder / change.path
        assert (file.read_bytes() if file.exists() else None) == change.after
    moved = "pkg/store/b.py" if what == "split" else "pkg/other/b.py"
    assert project.retained(moved) == (16, 17)
    stays = "pkg/store/a.py" if what == "split" else "pkg/store.py"
    assert project.retained(stays) == (31, 31)


@HOW
@FORMS
def test_an_edit_of_what_was_split_is_a_conflict(
    project: Project, form: Form, how: tuple[str, ...]
) -> None:
    project.write(project.split(), form)
    _after_an_edit(project, "pkg/store.py", EDITED)

    assert not _try(project, how)


@HOW
@FORMS
def test_an_edit_of_what_moved_is_never_lost_in_silence(
    project: Project, form: Form, how: tuple[str, ...]
) -> None:
    """Git takes it to one of the copies: the right one, or it is a conflict."""
    project.write(project.move(), form)
    _after_an_edit(project, "pkg/store.py", EDITED)

    if _try(project, how):
        assert "b_7(self, 70)" in (project.folder / "pkg/other/b.py").read_text()
        assert project.retained("pkg/other/b.py") == (16, 17)


@HOW
@FORMS
@pytest.mark.parametrize("what", ["split", "move"])
@pytest.mark.parametrize("where", ["a", "c", "end"])
def test_no_edit_is_lost_in_silence(
    project: Project, form: Form, what: str, how: tuple[str, ...], where: str
) -> None:
    """Of code that stays, and new code behind all: it is somewhere, or a conflict."""
    edit = "new_function_of_the_mainline"
    text = {
        "a": STORE.replace("a_7(self, 7)", f"a_7(self, {edit})"),
        "c": STORE.replace("c_7(self, 7)", f"c_7(self, {edit})"),
        "end": f"{STORE}\n\ndef {edit}():\n    return 1\n",
    }[where]
    project.write(getattr(project, what)(), form)
    _after_an_edit(project, "pkg/store.py", text)

    if _try(project, how):
        files = [*(project.folder / "pkg").rglob("*.py")]
        [holder] = [file for file in files if edit in file.read_text()]
        assert holder.name in {"store.py", "a.py"}


@FORMS
def test_a_rebase_takes_edits_to_the_file_that_most_lines_end_in(
    project: Project, form: Form
) -> None:
    """Whatever the names of the files: git would take the first of equal copies."""
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}{B}", "pkg/c.py": C},
        Lineage("pkg/store.py", ("pkg/c.py",), stays=True),
    )
    project.write(planned, form)
    edit = "new_function_of_the_mainline"
    text = STORE.replace("a_7(self, 7)", f"a_7(self, {edit})")
    _after_an_edit(project, "pkg/store.py", text)

    assert _try(project, REBASE)

    assert edit in (project.folder / "pkg/store.py").read_text()
    assert (project.folder / "pkg/c.py").read_text() == C
    assert project.retained("pkg/c.py") == (14, 14)
    assert project.retained("pkg/store.py") == (31, 31)


@FORMS
def test_new_code_behind_what_moved_is_a_conflict(project: Project, form: Form) -> None:
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}{B}", "pkg/c.py": C},
        Lineage("pkg/store.py", ("pkg/c.py",), stays=True),
    )
    project.write(planned, form)
    _after_an_edit(project, "pkg/store.py", f"{STORE}\n\ndef new():\n    return 1\n")

    assert not _try(project, REBASE)


@HOW
def test_a_conflict_that_is_settled_for_the_branch_loses_the_edit(
    project: Project, how: tuple[str, ...]
) -> None:
    """What git cannot prevent: begin anew instead."""
    project.write(project.split())
    _after_an_edit(project, "pkg/store.py", EDITED)
    assert not _try(project, how)

    ours = "--ours" if how is MERGE else "--theirs"  # a rebase calls it the other
    for path in project.git("diff", "--name-only", "--diff-filter=U").splitlines():
        project.git("checkout", ours, "--", path)
    project.git("add", "--all")
    done = ("commit", "--no-edit") if how is MERGE else ("rebase", "--continue")
    project.git("-c", "core.editor=true", *done)

    text = (project.folder / "pkg/store/b.py").read_text()
    assert "b_7(self, 7)" in text


@FORMS
def test_to_begin_anew_keeps_edit_and_history(project: Project, form: Form) -> None:
    old = project.write(project.split(), form).old
    _after_an_edit(project, "pkg/store.py", EDITED)

    project.git("reset", "--quiet", "--keep", old)
    project.git("rebase", "--quiet", "main")
    planned = project.split()
    from dataclasses import replace

    changes = tuple(
        replace(c, after=c.after.replace(b"b_7(self, 7)", b"b_7(self, 70)"))
        if c.after is not None
        else c
        for c in planned.changes
    )
    project.write(replace(planned, changes=changes), form)

    assert project.retained("pkg/store/b.py") == (16, 17)
    assert "b_7(self, 70)" in (project.folder / "pkg/store/b.py").read_text()


@FORMS
def test_a_squash_loses_it_all(project: Project, form: Form) -> None:
    project.write(project.move(), form)
    tip = project.git("rev-parse", "HEAD")

    project.git("checkout", "--quiet", "main")
    project.git("merge", "--quiet", "--squash", tip)
    project.git("commit", "--quiet", "--message", "squashed")

    assert project.retained("pkg/other/b.py", "HEAD~1") == (0, 17)


def test_a_rebase_of_a_joined_target_leaves_its_text(project: Project) -> None:
    """The merge is gone, and with it the target's own history, but no code."""
    d = function("d", lines=14)
    project.scratch.commit({"pkg/there.py": d})
    project.git("branch", "--force", "main")
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}{C}", "pkg/there.py": d + B},
        Lineage("pkg/store.py", ("pkg/there.py",), stays=True),
    )
    project.write(planned, Form.MERGE)
    _after_an_edit(project, "pkg/elsewhere.py", "x = 1\n")

    assert _try(project, REBASE)

    text = (project.folder / "pkg/there.py").read_text()
    assert text == f"{d}{B}# The merge that follows takes this line away.\n"
    assert project.retained("pkg/there.py") == (14, 29)


@pytest.mark.parametrize("how", [REBASE, REBASE_MERGES])
@pytest.mark.parametrize("is_exchange", [True, False])
def test_what_must_not_be_rebased_says_so_and_stops(
    project: Project, how: tuple[str, ...], is_exchange: bool
) -> None:
    """Two files exchange code, or go together: the merge has the final text."""
    d, e = (function(name, lines=14) for name in "de")
    project.scratch.commit({"pkg/more.py": f"{d}{e}"})
    project.git("branch", "--force", "main")
    start = f"import os\n\n\n{A}{C}"
    after = {"pkg/store.py": start, "pkg/more.py": e, "pkg/both.py": B + d}
    targets = ("pkg/both.py", "pkg/both.py")
    if is_exchange:
        after = {"pkg/store.py": start + d, "pkg/more.py": e + B}
        targets = ("pkg/more.py", "pkg/store.py")
    planned = project.plan(
        {**after},
        Lineage("pkg/store.py", targets[:1], stays=True),
        Lineage("pkg/more.py", targets[1:], stays=True),
    )
    written = project.write(planned, Form.MERGE)
    _after_an_edit(project, "pkg/elsewhere.py", "x = 1\n")

    assert any("do not rebase it" in line for line in written.summary)
    assert not (project.folder / ".rehome-do-not-rebase").exists()
    assert not _try(project, how)
