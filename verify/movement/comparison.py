"""Whether two meanings, one in each revision, are the same."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from verify.movement.bindings import FROM, IMPORT
from verify.movement.modules import ModuleFile
from verify.movement.resolve import Resolver
from verify.movement.steady import is_literal, is_steady
from verify.movement.targets import Condition, Kind, Meaning, Target

# The kinds of difference.
TWIN = "twin"  # another definition, of the same name, in the new module
IMPORTED = "import"  # another thing is imported
SHADOWED = "shadowed"  # a name of the module hides a builtin
MISSING = "missing"  # not bound in the new place
ORDER = "order"  # bound in the new place, but after it is needed
REBOUND = "rebound"  # the definition's own name, bound again in one module only
STATE = "state"  # a variable whose new value only one of two modules sees
LOGGER = "logger"
CLASS = "class"  # `super()` starts from another class
MANGLED = "mangled"
CLOSURE = "closure"
OWN = "module-attribute"  # `__name__` and the like
CONDITIONAL = "conditional"
STAR = "star"
UNKNOWN = "unknown"
DYNAMIC = "dynamic"  # code that looks at whatever names there are
ANNOTATIONS = "annotations"  # evaluated in one of the two modules only
ANNOTATIONS_READ = "annotations-read"  # and code that may look at them
REGISTERED = "registered"  # entered somewhere when another module is imported
RECEIVER = "receiver"  # `self` is an object of another class
TYPES_ONLY = "types-only"  # only a type checker sees it in the new place

_OF_KIND = {
    Kind.MISSING: MISSING,
    Kind.CLASS: CLASS,
    Kind.MANGLED: MANGLED,
    Kind.CLOSURE: CLOSURE,
    Kind.MEMBER: CLASS,
    Kind.OWN: OWN,
    Kind.LOGGER: LOGGER,
    Kind.STAR: STAR,
}
_TYPE_VARIABLES = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("TypeVar", "ParamSpec", "TypeVarTuple")
)
# Where these lead does not follow a move in the repository.
_OUTSIDE = frozenset(
    {Kind.BUILTIN, Kind.EXTERNAL, Kind.STAR, Kind.MANGLED, Kind.OWN, Kind.LOGGER}
)
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why two meanings are not the same; `undecided` where they may be.

    `cause` is the name that a condition depends on and that is not the same.
    """

    kind: str
    undecided: bool = False
    cause: tuple[str, Meaning, Meaning] | None = None


@dataclass(eq=False, slots=True)
class Judge:
    """Compares a meaning at base with one at head.

    `moved` maps dotted paths at base to those at head.
    """

    moved: Mapping[str, str]
    base: Resolver
    head: Resolver
    _open: set[tuple[int, int]] = field(default_factory=set)

    def compare(self, old: Meaning, new: Meaning) -> Verdict | None:
        """None where both mean the same."""
        if old.doubt or new.doubt:
            return None if self._meet(old, new) else Verdict(UNKNOWN, undecided=True)
        if len(old.targets) == len(new.targets) == 1:
            [was], [now] = old.targets, new.targets
            if not was.conditions and not now.conditions:
                return self.compare_targets(was, now)
        return self._compare_sets(old, new)

    def new_path(self, was: Target) -> str:
        """Where what was at a path of base is at head: it moved by itself, or with
        the class, function or module that holds it."""
        head, tail = was.path, ""
        floor = was.home.name if was.home is not None else was.path
        while len(head) >= len(floor):
            if head in self.moved:
                return self.moved[head] + tail
            head, dot, last = head.rpartition(".")
            tail = f"{dot}{last}{tail}"
        return was.path

    def compare_targets(self, was: Target, now: Target) -> Verdict | None:
        if was.kind is Kind.MISSING and now.kind is Kind.MISSING:
            # Of one module: whoever sets it there sets it for both places.
            same = (was.path, was.rest) == (now.path, now.rest)
            return None if same else Verdict(MISSING, undecided=True)
        if was.rest != now.rest:
            return Verdict(IMPORTED)
        if was.kind in _OUTSIDE:
            if (was.kind, was.path) == (now.kind, now.path):
                return None
            return self._twins(was, now)
        if was.kind is not now.kind or self.new_path(was) != now.path:
            if was.kind is now.kind is Kind.CLOSURE and was.name == now.name:
                return Verdict(CLOSURE, undecided=True)  # may be given the same
            return self._twins(was, now)
        if was.kind is Kind.SYMBOL:
            return (
                self._state(was, now)
                or self._bindings(was, now)
                or self._guards(was, now)
            )
        return None

    def _bindings(self, was: Target, now: Target) -> Verdict | None:
        """Of one definition: what gives it its value must not be something else.

        A change of a definition in its own place is for its own lines to show.
        """
        if _all_kinds(was) != _all_kinds(now):
            return Verdict(TWIN)
        if was.path == now.path:
            return None
        pairs = zip(was.bindings, now.bindings, strict=True)
        same = all(_dump(old.value) == _dump(new.value) for old, new in pairs)
        return None if same else Verdict(TWIN)

    def _twins(self, was: Target, now: Target) -> Verdict | None:
        """Of two definitions in different places."""
        if self._are_one_by_another_name(was, now):
            return None
        if {was.kind, now.kind} != {Kind.SYMBOL} or was.name != now.name:
            return Verdict(_kind_of(was, now))
        if _is_rebound(was) or _is_rebound(now):
            return Verdict(STATE)
        old, new = _constant(was), _constant(now)
        if old is None or new is None:
            return Verdict(TWIN)
        if ast.dump(old) != ast.dump(new):
            # Expressions that differ may give the same.
            return Verdict(TWIN, undecided=not (_is_plain(old) and _is_plain(new)))
        if is_literal(old):
            return self._guards(was, now)
        if isinstance(old, _DISPLAYS) and not self._replaces(was, now):
            return Verdict(TWIN)
        return self._evaluated_twice(was, now, old)

    def _are_one_by_another_name(self, was: Target, now: Target) -> bool:
        """Whether a variable that is never another thing was given the other one."""
        old = _aliased(was, self.base)
        new = _aliased(now, self.head)
        key = (id(was.home), id(now.home))
        if (old is None and new is None) or key in self._open:
            return False
        self._open.add(key)
        try:
            one, other = old or Meaning((was,)), new or Meaning((now,))
            return self.compare(one, other) is None
        finally:
            self._open.discard(key)

    def _replaces(self, was: Target, now: Target) -> bool:
        """Whether a variable is gone from its old module, and is new in the other:
        then there is but one, as before."""
        assert was.home is not None
        assert now.home is not None
        places = (self.head, was.home.path), (self.base, now.home.path)
        files = [resolver.modules.at(path) for resolver, path in places]
        return not any(
            binding.kind not in (IMPORT, FROM)
            for file in files
            if file is not None
            for binding in file.names.bindings.get(was.name, ())
        )

    def _evaluated_twice(
        self, was: Target, now: Target, value: ast.expr
    ) -> Verdict | None:
        """Of two variables that are given the value of the same expression."""
        assert was.home is not None
        assert now.home is not None
        if self._other_names(value, was.home, now.home):
            return Verdict(TWIN)
        called = self._called(value, was.home)
        if called in _TYPE_VARIABLES:
            return None  # what it stands for is told by where it is used
        if called == "logging.getLogger":
            arguments = value.args if isinstance(value, ast.Call) else []
            named = bool(arguments) and isinstance(arguments[0], ast.Constant)
            return None if named else Verdict(LOGGER)
        is_one = isinstance(value, _DISPLAYS)  # see where this is called
        if is_one or is_steady(value, was.home, self.base):
            return self._guards(was, now)
        return Verdict(TWIN, undecided=True)

    def _called(self, value: ast.expr, file: ModuleFile) -> str:
        """What a call calls, by its dotted path."""
        if not isinstance(value, ast.Call):
            return ""
        meaning = self.base.expression(file, value.func)
        targets = meaning.targets if meaning is not None else ()
        return targets[0].path if len(targets) == 1 else ""

    def _other_names(
        self, value: ast.expr, old: ModuleFile, new: ModuleFile
    ) -> Verdict | None:
        """Whether a name of an expression means something else in the other file."""
        for node in ast.walk(value):
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            was = self.base.expression(old, node)
            now = self.head.expression(new, node)
            if was is None or now is None or getattr(node, "id", "") == "__name__":
                continue  # the root of a chain is looked at on its own
            verdict = self.compare(was, now)
            if verdict is not None:
                cause = verdict.cause or (ast.unparse(node), was, now)
                return Verdict(verdict.kind, undecided=True, cause=cause)
        return None

    def _state(self, was: Target, now: Target) -> Verdict | None:
        """Of a variable that functions give new values while the program runs."""
        assert was.home is not None
        assert now.home is not None
        if not _is_rebound(was) and not _is_rebound(now):
            return None
        if was.copied != now.copied:
            return Verdict(STATE)
        if was.path != now.path and self._is_rebound_at_head(was):
            return Verdict(STATE)
        return None

    def _is_rebound_at_head(self, was: Target) -> bool:
        """Whether code that stayed behind still gives values to a moved variable."""
        assert was.home is not None
        left = self.head.modules.at(was.home.path)
        return left is not None and was.name in left.names.rebound

    def _guards(self, was: Target, now: Target) -> Verdict | None:
        """Of a definition that moved: it must stand under the same conditions."""
        if was.path == now.path or was.conditions or now.conditions:
            return None
        old = _conditions_of(was)
        new = _conditions_of(now)
        if len(old) != len(new):
            return Verdict(CONDITIONAL, undecided=True)
        for one, other in zip(old, new, strict=True):
            verdict = self.conditions(one, other)
            if verdict is not None:
                return verdict
        return None

    def _compare_sets(self, old: Meaning, new: Meaning) -> Verdict | None:
        left = list(new.targets)
        doubts: list[Verdict] = []
        for was in old.targets:
            fitting = [now for now in left if _texts(was) == _texts(now)]
            verdicts = [self._under_conditions(was, now) for now in fitting]
            if None in verdicts:
                left.remove(fitting[verdicts.index(None)])
            elif len(verdicts) == 1 and verdicts[0] is not None:
                left.remove(fitting[0])
                doubts.append(verdicts[0])
            else:
                doubts.append(self._doubt(old, new))
        doubts += [self._doubt(old, new)] * len(left)
        worst = min(doubts, key=lambda verdict: verdict.undecided, default=None)
        if worst is not None and worst.undecided and self._meet(old, new):
            return None
        return worst

    def _doubt(self, old: Meaning, new: Meaning) -> Verdict:
        """Of meanings that do not pair off; decided where none of the old ones can
        be one of the new ones, whatever the conditions are."""
        verdicts = [
            self.compare_targets(was, now) for was in old.targets for now in new.targets
        ]
        decided = [v for v in verdicts if v is not None and not v.undecided]
        if decided and len(decided) == len(verdicts):
            return decided[0]
        targets = (*old.targets, *new.targets)
        starred = any(target.kind is Kind.STAR for target in targets)
        return Verdict(STAR if starred else CONDITIONAL, undecided=True)

    def _under_conditions(self, was: Target, now: Target) -> Verdict | None:
        verdict = self.compare_targets(was, now)
        return verdict or self.conditions(was.conditions, now.conditions)

    def conditions(
        self, old: tuple[Condition, ...], new: tuple[Condition, ...]
    ) -> Verdict | None:
        """Of two statements: whether what they stand under is the same."""
        if [c.text for c in old] != [c.text for c in new]:
            return Verdict(CONDITIONAL, undecided=True)
        for was, now in zip(old, new, strict=True):
            verdict = self._condition(was, now)
            if verdict is not None:
                return verdict
        return None

    def _condition(self, was: Condition, now: Condition) -> Verdict | None:
        test, other = was.guard.test, now.guard.test
        if test is None or other is None:
            return None
        key = (id(test), id(other))
        if key in self._open:
            return None
        self._open.add(key)
        try:
            return self._other_names(test, was.module, now.module)
        finally:
            self._open.discard(key)

    def _meet(self, old: Meaning, new: Meaning) -> bool:
        """Whether both are reached through one name of a module that is the same
        in both revisions: then they are one object, whatever it is."""
        ways = {(file.path, name): file.data for file, name in old.hops}
        return any(ways.get((file.path, name)) == file.data for file, name in new.hops)


def _is_plain(value: ast.expr) -> bool:
    """Whether the text of an expression tells its value."""
    return is_literal(value) or isinstance(value, (ast.Constant, *_DISPLAYS))


def _all_kinds(target: Target) -> list[str]:
    """How a module binds a name, those bindings included that others hide."""
    assert target.home is not None
    return [b.kind for b in target.home.names.bindings.get(target.name, ())]


def _texts(target: Target) -> list[str]:
    return [condition.text for condition in target.conditions]


def _dump(node: ast.AST | None) -> str:
    return ast.dump(node) if node is not None else ""


def _is_rebound(target: Target) -> bool:
    return target.home is not None and target.name in target.home.names.rebound


def _constant(target: Target) -> ast.expr | None:
    """The one value that a variable ever has, where the text tells it."""
    home = target.home
    if home is None or len(target.bindings) != 1:
        return None
    if home.names.dynamic:
        return None
    [binding] = target.bindings
    listed = home.names.bindings.get(target.name, [])
    if any(
        other.kind not in (IMPORT, FROM) for other in listed if other is not binding
    ):
        return None
    return binding.value


def _aliased(target: Target, resolver: Resolver) -> Meaning | None:
    """What a variable stands for that is bound once, to a name or what is read off
    one."""
    if target.kind is not Kind.SYMBOL or target.home is None or _is_rebound(target):
        return None
    value = _constant(target)
    if target.rest or target.conditions or value is None:
        return None
    return resolver.expression(target.home, value)


def _conditions_of(target: Target) -> list[tuple[Condition, ...]]:
    assert target.home is not None
    home = target.home
    return [
        tuple(Condition(guard, home) for guard in binding.guards)
        for binding in target.bindings
    ]


def _kind_of(was: Target, now: Target) -> str:
    if Kind.LOGGER in (was.kind, now.kind) and was.kind is not now.kind:
        return OWN  # one of the modules gives itself another `__name__`
    for kind in (now.kind, was.kind):
        if kind in _OF_KIND:
            return _OF_KIND[kind]
    if was.kind is Kind.BUILTIN:
        return SHADOWED
    if was.kind is now.kind is Kind.SYMBOL and was.name == now.name:
        return TWIN
    return IMPORTED
