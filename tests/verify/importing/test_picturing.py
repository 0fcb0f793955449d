"""Cycles as diagrams: what is drawn of one revision, and of one beside another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.verify.importing.truth import write_package
from verify.diagram import Diagram, Failure, Mark, Node, Source
from verify.importing.picturing import diagrams_of
from verify.importing.store import in_folder
from verify.importing.survey import Both, Side, examine

INIT = {"p/__init__.py": ""}
RING = {
    "p/a.py": "import p.b\n",
    "p/b.py": "if input:\n    import p.c\n",
    "p/c.py": "import p.a\nfrom p.a import x as y\n",
}


def side(folder: Path, files: Mapping[str, str]) -> Side:
    write_package(folder, INIT | dict(files))
    return examine(in_folder(folder), processes=1)


def beside(
    folder: Path, base: Mapping[str, str], head: Mapping[str, str]
) -> tuple[Diagram, ...]:
    both = Both(side(folder / "base", base), side(folder / "head", head))
    return diagrams_of(both.head, both)


def marks(drawn: Diagram) -> dict[str, str]:
    """The mark of each edge that has one, as `a>b`."""
    return {
        ">".join(name.removeprefix("p.") for name in each.pair): each.mark.value
        for each in drawn.edges
        if each.mark is not Mark.NONE
    }


def test_an_edge_has_every_statement_that_makes_it_and_the_plainest_kind(
    tmp_path: Path,
) -> None:
    (drawn,) = diagrams_of(side(tmp_path, RING))
    assert [(each.pair, each.kind) for each in drawn.edges] == [
        (("p.a", "p.b"), "eager"),
        (("p.b", "p.c"), "guarded"),
        (("p.c", "p.a"), "eager"),
    ]
    assert drawn.edge(("p.c", "p.a")).sources == (
        Source("p/c.py:1", "import p.a"),
        Source("p/c.py:2", "from p.a import x as y"),
    )
    assert sum(each.is_cut for each in drawn.edges) == 1
    assert not drawn.edge(("p.c", "p.a")).is_cut  # it takes two statements
    assert drawn.chain == (("p.a", "p.b"), ("p.b", "p.c"), ("p.c", "p.a"))


def test_without_the_cut_edges_there_is_no_cycle_and_all_that_runs_counts(
    tmp_path: Path,
) -> None:
    files = RING | {"p/d.py": "import p.a\n", "p/a.py": "import p.b\nimport p.d\n"}
    found = side(tmp_path, files)
    (drawn,) = diagrams_of(found)
    (judged,) = found.judged
    assert {each.pair for each in drawn.edges if each.counts} == {
        *judged.component.pairs
    }
    assert {each.pair for each in drawn.edges if each.is_cut} == {
        *judged.component.cut.pairs
    }


def test_imports_that_do_not_run_are_there_and_do_not_count(tmp_path: Path) -> None:
    lazy = "def f():\n    import p.a\n    import p.c\n"
    checked = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.b\n"
    files = RING | {
        "p/b.py": f"import p.c\n{lazy}",
        "p/c.py": f"import p.a\n{checked}",
        "p/alone.py": "import p.a\n",
    }
    (drawn,) = diagrams_of(side(tmp_path, files))
    aside = [(each.pair, each.kind) for each in drawn.edges if not each.counts]
    assert aside == [(("p.b", "p.a"), "lazy"), (("p.c", "p.b"), "type-checking")]
    assert [node.name for node in drawn.nodes] == ["p.a", "p.b", "p.c"]


def test_a_module_that_fails_has_its_statement(tmp_path: Path) -> None:
    files = {
        "p/a.py": "X = 1\nfrom p.b import Y\n",
        "p/b.py": "from p.a import X\nY = 2\n",
        "p/user.py": "import p.b\n",
    }
    (drawn,) = diagrams_of(side(tmp_path, files))
    assert drawn.verdict == "fatal"
    fine, fails = drawn.nodes
    assert fine == Node("p.a")
    assert fails.failure == Failure(
        "ImportError",
        "cannot import name 'Y' from 'p.b'",
        Source("p/a.py:2", "from p.b import Y"),
    )
    assert drawn.notes[1:] == (
        "p.user, which leads to it, fails first as well: ImportError at p/a.py:2",
    )


def test_new_edges_and_modules_are_marked_and_so_are_gone_ones(tmp_path: Path) -> None:
    head = RING | {
        "p/a.py": "import p.d\n",
        "p/d.py": "import p.b\n",
        "p/b.py": "import p.c\n",
    }
    (drawn,) = beside(tmp_path, RING, head)
    assert drawn.heading == "cycle of 4 modules through p.a, which grew"
    assert marks(drawn) == {"a>d": "new", "d>b": "new", "a>b": "gone"}
    assert not drawn.edge(("p.a", "p.b")).counts
    assert [node.mark.value for node in drawn.nodes] == ["", "", "", "new"]


def test_an_old_edge_of_a_new_cycle_is_not_new(tmp_path: Path) -> None:
    (drawn,) = beside(tmp_path, RING | {"p/c.py": ""}, RING)
    assert drawn.heading == "cycle of 3 modules through p.a, which appeared"
    assert marks(drawn) == {"c>a": "new"}


def test_a_moved_line_is_no_change(tmp_path: Path) -> None:
    (drawn,) = beside(tmp_path, RING, RING | {"p/a.py": "\n\nimport p.b\n"})
    assert marks(drawn) == {}
    assert drawn.edge(("p.a", "p.b")).sources[0].place == "p/a.py:3"


def test_an_import_that_went_into_a_function_is_gone(tmp_path: Path) -> None:
    base = RING | {"p/a.py": "import p.b\nimport p.c\n"}
    head = RING | {"p/a.py": "import p.b\ndef f():\n    import p.c\n"}
    (drawn,) = beside(tmp_path, base, head)
    assert marks(drawn) == {"a>c": "gone"}


def test_what_left_a_cycle_is_shown_as_gone(tmp_path: Path) -> None:
    head = {"p/a.py": "import p.c\n", "p/b.py": "", "p/c.py": "import p.a\n"}
    (drawn,) = beside(tmp_path, RING, head)
    assert "which shrank" in drawn.heading
    assert [(n.name, n.mark.value) for n in drawn.nodes] == [
        ("p.a", ""),
        ("p.c", ""),
        ("p.b", "gone"),
    ]
    assert marks(drawn) == {"a>b": "gone", "b>c": "gone", "a>c": "new"}


def test_a_cycle_that_went_away_comes_last_with_what_is_left_of_it(
    tmp_path: Path,
) -> None:
    base = RING | {"p/x.py": "import p.y\n", "p/y.py": "import p.x\n"}
    gone = {"p/a.py": "import p.b\n", "p/b.py": "import p.c\n"}
    head = gone | {
        "p/x.py": "import p.y\n",
        "p/y.py": "import p.x\n",
        "p/m.py": "import p.n\n",
        "p/n.py": "import p.m\n",
    }
    drawn = beside(tmp_path, base, head)
    assert [each.heading for each in drawn] == [
        "cycle of 2 modules through p.m, which appeared",
        "cycle of 2 modules through p.x, which stayed",
        "cycle of 3 modules through p.a, which went away",
    ]
    assert marks(drawn[-1]) == {"b>c": "gone", "c>a": "gone"}
    assert [n.mark.value for n in drawn[-1].nodes] == ["", "", "gone"]  # no p.c now


def test_fatal_ones_come_before_the_others(tmp_path: Path) -> None:
    files = RING | {
        "p/c.py": "import p.a\n",
        "p/y.py": "from p.z import g\ndef f(): pass\n",
        "p/z.py": "from p.y import f\ndef g(): pass\n",
    }
    drawn = diagrams_of(side(tmp_path, files))
    assert [each.verdict for each in drawn] == ["fatal", "benign"]


def test_an_import_of_a_function_that_may_run_is_old_if_it_was_there(
    tmp_path: Path,
) -> None:
    """A cycle through functions that are called at import counts their imports."""
    files = {
        "p/a.py": "def f():\n    from p.b import x\n    return x\nfrom p.b import x\n",
        "p/b.py": "from p.a import f\nf()\nx = 1\n",
    }
    drawn = beside(tmp_path, files, files)
    assert drawn
    assert [marks(each) for each in drawn] == [{}] * len(drawn)


@pytest.mark.parametrize("files", [{}, {"p/a.py": "import p.b\n", "p/b.py": ""}])
def test_without_a_cycle_there_is_nothing_to_draw(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    assert diagrams_of(side(tmp_path, files)) == ()
