"""Clean up after a workplace, however it ends: this file is a process of its own.

It reads lines of JSON from its parent and acts when they end, which is when the
parent closes the pipe, or is killed by what no handler can catch. Standard library
only: it is run by its path.

    {"group": PID}                 a process group to kill
    {"gone": PID}                  one that has ended
    {"folder": PATH}               a folder to remove
    {"worktree": [COMMON, PATH]}   what git keeps of a worktree at PATH
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_PATIENCE = 5.0  # seconds, for processes that were killed


def main() -> None:
    """Read what there is to clean up, then do it. The mark of the workplace's
    processes is the argument.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201 (its parent waits for it)
    groups, folders, worktrees = _read(sys.stdin)
    _kill(groups, sys.argv[1])
    for folder in folders:
        _remove(Path(folder))
    for common, folder in worktrees:
        _forget(Path(common), Path(folder))


def _read(lines: IO[str]) -> tuple[set[int], list[str], list[tuple[str, str]]]:
    groups: set[int] = set()
    folders: list[str] = []
    worktrees: list[tuple[str, str]] = []
    for line in lines:
        try:
            told: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # cut off in the middle of a line
        if "group" in told:
            groups.add(told["group"])
        elif "gone" in told:
            groups.discard(told["gone"])
        elif "folder" in told:
            folders.append(told["folder"])
        elif "worktree" in told:
            worktrees.append((told["worktree"][0], told["worktree"][1]))
    return groups, folders, worktrees


def _kill(groups: set[int], mark: str) -> None:
    """Kill groups, and what left its group but still has the mark."""
    for group in groups:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        left = _marked(mark.encode())
        if not left:
            return
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _marked(mark: bytes) -> list[int]:
    """Processes with the mark in their environment, where the system tells."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            if mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _remove(folder: Path) -> None:
    """Remove a folder, also where its owner may not write."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for path, _, _ in os.walk(folder):
            with suppress(OSError):
                os.chmod(path, 0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _forget(common: Path, folder: Path) -> None:
    """Remove what git keeps of a worktree, as `git worktree prune` would of all.

    It is under the folder's name, which is like no other; no more can be known of it
    where git was killed before it wrote down the folder's path.
    """
    kept = common / "worktrees"
    shutil.rmtree(kept / folder.name, ignore_errors=True)
    with suppress(OSError):
        kept.rmdir()  # fails where there are others


if __name__ == "__main__":
    main()
