"""Where a name that is not where it is wanted may be found in the same release."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cached_property

from verify.releasing.release import Release
from verify.surface.scope import Standing, standing_of_module

_DEFINED = re.compile(
    rb"^(?:(?:class|def|async[ \t]+def)[ \t]+([^\W\d]\w*)"
    rb"|([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=))",
    re.MULTILINE,
)
_CLOSE = 0.8


class Hints:
    """Searches a release by name; what it says is a hint and not a promise."""

    def __init__(self, release: Release) -> None:
        self._release = release

    def for_name(self, module: str, name: str) -> str:
        """Where a name is defined, or else the one that is spelled most like it in
        its module; empty where neither is known.
        """
        homes = sorted(self._homes(name), key=lambda home: _distance(module, home))
        homes = [home for home in homes if home != module]
        if homes:
            others = len(homes) - 1
            more = f" (and in {others} other module{'s'[: others != 1]})"
            return f"`{name}` is defined in `{homes[0]}`{more if others else ''}"
        return self._alike(module, name)

    def for_module(self, module: str) -> str:
        """A module of the same last name, or of one that is spelled much like it."""
        tail = module.rpartition(".")[2]
        known = self._modules_by_tail
        close = [tail] if tail in known else []
        close = close or difflib.get_close_matches(tail, sorted(known), 1, _CLOSE)
        found = [home for each in close for home in known[each] if home != module]
        found.sort(key=lambda home: _distance(module, home))
        same = close == [tail]
        if not found:
            return ""
        verb = "there is" if same else "did you mean"
        return f"{verb} `{found[0]}`{'' if same else '?'}"

    def _alike(self, module: str, name: str) -> str:
        found = self._release.modules.find(module)
        if found is None:
            return ""
        names = [each for each in found.state.names if not each.startswith("_")]
        close = difflib.get_close_matches(name, sorted(names), 1, _CLOSE)
        return f"did you mean `{close[0]}` of `{module}`?" if close else ""

    def _homes(self, name: str) -> Iterator[str]:
        """The modules whose text defines a name at its top level."""
        for path in self._defining.get(name, ()):
            module = self._release.modules.at(path)
            bound = module.state.names.get(name)
            if bound and any(way.source is None for way in bound.ways):
                yield module.name

    @cached_property
    def _defining(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._release.modules.paths:
            if not path.endswith(".py"):
                continue
            data = self._release.read(path) or b""
            names = {one or other for one, other in _DEFINED.findall(data)}
            for name in names:
                found.setdefault(name.decode("utf-8", "replace"), []).append(path)
        return found

    @cached_property
    def _modules_by_tail(self) -> dict[str, list[str]]:
        modules = self._release.modules
        found: dict[str, list[str]] = {}
        for path in modules.paths:
            name = modules.name_of(path)
            homes = found.setdefault(name.rpartition(".")[2], [])
            if name not in homes:
                homes.append(name)
        return found


def _distance(wanted: str, home: str) -> tuple[bool, int, int, str]:
    """How far a module is from the wanted one; public ones are closer."""
    ours, theirs = wanted.split("."), home.split(".")
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[shared] == theirs[shared]:
        shared += 1
    is_public = standing_of_module(home, "") is Standing.PUBLIC
    return not is_public, -shared, len(theirs), home
