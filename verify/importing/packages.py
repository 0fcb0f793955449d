"""Where in a set of files the packages are that a user names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from verify.movement.sources import Files, module_name

_MOST_NAMED = 8


class NoPackage(Exception):
    """There is no such package; the text says which there are, in one line."""


def files_of_packages(
    paths: Collection[str], packages: Sequence[str], where: str
) -> list[str]:
    """The paths that lie in packages, sorted; all where none is named.

    A package is named as it is imported (`sglang`, `sglang.srt`: all of `sglang` is
    taken, as cycles do not keep to a part), or by its folder (`python/sglang`).
    Raises `NoPackage` where one is not there.
    """
    if not paths:
        raise NoPackage(f"there is no Python file {where}")
    if not packages:
        return sorted(paths)
    found: set[str] = set()
    for package in packages:
        below = list(_below(package, paths))
        if not below:
            raise NoPackage(_missing(package, paths, where))
        found.update(below)
    return sorted(found)


def _below(package: str, paths: Collection[str]) -> Iterator[str]:
    folder = package.strip("/")
    if "/" in package:
        yield from (path for path in paths if path.startswith(f"{folder}/"))
        return
    inner = package.replace(".", "/")
    top = package.partition(".")[0]
    known = frozenset(paths)
    folders = {home for path in paths for home in _folders_named(path, inner)}
    tops = [home.removesuffix(inner) + top for home in sorted(folders)]
    regular = [each for each in tops if f"{each}/__init__.py" in known]
    for path in paths:
        is_module = path in (f"{inner}.py", f"src/{inner}.py")
        if is_module or any(path.startswith(f"{each}/") for each in regular or tops):
            yield path


def _folders_named(path: str, inner: str) -> Iterator[str]:
    """The folders of a path that end in `inner` and lie in no regular package."""
    start = f"/{path}".find(f"/{inner}/")
    if start >= 0:
        yield path[: start + len(inner)]


def _missing(package: str, paths: Collection[str], where: str) -> str:
    sources = Files(dict.fromkeys(paths, b""))
    tops = {module_name(path, sources).partition(".")[0] for path in paths}
    counted = sorted(tops)
    shown = ", ".join(counted[:_MOST_NAMED])
    others = len(counted) - _MOST_NAMED
    more = f" and {others} more" if others > 0 else ""
    return f"there is no package {package!r} {where}; there are: {shown}{more}"
