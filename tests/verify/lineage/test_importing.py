"""What stands in between can be imported, or it is said."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.verify.lineage.conftest import A, B, C, Project
from verify.lineage import Form, LineageError
from verify.moving.changes import Lineage


def test_a_copy_that_cannot_be_imported_first(project: Project) -> None:
    """Its cycle is no matter where the source is imported first."""
    project.scratch.commit(
        {
            "pkg/store.py": f"{A}from pkg.ring import r\n{B}{C}",
            "pkg/ring.py": "from pkg.store import a\nr = a\n",
        }
    )
    planned = project.plan(
        {
            "pkg/store.py": f"{A}from pkg.ring import r\n{C}",
            "pkg/b.py": B,
        },
        Lineage("pkg/store.py", ("pkg/b.py",), stays=True),
    )

    written = project.write(planned)

    [finding] = written.findings
    assert finding.rule.id == "copy-not-importable"
    assert finding.place.path == "pkg/b.py"
    # It is as told: the copy fails there, the source does not.
    project.git("checkout", "--quiet", "--detach", written.commits[0].oid)
    assert _imports(project, "pkg.store")
    assert not _imports(project, "pkg.b")


@pytest.mark.parametrize("form", list(Form))
def test_a_source_in_a_cycle_is_imported_as_before(
    project: Project, form: Form
) -> None:
    project.scratch.commit(
        {
            "pkg/store.py": f"from . import ring\n{A}{B}{C}",
            "pkg/ring.py": "from . import store\n",
        }
    )
    planned = project.plan(
        {"pkg/store.py": f"from . import ring\n{A}{C}", "pkg/b.py": B},
        Lineage("pkg/store.py", ("pkg/b.py",), stays=True),
    )

    written = project.write(planned, form)

    for commit in written.commits:
        project.git("checkout", "--quiet", "--detach", commit.oid)
        assert _imports(project, "pkg.store")
        assert _imports(project, "pkg.ring")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HERE = __file__\n", "reads __file__"),
        ("HOME = __package__\n", "reads __package__"),
        ("import importlib\nimportlib.import_module('.x', 'pkg')\n", "in a string"),
    ],
)
def test_what_goes_away_and_reads_its_place(
    project: Project, line: str, expected: str
) -> None:
    """Its package is there to stay, or is another one in between."""
    project.scratch.commit({"pkg/store.py": f"{line}{A}{B}"})
    planned = project.plan(
        {"pkg/store.py": None, "pkg/new.py": f"{line}{A}{B}"},
        Lineage("pkg/store.py", ("pkg/new.py",), stays=False),
    )

    with pytest.raises(LineageError, match=expected) as caught:
        project.write(planned)

    assert "--check-commit COMMAND" in str(caught.value)
    written = project.write(planned, check_commit="true")
    assert written.checked


def test_a_package_that_imports_its_module_on_the_way(project: Project) -> None:
    project.scratch.commit({"pkg/__init__.py": "from pkg.store import a\n"})

    written = project.write(project.move())

    for commit in written.commits:
        project.git("checkout", "--quiet", "--detach", commit.oid)
        assert _imports(project, "pkg")


def _imports(project: Project, name: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-B", "-c", f"import {name}"],
        cwd=project.folder,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0
