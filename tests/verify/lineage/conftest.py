"""A small project whose module is split, or has code taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.verify.conftest import ENVIRONMENT, MakeScratch, function
from verify.lineage import Form, Written, write
from verify.moving.changes import FileChange, Lineage, Planned

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

A, B, C = (function(name, lines=14) for name in "abc")
_BLAMED = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64}) \d+ \d+")


@dataclass
class Project:
    """A repository on the branch `topic`, which begins at `main`."""

    scratch: Scratch

    @property
    def folder(self) -> Path:
        return self.scratch.folder

    def git(self, *arguments: str) -> str:
        return self.scratch.git(*arguments)

    def plan(self, after: Mapping[str, str | None], *lineages: Lineage) -> Planned:
        changes = []
        for path, text in sorted(after.items()):
            file = self.folder / path
            before = file.read_bytes() if file.exists() else None
            mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
            new = None if text is None else text.encode()
            changes.append(FileChange(path, before, new, mode))
        return Planned(tuple(changes), lineages, None)

    def split(self) -> Planned:
        """`pkg/store.py` becomes a package."""
        return self.plan(
            {
                "pkg/store.py": None,
                "pkg/store/__init__.py": "from .a import a\nfrom .b import b\n",
                "pkg/store/a.py": f"import os\n\n\n{A}{C}",
                "pkg/store/b.py": f"import sys\n\n\n{B}",
            },
            Lineage(
                "pkg/store.py",
                ("pkg/store/__init__.py", "pkg/store/a.py", "pkg/store/b.py"),
                stays=False,
            ),
        )

    def move(self) -> Planned:
        """`b` goes to a module of its own, and who uses it follows."""
        return self.plan(
            {
                "pkg/store.py": f"import os\n\n\n{A}{C}",
                "pkg/other/b.py": f"import sys\n\n\n{B}",
                "pkg/use.py": "from pkg.other.b import b\nfrom pkg.store import a\n",
            },
            Lineage("pkg/store.py", ("pkg/other/b.py",), stays=True),
        )

    def write(
        self,
        planned: Planned,
        form: Form = Form.LINEAR,
        *,
        title: str = "Split the store",
        check_commit: str | None = None,
    ) -> Written:
        return write(self.folder, planned, form, title=title, check_commit=check_commit)

    def tree_without_history(self, planned: Planned) -> str:
        """The tree that `git add` makes of the plan, in a clone."""
        clone = self.folder.parent / "plain"
        self.git("clone", "--quiet", str(self.folder), str(clone))
        for change in planned.changes:
            file = clone / change.path
            if change.after is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(change.after)
            file.chmod(change.mode)
        self.git("-C", str(clone), "add", "--all")
        return self.git("-C", str(clone), "write-tree")

    def retained(self, path: str, since: str = "main") -> tuple[int, int]:
        """The lines that plain blame credits to before, and all lines."""
        new = set(self.git("rev-list", "HEAD", f"^{since}").split())
        lines = self.git("blame", "--porcelain", path).splitlines()
        oids = [found[1] for line in lines if (found := _BLAMED.match(line))]
        return sum(oid not in new for oid in oids), len(oids)


STORE = f"import os\n\n\n{A}{B}{C}"
FILES = {
    "pkg/__init__.py": "",
    "pkg/other/__init__.py": "",
    "pkg/store.py": STORE,
    "pkg/use.py": "from pkg.store import a, b\n",
}


def project_of(scratch: Scratch) -> Project:
    scratch.commit(FILES, "all there is")
    scratch.git("checkout", "--quiet", "-b", "topic")
    return Project(scratch)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests: git knows who commits, and no setting of theirs."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(make_scratch: MakeScratch) -> Project:
    return project_of(make_scratch("project"))
