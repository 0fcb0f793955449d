"""Which module each file is: folders and what the files themselves import tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from verify.importing.statements import FileImports, Form
from verify.movement.sources import Files, package_of


@dataclass(frozen=True, slots=True)
class Module:
    """A file as a module. `name` is unique in its graph: where two roots hold one of
    the same dotted name, the others' ends in `@` and their root.

    `root` is the folder that its imports are looked up from. A stub stands for a
    module of which there is no other source.
    """

    name: str
    path: str
    root: str
    dotted: str

    @property
    def is_package(self) -> bool:
        return self.path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")

    @property
    def is_stub(self) -> bool:
        return self.path.endswith(".pyi")

    @property
    def package(self) -> str:
        """What one leading dot means in it; empty for a top-level module."""
        return self.dotted if self.is_package else self.dotted.rpartition(".")[0]


@dataclass(eq=False)
class Layout:
    """The modules of a set of files, by name."""

    modules: dict[str, Module] = field(default_factory=dict)
    # Files that stand for no module, and why.
    hidden: dict[str, str] = field(default_factory=dict)
    # The dotted names of folders that can be imported without an `__init__`.
    namespaces: set[str] = field(default_factory=set)
    # Names of modules by root, where a root has one that another root has as well.
    doubles: dict[str, dict[str, str]] = field(default_factory=dict)
    _beside: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, dotted: str, importer: Module) -> str | None:
        """The name of the module that an absolute import means in a module."""
        own = self.doubles.get(importer.root)
        if own is not None and dotted in own:
            return own[dotted]
        if dotted in self.modules:
            return dotted
        return None

    def neighbour(self, dotted: str, importer: Module) -> str | None:
        """The script beside a script, which it imports by its file name."""
        folder = importer.path.rpartition("/")[0]
        return self._beside.get(folder, {}).get(dotted)

    def is_namespace(self, dotted: str) -> bool:
        return dotted in self.namespaces


def layout_of(files: Mapping[str, FileImports]) -> Layout:
    """Name the modules of files, given by their paths."""
    homes = _Homes(files)
    found: dict[str, list[Module]] = {}
    layout = Layout()
    for path in sorted(files):
        root, dotted = homes.home_of(path)
        found.setdefault(dotted, []).append(Module(dotted, path, root, dotted))
    for dotted, same in found.items():
        for index, module in enumerate(_one_a_root(same, layout.hidden)):
            _enter(layout, module, dotted, first=index == 0)
    for dotted in found:
        parent = dotted.rpartition(".")[0]
        while parent and parent not in layout.namespaces:
            if parent not in layout.modules:
                layout.namespaces.add(parent)
            parent = parent.rpartition(".")[0]
    _note_scripts(layout, homes)
    return layout


def _enter(layout: Layout, module: Module, dotted: str, *, first: bool) -> None:
    if not first:
        name = f"{dotted}@{module.root or '.'}"
        module = Module(name, module.path, module.root, dotted)
        layout.doubles.setdefault(module.root, {})[dotted] = name
    layout.modules[module.name] = module


def _one_a_root(same: list[Module], hidden: dict[str, str]) -> list[Module]:
    """The file that Python takes in each root, those of packages first."""
    best: dict[str, Module] = {}
    for module in sorted(same, key=_rank):
        taken = best.setdefault(module.root, module)
        if taken is not module:
            what = "a stub of" if module.is_stub else "hidden by"
            hidden[module.path] = f"{what} {taken.path}"
    return sorted(best.values(), key=lambda m: (not m.is_package, len(m.root), m.root))


def _rank(module: Module) -> tuple[bool, bool, str]:
    return module.is_stub, not module.is_package, module.path


def _note_scripts(layout: Layout, homes: _Homes) -> None:
    """Scripts lie in a folder that is no regular package."""
    for module in layout.modules.values():
        folder, _, file = module.path.rpartition("/")
        if not homes.is_regular(folder):
            stem = file.rpartition(".")[0]
            layout._beside.setdefault(folder, {})[stem] = module.name


class _Homes:
    """Where each folder's modules are imported from.

    Above the outermost folder with an `__init__` there may be namespace packages:
    one counts where most of the files below it import by its name what lies in it.
    """

    def __init__(self, files: Mapping[str, FileImports]) -> None:
        self._sources = Files(dict.fromkeys(_inits(files), b""))
        self._children = _children_of(files)
        self._own_names = self._imported_below(files)
        self._known: dict[str, tuple[str, tuple[str, ...]]] = {}

    def home_of(self, path: str) -> tuple[str, str]:
        """The root and the dotted name of a file."""
        folder, _, file = path.rpartition("/")
        if folder not in self._known:
            self._known[folder] = self._home_of_folder(folder)
        root, package = self._known[folder]
        stem = file.rpartition(".")[0]
        return root, ".".join(package if stem == "__init__" else (*package, stem))

    def is_regular(self, folder: str) -> bool:
        init = f"{folder}/__init__.py" if folder else "__init__.py"
        return init in self._sources.contents

    def _home_of_folder(self, folder: str) -> tuple[str, tuple[str, ...]]:
        folders = folder.split("/") if folder else []
        start = len(folders) - len(package_of(folder, self._sources))
        most = self._votes(folders, start)
        for index in reversed(range(self._innermost(folders, start))):
            votes = self._votes(folders, index)
            if votes > most:
                start, most = index, votes
        return "/".join(folders[:start]), tuple(folders[start:])

    def _innermost(self, folders: list[str], start: int) -> int:
        """How many folders may be the first of a dotted name: a regular package
        always is a part of it.
        """
        regular = start < len(folders) and self.is_regular(
            "/".join(folders[: start + 1])
        )
        return start if regular else len(folders)

    def _votes(self, folders: list[str], index: int) -> int:
        return self._own_names.get("/".join(folders[: index + 1]), 0)

    def _imported_below(self, files: Mapping[str, FileImports]) -> dict[str, int]:
        """How many times a folder's files import by its name what lies in it."""
        found: dict[str, int] = {}
        asked: dict[str, set[tuple[str, str]]] = {}
        for path, imports in files.items():
            folder = path.rpartition("/")[0]
            asked.setdefault(folder, set()).update(_first_two(imports))
        for folder, pairs in asked.items():
            names = folder.split("/") if folder else []
            tops = {top for top, _ in pairs}
            for index, name in enumerate(names):
                if name not in tops:
                    continue
                above = "/".join(names[: index + 1])
                children = self._children.get(above, set())
                votes = sum(top == name and inner in children for top, inner in pairs)
                if votes:
                    found[above] = found.get(above, 0) + votes
        return found


def _first_two(imports: FileImports) -> Iterable[tuple[str, str]]:
    for statement in imports.statements:
        if statement.level or not statement.module:
            continue
        top, _, rest = statement.module.partition(".")
        if rest:
            yield top, rest.partition(".")[0]
        elif statement.form is Form.FROM:
            for name, _ in statement.names:
                yield top, name


def _inits(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        if path.rpartition("/")[2] in ("__init__.py", "__init__.pyi"):
            yield path.removesuffix("i") if path.endswith(".pyi") else path


def _children_of(paths: Collection[str]) -> dict[str, set[str]]:
    """The names of the files and folders in each folder."""
    found: dict[str, set[str]] = {}
    for path in paths:
        rest = path.rpartition(".")[0]
        while rest:
            above, _, name = rest.rpartition("/")
            inside = found.setdefault(above, set())
            if name in inside:
                break
            inside.add(name)
            rest = above
    return found
