"""How git is started, so that nothing of the repository that it reads can run.

A repository's own settings can name programs (hooks, filters, fsmonitor, external
diffs, textconv, pagers, credential helpers) and can mislead (replace refs, grafts,
attributes). So git reads a repository here in two steps. Refs and folders are looked
up in the repository itself, by `rev-parse` alone. Everything else happens in an
empty repository of our own, made for the occasion, that borrows the objects and
knows none of the settings. This is also why GitPython does not serve: it runs git
with the repository's settings, and cannot take a variable out of the environment.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

_TIMEOUT_SECONDS = 600
_LOOK_UP_SECONDS = 60
# So many object ids fit into any pipe, so that git and we never wait for each other.
_BATCH = 150
# What the user's own environment may say while the repository is looked for.
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_", "GIT_EXEC_PATH")
_HARDENED = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    # A partial clone would fetch what it lacks, by programs from its settings.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
_SETTINGS = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.commitGraph=false"),  # it repeats the parents, and may lie
    *("-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never"),
)


_TRUST = "git config --global --add safe.directory FOLDER"


class GitError(Exception):
    """What git cannot answer; the text says what, and what to do, in one line."""


def decode(output: bytes) -> str:
    """Text of git's output: UTF-8 whatever the locale, other bytes as surrogates."""
    return output.decode("utf-8", "surrogateescape")


def encode(argument: str) -> bytes:
    """The bytes of what `decode` made."""
    return argument.encode("utf-8", "surrogateescape")


class Store:
    """The objects of a repository, read in an empty one of our own beside them."""

    def __init__(self, common: Path, object_format: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rehome-git-")
        self._path = Path(self._folder.name)
        self._environment = _environment(("GIT_EXEC_PATH",)) | {
            "GIT_OBJECT_DIRECTORY": str(common / "objects"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
        }
        self.shallow = self._furnish(common, object_format)
        command = self._command("cat-file", "--batch")
        self.objects = ObjectReader(command, self._environment)

    def run(self, *arguments: str) -> bytes:
        """What a git command prints; raises `GitError` where it fails."""
        return _run(self._command(*arguments), self._environment)

    def close(self) -> None:
        self.objects.close()
        self._folder.cleanup()

    def _command(self, *arguments: str) -> list[str]:
        return ["git", *_SETTINGS, f"--git-dir={self._path}", *arguments]

    def _furnish(self, common: Path, object_format: str) -> frozenset[str]:
        """Make an empty bare repository, without running anything; return the
        commits that have no parents in a shallow clone.
        """
        for folder in ("refs", "objects"):
            (self._path / folder).mkdir()
        (self._path / "HEAD").write_text("ref: refs/heads/none\n", "ascii")
        config = "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n"
        if object_format != "sha1":
            config += f"[extensions]\n\tobjectFormat = {object_format}\n"
        (self._path / "config").write_text(config, "ascii")
        try:
            shallow = (common / "shallow").read_bytes()
        except OSError:
            return frozenset()
        (self._path / "shallow").write_bytes(shallow)
        return frozenset(shallow.decode("ascii", "replace").split())


class ObjectReader:
    """One `cat-file --batch` that lives as long as its repository.

    A forked child would take its parent's answers, so it starts one of its own.
    """

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __reduce__(self) -> tuple[type[ObjectReader], tuple[object, ...]]:
        return ObjectReader, (self._command, self._environment)

    def read(self, oids: Sequence[str], at_most: int | None) -> dict[str, bytes]:
        """The objects' contents, less those of more than `at_most` bytes.

        Raises `GitError` where one is missing.
        """
        found: dict[str, bytes] = {}
        with self._lock:
            whole = False
            try:
                for start in range(0, len(oids), _BATCH):
                    found.update(self._batch(oids[start : start + _BATCH], at_most))
                whole = True
            except OSError as error:
                raise GitError(f"git cannot read the objects: {error}") from None
            finally:
                if not whole:  # what git has still to say must not be misread
                    self._stop()
        return found

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _batch(
        self, oids: Sequence[str], at_most: int | None
    ) -> Iterator[tuple[str, bytes]]:
        asked, answers = self._pipes()
        asked.write("".join(f"{oid}\n" for oid in oids).encode("ascii"))
        asked.flush()
        for oid in oids:
            facts = answers.readline().split()
            if len(facts) != 3 or facts[0] != oid.encode("ascii"):
                raise _missing(oid)
            size = int(facts[2])
            if at_most is not None and size > at_most:
                _skip(answers, size + 1)
                continue
            content = answers.read(size)
            if len(content) < size or answers.read(1) != b"\n":
                raise _missing(oid)
            yield oid, content

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        process = self._process
        if process is None or self._owner != os.getpid():
            process = self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._owner = os.getpid()
        if process.stdin is None or process.stdout is None:
            raise BrokenPipeError("no pipe to git")
        return process.stdin, process.stdout

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.communicate()


def look_up(folder: Path, *arguments: str) -> bytes:
    """Ask `rev-parse` of the repository itself, which runs nothing of it.

    Raises `GitError` where it fails.
    """
    command = ["git", *_SETTINGS, "-C", str(folder), "rev-parse", *arguments]
    # Its settings may include a file that never ends.
    return _run(command, _environment(_KEPT), _LOOK_UP_SECONDS)


def work_in(
    folder: Path,
    *arguments: str,
    told: bytes = b"",
    variables: Mapping[str, str] | None = None,
    kept: tuple[str, ...] = (),
) -> bytes:
    """Run a git command in the repository itself, for those who run its code anyway.

    Its hooks do not run, but its filters do: files come out as its users have them.
    `told` is its input; `variables` are added to its environment, in which those
    whose names begin with one of `kept` stay. Raises `GitError` where it fails.
    """
    command = ["git", *_SETTINGS, "-C", str(folder), *arguments]
    environment = _environment((*_KEPT, *kept)) | dict(variables or {})
    return _run(command, environment, told=told)


def differences_of_folders(folder: Path, old: str, new: str) -> bytes:
    """What `git diff --name-status -z` says of two folders in `folder`, with renames.

    Raises `GitError` where it fails.
    """
    options = ("--no-index", "--name-status", "-z", "-M", "--no-ext-diff")
    command = ["git", *_SETTINGS, "-C", str(folder), "diff", *options, "--", old, new]
    environment = _environment(("GIT_EXEC_PATH",)) | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    return _run(command, environment, fine=(0, 1))  # 1: they differ


def _environment(kept: tuple[str, ...]) -> dict[str, str]:
    """The environment without what names another repository, as hooks have it."""
    mine = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(kept)
    }
    return mine | _HARDENED


def _run(
    command: Sequence[str],
    environment: dict[str, str],
    timeout: int = _TIMEOUT_SECONDS,
    *,
    fine: Sequence[int] = (0,),
    told: bytes = b"",
) -> bytes:
    try:
        done = subprocess.run(
            [encode(argument) for argument in command],
            env=environment,
            input=told,
            capture_output=True,
            check=False,
            timeout=timeout,
        )
    except FileNotFoundError:
        raise GitError("git is not installed, or not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git gave no answer in {timeout} seconds") from None
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run: {error}") from None
    if done.returncode not in fine:
        raise GitError(_reason(done.stderr))
    return done.stdout


def _reason(stderr: bytes) -> str:
    """The line in which git says why it failed."""
    lines = [line for line in decode(stderr).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))]
    line = (told or lines or ["git failed without a reason"])[0]
    reason = line.removeprefix("fatal: ").removeprefix("error: ").strip()[:500]
    if "dubious ownership" in reason:
        return f"{reason}: if you trust it, run `{_TRUST}` with its folder"
    return reason


def _missing(oid: str) -> GitError:
    return GitError(
        f"the object {oid} is not in this clone, which is partial or damaged:"
        " `git fetch --refetch --no-filter` fetches everything"
    )


def _skip(answers: IO[bytes], size: int) -> None:
    while size > 0:
        dropped = len(answers.read(min(size, 1 << 20)))
        if not dropped:
            raise BrokenPipeError("git ended too early")
        size -= dropped
