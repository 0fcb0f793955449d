"""Begin a side's process: set its import path and limits, then run the entry.

    python start.py FILE

FILE holds a JSON object of `roots` (folders that lead the import path), `provided` (the
names that must come from `folder`), `folder`, `packages` (names of packages to make
importable, with their folders: no folder of ours gets on the path), `entry` (a
module of those), `memory` (bytes of address space, or null), and `arguments`. The
entry's `main(started)` gets a `Started` and returns the exit status.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True)
class Started:
    """What an entry needs to know."""

    folder: str
    roots: tuple[str, ...]
    provided: tuple[str, ...]
    arguments: Any

    def strangers(self) -> list[str]:
        """Modules of the side's names that were loaded from outside of it, each as
        `name from file`: what they do says nothing about the side.
        """
        return sorted(
            f"{name} from {origin}"
            for name, origin in self._loaded()
            if not self._holds(origin)
        )

    def own(self) -> list[str]:
        """The modules that were loaded from within the side, sorted."""
        return sorted(name for name, origin in self._loaded() if self._holds(origin))

    def _loaded(self) -> Iterator[tuple[str, str]]:
        names = frozenset(self.provided)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in names:
                origin = getattr(module, "__file__", None)
                if isinstance(origin, str):
                    yield name, origin

    def _holds(self, path: str) -> bool:
        """Whether a file is the side's own: not one of an environment inside of it."""
        folder = os.path.realpath(self.folder) + os.sep
        real = os.path.realpath(path)
        parts = real.removeprefix(folder).split(os.sep)
        return real.startswith(folder) and _INSTALLED.isdisjoint(parts)


def main() -> int:
    with open(sys.argv[1], "rb") as asked:
        told = json.load(asked)
    _limit(told["memory"])
    # The first entry is the folder of this file.
    sys.path[:1] = told["roots"]
    sys.argv[1:] = []
    for name, folder in told["packages"].items():
        _offer(name, folder)
    started = Started(
        told["folder"],
        tuple(told["roots"]),
        tuple(told["provided"]),
        told["arguments"],
    )
    status: int = importlib.import_module(told["entry"]).main(started)
    return status


def _limit(memory: int | None) -> None:
    if memory is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _offer(name: str, folder: str) -> None:
    """Make a package importable by a name, without its parent folder on the path."""
    spec = importlib.util.spec_from_file_location(
        name,
        os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder],
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.exit(main())
