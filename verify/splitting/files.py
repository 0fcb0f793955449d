"""Which files a split reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.home import ModuleHome
from codemods.name import nearest, quoted
from verify.moving.trees import WorkTree
from verify.splitting.plan import Plan, PlanError
from verify.surface.modules import Modules


@dataclass(frozen=True, slots=True)
class Destination:
    """A module that gets definitions, and its file; `is_new` where there is none."""

    module: str
    path: str
    is_new: bool


@dataclass(frozen=True)
class Layout:
    """The file `source` of the module, the one that it is `left` in, and where the
    definitions go, in the plan's order.
    """

    source: str
    left: str
    destinations: tuple[Destination, ...]

    @property
    def converts(self) -> bool:
        """Whether the module becomes a package."""
        return self.source != self.left

    def home(self, module: str) -> ModuleHome:
        """The home of a destination."""
        path = next(d.path for d in self.destinations if d.module == module)
        return ModuleHome(module, path.endswith("/__init__.py"))


def path_of_module(modules: Modules, module: str) -> str:
    """The file of the module to split. Raises ValueError, whose text says why there
    is none.
    """
    found = modules.all_of(module)
    sources = [path for path in found if path.endswith(".py")]
    if len(sources) == 1:
        return sources[0]
    if sources:
        paths = ", ".join(sorted(sources))
        raise ValueError(f"{module} can be each of these files: {paths}")
    names = {modules.name_of(path) for path in modules.paths}
    hint = nearest(module, names)
    raise ValueError(
        f"there is no module {quoted(module)}{f'; {hint}' if hint else ''}"
    )


def layout_of(tree: WorkTree, modules: Modules, plan: Plan) -> Layout:
    """Where everything goes. Raises `PlanError` for what cannot be there."""
    source = path_of_module(modules, plan.module)
    is_package = source.endswith("/__init__.py")
    folder = source.rpartition("/")[0] if is_package else source.removesuffix(".py")
    left = source
    if plan.makes_package and not is_package:
        left = f"{folder}/__init__.py"
        _refuse_neighbours(tree, plan, source, folder)
    destinations = tuple(_destinations(tree, modules, plan, folder))
    return Layout(source, left, destinations)


def _refuse_neighbours(tree: WorkTree, plan: Plan, source: str, folder: str) -> None:
    if tree.is_taken(folder):
        raise PlanError(
            f"{plan.where}: {plan.module} cannot become a package: {folder}/ is there"
            " already; name files outside the module, or move the folder away"
        )
    if "." in plan.module and not any(map(tree.is_taken, _inits_above(plan, source))):
        parent = f"{source.rpartition('/')[0]}/__init__.py"
        raise PlanError(
            f"{plan.where}: {plan.module} lies in a package without an `__init__`, so"
            f" that nobody could tell it from a package of its own; add {parent} first"
        )
    stub = f"{source}i"
    if tree.is_taken(stub):
        raise PlanError(
            f"{plan.where}: {stub} describes {plan.module} to type checkers, and is"
            " not split with it; remove it, or split it by hand first"
        )


def _inits_above(plan: Plan, source: str) -> Iterator[str]:
    """The `__init__` files that the packages of a module have, or could have."""
    folder = _folder(source)
    for _ in range(plan.module.count(".")):
        yield f"{folder}/__init__.py"
        folder = _folder(folder)


def _destinations(
    tree: WorkTree, modules: Modules, plan: Plan, folder: str
) -> Iterator[Destination]:
    for file in plan.declared.files:
        module = plan.target(file)
        known = [path for path in modules.all_of(module) if path.endswith(".py")]
        if known:
            yield Destination(module, known[0], is_new=False)
            continue
        parent, _, name = module.rpartition(".")
        if parent == plan.module:
            path = f"{folder}/{name}.py"
        else:
            path = f"{_folder_of(modules, plan, parent, file.symbols[0])}{name}.py"
        if tree.is_taken(path) or tree.is_taken(path.removesuffix(".py")):
            what = f"{path} is there, and no file of the project"
            raise plan.error(f"{what}; take another name", file.symbols[0])
        yield Destination(module, path, is_new=True)


def _folder_of(modules: Modules, plan: Plan, package: str, symbol: str) -> str:
    """The folder of a package, with a slash at its end, empty for the top."""
    init = modules.path_of(package)
    if init is not None and init.endswith("/__init__.py"):
        return init.removesuffix("__init__.py")
    if init is not None:
        message = f"{package} is a module, and no package: nothing can be inside it"
        raise plan.error(message, symbol)
    inside = [p for p in modules.paths if modules.package_of(_folder(p)) == package]
    if inside:
        return f"{_folder(min(inside))}/"
    known = {modules.package_of(_folder(path)) for path in modules.paths} - {""}
    hint = nearest(package, known)
    message = f"there is no package {quoted(package)}"
    raise plan.error(f"{message}; {hint or 'make its folder first'}", symbol)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
