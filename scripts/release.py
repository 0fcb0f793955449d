"""Build and check a release, upload nothing: see `scripts/release`."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
_SECTION = re.compile(
    r"^## \[(?P<name>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?\s*$", re.MULTILINE
)
# What the build adds to the files of git.
_ADDED_TO_SOURCE = frozenset({"PKG-INFO"})

Contents = Mapping[str, str]  # path: digest


class ReleaseError(Exception):
    """Why this cannot be released; the text says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Built:
    """A source archive, and a wheel."""

    source: Path
    wheel: Path


# What the project says of itself


def version_of(root: Path) -> str:
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def sections_of(changelog: str) -> list[tuple[str, str, str]]:
    """Name, date and text of each section, newest first; no date is empty."""
    found = [*_SECTION.finditer(changelog)]
    ends = [*(each.start() for each in found), len(changelog)][1:]
    return [
        (each["name"], each["date"] or "", changelog[each.end() : end].strip())
        for each, end in zip(found, ends, strict=False)
    ]


def changelog_problem(version: str, changelog: str) -> str | None:
    """Why the newest section is not that of this version, if it is not."""
    sections = sections_of(changelog)
    if not sections:
        return "CHANGELOG.md has no section"
    name, date, text = sections[0]
    if name == version and date and text:
        return None
    if name == "Unreleased" and text:
        return (
            f"CHANGELOG.md's newest section is [Unreleased]: call it [{version}] -"
            " DATE, or give pyproject.toml another version"
        )
    return (
        f"CHANGELOG.md's newest section, [{name}], is not `## [{version}] - DATE` with"
        " the changes below it"
    )


# Archives, beside what git has


def tracked(root: Path) -> Contents:
    """Every file of a clean clone."""
    names = _git(root, "ls-files", "-z").split("\0")
    return {name: _digest((root / name).read_bytes()) for name in names if name}


def packages_of(root: Path) -> tuple[str, ...]:
    """The packages that the wheel is made of."""
    with (root / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    return tuple(tool["packages"])


def source_problems(built: Built, files: Contents) -> list[str]:
    """Where the source archive is not what git has, and no more."""
    found = {}
    with tarfile.open(built.source) as archive:
        for member in archive:
            _, _, name = member.name.partition("/")
            content = archive.extractfile(member)
            if content is not None:
                found[name] = _digest(content.read())
    left = {name: d for name, d in found.items() if name not in _ADDED_TO_SOURCE}
    return [f"{built.source.name}: {each}" for each in _differences(files, left)]


def wheel_problems(built: Built, files: Contents, packages: Iterable[str]) -> list[str]:
    """Where the wheel is not what git has of the packages, and no more."""
    within = tuple(f"{package}/" for package in packages)
    wanted = {name: d for name, d in files.items() if name.startswith(within)}
    found = {
        name: digest
        for name, digest in wheel_contents(built.wheel).items()
        if not name.partition("/")[0].endswith(".dist-info")
    }
    return [f"{built.wheel.name}: {each}" for each in _differences(wanted, found)]


def wheel_contents(wheel: Path) -> Contents:
    with zipfile.ZipFile(wheel) as archive:
        return {name: _digest(archive.read(name)) for name in archive.namelist()}


def _differences(wanted: Contents, found: Contents) -> list[str]:
    return [
        *(f"lacks {name}" for name in sorted({*wanted} - {*found})),
        *(f"has {name}, which git has not" for name in sorted({*found} - {*wanted})),
        *(
            f"has another {name}"
            for name in sorted({*wanted} & {*found})
            if wanted[name] != found[name]
        ),
    ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Building


def build(clone: Path, output: Path, *kinds: str) -> Built:
    """Build a clean clone; without kinds, the archive, and the wheel out of that."""
    # The archives are the same whenever they are built.
    seconds = _git(clone, "log", "-1", "--format=%ct")
    _run(
        [sys.executable, "-m", "build", *kinds, "--outdir", output, clone],
        environment={"SOURCE_DATE_EPOCH": seconds},
    )
    archives, wheels = output.glob("*.tar.gz"), output.glob("*.whl")
    return Built(next(archives, Path()), next(wheels, Path()))


def check_metadata(built: Built) -> None:
    """Let twine look at what an index would show. Raises ReleaseError."""
    _run(
        [sys.executable, "-m", "twine", "check", "--strict", built.source, built.wheel]
    )


def install(python: str, wheel: Path, folder: Path) -> Path:
    """Install a wheel into a new environment; returns its folder of commands."""
    # Without a pip of its own, which takes as long to make as all the rest.
    _run([python, "-I", "-m", "venv", "--without-pip", folder])
    pip = [sys.executable, "-I", "-m", "pip", "--python", str(folder / "bin/python")]
    _run([*pip, "install", "--quiet", wheel])
    return folder / "bin"


def _git(root: Path, *arguments: str) -> str:
    return _run(["git", "-C", root, *arguments]).strip()


def _run(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        shown = " ".join(str(word) for word in command[:6])
        said = (done.stdout + done.stderr).strip()
        raise ReleaseError(f"`{shown} ...` failed:\n{said}")
    return done.stdout


# The command


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    output = parser.parse_args(arguments).output.absolute()
    try:
        built = released(output)
    except ReleaseError as error:
        print(f"rehome: {error}", file=sys.stderr)
        return 2
    version = version_of(ROOT)
    print(
        f"{built.source}\n{built.wheel}\n\nBoth hold what git has, and the wheel works."
        f" Nothing was uploaded. Next:\n\n  git tag --annotate v{version}\n"
        f"  git push origin v{version}\n  twine upload {built.source} {built.wheel}"
    )
    return 0


def released(output: Path) -> Built:
    """Build and check what is checked out. Raises ReleaseError."""
    version = version_of(ROOT)
    _require_ready(version)
    if output.exists() and any(output.iterdir()):
        raise ReleaseError(f"{output} is not empty: remove what is there")
    with TemporaryDirectory(prefix="rehome-release-") as name:
        clone = Path(name) / "clone"
        _run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone])
        output.mkdir(parents=True, exist_ok=True)
        built = build(clone, output)
        files = tracked(clone)
        problems = source_problems(built, files)
        problems += wheel_problems(built, files, packages_of(clone))
        if problems:
            raise ReleaseError("\n".join(problems))
        check_metadata(built)
        bin_ = install(sys.executable, built.wheel, Path(name) / "venv")
        said = _run([bin_ / "rehome", "--version"]).strip()
        if said != f"rehome {version}":
            raise ReleaseError(f"the wheel says that it is {said!r}, not {version}")
    return built


def _require_ready(version: str) -> None:
    changed = _git(ROOT, "status", "--porcelain")
    if changed:
        first = changed.partition("\n")[0]
        raise ReleaseError(f"not everything is committed ({first}): commit it first")
    problem = changelog_problem(version, (ROOT / "CHANGELOG.md").read_text("utf-8"))
    if problem:
        raise ReleaseError(problem)
    tags = _git(ROOT, "tag", "--list", f"v{version}")
    head = _git(ROOT, "rev-parse", "HEAD")
    if tags and _git(ROOT, "rev-parse", f"v{version}^{{commit}}") != head:
        raise ReleaseError(f"v{version} is another commit: choose the next version")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
