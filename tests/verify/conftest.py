"""Small repositories to ask questions about."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

# No setting of whoever runs the tests may change what they make.
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_ALLOW_PROTOCOL": "file",
}


class Scratch:
    """A repository in the making."""

    def __init__(self, folder: Path, *, arguments: tuple[str, ...] = ()) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *arguments)

    def git(self, *arguments: str | os.PathLike[str]) -> str:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-C", self.folder, *arguments],
            env=mine | ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        return os.fsdecode(done.stdout).strip()

    def commit(
        self, files: Mapping[str, str | bytes | None], message: str = "m"
    ) -> str:
        """Write files (remove those that are None) and commit all; return its id."""
        for path, content in files.items():
            target = self.folder / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            text = content.encode() if isinstance(content, str) else content
            target.write_bytes(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def move(self) -> None:
        """Make two commits: the second moves 8 lines from `old.py` to `new.py`, to
        stand under an import.
        """
        a, b = function("a"), function("b")
        self.commit({"old.py": f"import os\n{a}{b}"})
        self.commit({"old.py": f"import os\n{b}", "new.py": f"import sys\n{a}"})


def function(name: str, *, lines: int = 8, indent: str = "") -> str:
    """A function with lines that stand nowhere else."""
    text = [f"def {name}(self, request):"]
    text += [f"    step_{n} = request.{name}_{n}(self, {n})" for n in range(1, lines)]
    return "".join(f"{indent}{line}\n" for line in text)


MakeScratch = Callable[..., Scratch]

Body = Callable[..., str]


@pytest.fixture
def body() -> Body:
    """The text of a function: `body("name", indent="    ")`."""
    return function


@pytest.fixture
def make_scratch(tmp_path: Path) -> MakeScratch:
    """Makes a repository in a folder of its own: `make_scratch("name")`."""

    def make(name: str = "repository", *arguments: str) -> Scratch:
        return Scratch(tmp_path / name, arguments=arguments)

    return make


@pytest.fixture
def scratch(make_scratch: MakeScratch) -> Scratch:
    return make_scratch()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REHOME_CACHE", str(tmp_path / "cache"))
