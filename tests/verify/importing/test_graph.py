"""Which module imports which: names, packages, namespaces, stubs and roots."""

from __future__ import annotations

import pytest

from verify.importing.graph import Graph, Reading, graph_of
from verify.importing.statements import Kind, imports_of


def of(files: dict[str, str]) -> Graph:
    return graph_of({path: imports_of(text.encode()) for path, text in files.items()})


def direct(made: Graph, module: str) -> list[str]:
    return [e.imported for e in made.edges_of(module) if e.kind is not Kind.IMPLICIT]


def implicit(made: Graph, module: str) -> list[tuple[str, bool]]:
    return [
        (e.imported, e.own) for e in made.edges_of(module) if e.kind is Kind.IMPLICIT
    ]


INIT = "__init__.py"


@pytest.mark.parametrize(
    ("text", "expected", "runs"),
    [
        ("import p.q.b", ["p.q.b"], [("p", True), ("p.q", False)]),
        ("from p.q import b", ["p.q.b"], [("p", True), ("p.q", False)]),
        ("from p.q import name", ["p.q"], [("p", True)]),
        ("from p.q import name, b", ["p.q", "p.q.b"], [("p", True)]),
        ("from .q import b", ["p.q.b"], [("p", True), ("p.q", False)]),
        ("from . import q", ["p.q"], [("p", True)]),
        ("from . import name", ["p"], []),
        ("from p.q import *", ["p.q", "p.q.b"], [("p", True)]),
        ("import p.q.missing", ["p.q"], [("p", True)]),
        ("from p.q.b.missing import x", ["p.q.b"], [("p", True), ("p.q", False)]),
        ("import os.path", [], []),
        ("x = import_module('.q.b', __package__)", ["p.q.b"], [("p", True), ("p.q", False)]),
        ("__import__('p.q', fromlist=['b'])", ["p.q.b"], [("p", True), ("p.q", False)]),
    ],
)  # fmt: skip
def test_what_a_statement_names_and_what_runs_for_it(
    text: str, expected: list[str], runs: list[tuple[str, bool]]
) -> None:
    made = of(
        {
            f"p/{INIT}": "",
            f"p/q/{INIT}": "__all__ = ['b', 'c']\nfrom os import c",
            "p/q/b.py": "",
            "p/a.py": text,
        }
    )
    assert direct(made, "p.a") == expected
    assert implicit(made, "p.a") == runs


def test_what_a_package_lacks_is_told() -> None:
    made = of({f"p/{INIT}": "", "p/a.py": "import p.gone\nimport_module(x)\nimport os"})
    assert direct(made, "p.a") == ["p"]
    assert [each.name for each in made.unresolved] == ["p.gone", ""]


def test_a_relative_import_above_the_top_is_told() -> None:
    made = of({f"p/{INIT}": "", "p/a.py": "from ... import x"})
    assert made.named["p.a"] == ()
    assert [each.name for each in made.unresolved] == ["..."]


def test_a_folder_without_init_is_a_package_that_runs_nothing() -> None:
    made = of({"n/a.py": "import n.m.b\nfrom n import m", "n/m/b.py": ""})
    assert sorted(made.modules) == ["n.a", "n.m.b"]
    assert direct(made, "n.a") == ["n.m.b"]
    assert implicit(made, "n.a") == []
    assert made.unresolved == []


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["src/p/__init__.py", "src/p/a.py"], ["p", "p.a"]),
        (["libs/one/p/__init__.py", "libs/two/q/__init__.py"], ["p", "q"]),
        (["python/n/a.py"], ["n.a"]),
        (["p.py"], ["p"]),
    ],
)
def test_where_modules_are_imported_from(paths: list[str], names: list[str]) -> None:
    assert sorted(of(dict.fromkeys(paths, "")).modules) == names


def test_what_files_import_tells_a_namespace_above_a_package() -> None:
    made = of(
        {
            "code/google/cloud/__init__.py": "",
            "code/google/cloud/a.py": "from google.cloud import b",
            "code/google/cloud/b.py": "",
        }
    )
    assert direct(made, "google.cloud.a") == ["google.cloud.b"]


def test_one_wrong_import_does_not_rename_a_package() -> None:
    made = of(
        {
            "python/p/__init__.py": "",
            "python/p/a.py": "import python.p.b",
            "python/p/b.py": "import p.a",
            "python/p/c.py": "import p.a",
        }
    )
    assert sorted(made.modules) == ["p", "p.a", "p.b", "p.c"]


def test_the_same_name_in_two_roots_means_the_nearer_one() -> None:
    made = of(
        {
            "one/src/p/__init__.py": "",
            "one/src/p/a.py": "import p.b",
            "one/src/p/b.py": "",
            "two/src/p/__init__.py": "",
            "two/src/p/a.py": "import p.b",
            "two/src/p/b.py": "",
        }
    )
    assert len(made.modules) == 6
    for root in ("one/src", "two/src"):
        (importer,) = (m for m in made.modules.values() if m.path == f"{root}/p/a.py")
        (target,) = direct(made, importer.name)
        assert made.modules[target].path == f"{root}/p/b.py"


def test_a_package_hides_the_module_beside_it_and_a_source_its_stub() -> None:
    made = of({"p.py": "", "p/__init__.py": "", "p/a.py": "", "p/a.pyi": "import p"})
    assert made.modules["p"].path == "p/__init__.py"
    assert made.hidden == {
        "p.py": "hidden by p/__init__.py",
        "p/a.pyi": "a stub of p/a.py",
    }


def test_a_stub_alone_is_a_module_that_imports_nothing() -> None:
    made = of({"p/__init__.py": "import p.c", "p/c.pyi": "import p"})
    assert direct(made, "p") == ["p.c"]
    assert made.named["p.c"] == ()


def test_scripts_import_their_neighbours() -> None:
    made = of({"tools/run.py": "import helper", "tools/helper.py": ""})
    assert direct(made, "tools.run") == ["tools.helper"]


def test_what_lies_in_a_package_does_not() -> None:
    made = of({"p/__init__.py": "", "p/n/a.py": "import helper", "p/n/helper.py": ""})
    assert direct(made, "p.n.a") == []


READINGS = {
    f"p/{INIT}": "",
    f"p/q/{INIT}": "",
    f"r/{INIT}": "",
    "r/x.py": "",
    "p/q/a.py": "import p.q.b\nimport r.x\ndef f():\n    import p.c\n",
    "p/q/b.py": "",
    "p/c.py": "",
}


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading.DIRECT, {"p.q.b", "r.x"}),
        (Reading.PARENTS, {"p.q.b", "r.x", "r"}),
        (Reading.ANCESTORS, {"p.q.b", "r.x", "r", "p", "p.q"}),
        (Reading.LAZY, {"p.q.b", "r.x", "p.c"}),
    ],
)
def test_readings(reading: Reading, expected: set[str]) -> None:
    made = of(READINGS)
    assert made.successors(reading)["p.q.a"] == expected
    assert made.successors(reading, "p")["p.q.a"] == expected - {"r", "r.x"}


def test_a_file_that_does_not_parse_is_a_module_without_edges() -> None:
    made = of({"p/__init__.py": "import p.a", "p/a.py": "def f(:"})
    assert [(each.path, each.line) for each in made.left_out] == [("p/a.py", 1)]
    assert direct(made, "p") == ["p.a"]
