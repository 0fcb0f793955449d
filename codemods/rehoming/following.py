"""From an expression to all that is done with its value.

A value is followed through conditions, assignments and the variables they bind,
into the functions that it is passed to. Each end of a way is one `Meaning`. What
cannot be followed is one too, of kind `UNKNOWN`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from codemods.rehoming.attributes import Rehomed
from codemods.rehoming.meanings import Kind, Meaning, of_member
from codemods.rehoming.tree import File, Variable

Seen = frozenset[tuple[str, int]]
_MANY = 500

_ESCAPES: dict[type[ast.AST], str] = {
    ast.Return: "it is returned",
    ast.Yield: "it is yielded",
    ast.YieldFrom: "it is yielded from",
    ast.Lambda: "it is returned by a lambda",
    ast.List: "it is put in a list",
    ast.Tuple: "it is put in a tuple",
    ast.Set: "it is put in a set",
    ast.Dict: "it is put in a dict",
    ast.Starred: "it is unpacked",
    ast.FormattedValue: "its text is shown",
    ast.Compare: "it is compared",
    ast.Subscript: "it is indexed",
    ast.For: "it is gone through",
    ast.comprehension: "it is gone through",
    ast.withitem: "it is entered",
    ast.Await: "it is awaited",
    ast.arguments: "it is a default",
    ast.Raise: "it is raised",
    ast.Match: "it is matched",
    ast.AugAssign: "it is part of an assignment",
    ast.ListComp: "it is put in a list",
    ast.SetComp: "it is put in a set",
    ast.DictComp: "it is put in a dict",
    ast.GeneratorExp: "it is yielded",
}


@dataclass(frozen=True)
class Follower:
    """Follows values of one attribute in one file.

    `seen` are the variables on the way so far, so that a circle ends; `followed` are
    all those of one value, so that ways which fork and fork again end as well.
    """

    file: File
    attribute: Rehomed
    seen: Seen = frozenset()
    followed: list[tuple[str, int]] = field(default_factory=list)

    def meanings(self, value: ast.expr) -> list[Meaning]:
        """What becomes of the value of an expression, all uses of it."""
        parent = self.file.parents[value]
        if isinstance(parent, ast.Attribute):
            return [of_member(self.attribute, parent.attr, value)]
        if isinstance(parent, ast.Expr) or is_test(self.file, value):
            return [Meaning(Kind.TEST, value, "it is tested")]
        if isinstance(parent, (ast.IfExp, ast.BoolOp)):
            return self._passed_on(value, parent)
        if isinstance(parent, ast.NamedExpr):
            return [*self._bound(parent.target, value), *self._passed_on(value, parent)]
        if isinstance(parent, ast.Call) and parent.func is value:
            return [_unknown(value, "it is called")]
        if isinstance(parent, (ast.Call, ast.keyword)):
            return self._passed(value, parent)
        targets = assigned_targets(self.file, value)
        if targets is not None:
            return [m for target in targets for m in self._bound(target, value)]
        why = _ESCAPES.get(type(parent), "it is used as a whole")
        return [_unknown(value, why)]

    def afresh(self) -> Follower:
        """A follower for another value."""
        return Follower(self.file, self.attribute)

    def of_variable(self, variable: Variable) -> list[Meaning]:
        """What is done with a variable, wherever it is used."""
        if variable.key in self.seen:
            return []
        self.followed.append(variable.key)
        if len(self.followed) > _MANY and variable.bindings:
            first = variable.uses[0].nodes[0] if variable.uses else ast.Name("")
            return [_unknown(first, "it goes through too many variables")]
        inner = replace(self, seen=self.seen | {variable.key})
        found: list[Meaning] = []
        for use in variable.uses:
            name = use.nodes[0]
            if name in self.file.parents:  # a quoted annotation reads no value
                found.extend(inner.meanings(name))
        if variable.is_local and variable.owner is not None:
            why = "locals are looked up by name here"
            lookups = self.file.lookups_by_name(variable.owner)
            found.extend(_unknown(call, why) for call in lookups)
        else:
            value = next(
                (b for b in variable.bindings if isinstance(b, ast.Name)), None
            )
            if value is not None:
                found.append(_unknown(value, "others can read it from here"))
        return found

    def _passed_on(self, value: ast.expr, parent: ast.expr) -> list[Meaning]:
        """What becomes of an expression that the value may be the value of, the
        value itself in its place.
        """
        return [
            replace(each, value=value) if each.value is parent else each
            for each in self.meanings(parent)
        ]

    def _bound(self, target: ast.expr, value: ast.expr) -> list[Meaning]:
        if isinstance(target, ast.Name):
            return self.of_variable(self.file.variable(target))
        if isinstance(target, ast.Attribute):
            from codemods.rehoming.keeping import kept

            return [kept(self, target, value)]
        if isinstance(target, (ast.Tuple, ast.List)):
            return [_unknown(value, "it is unpacked")]
        return [_unknown(value, "it is stored in a container")]

    def _passed(self, value: ast.expr, parent: ast.AST) -> list[Meaning]:
        from codemods.rehoming.receivers import received

        call = self.file.parents[parent] if isinstance(parent, ast.keyword) else parent
        if isinstance(call, ast.Call):
            return [received(self, call, value)]
        return [_unknown(value, "it is an argument of a class")]


def _unknown(value: ast.expr, why: str) -> Meaning:
    return Meaning(Kind.UNKNOWN, value, why)


def is_test(file: File, value: ast.AST) -> bool:
    """Whether an expression is only asked whether it is there."""
    parent = file.parents.get(value)
    if isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return parent.test is value
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    if isinstance(parent, ast.comprehension):
        return value in parent.ifs
    if isinstance(parent, ast.match_case):
        return parent.guard is value
    if isinstance(parent, ast.Compare):
        return _is_compared_with_none(parent, value)
    if isinstance(parent, ast.BoolOp):
        ahead = isinstance(parent.op, ast.And) and parent.values[-1] is not value
        return ahead or is_test(file, parent)
    return False


def _is_compared_with_none(compare: ast.Compare, value: ast.AST) -> bool:
    plain = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
    others = [o for o in (compare.left, *compare.comparators) if o is not value]
    return all(isinstance(op, plain) for op in compare.ops) and all(
        map(is_none, others)
    )


def is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def assigned_targets(file: File, value: ast.expr) -> list[ast.expr] | None:
    """What an expression is assigned to, None where it is not assigned.

    In `a, b = x, y` each value has its own target.
    """
    parent = file.parents[value]
    if isinstance(parent, ast.Assign) and parent.value is value:
        return list(parent.targets)
    if isinstance(parent, ast.AnnAssign) and parent.value is value:
        return [parent.target]
    if isinstance(parent, (ast.Tuple, ast.List)):
        around = file.parents[parent]
        if isinstance(around, ast.Assign) and around.value is parent:
            at = parent.elts.index(value)
            paired = [_element(target, parent, at) for target in around.targets]
            return None if None in paired else [t for t in paired if t is not None]
    return None


def _element(
    target: ast.expr, values: ast.Tuple | ast.List, at: int
) -> ast.expr | None:
    if not isinstance(target, (ast.Tuple, ast.List)):
        return None
    if len(target.elts) != len(values.elts):
        return None
    if any(isinstance(e, ast.Starred) for e in (*target.elts, *values.elts)):
        return None
    return target.elts[at]


def bound_values(file: File, binding: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose value a binding takes, all that it can be: both arms
    of a condition. Nothing where that cannot be told.
    """
    parent = file.parents.get(binding)
    if isinstance(parent, (ast.NamedExpr, ast.AnnAssign)) or (
        isinstance(parent, ast.Assign) and binding in parent.targets
    ):
        if parent.value is not None:
            yield from alternatives(parent.value)
    elif isinstance(parent, (ast.Tuple, ast.List)):
        assign = file.parents[parent]
        if isinstance(assign, ast.Assign) and isinstance(
            assign.value, (ast.Tuple, ast.List)
        ):
            for value in assign.value.elts:
                targets = assigned_targets(file, value) or ()
                if any(target is binding for target in targets):
                    yield from alternatives(value)


def alternatives(value: ast.expr) -> Iterator[ast.expr]:
    """The expressions that the value of a condition can come from."""
    if isinstance(value, ast.IfExp):
        yield from alternatives(value.body)
        yield from alternatives(value.orelse)
    elif isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        for each in value.values:
            yield from alternatives(each)
    elif isinstance(value, ast.NamedExpr):
        yield from alternatives(value.value)
    else:
        yield value
