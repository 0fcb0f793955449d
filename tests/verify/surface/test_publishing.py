"""What a user is told to publish can be published."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.migration import load, loads
from codemods.name import Name, is_identifier
from codemods.namemap import NameMap
from verify.checks.surface import result_of
from verify.surface.answer import Fate, Loss, Surface
from verify.surface.publishing import by_package, entry_text, migration_text, parsed
from verify.surface.scope import Standing
from verify.surface.telling import entries_of, findings_of

_LETTERS = st.sampled_from("aZ_7éπ名") | st.characters(categories=["L", "Nd"])
_PARTS = st.builds("x{}".format, st.text(_LETTERS, max_size=8)).filter(is_identifier)
_NAMES = st.builds(
    Name,
    st.lists(_PARTS, min_size=1, max_size=3).map(".".join),
    st.lists(_PARTS, min_size=1, max_size=2).map(".".join),
)


@given(st.lists(st.tuples(_NAMES, _NAMES).filter(lambda e: e[0] != e[1]), min_size=1))
def test_the_loader_takes_every_entry_that_names_can_make(
    entries: list[tuple[Name, Name]],
) -> None:
    for package, own in by_package(entries):
        text = migration_text(package, own, "0123456789abcdef")
        declared = loads(text, "m.toml")
        assert [(move.old, move.new) for move in declared.moves] == own
        assert declared.package == package


@given(st.text(), st.text())
def test_an_entry_is_toml_whatever_is_in_it(old: str, new: str) -> None:
    tomllib = pytest.importorskip("tomllib")
    text = entry_text((Name(old, ""), Name(new, "")))
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert tomllib.loads(text)["move"] == [{"from": old, "to": new}]


def test_a_whole_file_loads_and_applies(tmp_path: Path) -> None:
    old, new = Name("pkg.a", "X"), Name("pkg.b", "X")
    file = tmp_path / "pkg.toml"
    file.write_text(migration_text("pkg", [(old, new)], "0" * 40), "utf-8")
    moved = NameMap.compose([load(file)]).resolve("pkg.a.X.member")
    assert moved is not None
    assert (str(moved), moved.rest) != ("", ())
    assert getattr(moved, "path", "") == "pkg.b.X.member"


@pytest.mark.parametrize(
    "text", ["", "a.", "pkg.m:f.<locals>.g", "pkg.m:", "a b", "pkg.m:class", "\n"]
)
def test_what_is_no_name_is_left_out(text: str) -> None:
    assert parsed(text) is None


_WORDS = st.sampled_from(["old", "new", "X", "f", "sub"])
_HOMES = st.builds(
    Name,
    st.lists(_WORDS, max_size=2).map(lambda words: ".".join(["pkg", *words])),
    st.lists(_WORDS, max_size=2).map(".".join),
)


def _loss(name: Name, new: Name | None, inside: tuple[Loss, ...] = ()) -> Loss:
    return Loss(name, Fate.GONE, Standing.PUBLIC, "a.py", new=new, inside=inside)


def test_a_module_that_moved_takes_its_names_along_but_those_that_went_elsewhere() -> (
    None
):
    old, new = Name("pkg.old"), Name("pkg.new")
    inside = (
        _loss(Name("pkg.old", "X"), Name("pkg.new", "X")),
        _loss(Name("pkg.old", "f"), Name("pkg.other", "f")),
        _loss(Name("pkg.old", "gone"), None),
    )
    found = Surface(losses=[_loss(old, new, inside)])
    entries = [(str(a), str(b)) for a, b in entries_of(found)]
    assert entries == [("pkg.old", "pkg.new"), ("pkg.old:f", "pkg.other:f")]
    (finding,) = findings_of(found)
    assert "it is `pkg.new` now, which has no `gone`" in finding.message
    assert '[[move]], from = "pkg.old", to = "pkg.new"' in finding.fix
    result = result_of(found, "0" * 40)
    (listing,) = result.listings
    declared = loads(listing.text, listing.name)
    names = NameMap.compose([declared])
    resolved = [names.resolve(path) for path in ("pkg.old.X", "pkg.old.f")]
    assert [getattr(each, "path", None) for each in resolved] == [
        "pkg.new.X",
        "pkg.other.f",
    ]


@given(st.dictionaries(_HOMES, _HOMES, min_size=1, max_size=6))
def test_what_is_printed_can_be_loaded(moves: dict[Name, Name]) -> None:
    """Of names that are gone and lead to names that are there, as surface finds."""
    there = {*moves.values()}
    losses = [
        _loss(old, new)
        for old, new in moves.items()
        if old not in there and old.is_module == new.is_module
    ]
    result = result_of(Surface(losses=losses), "0" * 40)
    declared = [loads(each.text, each.name) for each in result.listings]
    NameMap.compose(declared)
    said = {move.old for migration in declared for move in migration.moves}
    left = [line for line in result.summary if line.startswith("no migration can say")]
    assert len(said) + len(left) == len(losses)
    for loss in losses:
        assert loss.name in said or any(f"`{loss.name}` is" in line for line in left)
