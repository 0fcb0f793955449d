"""What git says of the files below a folder. No setting of a repository is obeyed
that could run a program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

_SAFE = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
)
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # Reading a partial clone's index may fetch, with a program from its settings.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_", "GIT_EXEC_PATH")
# Modes of entries, as git writes them.
_FILE, _LINK, _SUBMODULE = b"100644", b"120000", b"160000"
_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths relative to the folder that was listed; those of folders end with `/`.

    `files` are tracked (some may be deleted) or untracked, `links` those of them
    that are symbolic links; `ignored` and `repositories` (submodules and others)
    are not entered.
    """

    files: tuple[str, ...]
    links: tuple[str, ...]
    ignored: tuple[str, ...]
    repositories: tuple[str, ...]


def is_inside(folder: str) -> bool:
    """Whether a folder lies in what looks like a git work tree; runs nothing."""
    return top_of(folder) is not None


def top_of(folder: str) -> str | None:
    """The nearest folder, upwards from an absolute path, that has a `.git`."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def list_files(folder: str) -> Listing | None:
    """List what lies below an absolute path, as git sees it.

    Returns None where git cannot say: it is not installed, does not trust the
    folder's owner, cannot read everything, or ignores the folder itself.
    """
    git = shutil.which("git")
    if git is None or not is_inside(folder):
        return None
    command = [git, *_SAFE, "-C", folder]
    # Exit status 1 says that it is not ignored; 0, that it is; more, an error.
    if _run([*command, "check-ignore", "-q", "."], expect=1) is None:
        return None
    tracked = _run([*command, "ls-files", "-z", "--stage"])
    others = _run([*command, *_UNTRACKED])
    ignored = _run([*command, *_UNTRACKED, "--ignored", "--directory"])
    if tracked is None or others is None or ignored is None:
        return None
    found: dict[bytes, list[str]] = {_FILE: [], _LINK: [], _SUBMODULE: []}
    for mode, path in _staged(tracked):
        found.get(mode, found[_FILE]).append(path)
    for path in _paths(others):
        is_link = os.path.islink(os.path.join(folder, path))
        mode = _SUBMODULE if path.endswith("/") else _LINK if is_link else _FILE
        found[mode].append(path)
    files, links, repositories = found.values()
    return Listing(
        (*files, *links),
        tuple(links),
        tuple(_outermost(_paths(ignored))),
        tuple(repositories),
    )


def _run(command: list[str], *, expect: int = 0) -> bytes | None:
    """Run git, and return what it prints; None where it fails or is in doubt."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except OSError:
        return None
    if done.returncode != expect or b"could not open directory" in done.stderr:
        return None
    return done.stdout


def _environment() -> dict[str, str]:
    """The environment without what names another repository, as hooks have it.

    This is why GitPython does not run these: it cannot take a variable away.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return kept | _ENVIRONMENT


def _paths(output: bytes) -> Iterator[str]:
    for path in map(os.fsdecode, output.split(b"\0")):
        # Nothing that git lists leads out of the folder; an index can be forged.
        if path and not path.startswith("/") and ".." not in path.split("/"):
            yield path


def _outermost(paths: Iterator[str]) -> Iterator[str]:
    """Leave out what lies in a folder that is there as well; git says both of a
    folder in which all is ignored.
    """
    folder = None
    for path in sorted(paths):
        if folder is None or not path.startswith(folder):
            yield path
            folder = path if path.endswith("/") else folder


def _staged(output: bytes) -> Iterator[tuple[bytes, str]]:
    """Mode and path of every entry; one in conflict comes several times."""
    for entry in output.split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        for name in _paths(path):
            yield facts.partition(b" ")[0], name
