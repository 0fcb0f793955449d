"""The migration between two versions of a package. Nothing of either is run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from packaging.version import InvalidVersion, Version

from codemods.trees import trees
from codemods.workers import Apart, Died, cores, spread
from verify.inferring.answer import UNKNOWN, Inferred, Untold
from verify.inferring.both import Both
from verify.inferring.grouping import Grouping, agreeing, without_repetition
from verify.inferring.losing import Losses, losses_of
from verify.inferring.outlines import Outline, Task, outline_of
from verify.inferring.pairing import pair
from verify.inferring.rehoming import Rehoming
from verify.inferring.resolving import Resolving
from verify.inferring.trees import Tree, changed_between
from verify.releasing.release import Release

Progress = Callable[[int, int], object]
# Characters of text whose trees are kept: those of the files that are looked at.
_ROOM = 20_000_000
# So few files are looked at sooner than a process starts.
_FEW = 20


class CannotInfer(Exception):
    """Two versions that cannot be compared; the text says why and what to do."""


def infer(
    old: Release,
    new: Release,
    *,
    package: str = "",
    private: bool = False,
    jobs: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Inferred:
    """Find what became of the names of one package.

    `package` is a top-level name that both have; it may be left out where both have
    but one in common. With `private` names that begin with an underscore and what was
    imported for a module's own use are told of as well, where they are gone.

    Raises `CannotInfer`.
    """
    package = package or _common_package(old, new)
    trees.make_room(_ROOM)
    try:
        before, after = Tree(old, package), Tree(new, package)
        return _infer(before, after, private, jobs or cores(), progress)
    finally:
        trees.make_room(0)


def _infer(
    old: Tree, new: Tree, private: bool, jobs: int, progress: Progress
) -> Inferred:
    outlines, dead = _outlines(old, new, jobs, progress)
    for each in outlines:
        if each.is_too_deep:  # nothing that follows may stumble over it
            old.hidden.add(each.path)
            new.hidden.add(each.path)
            dead.append(Untold(each.path, "it is nested too deeply", True))
    both = Both(old, new, outlines)
    with Apart(partial(_losses_or_nothing, both)) as losing:
        pairing = pair(old, new, outlines)
        result = losing.result()
    losses = result if isinstance(result, Losses) else losses_of(both)
    resolving = Resolving(both, pairing, losses.all_names, private)
    entries = {entry.old: entry for entry in resolving.entries()}
    grouped = Grouping(both, losses.modules, entries, private).result()
    grouped += Rehoming(both).entries()
    kept = without_repetition(agreeing(both, grouped))
    return Inferred(
        old.package,
        old.release.title,
        new.release.title,
        version_of(new.release),
        tuple(sorted(kept, key=lambda entry: entry.order)),
        tuple(sorted({*losses.untold, *dead}, key=lambda each: (each.name, each.why))),
        len(outlines),
        resolving.left_out,
    )


def _losses_or_nothing(both: Both) -> Losses | None:
    """For a process of its own: what goes wrong there is told in this one."""
    try:
        return losses_of(both)
    except RecursionError:
        return None


def _outlines(
    old: Tree, new: Tree, jobs: int, progress: Progress
) -> tuple[tuple[Outline, ...], list[Untold]]:
    """A first look at each file that differs, in as many processes as there may be."""
    tasks = [
        Task(path, module_of(path), old.read(path), new.read(path))
        for path in changed_between(old, new)
    ]
    # The largest first, so that none is left to the end.
    tasks.sort(key=lambda task: -len(task.old or b"") - len(task.new or b""))
    found: list[Outline] = []
    dead: list[Untold] = []
    for task, answer in spread(outline_of, tasks, jobs if len(tasks) > _FEW else 0):
        if isinstance(answer, Died):
            dead.append(Untold(task.path, "the process that looked at it ended", True))
            found.append(Outline(task.path, loses=True))
        else:
            found.append(answer)
        progress(len(found), len(tasks))
    return tuple(sorted(found, key=lambda outline: outline.path)), dead


def module_of(path: str) -> str:
    """The dotted name of a path below the import root."""
    dotted = path.rpartition(".")[0].replace("/", ".")
    return dotted.removesuffix(".__init__")


def version_of(release: Release) -> str:
    """The version of a release, "0" where nothing tells it."""
    for text in (release.text.rpartition("==")[2], *release.title.split()):
        with suppress(InvalidVersion):
            return str(Version(text))
    return UNKNOWN


def _common_package(old: Release, new: Release) -> str:
    common = sorted({*old.packages} & {*new.packages})
    if len(common) == 1:
        return common[0]
    shown = [", ".join(each.packages) or "none" for each in (old, new)]
    what = "more than one package" if common else "no package"
    raise CannotInfer(
        f"both versions have {what} in common ({shown[0]}; {shown[1]}): name one with"
        " --package"
    )
