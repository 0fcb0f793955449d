"""The commits: who is credited, what each holds, and that the end is the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.verify.conftest import function
from tests.verify.lineage.conftest import FILES, STORE, A, B, C, Project
from verify.lineage import Form
from verify.moving.changes import Lineage

FORMS = pytest.mark.parametrize("form", list(Form))


@FORMS
def test_a_split_keeps_every_line_that_moved(project: Project, form: Form) -> None:
    written = project.write(project.split(), form)

    assert project.retained("pkg/store/a.py") == (31, 31)  # `import os` as well
    assert project.retained("pkg/store/b.py") == (16, 17)
    assert {kept.path: kept.retained for kept in written.kept} == {
        "pkg/store/__init__.py": 0,
        "pkg/store/a.py": 31,
        "pkg/store/b.py": 16,
    }


@FORMS
def test_a_move_keeps_what_moved_and_what_stayed(project: Project, form: Form) -> None:
    project.write(project.move(), form)

    assert project.retained("pkg/other/b.py") == (16, 17)
    assert project.retained("pkg/store.py") == (31, 31)


@FORMS
@pytest.mark.parametrize("path", ["pkg/store/a.py", "pkg/store/b.py"])
def test_following_a_file_leads_to_its_past(
    project: Project, form: Form, path: str
) -> None:
    project.write(project.split(), form)

    followed = project.git("log", "--follow", "--format=%s", "--", path).splitlines()

    assert followed[-1] == "all there is"


@FORMS
def test_following_what_stays_leads_to_its_past(project: Project, form: Form) -> None:
    project.write(project.move(), form)

    for path in ("pkg/store.py", "pkg/other/b.py"):
        told = project.git("log", "--follow", "--format=%s", "--", path)
        assert told.splitlines()[-1] == "all there is"


@FORMS
@pytest.mark.parametrize("what", ["split", "move"])
def test_the_final_tree_is_the_one_without_history(
    project: Project, form: Form, what: str
) -> None:
    planned = getattr(project, what)()
    plain = project.tree_without_history(planned)

    project.write(planned, form)

    assert project.git("rev-parse", "HEAD^{tree}") == plain
    assert project.git("status", "--porcelain") == ""
    assert project.git("branch", "--show-current") == "topic"


def test_how_many_commits_there_are(project: Project) -> None:
    project.write(project.split())

    assert _subjects(project) == [
        "Copy store.py to store/__init__.py, a.py, b.py",
        "Split the store",
    ]


def test_no_subject_is_too_long(project: Project) -> None:
    names = [f"pkg/module_of_many_words_{n}.py" for n in range(5)]
    after: dict[str, str | None] = dict.fromkeys(names, A)
    lineage = Lineage("pkg/store.py", tuple(names), stays=False)

    project.write(project.plan(after | {"pkg/store.py": None}, lineage))

    assert _subjects(project) == ["Copy store.py to 5 files", "Split the store"]


def test_where_the_source_stays_there_is_one_more(project: Project) -> None:
    project.write(project.move(), title="Move b")

    assert _subjects(project) == [
        "Copy store.py to b.py",
        "Move back what stays",
        "Move b",
    ]


def test_the_mainline_of_a_merge_has_one_commit(project: Project) -> None:
    base = project.git("rev-parse", "HEAD")

    written = project.write(project.move(), Form.MERGE, title="Move b")

    line = project.git("rev-list", "--first-parent", "main..HEAD").splitlines()
    assert line == [written.new]
    assert project.git("rev-parse", "HEAD^1") == base == written.old
    # What the merge has is what its side has: a rebase, which drops it, loses nothing.
    assert project.git("rev-parse", "HEAD^2^{tree}") == project.git(
        "rev-parse", "HEAD^{tree}"
    )


@FORMS
@pytest.mark.parametrize("what", ["split", "move"])
def test_at_every_commit_all_imports_work(
    project: Project, form: Form, what: str
) -> None:
    project.scratch.commit({"pkg/deep/__init__.py": "", "pkg/near.py": "n = 1\n"})
    text = f"import os\nfrom .near import n\nfrom . import near\n\n\n{A}{B}{C}"
    project.scratch.commit({"pkg/store.py": text})
    project.git("branch", "--force", "main")
    planned = getattr(project, what)()

    written = project.write(planned, form)

    check = "import pkg.use, pkg.store; assert pkg.store.a and pkg.use.b"
    for commit in written.commits:
        project.git("checkout", "--quiet", "--detach", commit.oid)
        names = ", ".join(
            path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for path in project.git("ls-files", "*.py").splitlines()
        )
        for code in (check, f"import {names}"):
            subprocess.run(
                [sys.executable, "-B", "-c", code], cwd=project.folder, check=True
            )


def test_in_between_the_source_is_all_there(project: Project) -> None:
    """What tests patch, private names: it is the whole module, under its name."""
    project.write(project.move())

    assert project.git("show", "HEAD~2:pkg/store/__init__.py") == STORE.rstrip()
    copy = project.git("show", "HEAD~2:pkg/other/b.py")
    assert copy.startswith(f"{STORE}# This copy waits")
    assert len(copy.splitlines()) == len(STORE.splitlines()) + 2
    assert project.git("show", "HEAD~1:pkg/store.py") == STORE.rstrip()
    assert project.git("show", "HEAD~1:pkg/use.py") == FILES["pkg/use.py"].rstrip()


@FORMS
@pytest.mark.parametrize(
    "start",
    [
        "from .near import n\n",
        '"""What."""\n\nfrom __future__ import annotations\n\nfrom . import near\n',
        '"""What.\n\nMore."""\nfrom pathlib import Path\nPath(__file__).parent\n',
    ],
)
def test_what_stays_keeps_lines_that_speak_of_their_place(
    project: Project, form: Form, start: str
) -> None:
    project.scratch.commit(
        {"pkg/near.py": "n = 1\n", "pkg/store.py": f"{start}{A}{B}{C}"}
    )
    project.git("branch", "--force", "main")
    after = {"pkg/store.py": f"{start}{A}{C}", "pkg/other/b.py": B}
    lineage = Lineage("pkg/store.py", ("pkg/other/b.py",), stays=True)

    written = project.write(project.plan(after, lineage), form)

    retained, lines = project.retained("pkg/store.py")
    assert retained == lines
    assert project.retained("pkg/other/b.py") == (14, 14)
    project.git("checkout", "--quiet", "--detach", written.commits[0].oid)
    place = (
        "import importlib.util, pathlib, sys, pkg.store as m;"
        " assert m.__package__ == 'pkg' == m.__spec__.parent, m.__package__;"
        " assert pathlib.Path(m.__file__).parent.name == 'pkg', m.__file__"
        if "__file__" in start
        else "import pkg.store as m; assert m.__package__ == 'pkg' == m.__spec__.parent"
    )
    subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", place],
        cwd=project.folder,
        check=True,
    )


def test_several_sources_at_once(project: Project) -> None:
    d, e = (function(name, lines=14) for name in "de")
    project.scratch.commit({"pkg/more.py": f"{d}{e}"})
    project.git("branch", "--force", "main")
    planned = project.plan(
        {
            "pkg/store.py": f"import os\n\n\n{A}{C}",
            "pkg/other/b.py": B,
            "pkg/more.py": None,
            "pkg/d.py": d,
            "pkg/e.py": e,
        },
        Lineage("pkg/store.py", ("pkg/other/b.py",), stays=True),
        Lineage("pkg/more.py", ("pkg/d.py", "pkg/e.py"), stays=False),
    )

    project.write(planned)

    for path in ("pkg/other/b.py", "pkg/d.py", "pkg/e.py"):
        assert project.retained(path) == (14, 14)
    assert project.retained("pkg/store.py") == (31, 31)
    assert not (project.folder / "pkg/more").exists()


def _joined(project: Project) -> tuple[dict[str, str | None], Lineage, Lineage]:
    d, e = (function(name, lines=14) for name in "de")
    project.scratch.commit({"pkg/more.py": f"{d}{e}"})
    project.git("branch", "--force", "main")
    after = {
        "pkg/store.py": f"import os\n\n\n{A}{C}",
        "pkg/more.py": e,
        "pkg/both.py": B + d,
    }
    return (
        {**after},
        Lineage("pkg/store.py", ("pkg/both.py",), stays=True),
        Lineage("pkg/more.py", ("pkg/both.py",), stays=True),
    )


def test_a_merge_joins_the_histories_of_two_sources(project: Project) -> None:
    after, *lineages = _joined(project)

    written = project.write(project.plan(after, *lineages), Form.MERGE)

    assert len(project.git("rev-parse", "HEAD^@").split()) == 3
    assert project.retained("pkg/both.py") == (28, 28)
    assert project.retained("pkg/store.py") == (31, 31)
    assert written.findings == ()
    assert any("do not rebase" in line for line in written.summary)


def test_a_line_cannot_and_says_so(project: Project) -> None:
    after, *lineages = _joined(project)
    after["pkg/both.py"] = f"{B}{C}{function('d', lines=14)}"

    written = project.write(project.plan(after, *lineages))

    assert project.retained("pkg/both.py") == (28, 42)
    [finding] = written.findings
    assert finding.rule.id == "history-not-kept"
    assert finding.place.path == "pkg/both.py"
    assert "pkg/more.py" in finding.message
    assert "--history=merge" in (finding.fix or "")


def test_a_merge_joins_with_a_target_that_was_there(project: Project) -> None:
    d = function("d", lines=14)
    project.scratch.commit({"pkg/there.py": d})
    project.git("branch", "--force", "main")
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}{C}", "pkg/there.py": d + B},
        Lineage("pkg/store.py", ("pkg/there.py",), stays=True),
    )
    plain = project.tree_without_history(planned)

    written = project.write(planned, Form.MERGE)

    assert project.retained("pkg/there.py") == (28, 28)
    assert project.retained("pkg/store.py") == (31, 31)
    assert project.git("rev-parse", "HEAD^{tree}") == plain
    assert written.findings == ()


def test_modules_that_exchange_code(project: Project) -> None:
    d, e = (function(name, lines=14) for name in "de")
    project.scratch.commit({"pkg/more.py": f"{d}{e}"})
    project.git("branch", "--force", "main")
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}{C}{d}", "pkg/more.py": e + B},
        Lineage("pkg/store.py", ("pkg/more.py",), stays=True),
        Lineage("pkg/more.py", ("pkg/store.py",), stays=True),
    )

    project.write(planned, Form.MERGE)

    assert project.retained("pkg/more.py") == (28, 28)
    assert project.retained("pkg/store.py") == (45, 45)


def test_the_mode_and_the_line_ends_of_files_stay(project: Project) -> None:
    project.scratch.commit({".gitattributes": "*.py text\n"})
    project.git("config", "core.autocrlf", "true")
    store = project.folder / "pkg/store.py"
    store.write_bytes(STORE.replace("\n", "\r\n").encode())
    store.chmod(0o755)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "executable")
    planned = project.plan(
        {"pkg/store.py": f"import os\r\n{A}", "pkg/b.py": B.replace("\n", "\r\n")},
        Lineage("pkg/store.py", ("pkg/b.py",), stays=True),
    )

    project.write(planned)

    assert b"\r" not in _object(project, "HEAD:pkg/b.py")
    assert project.git("ls-files", "--stage", "pkg/store.py").startswith("100755")
    assert project.git("ls-tree", "HEAD~2", "pkg/store/").startswith("100755")
    assert (project.folder / "pkg/b.py").read_bytes().count(b"\r\n") == 14
    assert project.git("status", "--porcelain") == ""


def _object(project: Project, name: str) -> bytes:
    command = ["git", "-C", str(project.folder), "cat-file", "blob", name]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _subjects(project: Project) -> list[str]:
    return project.git("log", "--reverse", "--format=%s", "main..HEAD").splitlines()
