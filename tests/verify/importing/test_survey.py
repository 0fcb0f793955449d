"""What is simulated of a graph, and what is told of two revisions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.verify.importing.truth import write_package
from verify.importing import survey
from verify.importing.arena import Arenas, shared
from verify.importing.components import components_of
from verify.importing.graph import Reading
from verify.importing.outcomes import Fate
from verify.importing.simulate import Simulator
from verify.importing.sources import ModuleSource
from verify.importing.store import in_folder, load
from verify.importing.survey import Both, Side, examine

CYCLE = {
    "p/__init__.py": "",
    "p/a.py": "import p.b\n",
    "p/b.py": "import p.a\nimport p.leaf\n",
    "p/leaf.py": "import p.deep\n",
    "p/deep.py": "",
    "p/user.py": "import p.a\n",
    "p/alone.py": "import p.leaf\n",
}


def _side(folder: Path, files: Mapping[str, str]) -> Side:
    write_package(folder, files)
    return examine(in_folder(folder), processes=1)


def test_what_leads_to_a_cycle_is_run_and_what_it_leads_to_is_not(
    tmp_path: Path,
) -> None:
    write_package(tmp_path, CYCLE)
    graph = load(in_folder(tmp_path)).graph
    (component,) = components_of(graph)
    arena = Arenas(graph).of(component)
    assert arena.all_entries == ("p.a", "p.b", "p.user")
    assert arena.run == {"p", "p.a", "p.b", "p.user"}
    assert arena.entries == {("p.a", "p.b"): arena.all_entries}


def test_arenas_that_run_the_same_are_one(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "",
        "p/user.py": "import p.a\nimport p.c\n",
        "p/a.py": "import p.b\n",
        "p/b.py": "import p.a\n",
        "p/c.py": "import p.d\n",
        "p/d.py": "import p.c\n",
        "q/a.py": "import q.b\n",
        "q/b.py": "import q.a\n",
    }
    write_package(tmp_path, files)
    graph = load(in_folder(tmp_path)).graph
    found = shared([*map(Arenas(graph).of, components_of(graph))])
    assert len({id(each) for each in found}) == 2
    both = next(each for each in found if "p.a" in each.run)
    assert both.run == {"p", "p.a", "p.b", "p.c", "p.d", "p.user"}
    assert both.entries.keys() == {("p.a", "p.b"), ("p.c", "p.d")}


def test_a_module_of_which_nothing_is_known_runs_its_packages() -> None:
    texts = {
        "p": b"",
        "p.q": b"from p.a import X\n",
        "p.a": b"import p.q.leaf\nX = 1\n",
    }
    modules = {n: ModuleSource(t, n in ("p", "p.q")) for n, t in texts.items()}
    simulator = Simulator(modules, opaque=["p.q.leaf"])
    # First with the package under way, which is not how it is for the other.
    assert simulator.simulate("p.q").fate is Fate.BENIGN
    failure = simulator.simulate("p.a").failure
    assert failure is not None
    assert (failure.partial, failure.place.module) == ("p.a", "p.q")


def test_a_package_that_asks_for_itself_is_a_cycle_of_one(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "",
        "p/q/__init__.py": "import p.q.c\n{}",
        "p/q/c.py": "v = 1\n",
    }
    init = files["p/q/__init__.py"]
    late = {**files, "p/q/__init__.py": init.format("def f(): return p.q.c.v\n")}
    early = {**files, "p/q/__init__.py": init.format("p.q.c.v\n")}
    assert _side(tmp_path / "late", late).judged == ()
    (judged,) = _side(tmp_path / "early", early).judged
    assert judged.component.modules == ("p.q",)
    assert [(e.importer, e.line) for e in judged.component.chain] == [("p.q", 1)]
    assert len(judged.component.cut_edges()) == 1


def test_a_large_cycle_through_calls_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "p/__init__.py": "",
        "p/a.py": "def f():\n    from p.b import K\n",
        "p/b.py": "from p.a import f\nf()\nclass K: pass\n",
    }
    assert len(_side(tmp_path, files).judged) == 1
    monkeypatch.setattr(survey, "_FEW", 1)
    side = _side(tmp_path, files)
    assert (side.judged, side.untried) == ((), 1)
    graph = side.loaded.graph
    assert components_of(graph) == ()
    assert len(components_of(graph, Reading.CALLED)) == 1


def test_what_a_cycle_forced_is_freed_with_it(tmp_path: Path) -> None:
    lazy = "def f():\n    from p.b import g\n"
    base = {"p/__init__.py": "", "p/a.py": lazy, "p/b.py": "import p.a\n"}
    head = {**base, "p/a.py": f"\n{lazy}", "p/b.py": "def g(): pass\n"}
    before, after = _side(tmp_path / "base", base), _side(tmp_path / "head", head)
    both = Both(before, after)
    assert [(each.importer, each.statement.line) for each in both.freed] == [("p.a", 3)]
    assert Both(after, before).freed == ()


def test_every_way_to_change_is_counted(tmp_path: Path) -> None:
    base = _side(tmp_path / "base", {k: v for k, v in CYCLE.items() if k != "p/b.py"})
    head = _side(tmp_path / "head", CYCLE)
    changes = {"appeared": 0, "grew": 0, "shrank": 0, "went away": 0, "stayed": 0}
    assert Both(base, head).counts == {**changes, "appeared": 1}
    assert Both(head, base).counts == {**changes, "went away": 1}
    assert Both(head, head).counts == {**changes, "stayed": 1}
