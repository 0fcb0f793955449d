"""Properties of re-homing over generated modules."""

from __future__ import annotations

import ast

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from codemods.rewrite import Options, Rewritten, rewrite
from tests.codemods.rehoming.comparing import NAMES
from tests.codemods.rehoming.programs import Program, programs
from tests.codemods.rehoming.world import NEW, OLD

slow = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck)
)


def run(source: bytes, *, compat: bool = False) -> Rewritten:
    return rewrite(source, NAMES, path="user.py", options=Options(compat=compat))


def source_of(program: Program) -> bytes:
    try:
        compile(program.user, "", "exec")
    except SyntaxError:
        assume(False)
    return program.user.encode()


def mapped_back(tree: ast.AST, locals_: frozenset[str]) -> str:
    """The tree with the old name for the new one. A local that was bound to the
    attribute of an object, and that object's attribute, are spelt the same.
    """
    for node in ast.walk(tree):
        for name in ("id", "attr", "value"):
            if getattr(node, name, None) == NEW:
                setattr(node, name, OLD)
    return ast.dump(_Merged(locals_).visit(tree))


class _Merged(ast.NodeTransformer):
    def __init__(self, locals_: frozenset[str]) -> None:
        self.locals = locals_

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr == OLD and isinstance(node.value, ast.Name):
            return ast.Name("POOL")
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("POOL" if node.id in self.locals else node.id)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        shown = isinstance(node.value, str) and node.value.rstrip().endswith("=")
        return ast.Constant("POOL") if shown else node


def bound_to_pools(tree: ast.AST) -> frozenset[str]:
    """Every name that an assignment or a walrus binds."""
    return frozenset(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


@slow
@given(programs())
def test_means_the_same_with_names_mapped_back(program: Program) -> None:
    source = source_of(program)
    old, new = ast.parse(source), ast.parse(run(source).new)
    names = bound_to_pools(old) | bound_to_pools(new) | {OLD}
    assert mapped_back(new, names) == mapped_back(old, names)


@slow
@given(programs())
def test_only_lines_with_the_new_name_differ(program: Program) -> None:
    source = source_of(program)
    old, new = source.splitlines(), run(source).new.splitlines()
    assert len(old) == len(new)
    differing = [line for before, line in zip(old, new, strict=True) if before != line]
    assert all(NEW.encode() in line for line in differing)


@slow
@given(programs())
def test_applying_twice_equals_once(program: Program) -> None:
    once = run(source_of(program))
    twice = run(once.new)
    assert twice.new == once.new
    assert not twice.edits


@slow
@given(programs(), st.sampled_from(["\r\n", "\r"]))
def test_line_ends_and_a_byte_order_mark_are_kept(
    program: Program, newline: str
) -> None:
    source = source_of(program)
    assume(b"\\\n" not in source)
    other = run(b"\xef\xbb\xbf" + source.replace(b"\n", newline.encode())).new
    assert other == b"\xef\xbb\xbf" + run(source).new.replace(b"\n", newline.encode())


@slow
@given(programs())
def test_nothing_changes_under_compat(program: Program) -> None:
    source = source_of(program)
    result = run(source, compat=True)
    assert result.new is source
    assert not (run(source).changed and not result.findings)


@slow
@given(programs())
def test_other_attributes_keep_their_bytes(program: Program) -> None:
    source = source_of(program).replace(OLD.encode(), b"other_pool")
    result = run(source)
    assert result.new is source
    assert not result.findings
