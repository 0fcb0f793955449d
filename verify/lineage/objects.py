"""Blobs, trees and commits of the user's repository, and the branch at the end.

Objects that nothing names are nothing to anyone: git clears them away in time. So
everything is written first, and the branch moves last, by git's own fast-forward,
which takes the files and the index along, and refuses where it would overwrite what
is not committed.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from verify.gitprocess import GitError, decode, encode, work_in
from verify.lineage.errors import LineageError
from verify.lineage.standing import Standing
from verify.lineage.steps import Content

# Who commits, and when, may be told by the environment.
_IDENTITY = ("GIT_AUTHOR_", "GIT_COMMITTER_")
# What could leave something of our own index behind, or misread our own files.
_OWN_INDEX = (
    *("-c", "core.splitIndex=false"),
    *("-c", "index.sparse=false"),
    *("-c", "core.sparseCheckout=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.fileMode=true"),
)
_UTF_8 = "i18n.commitEncoding=UTF-8"
_QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
_FORWARD = (
    *("merge", "--quiet", "--no-stat", "--ff-only", "--no-squash", "--commit"),
    *("--no-autostash", "--no-verify-signatures"),
)


class TreeWriter:
    """Writes trees that differ from one commit's in some files; `folder` is ours."""

    def __init__(self, root: Path, base: str, folder: Path) -> None:
        self._root = root
        self._base = base
        self._folder = folder
        self._number = 0

    def write(self, contents: Mapping[str, Content | None]) -> str:
        """The id of a tree. Raises `LineageError` for a path that git cannot hold."""
        self._number += 1
        self._files = self._folder / f"tree-{self._number}"
        self._files.mkdir()
        self._variables = {"GIT_INDEX_FILE": f"{self._files}.index"}
        self._git("read-tree", self._base)
        # First: where the file `a` was, the file `a/b` may be.
        gone = [path for path, content in contents.items() if content is None]
        self._enter(b"0 %s\t%s\0" % (b"0" * len(self._base), encode(p)) for p in gone)
        present = {path: c for path, c in contents.items() if c is not None}
        self._add({p: c for p, c in present.items() if not c.is_clean})
        self._enter(
            b"%s %s\t%s\0" % (_mode(c), self._clean(c.data), encode(path))
            for path, c in present.items()
            if c.is_clean
        )
        return self._git("write-tree").decode("ascii").strip()

    def _enter(self, lines: Iterator[bytes]) -> None:
        self._git("update-index", "-z", "--index-info", told=b"".join(lines))

    def _clean(self, data: bytes) -> bytes:
        return self._git(
            "hash-object", "--stdin", "--no-filters", "-w", told=data
        ).strip()

    def _add(self, contents: Mapping[str, Content]) -> None:
        """Add files as `git add` would from the work tree: line ends and filters
        are the user's.
        """
        for path, content in contents.items():
            file = self._files.joinpath(*_parts(path))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.data)
            file.chmod(0o755 if content.mode & 0o100 else 0o644)
        paths = b"".join(encode(path) + b"\0" for path in contents)
        self._git("update-index", "--add", "-z", "--stdin", told=paths, files=True)

    def _git(self, *arguments: str, told: bytes = b"", files: bool = False) -> bytes:
        where = (f"--work-tree={self._files}",) if files else ()
        if files:  # or it takes the folder that it runs in
            own = decode(work_in(self._root, "rev-parse", "--absolute-git-dir"))
            where = (f"--git-dir={own.rstrip()}", *where)
        folder = self._files if files else self._root
        return work_in(
            folder,
            *_OWN_INDEX,
            *where,
            *arguments,
            told=told,
            variables=self._variables,
        )


def _parts(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise LineageError(f"{path!r} is no path inside a repository")
    return parts


def _mode(content: Content) -> bytes:
    return b"100755" if content.mode & 0o100 else b"100644"


def blob_of(root: Path, path: str, data: bytes) -> str:
    """The id of the object that the bytes of a file of the work tree would be."""
    arguments = ("hash-object", "--stdin", f"--path={path}")
    return work_in(root, *arguments, told=data).decode("ascii").strip()


def commit_of(root: Path, tree: str, parents: Sequence[str], message: str) -> str:
    """Write a commit as its user: name, time, and signature where they are set up.

    It is younger than its parents, even where the clock is not: `git log --follow`
    goes by age, and would pass by where two lines of commits are as old.

    Raises `LineageError` where git does not know who commits, or cannot sign.
    """
    signed = ("-S",) if _setting(root, "commit.gpgSign") == "true" else ()
    named = (argument for parent in parents for argument in ("-p", parent))
    command = ("-c", _UTF_8, "commit-tree", *signed, *named, tree)
    text = message.encode("utf-8", "backslashreplace")
    oldest = max(_time(root, parent) for parent in parents) + 1
    try:
        written = work_in(root, *command, told=text, kept=_IDENTITY)
        if _time(root, written.decode("ascii").strip()) < oldest:
            date = {"GIT_COMMITTER_DATE": f"{oldest} +0000"}
            written = work_in(root, *command, told=text, variables=date, kept=_IDENTITY)
    except GitError as error:
        raise LineageError(_why_no_commit(str(error), bool(signed))) from None
    return written.decode("ascii").strip()


def _time(root: Path, commit: str) -> int:
    """When a commit was made, in seconds since 1970."""
    head = work_in(root, "cat-file", "commit", commit).partition(b"\n\n")[0]
    lines = (line for line in head.split(b"\n") if line.startswith(b"committer "))
    try:
        return int(next(lines).split(b" ")[-2])
    except (StopIteration, ValueError, IndexError):
        return 0


def _setting(root: Path, name: str) -> str:
    try:
        asked = ("config", "--type=bool", "--get", name)
        return work_in(root, *asked).decode("ascii", "replace").strip()
    except GitError:
        return ""


def _why_no_commit(reason: str, signed: bool) -> str:
    if any(word in reason for word in ("ident", "email was given", "name was given")):
        return (
            f"git does not know who commits ({reason}): set it by `git config user.name"
            " NAME` and `git config user.email ADDRESS`"
        )
    if signed:
        return (
            f"the commit cannot be signed, as commit.gpgSign asks for it ({reason}):"
            " see that `git commit -S` works here, or set commit.gpgSign to false"
        )
    return f"git cannot write the commit: {reason}"


def advance(stands: Standing, new: str, title: str) -> None:
    """Move the branch from `stands.old` to `new`, with the files and the index.

    Raises `LineageError` where it has moved meanwhile, or git refuses.
    """
    where = stands.branch or "HEAD"
    now = work_in(stands.root, "rev-parse", "--verify", "HEAD").decode("ascii").strip()
    if now != stands.old:
        raise LineageError(f"{where} has moved to {now[:12]} meanwhile: run it again")
    reason = {"GIT_REFLOG_ACTION": f"rehome: {title}"}
    try:
        with _undisturbed():
            command = (*_QUIET, *_FORWARD, new)
            work_in(stands.root, *command, variables=reason, kept=_IDENTITY)
    except GitError as error:
        raise LineageError(
            f"git does not move {where}: {error} (`git merge --ff-only {new}` tells"
            " more, and moves it when nothing is in the way)"
        ) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let git, which inherits this, finish its work whatever key is pressed."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
