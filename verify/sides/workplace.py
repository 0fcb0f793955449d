"""The place where two sides are made and run: nothing of it outlives its end.

    with Workplace(seed=0) as place:
        base = place.open("git:HEAD~1")
        child = place.start(base, PACKAGES, "my_package.entry", {"any": "json"})
        ending = child.wait(60)

Whatever ends us, an error, a signal or `kill -9`: the janitor, a process of its own,
kills what still runs and removes folders and worktrees.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from verify.releases import ReleaseError
from verify.sides import checkout
from verify.sides.archives import unpack_source, unpack_wheel
from verify.sides.environment import environment
from verify.sides.errors import SideError
from verify.sides.index import fetch_release
from verify.sides.process import Child, start
from verify.sides.side import Side, roots_of
from verify.sides.spec import FolderSpec, GitSpec, ReleaseSpec, parse

_HERE = Path(__file__).parent
_START = _HERE / "inside" / "start.py"
_JANITOR_SECONDS = 60.0
_ENDING_SIGNALS = ("SIGTERM", "SIGHUP")


class Workplace:
    """Makes sides and starts their processes; a context manager, entered once.

    `python` is the interpreter of both sides, ours where none is named; `seed` fixes
    the hash seed; `memory` limits each process to so many bytes of address space.
    """

    def __init__(
        self,
        *,
        python: str | None = None,
        seed: int = 0,
        memory: int | None = None,
        extra_environment: Mapping[str, str] | None = None,
    ) -> None:
        # The sides' processes run elsewhere: a path must not lead into a side.
        named = python or sys.executable
        self.python = os.path.abspath(named) if os.sep in named else named
        self.seed = seed
        self._memory = memory
        self._extra = dict(extra_environment or {})
        self._mark = f"rehome-{uuid.uuid4().hex}"
        self._number = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Workplace:
        command = [sys.executable, "-I", "-S", str(_HERE / "janitor.py"), self._mark]
        self._janitor = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        if self._janitor.stdout is None or not self._janitor.stdout.readline():
            raise SideError("the process that cleans up cannot be started")
        # Without links: git and the system name the folder by its real path.
        above = Path(tempfile.gettempdir()).resolve()
        self.scratch = above / f"rehome-sides-{self._mark.partition('-')[2]}"
        # Before it is made: it must go however soon we are killed.
        self._tell({"folder": str(self.scratch)})
        try:
            self.scratch.mkdir(mode=0o700)
        except OSError as error:
            self._dismiss_janitor()
            reason = error.strerror or str(error)
            raise SideError(
                f"no folder can be made in {str(above)!r}: {reason}"
            ) from None
        self._catch_signals()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ignore_signals()
        try:
            self._dismiss_janitor()
        finally:
            self._restore_signals()

    def _dismiss_janitor(self) -> None:
        """Let it clean up, and wait until it has."""
        if self._janitor.stdin is not None:
            self._janitor.stdin.close()
        try:
            self._janitor.wait(_JANITOR_SECONDS)
        finally:
            if self._janitor.stdout is not None:
                self._janitor.stdout.close()

    # Sides.

    def open(
        self, text: str, *, repository: Path = Path(), roots: Sequence[str] = ()
    ) -> Side:
        """Make a side ready. `repository` is where `git:` revisions are looked up;
        `roots` are the folders of the side that lead the import path, where the
        usual ones will not do. Raises `SideError`.
        """
        spec = parse(text)
        self._number += 1
        own = self.scratch / f"side-{self._number}"
        (own / "tmp").mkdir(parents=True)
        if isinstance(spec, FolderSpec):
            folder, identity = self._folder(spec), ""
        elif isinstance(spec, GitSpec):
            # git keeps a worktree under the name of its folder, so it is no other's.
            named = own / f"{self._mark}-{self._number}"
            folder, identity = self._worktree(spec, repository, named)
        else:
            folder, identity = self._release(spec, own / "files")
        return Side(text, folder, roots_of(folder, roots), own / "tmp", identity)

    def _folder(self, spec: FolderSpec) -> Path:
        try:
            folder = Path(spec.path).resolve(strict=True)
        except (OSError, RuntimeError):
            raise SideError(
                f"there is no folder {spec.path!r}: a side is a folder, git:REF,"
                " pypi:NAME==VERSION or sdist:NAME==VERSION"
            ) from None
        if not folder.is_dir():
            raise SideError(f"{spec.path!r} is no folder")
        return folder

    def _worktree(
        self, spec: GitSpec, repository: Path, folder: Path
    ) -> tuple[Path, str]:
        commit = checkout.commit_of(repository, spec.revision)
        common = checkout.common_folder(repository)
        # Before it is made: it must go also when we are killed while git works.
        self._tell({"worktree": [str(common), str(folder)]})
        checkout.add(repository, commit, folder, self._mark)
        return folder, commit[:12]

    def _release(self, spec: ReleaseSpec, folder: Path) -> tuple[Path, str]:
        try:
            fetched = fetch_release(spec)
            unpack = unpack_source if spec.is_source else unpack_wheel
            unpack(fetched.path, folder)
        except ReleaseError as error:
            raise SideError(str(error)) from None
        return folder, fetched.identity

    # Processes.

    def start(
        self,
        side: Side,
        packages: Mapping[str, Path],
        entry: str,
        arguments: Any,
        *,
        extra_environment: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
        under: Sequence[str] = (),
    ) -> Child:
        """Start `entry`, a module of `packages` (names with their folders), in a
        process of the side; its `main(started)` gets `arguments`, a JSON value.
        `under` is a command that runs the interpreter, as valgrind does.

        Raises `SideError` where the interpreter cannot be run.
        """
        told = {
            "folder": str(side.folder),
            "roots": [str(root) for root in side.roots],
            "provided": side.provided,
            "packages": {name: str(folder) for name, folder in packages.items()},
            "entry": entry,
            "memory": self._memory,
            "arguments": arguments,
        }
        own = {**self._extra, **(extra_environment or {})}
        variables = environment(side.scratch, self._mark, self.seed, own)
        self._number += 1
        output = self.scratch / f"output-{self._number}"
        # In a file, since a command line holds no more than 128 KiB.
        asked = self.scratch / f"asked-{self._number}.json"
        asked.write_text(json.dumps(told), "ascii")
        command = [*under, self.python, str(_START), str(asked)]
        try:
            process = start(command, side.folder, variables, output, descriptors)
        except OSError as error:
            raise SideError(f"{command[0]!r} cannot be run: {error}") from None
        self._tell({"group": process.pid})
        return Child(process, output, lambda: self._tell({"gone": process.pid}))

    def _tell(self, message: Mapping[str, Any]) -> None:
        if self._janitor.stdin is None or self._janitor.stdin.closed:
            return
        try:
            self._janitor.stdin.write(json.dumps(message) + "\n")
            self._janitor.stdin.flush()
        except OSError:
            raise SideError("the process that cleans up has died") from None

    # Signals.

    def _catch_signals(self) -> None:
        """Let the signals that end a program unwind it, as an interrupt does."""
        if threading.current_thread() is threading.main_thread():
            for name in _ENDING_SIGNALS:
                number = getattr(signal, name, None)
                if number is not None:
                    self._before[number] = signal.signal(number, _end)

    def _ignore_signals(self) -> None:
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)

    def _restore_signals(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
