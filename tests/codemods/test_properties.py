"""Properties of `rewrite` over generated modules."""

from __future__ import annotations

import ast
import textwrap

import hypothesmith
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.home import ModuleHome
from codemods.migration import loads
from codemods.namemap import Moved, NameMap
from codemods.rewrite import Options, Rewritten, rewrite
from codemods.sorting import sorter_for

MIGRATION = """
id = "generated"
title = "Names for generated modules"
package = "pkg"
since = "2.0"

[[move]]
from = "pkg.old:A"
to = "pkg.new:A"

[[move]]
from = "pkg.old:Far"
to = "pkg.deep.er.place:Far"

[[move]]
from = "pkg.old:R"
to = "pkg.new:Renamed"

[[move]]
from = "pkg.mod"
to = "pkg.sub.newmod"

[[removed]]
name = "pkg.old:gone"
instead = "nothing"
"""
NAMES = NameMap.compose([loads(MIGRATION, "generated.toml")])
HOME = ModuleHome("pkg.inner.user", is_package=False)

slow = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck)
)


def run(
    source: bytes, tmp_path: str = "/nonexistent", *, compat: bool = False
) -> Rewritten:
    from pathlib import Path

    return rewrite(
        source,
        NAMES,
        path="user.py",
        home=HOME,
        sorter=sorter_for(Path(tmp_path) / "user.py"),
        options=Options(compat=compat),
    )


# Import statements, with the local names that they bind, all different.

from_names = st.sampled_from(["A", "B", "Far", "R", "C"])
comments = st.sampled_from(["", "  # noqa: F401", "  # a remark", "  # type: ignore"])


@st.composite
def from_imports(draw: st.DrawFn, number: int = 0) -> tuple[str, list[str]]:
    module = draw(
        st.sampled_from(
            ["pkg.old", "..old", "pkg.mod", "other.old", "pkg.old2", "pkg.new", "..new"]
        )
    )
    names = draw(st.lists(from_names, min_size=1, max_size=4, unique=True))
    aliased = [f"{name} as {name}_{number}_{i}" for i, name in enumerate(names)]
    uses = [text.rpartition(" ")[2] for text in aliased]
    comment = draw(comments)
    shape = draw(st.sampled_from(["line", "parens", "lines", "backslash"]))
    if shape == "line":
        text = f"from {module} import {', '.join(aliased)}{comment}"
    elif shape == "parens":
        text = f"from {module} import ({', '.join(aliased)}){comment}"
    elif shape == "backslash":
        text = f"from {module} \\\n    import {', '.join(aliased)}{comment}"
    else:
        inner = "".join(f"    {one},{draw(comments)}\n" for one in aliased)
        text = f"from {module} import (\n{inner}){comment}"
    return text, uses


@st.composite
def module_imports(draw: st.DrawFn, number: int = 0) -> tuple[str, list[str]]:
    local = f"m_{number}"
    text = draw(
        st.sampled_from(
            [
                f"import pkg.old as {local}",
                f"from pkg import old as {local}",
                f"from .. import old as {local}",
                f"import pkg.mod as {local}",
                f"from pkg import mod as {local}",
                f"import os as {local}",
            ]
        )
    )
    names = draw(st.lists(from_names, max_size=3))
    return text + draw(comments), [f"{local}.{name}" for name in names]


dotted_imports = st.tuples(
    st.sampled_from(["import pkg.old", "import pkg.mod", "import pkg.other"]),
    st.lists(
        st.sampled_from(["pkg.old.A", "pkg.old.B", "pkg.mod.x", "pkg.old.Far.y"]),
        max_size=3,
    ),
)
strings = st.sampled_from(
    ['"pkg.old.A"', "'x pkg.old.Far.run'", '"pkg.old.B"', '"nothing"', 'r"pkg.mod.z"']
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A module of imports in all sorts of blocks, each followed by uses."""
    pieces: list[str] = ['"""A docstring."""'] if draw(st.booleans()) else []
    dotted_done = False
    for number in range(draw(st.integers(1, 5))):
        kinds = [from_imports(number), module_imports(number)]
        if not dotted_done:
            kinds.append(dotted_imports)
        text, uses = draw(st.one_of(kinds))
        dotted_done |= text in ("import pkg.old", "import pkg.mod", "import pkg.other")
        extra = [draw(strings)] if draw(st.booleans()) else []
        body = "\n".join([text, *(f"use({use})" for use in [*uses, *extra])])
        block = draw(
            st.sampled_from(
                [
                    "{}",
                    "def f():\n{i}",
                    "if TYPE_CHECKING:\n{i}",
                    "class K:\n{i}",
                    "try:\n{i}\nexcept ImportError:\n    pass",
                    "import sys\n{}",
                ]
            )
        )
        if block.startswith("class") and "import pkg" in text:
            block = "{}"
        if "m_" in text and block.startswith("class"):
            block = "{}"
        inner = textwrap.indent(body, "    ")
        pieces.append(block.replace("{i}", inner).replace("{}", body))
    return "\n".join(pieces) + draw(st.sampled_from(["\n", "", "\n\n"]))


def canonical(source: bytes) -> str:
    """The syntax tree with imports left out and every name spelt by where it
    leads after the move: the same before and after a right rewrite.
    """
    tree = ast.parse(source)
    paths: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                paths[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(["pkg", *([node.module] if node.module else [])])
            for alias in node.names:
                paths[alias.asname or alias.name] = f"{base}.{alias.name}"
    return ast.dump(_Canonical(paths).visit(tree))


class _Canonical(ast.NodeTransformer):
    def __init__(self, paths: dict[str, str]) -> None:
        self.paths = paths

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, _without_imports(block))
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        path = self.paths.get(node.id)
        return ast.Name(_forward(path)) if path else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in self.paths:
            return ast.Name(_forward(".".join([self.paths[inner.id], *parts])))
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            words = [_forward(word) for word in node.value.split(" ")]
            return ast.Constant(" ".join(words))
        return node


def _forward(path: str) -> str:
    hit = NAMES.resolve(path)
    return hit.path if isinstance(hit, Moved) else path


def _without_imports(block: list[ast.stmt]) -> list[ast.stmt]:
    """The block with `pass` for each run of imports."""
    kept: list[ast.stmt] = []
    for statement in block:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            kept.append(statement)
        elif not kept or not isinstance(kept[-1], ast.Pass):
            kept.append(ast.Pass())
    return kept


def bound_names(source: bytes) -> list[tuple[str, str]]:
    """Every local name that an import binds, with where it leads after the move,
    modules apart: those may change their local names.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or node.level):
            base = node.module or ""
            if node.level:
                base = ".".join(["pkg", *([node.module] if node.module else [])])
            for alias in node.names:
                if alias.name[0].isupper():
                    path = _forward(f"{base}.{alias.name}")
                    found.append((alias.asname or alias.name, path))
    return sorted(found)


@slow
@given(programs())
def test_means_the_same_with_names_mapped_back(program: str) -> None:
    source = program.encode()
    result = run(source)
    assert canonical(result.new) == canonical(source)
    assert bound_names(result.new) == bound_names(source)


@slow
@given(programs(), st.booleans())
def test_applying_twice_equals_once(program: str, compat: bool) -> None:
    once = run(program.encode(), compat=compat)
    twice = run(once.new, compat=compat)
    assert twice.new == once.new
    assert not twice.edits


@slow
@given(programs(), st.sampled_from(["\r\n", "\r"]))
def test_line_ends_are_kept(program: str, newline: str) -> None:
    plain = run(program.encode())
    other = run(program.replace("\n", newline).encode())
    assert other.new == plain.new.replace(b"\n", newline.encode())


@slow
@given(programs())
def test_a_byte_order_mark_changes_nothing_else(program: str) -> None:
    mark = b"\xef\xbb\xbf"
    assert run(mark + program.encode()).new == mark + run(program.encode()).new


@slow
@given(hypothesmith.from_grammar())
def test_any_code_without_a_call_site_keeps_its_bytes(program: str) -> None:
    source = program.encode(errors="replace")
    result = run(source)
    assert result.new is source
    assert not result.edits


@slow
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(source: bytes) -> None:
    assert run(source).new == source


@slow
@given(hypothesmith.from_grammar(), from_imports())
def test_code_after_an_import_keeps_its_bytes(
    program: str, imported: tuple[str, list[str]]
) -> None:
    head = imported[0] + "\nbarrier()\n"
    result = run((head + program).encode(errors="replace"))
    assert result.new.endswith(program.encode(errors="replace"))
