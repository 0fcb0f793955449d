"""Find the files below folders, and say what was left out and why."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from codemods.finding import Finding, Place
from codemods.ignore import IgnoreRules, rules_above, rules_within
from codemods.rules import UNREADABLE
from codemods.worktree import list_files, top_of

SUFFIXES = (".py", ".pyi", ".pyw")
# What is no text, to save a look into it.
_BINARY = (
    *(".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".pdf", ".mp3", ".mp4", ".wav"),
    *(".woff", ".woff2", ".ttf", ".zip", ".gz", ".xz", ".tar", ".whl", ".so", ".a"),
    *(".o", ".pyc", ".bin", ".pt", ".pth", ".onnx", ".npy", ".npz", ".parquet"),
    *(".safetensors", ".gguf", ".db", ".sqlite"),
)

# Why something was left out, as users read it after a number.
IGNORED = "ignored"
LINKED = "linked"
ENVIRONMENT = "environment"
INSTALLED = "installed"
REPOSITORY = "nested repository"
BUILD_OUTPUT = "build output"
SPECIAL = "not a regular file"
BY_SETTINGS = "ignored by the settings"
TEXTS_BY_SETTINGS = "other files ignored by the settings"

# What no project keeps source in: left out without a word.
_CACHES = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", ".jj", "__pycache__", ".hypothesis"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".pyre", ".pytype"),
        ".ipynb_checkpoints",
    }
)
_PACKAGE_FOLDERS = frozenset(
    {"site-packages", "node_modules", "__pypackages__", ".tox", ".nox", ".eggs"}
)


# Whether to leave out what lies at an absolute path, for whoever calls `discover`.
_left_out: ContextVar[Callable[[str], bool] | None] = ContextVar(
    "left_out", default=None
)


@contextmanager
def leave_out(is_left_out: Callable[[str], bool]) -> Iterator[None]:
    """Inside, `discover` leaves out files below folders at certain absolute paths, all
    links in them resolved. That is a setting of a project: it holds for all that is
    done to it, so that it is not handed through each function that does something.
    """
    before = _left_out.set(is_left_out)
    try:
        yield
    finally:
        _left_out.reset(before)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What lies below the named paths.

    `files` are Python; they are sorted, each once, written as below the path that
    led to them, and so are `texts`, all other files that are not known to be binary.
    `left_out` counts, by reason, Python files and whole folders that were passed over;
    `texts_left_out` the texts that were because of what `leave_out` says.
    """

    files: tuple[Path, ...]
    texts: tuple[Path, ...]
    left_out: dict[str, int]
    problems: tuple[Finding, ...]
    texts_left_out: int = 0


def discover(paths: Sequence[Path]) -> Discovered:
    """Find the files at and below `paths`; reads folders, changes nothing.

    A path that names a file is taken whatever its name is, as Python unless its name
    is that of a kind of text; a link is resolved.
    Below a folder, these are left out: links, environments, folders of installed
    packages, caches, and what git ignores or, where git cannot be asked, what
    `.gitignore` files do; below one in a git work tree also other repositories.
    Inside `leave_out`, so is what that says.
    None of that holds for the named paths themselves. Where git cannot be asked,
    `build` folders that setuptools made are left out as well.
    """
    search = _Search()
    for path in paths:
        search.start_at(path)
    return search.result()


@dataclass
class _Search:
    """What was found so far; all keys are real paths, so that none counts twice."""

    files: dict[str, Path] = field(default_factory=dict)
    texts: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Finding] = field(default_factory=dict)
    roots: set[str] = field(default_factory=set)
    texts_left_out: set[str] = field(default_factory=set)

    def result(self) -> Discovered:
        passed_over = (
            reason
            for path, reason in self.left_out.items()
            if path not in self.roots and path not in self.files
        )
        return Discovered(
            tuple(sorted(self.files.values(), key=os.fspath)),
            tuple(sorted(self.texts.values(), key=os.fspath)),
            dict(sorted(Counter(passed_over).items())),
            tuple(sorted(self.problems.values(), key=lambda each: each.place)),
            len(self.texts_left_out - self.texts.keys()),
        )

    def start_at(self, path: Path) -> None:
        try:
            real = os.path.realpath(path, strict=True)
            is_folder = stat.S_ISDIR(os.stat(real).st_mode)
        except (OSError, ValueError) as error:
            self.cannot_read(os.fspath(path), os.fspath(path), error)
            return
        shown = Path(real) if path.is_symlink() else path
        self.roots.add(real)
        if is_folder:
            _Folder(self, real, shown).search()
        elif _is_named_text(shown):
            self.texts.setdefault(real, shown)
        else:
            self.files.setdefault(real, shown)

    def cannot_read(self, key: str, shown: str, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.problems[key] = Finding(
            UNREADABLE,
            Place(shown),
            f"cannot be read: {reason}",
            "check its name and permissions, or leave it out",
        )


@dataclass
class _Folder:
    """The search below one named folder; inner paths are relative to it."""

    found: _Search
    root: str
    shown: Path
    opened: dict[str, bool] = field(default_factory=dict)

    def search(self) -> None:
        listing = list_files(self.root)
        # Where all is ignored (as in an environment), whoever names it wants it.
        if listing is not None and (listing.files or not listing.ignored):
            for inner in listing.repositories:
                self.leave_out(inner.rstrip("/"), REPOSITORY)
            for inner in listing.ignored:
                self._note_ignored(inner)
            for inner in listing.links:
                self._note_link(inner)
            for inner in listing.files:
                if inner.endswith(_BINARY) or not self._is_open(os.path.dirname(inner)):
                    continue
                if inner.endswith(SUFFIXES):
                    self._take(inner)
                else:
                    self._take_text(inner)
            return
        self._walk_plainly()

    def _walk_plainly(self) -> None:
        top = top_of(self.root)
        rules = rules_above(top, self.root) if top else None
        rules = rules_within(self.root, rules)
        before = dict(self.found.left_out)
        walk = _Walk(self, inside_worktree=top is not None)
        walk.below("", rules)
        if rules is not None and not walk.kept_anything:
            self.found.left_out = before
            walk.below("", None)

    def path(self, inner: str) -> str:
        return os.path.join(self.root, inner) if inner else self.root

    def leave_out(self, inner: str, reason: str) -> None:
        self.found.left_out.setdefault(self.path(inner), reason)

    def cannot_read(self, inner: str, error: OSError) -> None:
        self.found.cannot_read(self.path(inner), os.fspath(self.shown / inner), error)

    def take(self, inner: str) -> None:
        if self._is_left_out(inner):
            self.leave_out(inner, BY_SETTINGS)
            return
        self.found.files.setdefault(self.path(inner), self.shown / inner)

    def take_text(self, inner: str) -> None:
        if self._is_left_out(inner):
            self.found.texts_left_out.add(self.path(inner))
            return
        self.found.texts.setdefault(self.path(inner), self.shown / inner)

    def _is_left_out(self, inner: str) -> bool:
        decide = _left_out.get()
        return decide is not None and decide(self.path(inner))

    def enters(self, inner: str, *, inside_worktree: bool) -> bool:
        """Whether a folder, neither linked nor ignored, is one to look into."""
        name = os.path.basename(inner)
        if name in _CACHES or name.endswith(".egg-info"):
            return False
        reason = _reason_to_leave_out(self.path(inner), name, inside_worktree)
        if reason is not None:
            self.leave_out(inner, reason)
        return reason is None

    def _note_ignored(self, inner: str) -> None:
        if inner.endswith(SUFFIXES):
            self.leave_out(inner, IGNORED)
        elif inner.endswith("/"):
            folder = inner.rstrip("/")
            is_open = self._is_open(os.path.dirname(folder))
            if is_open and self.enters(folder, inside_worktree=True):
                self.leave_out(folder, IGNORED)

    def _note_link(self, inner: str) -> None:
        if self._is_open(os.path.dirname(inner)) and (
            inner.endswith(SUFFIXES) or os.path.isdir(self.path(inner))
        ):
            self.leave_out(inner, LINKED)

    def _is_open(self, inner: str) -> bool:
        """Whether git's answers below a folder count: it may be a link by now."""
        if not inner:
            return True
        known = self.opened.get(inner)
        if known is None:
            known = self._is_open(os.path.dirname(inner)) and self._may_enter(inner)
            self.opened[inner] = known
        return known

    def _may_enter(self, inner: str) -> bool:
        status = self._status(inner)
        if status is None:
            return False
        if stat.S_ISLNK(status.st_mode):
            self.leave_out(inner, LINKED)
            return False
        return self.enters(inner, inside_worktree=True)

    def _take(self, inner: str) -> None:
        status = self._status(inner)
        if status is None:
            return
        if stat.S_ISLNK(status.st_mode):
            self.leave_out(inner, LINKED)
        elif stat.S_ISREG(status.st_mode):
            self.take(inner)
        else:
            self.leave_out(inner, SPECIAL)

    def _take_text(self, inner: str) -> None:
        status = self._status(inner)
        if status is not None and stat.S_ISREG(status.st_mode):
            self.take_text(inner)

    def _status(self, inner: str) -> os.stat_result | None:
        try:
            return os.lstat(self.path(inner))
        except (FileNotFoundError, NotADirectoryError):
            return None  # tracked and deleted
        except OSError as error:
            self.cannot_read(inner, error)
            return None


@dataclass
class _Walk:
    """A walk that asks nobody but the folders themselves."""

    of: _Folder
    inside_worktree: bool
    kept_anything: bool = False

    def below(self, inner: str, rules: IgnoreRules | None) -> None:
        pending = [(inner, rules)]
        while pending:
            folder, rules = pending.pop()
            for name in self._visit(folder, rules):
                inner = os.path.join(folder, name)
                pending.append((inner, self._rules_in(inner, rules)))

    def _rules_in(self, inner: str, rules: IgnoreRules | None) -> IgnoreRules | None:
        return rules_within(self.of.path(inner), rules)

    def _visit(self, folder: str, rules: IgnoreRules | None) -> Iterator[str]:
        """Take the files of a folder, and yield the folders to go on with."""
        try:
            with os.scandir(self.of.path(folder)) as listing:
                entries = list(listing)
        except OSError as error:
            self.of.cannot_read(folder, error)
            return
        for entry in entries:
            inner = os.path.join(folder, entry.name)
            if _is_folder(entry):
                if self._enters(inner, rules):
                    yield entry.name
            elif entry.name.endswith(SUFFIXES) or _links_to_folder(entry):
                self._take(entry, inner, rules)
            elif not _ignores(rules, entry.path, is_folder=False):
                self.kept_anything = True
                if not entry.name.endswith(_BINARY) and _is_regular(entry):
                    self.of.take_text(inner)

    def _enters(self, inner: str, rules: IgnoreRules | None) -> bool:
        if not self.of.enters(inner, inside_worktree=self.inside_worktree):
            return False
        path = self.of.path(inner)
        if _ignores(rules, path, is_folder=True):
            self.of.leave_out(inner, IGNORED)
            return False
        if os.path.basename(inner) == "build" and _is_build_output(path):
            self.of.leave_out(inner, BUILD_OUTPUT)
            return False
        return True

    def _take(
        self, entry: os.DirEntry[str], inner: str, rules: IgnoreRules | None
    ) -> None:
        if _ignores(rules, entry.path, is_folder=False):
            self.of.leave_out(inner, IGNORED)
            return
        self.kept_anything = True
        try:
            if entry.is_symlink():
                self.of.leave_out(inner, LINKED)
            elif entry.is_file(follow_symlinks=False):
                self.of.take(inner)
            else:
                self.of.leave_out(inner, SPECIAL)
        except OSError as error:
            self.of.cannot_read(inner, error)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _is_named_text(path: Path) -> bool:
    """Whether a file that is named is a text by its name."""
    if path.name.endswith(SUFFIXES):
        return False
    from codemods.texts import kind_of  # seldom needed, and slow to load

    return kind_of(path.name).name != "other"


def _links_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def _ignores(rules: IgnoreRules | None, path: str, *, is_folder: bool) -> bool:
    return rules is not None and rules.ignores(path, is_folder=is_folder)


def _reason_to_leave_out(path: str, name: str, inside_worktree: bool) -> str | None:
    if name in _PACKAGE_FOLDERS:
        return INSTALLED
    marks = ("pyvenv.cfg", "conda-meta")
    if name == ".venv" or any(os.path.lexists(os.path.join(path, m)) for m in marks):
        return ENVIRONMENT
    if inside_worktree and os.path.lexists(os.path.join(path, ".git")):
        return REPOSITORY
    return None


def _is_build_output(path: str) -> bool:
    """Whether setuptools made this folder, not a package that is called build."""
    try:
        names = os.listdir(path)
    except OSError:
        return False
    return any(name == "lib" or name.startswith(("lib.", "bdist.")) for name in names)
