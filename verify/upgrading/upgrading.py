"""What `rehome upgrade` does between its options and its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from codemods.catalogue import between, builtin
from codemods.finding import Finding
from codemods.migration import Migration
from codemods.rules import REMOVED_NAME
from codemods.runner import Report
from verify.doctoring.examining import Examined, examine
from verify.progress import progress_bar
from verify.releasing.opening import open_release
from verify.releasing.release import Release
from verify.upgrading.joining import Joined, joined

# Of two versions, and the top-level name to compare.
Infer = Callable[[Release, Release, str], Migration | None]


@dataclass(frozen=True, slots=True)
class Versions:
    """The two versions of a package. `texts` are what the user called them."""

    package: str
    old: Release
    new: Release
    texts: tuple[str, str]


def open_versions(
    package: str, texts: tuple[str, str], *, repository: Path, names: Sequence[str]
) -> Versions:
    """Open both: a plain version is a release of the package, anything else is what
    `rehome doctor --package` takes. Raises `NoRelease`.
    """
    opened = [
        open_release(
            f"{package}=={text}" if _version(text) else text,
            repository=repository,
            packages=names,
        )
        for text in texts
    ]
    return Versions(package, opened[0], opened[1], texts)


def built_in_between(versions: Versions) -> list[Migration]:
    """The built-in migrations that lie between two releases, none where they are no
    releases. Raises `MigrationError` for versions that do not go up.
    """
    if not all(map(_version, versions.texts)):
        return []
    known = [m for m in builtin() if versions.package == m.package]
    return between(known, *versions.texts)


def names_between(versions: Versions, infer: Infer) -> Joined:
    """Infer what changed, of every top-level package, and join it to what is built
    in. Raises `MigrationError` and what `infer` raises.
    """
    built_in = built_in_between(versions)
    both = sorted({*versions.old.packages} & {*versions.new.packages})
    inferred = [infer(versions.old, versions.new, name) for name in both]
    return joined(built_in, [each for each in inferred if each is not None])


def look_again(
    paths: Sequence[Path], versions: Versions, report: Report, *, cache: Path
) -> Examined:
    """What the newer version still cannot satisfy, of the files as the run made them,
    whether or not it wrote them.
    """
    texts: Mapping[str, bytes] = {each.path: each.new for each in report.changed}
    with progress_bar("reading imports") as progress:
        return examine(paths, versions.new, cache=cache, progress=progress, texts=texts)


def not_told_yet(examined: Examined, report: Report) -> list[Finding]:
    """The findings that the run itself has not reported at the same place."""
    told = {
        (finding.place.path, finding.place.line)
        for finding in report.findings
        if finding.rule in (REMOVED_NAME,) or finding.rule.undecided
    }
    return [
        each
        for each in examined.findings
        if (each.place.path, each.place.line) not in told
    ]


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
