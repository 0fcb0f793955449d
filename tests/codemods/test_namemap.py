"""The map of names that migrations compose to."""

from __future__ import annotations

import pickle

import pytest

from codemods.migration import Name, loads
from codemods.namemap import Moved, NameMap, Removed

MIGRATION = """\
id = "m1.0"
title = "t"
package = "p"
since = "1.0"

[[move]]
from = "p.old:A"
to = "p.new:A"

[[move]]
from = "p.old:B.size"
to = "p.old:B.count"

[[move]]
from = "p.mod"
to = "p.home.mod"

[[removed]]
name = "p.old:gone"
instead = "no p.old:gone"

[[removed]]
name = "p.dead"
instead = "no p.dead"

[[rehome]]
from = "pool"
to = "allocator"
members = ["alloc"]

[[fold]]
pattern = "2 * f(...)"
to = "p.a:g"
"""


@pytest.fixture
def names() -> NameMap:
    return NameMap.compose([loads(MIGRATION, "m1.0.toml")])


def path_of(names: NameMap, dotted: str) -> str:
    hit = names.resolve(dotted)
    assert isinstance(hit, Moved), hit
    return hit.path


def test_resolve_takes_the_longest_old_name(names: NameMap) -> None:
    hit = names.resolve("p.old.B.size.real")
    assert hit == Moved(
        Name("p.old", "B.size"), Name("p.old", "B.count"), ("real",), "m1.0"
    )
    assert hit.path == "p.old.B.count.real"
    assert names.resolve("p.old.B") is None
    assert path_of(names, "p.mod.sub.Thing") == "p.home.mod.sub.Thing"


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "p",
        "p.old",
        "p.oldest.A",
        "p.old.AA",
        "x.p.old.A",
        "p.old:A",
        "\0",
    ],
)
def test_resolve_leaves_other_paths_alone(names: NameMap, path: str) -> None:
    assert names.resolve(path) is None


def test_removed_names(names: NameMap) -> None:
    assert names.resolve("p.old.gone.x") == Removed(
        Name("p.old", "gone"), "no p.old:gone", ("x",), "m1.0"
    )
    assert isinstance(names.resolve("p.dead.Thing"), Removed)
    assert [str(removed.name) for removed in names.removals] == ["p.dead", "p.old:gone"]


def test_lost_names_of_exactly_one_module(names: NameMap) -> None:
    assert list(map(str, names.lost("p.old"))) == [
        "p.old:A",
        "p.old:B.size",
        "p.old:gone",
    ]
    for module in ("p", "p.mod", "p.dead", "p.new", "p.old.A", ""):
        assert names.lost(module) == ()


def test_what_leads_to_a_move(names: NameMap) -> None:
    for path in ("p", "p.old", "p.old.A", "p.old.B", "p.old.B.size", "p.mod", "p.dead"):
        assert names.leads_to_move(path)
    for path in ("", "q", "p.new", "p.old.A.x", "p.ol", "p.home"):
        assert not names.leads_to_move(path)


def test_the_tables_of_a_map(names: NameMap) -> None:
    assert names.old_modules == {"p.old", "p.mod", "p.dead"}
    assert names.packages == {"p"}
    assert [str(move.old) for move in names.members] == ["p.old:B.size"]
    assert list(names.moves) == sorted(names.moves)
    assert len(names.old_names) == len(names.moves) + len(names.removals) == 5


def test_folds_are_there_with_their_place(names: NameMap) -> None:
    (fold,) = names.folds
    assert (fold.pattern, fold.new) == ("2 * f(...)", Name("p.a", "g"))
    assert (fold.migration, fold.place) == ("m1.0", "m1.0.toml:31")


def test_a_map_can_be_sent_to_another_process(names: NameMap) -> None:
    assert names.relevant(b"from p.old import A")
    copy = pickle.loads(pickle.dumps(names))
    assert (copy.moves, copy.removals) == (names.moves, names.removals)
    assert (copy.folds, copy.rehomed) == (names.folds, names.rehomed)
    assert copy.resolve("p.old.A") == names.resolve("p.old.A")
    assert copy.relevant(b"from p.old import A")
