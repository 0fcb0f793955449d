"""Plan a move: what changes in a project, or why it is refused. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.finding import Finding, Place
from codemods.home import ModuleHome
from codemods.migration import Migration, loads
from codemods.moving.lifting import NotLiftable, lift
from codemods.moving.moving import Refusal, move
from codemods.moving.relocating import objections_to, relocated, stub
from codemods.moving.request import Request, Target, Why
from codemods.name import Name
from codemods.namemap import NameMap
from codemods.rules import DYNAMIC_NAME, MODULE_ESCAPES, OWN_MODULE, STAR_IMPORT
from codemods.sorting import sorter_for
from verify.importing.rules import FATAL_CYCLE
from verify.movement.sources import Sources
from verify.moving.callsites import follow, rewritten
from verify.moving.changes import PLAIN_MODE, FileChange, Lineage, Planned
from verify.moving.checking import proven
from verify.moving.effecting import Reach
from verify.moving.losing import Losses
from verify.moving.pickling import pickled
from verify.moving.project import Project
from verify.moving.proving import Proof
from verify.moving.publishing import Pairs, internal_migration, migration_of
from verify.moving.refusing import NotMovable, Refused, finding_of
from verify.moving.trees import Overlay, WorkTree
from verify.moving.world import ProjectWorld


@dataclass(frozen=True)
class Wish:
    """What a user asks for. `allowed` are reasons to refuse that do not count;
    `since` is the release that the migration names, `text` follows references in
    files that are no Python.
    """

    names: tuple[Name, ...]
    to: str
    before: str = ""
    after: str = ""
    keep_alias: bool = False
    deprecated_in: str = ""
    allowed: frozenset[Why] = frozenset()
    since: str = "0"
    text: bool = False


def plan(root: Path, wish: Wish, cache: Path | None = None) -> Planned:
    """Plan a move in the work tree at `root`.

    Raises `Refused` with every reason, and `NotMovable` for a name that is none.
    """
    tree = WorkTree(root)
    first = _attempt(root, tree, wish, cache, is_lazy=False)
    if isinstance(first, Planned):
        return first
    if wish.keep_alias and all(f.rule.id == FATAL_CYCLE.id for f in first.findings):
        second = _attempt(root, tree, wish, cache, is_lazy=True)
        if isinstance(second, Planned):
            return second
    raise first


def _attempt(
    root: Path, tree: WorkTree, wish: Wish, cache: Path | None, *, is_lazy: bool
) -> Planned | Refused:
    """Raises what `plan` does, but for a plan that fails its proof."""
    planner = _Planner(root, tree, wish, is_lazy, cache)
    planned = planner.planned()
    proof = Proof(
        tree,
        planner.sources,
        [each.path for each in planned.changes],
        dict(planned.moved),
        cache,
    )
    made = proven(planned, proof, wish.allowed, planner.answered)
    if isinstance(made, Refused):
        return _with_a_way_out(made, planner.borrowed)
    lost = Losses(tree, planner.sources, proof.changed, cache).findings(wish.allowed)
    return Refused(lost) if lost else made


@dataclass(eq=False)
class _Planner:
    root: Path
    tree: WorkTree
    wish: Wish
    is_lazy: bool
    cache: Path | None = None
    sources: Sources = field(init=False)
    changes: dict[str, FileChange] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    moved: list[tuple[Name, Name]] = field(default_factory=list)
    lineages: dict[str, Lineage] = field(default_factory=dict)
    answered: set[Place] = field(default_factory=set)
    borrowed: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sources = self.tree

    def planned(self) -> Planned:
        wish = self.wish
        modules = [name for name in wish.names if name.is_module]
        if modules and len(wish.names) > 1:
            raise NotMovable("move a whole module alone: --to is its new name")
        for name in modules:
            self.move_module(name.module)
        for module, names in self.by_module().items():
            for member in [name for name in names if "." in name]:
                self.lift(module, member)
            last = [name.rpartition(".")[2] for name in names]
            self.move_names(module, last, {n for n in names if "." in n})
        public = [p for p in self.moved if p[0] in wish.names and not p[0].is_member]
        return Planned(
            tuple(sorted(self.changes.values(), key=lambda each: each.path)),
            tuple(self.lineages.values()),
            self.migration(public),
            tuple(self.findings),
            tuple((str(old), str(new)) for old, new in self.moved),
            frozenset(str(old) for old, _ in self.moved if old not in wish.names),
        )

    def by_module(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys(self.wish.names):
            if name.symbol.count(".") > 1:
                raise NotMovable(f"{name} is no method of a class at the top level")
            if name.symbol:
                found.setdefault(name.module, []).append(name.symbol)
        return found

    def lift(self, module: str, member: str) -> None:
        """Make a method a function of its own module first."""
        project = Project(self.sources)
        source, path = project.text(module), project.path_of(module) or ""
        holder, _, name = member.rpartition(".")
        try:
            text = lift(source, holder, name)
        except NotLiftable as error:
            raise Refused([finding_of(error.objection, path)]) from None
        self.put(path, source.source.encode(text))

    def move_module(self, module: str) -> None:
        """Give a whole module another name."""
        project, wish = Project(self.sources), self.wish
        source, path = project.text(module), project.path_of(module) or ""
        if source.home.is_package:
            raise NotMovable(f"{module} is a package: move its modules one by one")
        if project.path_of(wish.to) is not None:
            raise NotMovable(
                f"{wish.to} is there: name the definitions that are to move into it"
            )
        target_path, packages = self.target_path(project, module)
        found = [o for o in objections_to(source) if o.why not in wish.allowed]
        if found:
            raise Refused(finding_of(each, path) for each in found)
        home = ModuleHome(wish.to)
        try:
            text = relocated(source, home)
        except ValueError as error:
            raise NotMovable(f"{path}: {error}") from None
        for package in packages:
            self.put(package, b"")
        self.put(target_path, source.source.encode(text), like=path)
        stays = wish.keep_alias or bool(wish.deprecated_in)
        left = stub(wish.to, wish.deprecated_in).encode() if stays else None
        self.put(path, left)
        self.lineages[path] = Lineage(path, (target_path,), stays)
        self.moved.append((Name(module), Name(wish.to)))
        self.call_sites(self.moved, {path, target_path}, {target_path}, stays)

    def migration(self, moves: Sequence[tuple[Name, Name]]) -> Migration | None:
        if not moves:
            return None
        text = migration_of(moves, since=self.wish.since)
        return loads(text, "the migration")

    # One source at a time: the next one is planned on what the one before made.

    def move_names(self, module: str, names: Sequence[str], members: Set[str]) -> None:
        project = Project(self.sources)
        source = project.text(module)
        path = project.path_of(module) or ""
        target_path, packages = self.target_path(project, module)
        target = self.target(project, target_path)
        request = Request(
            source,
            dict.fromkeys(names, self.wish.to),
            {self.wish.to: target},
            ProjectWorld(project, module, Reach(self.sources, self.cache)),
            sorter_for(self.root / path),
            kept=self.kept(names),
            deprecated_in=self.wish.deprecated_in,
            is_lazy=self.is_lazy,
            allowed=self.wish.allowed,
        )
        made = move(request)
        if isinstance(made, Refusal):
            raise Refused(self.shown(project, made, target_path))
        pairs = [
            (Name(module, name), Name(where, name))
            for name, where in {**request.moves, **made.came}.items()
        ]
        lifted = {member.rpartition(".")[2]: member for member in members}
        self.borrowed |= dict.fromkeys(f"{module}:{name}" for name in made.borrowed)
        self.moved += [
            (Name(o.module, lifted.get(o.symbol, o.symbol)), n) for o, n in pairs
        ]
        self.put(path, made.texts[module])
        for package in packages:
            self.put(package, b"")
        self.put(target_path, made.texts[self.wish.to])
        self.lineages[path] = Lineage(path, (target_path,), True)
        if not request.kept:
            self.findings += pickled(source, path, names, self.tree)
        same = (made.repeated - request.moves.keys()) | lifted.keys()
        followed = [pair for pair in pairs if pair[0].symbol not in same]
        own = {path, target_path}
        if followed:
            self.call_sites(followed, own, own, bool(request.kept))

    def kept(self, names: Sequence[str]) -> frozenset[str]:
        wish = self.wish
        return frozenset(names if wish.keep_alias or wish.deprecated_in else ())

    def target_path(self, project: Project, module: str) -> tuple[str, Sequence[str]]:
        path = project.path_of(self.wish.to)
        if path is not None:
            return path, ()
        if project.modules.is_package(self.wish.to):
            raise NotMovable(
                f"{self.wish.to} is a package without an __init__ file, which a module"
                " of that name would hide"
            )
        new = project.new_module(self.wish.to, module)
        for each in (new.path, *new.packages):
            if self.tree.is_taken(each) and each not in self.changes:
                raise NotMovable(f"{each} is there, and is no file of the project")
        above, _, last = self.wish.to.rpartition(".")
        package = project.path_of(above) if above else None
        if package and last in project.text(above).bound:
            raise NotMovable(
                f"{package} binds {last}, which a module of that name would replace"
            )
        return new.path, new.packages

    def target(self, project: Project, path: str) -> Target:
        wish, known = self.wish, project.path_of(self.wish.to)
        home = ModuleHome(wish.to, path.endswith("__init__.py"))
        text = None if known is None else project.text(wish.to)
        if text is None and (wish.before or wish.after):
            raise NotMovable(f"there is no {wish.before or wish.after} in a new module")
        sorter = sorter_for(self.root / path)
        return Target(home, text, sorter, wish.before, wish.after)

    def call_sites(
        self, pairs: Pairs, skip: set[str], own: set[str], is_kept: bool
    ) -> None:
        """Rewrite what names the old homes: in files that are there, and in the `own`
        files of the move. `is_kept` tells that the old names still work.
        """
        migration = internal_migration(pairs)
        done = follow(
            self.sources, migration, self.root, skip=skip, text=self.wish.text
        )
        for each in done.findings:
            if _is_answered(each, is_kept):
                self.answered.add(each.place)
            else:
                self.findings.append(each)
        for site in done.changed:
            self.put(site.path, site.new)
        names = NameMap.compose([migration])
        for path in sorted(own):
            result = rewritten(path, self.sources.read(path) or b"", names, self.root)
            own_names = [f for f in result.findings if f.rule is OWN_MODULE]
            if own_names and not is_kept:
                raise Refused(own_names)
            self.findings += result.findings
            self.put(path, result.new)

    def put(self, path: str, data: bytes | None, like: str = "") -> None:
        known = self.changes.get(path)
        before = known.before if known else self.tree.read(path)
        there = path if before is not None else like
        mode = self.tree.mode(there) if there else PLAIN_MODE
        if before == data:
            self.changes.pop(path, None)
        else:
            self.changes[path] = FileChange(path, before, data, mode)
        self.sources = Overlay(self.tree, self.changes.values())

    def shown(
        self, project: Project, refusal: Refusal, target_path: str
    ) -> Iterator[Finding]:
        for each in refusal.objections:
            path = project.path_of(each.module) or target_path
            yield finding_of(each, path)


def _is_answered(finding: Finding, is_kept: bool) -> bool:
    """Whether the source still gives what a call site takes in a way that cannot be
    followed; star imports that lose a name were refused.
    """
    return finding.rule is STAR_IMPORT or (
        is_kept and finding.rule in (DYNAMIC_NAME, MODULE_ESCAPES)
    )


def _with_a_way_out(refused: Refused, borrowed: Collection[str]) -> Refused:
    """Of a cycle because the new module imports what stays: what to move as well."""
    if not borrowed:
        return refused
    names = ", ".join(f"`{name}`" for name in borrowed)
    way = f"move {names} as well, which the new module needs"
    return Refused(
        replace(each, fix=f"{way}; or {each.fix}")
        if each.rule.id == FATAL_CYCLE.id
        else each
        for each in refused.findings
    )
