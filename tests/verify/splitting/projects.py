"""Small projects on disk, split and run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from verify.moving.changes import FileChange, Planned
from verify.moving.trees import WorkTree
from verify.splitting.plan import loads
from verify.splitting.planning import Wish, plan_split

# Imports each module in a process of its own, which is forked from one that has
# imported none of them, and runs `main.py` likewise.
_DRIVER = """
import io, json, os, runpy, sys
root, names = sys.argv[1], sys.argv[2:]
sys.path.insert(0, root)
sys.dont_write_bytecode = True


def run(name):
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        os.close(ours)
        sys.stdout = printed = io.StringIO()
        try:
            if name == "main":
                runpy.run_path(os.path.join(root, "main.py"), run_name="__main__")
            else:
                __import__(name)
            end = ""
        except BaseException as error:
            end = f"{type(error).__name__}: {error}"
        with os.fdopen(theirs, "w") as stream:
            stream.write(printed.getvalue() + end)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as stream:
        text = stream.read()
    os.waitpid(process, 0)
    return text


print(json.dumps({name: run(name) for name in names}))
"""


@dataclass
class Project:
    """A folder with files."""

    root: Path

    @classmethod
    def write(cls, root: Path, files: Mapping[str, str]) -> Project:
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(textwrap.dedent(text).encode())
        return cls(root)

    def plan(self, text: str, module: str = "", wish: Wish | None = None) -> Planned:
        plan = loads(textwrap.dedent(text), "plan.toml", module)
        return plan_split(WorkTree(self.root), plan, wish or Wish())

    def apply(self, changes: tuple[FileChange, ...]) -> None:
        for change in changes:
            file = self.root / change.path
            if change.after is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(change.after)

    def text(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def modules(self) -> list[str]:
        """The dotted names of all modules but the program."""
        found = []
        for file in sorted(self.root.rglob("*.py")):
            parts = file.relative_to(self.root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name != "main":
                found.append(name)
        return found

    def results(self) -> dict[str, str]:
        """What the program prints, and what importing each module first does: what
        it prints, and the error that it ends with.
        """
        command = [sys.executable, "-c", _DRIVER, os.fspath(self.root), "main"]
        done = subprocess.run(
            [*command, *self.modules()], capture_output=True, check=True, text=True
        )
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found


def differences(
    before: Mapping[str, str], after: Mapping[str, str], split: str
) -> list[str]:
    """What is not as it was; a new module inside `split` does what that did, any other
    new one nothing.
    """
    found = []
    for name, text in after.items():
        inside = name.startswith(f"{split}.")
        expected = before.get(name, before[split] if inside else "")
        if text != expected:
            found.append(f"{name}: {expected!r} before, {text!r} after")
    return found


def after(planned: Planned, path: str) -> str:
    """The text of a file once a plan is carried out."""
    change = next(each for each in planned.changes if each.path == path)
    assert change.after is not None
    return change.after.decode()
