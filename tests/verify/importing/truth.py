"""What Python itself says: every module of some packages imported first."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# Reads lines of "folder<TAB>entry"; imports each in a process of its own.
_WORKER = """
import json, os, sys, traceback

def told(folder, entry):
    try:
        __import__(entry)
    except BaseException as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__)
                  if f.filename.startswith(folder + os.sep)]
        last = frames[-1] if frames else None
        return {
            "error": type(error).__name__,
            "file": os.path.relpath(last.filename, folder) if last else "",
            "line": last.lineno if last else 0,
            "message": str(error),
        }
    return values()

def values():
    return {"error": ""}

def child(folder, entry, out):
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    answer = told(folder, entry)
    answer["probes"] = {
        name: {key: repr(value) for key, value in vars(module).items()
               if value is None}
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == entry.partition(".")[0]
    }
    os.write(out, json.dumps(answer).encode())

for line in sys.stdin:
    folder, entry = line.rstrip("\\n").split("\\t")
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read)
        try:
            child(folder, entry, write)
        finally:
            os._exit(0)
    os.close(write)
    parts = []
    while part := os.read(read, 65536):
        parts.append(part)
    os.close(read)
    os.waitpid(pid, 0)
    print(b"".join(parts).decode() or '{"error": "killed"}', flush=True)
"""


@dataclass(frozen=True)
class Truth:
    """What importing a module first did. `error` is empty where it worked.

    `nones` are the names that hold None afterwards, by module.
    """

    error: str
    file: str
    line: int
    message: str
    nones: Mapping[str, frozenset[str]]


def write_package(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files by their paths; a parent's `__init__` is not made up."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text), encoding="utf-8")


class Interpreters:
    """Fresh interpreters, one a question, for as long as the block runs.

    Each is a fork of one that has imported nothing of what it is asked for, which
    is as fresh as a new one and much quicker; it needs a system that can fork.
    """

    def __enter__(self) -> Interpreters:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, folder: Path, entry: str) -> Truth:
        """What importing a module of a folder first does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{folder}\t{entry}\n")
        self._process.stdin.flush()
        return _truth(json.loads(self._process.stdout.readline()))


def truths(entries: Iterable[tuple[Path, str]]) -> list[Truth]:
    """What importing each module first does, in a fresh interpreter each."""
    with Interpreters() as interpreters:
        return [interpreters.ask(folder, entry) for folder, entry in entries]


def _truth(answer: dict[str, object]) -> Truth:
    nones = answer.get("probes")
    assert isinstance(nones, dict)
    return Truth(
        str(answer["error"]),
        str(answer.get("file", "")),
        int(str(answer.get("line", 0))),
        str(answer.get("message", "")),
        {name: frozenset(values) for name, values in nones.items()},
    )
