"""Components, their chain and their cut, and what became of them."""

from __future__ import annotations

from verify.importing.components import Change, Component, compare, components_of
from verify.importing.graph import Graph, graph_of
from verify.importing.statements import imports_of


def of(files: dict[str, str]) -> Graph:
    return graph_of({path: imports_of(text.encode()) for path, text in files.items()})


def ring(*names: str) -> dict[str, str]:
    """Modules of a package `p`, each of which imports the next."""
    after = (*names[1:], names[0])
    files = {f"p/{a}.py": f"import p.{b}\n" for a, b in zip(names, after, strict=True)}
    return {"p/__init__.py": "", **files}


def components(files: dict[str, str]) -> tuple[Component, ...]:
    return components_of(of(files))


def test_a_component_has_its_modules_chain_and_cut() -> None:
    files = ring("a", "b", "c") | {"p/d.py": "import p.a"}
    files["p/b.py"] += "import p.a\nfrom p.a import x\n"
    (found,) = components(files)
    assert found.modules == ("p.a", "p.b", "p.c")
    assert [(e.importer, e.imported, e.line) for e in found.chain] == [
        ("p.a", "p.b", 1),
        ("p.b", "p.a", 2),
    ]
    assert found.cut.exact
    assert found.cut.pairs == (("p.a", "p.b"),)
    assert [edge.statement.text for edge in found.cut_edges()] == ["import p.b"]


def test_the_cheaper_edge_is_cut() -> None:
    files = ring("a", "b")
    files["p/a.py"] += "from p.b import x\n"
    (found,) = components(files)
    assert found.cut.pairs == (("p.b", "p.a"),)


def test_what_never_runs_makes_no_component() -> None:
    files = ring("a", "b")
    files["p/b.py"] = "if TYPE_CHECKING:\n    import p.a\ndef f():\n    import p.a\n"
    assert components(files) == ()


def test_the_init_of_a_package_on_the_way_makes_one() -> None:
    files = {
        "p/__init__.py": "",
        "p/a.py": "import p.q.leaf",
        "p/q/__init__.py": "import p.a",
        "p/q/leaf.py": "",
    }
    (found,) = components(files)
    assert found.modules == ("p.a", "p.q")
    assert [edge.kind.value for edge in found.chain] == ["implicit", "eager"]


def test_no_cycle_loads_no_library() -> None:
    files = {"p/__init__.py": "import p.a", "p/a.py": "import p.b", "p/b.py": ""}
    assert components(files) == ()


def change(base: dict[str, str], head: dict[str, str]) -> list[tuple[Change, tuple[str, ...], tuple[str, ...]]]:  # fmt: skip
    changes = compare(components(base), components(head))
    return [(each.change, each.joined, each.left) for each in changes]


def test_what_became_of_components() -> None:
    two, three = ring("a", "b"), ring("a", "b", "c")
    other = ring("x", "y")
    assert change(two, two) == [(Change.STAYED, (), ())]
    assert change({}, two) == [(Change.APPEARED, ("p.a", "p.b"), ())]
    assert change(two, {}) == [(Change.WENT_AWAY, (), ("p.a", "p.b"))]
    assert change(two, three) == [(Change.GREW, ("p.c",), ())]
    assert change(three, two | {"p/c.py": ""}) == [(Change.SHRANK, (), ("p.c",))]
    assert change(two | other, ring("a", "b", "x", "y")) == [(Change.GREW, (), ())]
