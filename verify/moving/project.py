"""The modules of a project: where each lies, and where a new one would."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from codemods.home import ModuleHome
from codemods.moving.module import ModuleText
from codemods.name import printable
from codemods.source import SourceError
from verify.movement.modules import Modules
from verify.movement.sources import Sources
from verify.moving.refusing import NotMovable

_INIT = "__init__.py"


@dataclass(frozen=True, slots=True)
class NewModule:
    """Where a module would lie, and the `__init__` files that it needs beside it."""

    path: str
    packages: tuple[str, ...] = ()


@dataclass(eq=False)
class Project:
    """The files of a project, found by the names of their modules."""

    sources: Sources
    _texts: dict[str, ModuleText] = field(default_factory=dict, repr=False)

    @cached_property
    def modules(self) -> Modules:
        return Modules(self.sources)

    def path_of(self, name: str) -> str | None:
        """The path of a module, None where the project has none of that name.

        Raises `NotMovable` where more than one file has it.
        """
        path = self.modules.find(name)
        if path == "":
            raise NotMovable(f"more than one file is the module {printable(name)}")
        return path

    def text(self, name: str) -> ModuleText:
        """A module; raises `NotMovable` where there is none that parses."""
        path = self.path_of(name)
        if path is None:
            raise NotMovable(f"there is no module {printable(name)} in the project")
        return self.text_at(path, name)

    def text_at(self, path: str, name: str) -> ModuleText:
        if path not in self._texts:
            data = self.sources.read(path)
            home = ModuleHome(name, path.rpartition("/")[2] == _INIT)
            try:
                self._texts[path] = ModuleText.read(home, data or b"")
            except SourceError as error:
                raise NotMovable(
                    f"{printable(path)}:{error.line}: {printable(error.message)}"
                ) from None
            except RecursionError:
                raise NotMovable(f"{printable(path)}: nested too deeply") from None
        return self._texts[path]

    def new_module(self, name: str, source: str) -> NewModule:
        """Where a module that is not there would lie: in its package, or beside the
        outermost folder of the source's.

        Raises `NotMovable` where its package is none of the project's.
        """
        missing: list[str] = []
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            above = ".".join(parts[:length])
            folder = self.folder_of(above)
            if folder is not None:
                break
            missing.append(parts[length - 1])
        else:
            top = parts[0] if len(parts) > 1 else None
            if top is not None:
                raise NotMovable(f"there is no package {printable(top)} in the project")
            folder = self.root_of(source)
        regular = f"{folder}/{_INIT}".lstrip("/") in self.sources.paths()
        packages = []
        for part in reversed(missing):
            folder = f"{folder}/{part}".lstrip("/")
            if regular:
                packages.append(f"{folder}/{_INIT}")
        return NewModule(f"{folder}/{parts[-1]}.py".lstrip("/"), tuple(packages))

    def folder_of(self, package: str) -> str | None:
        """The folder of a package, with an `__init__` or without."""
        path = self.path_of(package)
        if path is not None and path.endswith(_INIT):
            return path.removesuffix(_INIT).rstrip("/")
        if path is not None or not self.modules.is_package(package):
            return None
        tail = package.replace(".", "/")
        found = {
            p[: p.index(f"{tail}/") + len(tail)]
            for p in self.sources.paths()
            if p.startswith(f"{tail}/") or f"/{tail}/" in p
        }
        return min(found, key=len) if found else None

    def root_of(self, module: str) -> str:
        """The folder that the outermost package of a module, or the module, lies in."""
        path = self.path_of(module) or ""
        levels = module.count(".") + (path.endswith(f"/{_INIT}"))
        folders = path.split("/")[:-1]
        return "/".join(folders[: len(folders) - levels])
