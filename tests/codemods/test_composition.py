"""How migrations compose over releases, and what is refused."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from codemods.migration import Migration, MigrationError, Name, loads
from codemods.namemap import Moved, NameMap, Removed


def migration(
    *moves: tuple[str, str],
    removed: tuple[str, ...] = (),
    since: str = "1.0",
    id: str = "",
    extra: str = "",
) -> Migration:
    id = id or f"m{since}"
    lines = [f'id = "{id}"', 'title = "t"', 'package = "p"', f'since = "{since}"']
    for old, new in moves:
        lines += ["[[move]]", f'from = "{old}"', f'to = "{new}"']
    for name in removed:
        lines += ["[[removed]]", f'name = "{name}"', f'instead = "no {name}"']
    return loads("\n".join([*lines, extra]), f"{id}.toml")


def compose(*migrations: Migration) -> NameMap:
    return NameMap.compose(migrations)


def moves(names: NameMap) -> dict[str, str]:
    return {str(move.old): str(move.new) for move in names.moves}


def path_of(names: NameMap, dotted: str) -> str:
    hit = names.resolve(dotted)
    assert isinstance(hit, Moved), hit
    return hit.path


# Composition


def test_a_to_b_and_b_to_c_is_a_to_c() -> None:
    first = migration(("p.a:X", "p.b:X"), since="1.0")
    second = migration(("p.b:X", "p.c:Y"), since="1.1")
    expected = {"p.a:X": "p.c:Y", "p.b:X": "p.c:Y"}
    assert moves(compose(first, second)) == expected
    assert moves(compose(second, first)) == expected


def test_versions_are_compared_as_versions() -> None:
    first = migration(("p.a:X", "p.b:X"), since="0.9")
    second = migration(("p.b:X", "p.c:X"), since="0.10")
    assert moves(compose(second, first))["p.a:X"] == "p.c:X"


def test_in_one_release_the_numbers_of_the_ids_decide() -> None:
    first = migration(("p.a:X", "p.b:X"), id="p-9")
    second = migration(("p.b:X", "p.c:X"), id="p-10")
    assert moves(compose(second, first))["p.a:X"] == "p.c:X"


def test_a_symbol_that_leaves_a_module_after_it_moved() -> None:
    names = compose(
        migration(("p.a", "p.b"), since="1"), migration(("p.b:X", "p.c:X"), since="2")
    )
    assert path_of(names, "p.a.X") == "p.c.X"
    assert path_of(names, "p.b.X.m") == "p.c.X.m"
    assert path_of(names, "p.a.Y") == "p.b.Y"
    assert names.resolve("p.b.Y") is None
    assert names.lost("p.a") == (Name("p.a", "X"),)
    assert names.lost("p.b") == (Name("p.b", "X"),)


def test_a_symbol_whose_new_home_moves() -> None:
    names = compose(
        migration(("p.a:X", "p.b:X"), since="1"), migration(("p.b", "p.c.d"), since="2")
    )
    assert path_of(names, "p.a.X") == "p.c.d.X"
    assert path_of(names, "p.b") == "p.c.d"


def test_a_submodule_is_followed_under_both_names_of_its_package() -> None:
    names = compose(
        migration(("p.a", "p.b"), since="1"), migration(("p.b.s", "p.t"), since="2")
    )
    assert path_of(names, "p.a.s.X") == "p.t.X"
    assert path_of(names, "p.b.s") == "p.t"
    assert path_of(names, "p.a.u") == "p.b.u"


def test_a_class_and_its_member_go_back_through_two_renames() -> None:
    names = compose(
        migration(("p.a", "p.b"), since="1"),
        migration(("p.b:X", "p.b:Y"), since="2"),
        migration(("p.b:Y.m", "p.b:Y.n"), since="3"),
    )
    assert path_of(names, "p.a.X.m") == "p.b.Y.n"
    assert path_of(names, "p.b.X.m") == "p.b.Y.n"
    assert path_of(names, "p.a.X.o") == "p.b.Y.o"
    assert {"p.a:X.m", "p.b:X.m", "p.b:Y.m"} <= {str(m.old) for m in names.members}


def test_a_class_and_its_member_that_leave_a_moved_module_together() -> None:
    second = migration(("p.b:X", "p.c:X"), ("p.b:X.m", "p.d:m"), since="2")
    names = compose(migration(("p.a", "p.b"), since="1"), second)
    assert path_of(names, "p.a.X.m") == "p.d.m"
    assert path_of(names, "p.a.X.o") == "p.c.X.o"


def test_a_moved_name_that_is_removed_later_is_gone_under_every_name() -> None:
    names = compose(
        migration(("p.a", "p.b"), since="1"), migration(removed=("p.b:X",), since="2")
    )
    old = names.resolve("p.a.X.m")
    assert old == Removed(Name("p.a", "X"), "no p.b:X", ("m",), "m2")
    assert isinstance(names.resolve("p.b.X"), Removed)
    assert names.moves == (Moved(Name("p.a"), Name("p.b"), (), "m1"),)


def test_a_release_that_is_skipped_by_one_migration_only() -> None:
    names = compose(
        migration(("p.a:X", "p.b:X"), ("p.a:Y", "p.b:Y"), since="1"),
        migration(("p.b:X", "p.c:X"), since="3"),
    )
    assert path_of(names, "p.a.X") == "p.c.X"
    assert path_of(names, "p.a.Y") == "p.b.Y"


def test_the_same_said_twice_is_said_once() -> None:
    one = migration(("p.a:X", "p.b:X"), ("p.a:X", "p.b:X"), since="1", id="one")
    same = migration(("p.a:X", "p.b:X"), since="1", id="two")
    later = migration(("p.a:X", "p.b:X"), since="2", id="three")
    assert moves(compose(one, one, same, later)) == {"p.a:X": "p.b:X"}


def test_a_composed_move_may_be_spelled_out() -> None:
    second = migration(("p.b:X", "p.c:X"), ("p.a:X", "p.c:X"), since="2")
    names = compose(migration(("p.a:X", "p.b:X"), since="1"), second)
    assert moves(names) == {"p.a:X": "p.c:X", "p.b:X": "p.c:X"}


def test_a_symbol_leaves_the_module_of_its_own_name() -> None:
    names = compose(migration(("p.search:search", "p:search")))
    assert path_of(names, "p.search.search") == "p.search"
    assert names.resolve("p.search") is None
    # An attribute of the function that has the function's name: the text means
    # two things, so it is left alone.
    assert names.resolve("p.search.search.search") is None


def test_nothing_composes_to_nothing() -> None:
    names = compose()
    assert (names.moves, names.old_modules, names.packages) == (
        (),
        frozenset(),
        frozenset(),
    )
    assert names.resolve("p.a") is None
    assert not names.leads_to_move("p")
    assert not names.relevant(b"from p.a import X\nfrom . import *\n")


# Refusals: each names both places


def refused(*migrations: Migration) -> str:
    with pytest.raises(MigrationError) as caught:
        compose(*migrations)
    return str(caught.value)


def test_one_name_cannot_go_to_two_places() -> None:
    message = refused(migration(("p.a:X", "p.b:X"), ("p.a:X", "p.c:X")))
    assert message == (
        "m1.0.toml:8: p.a:X moves to p.c:X, but p.a:X moves to p.b:X at m1.0.toml:5;"
        " keep one of them"
    )


@pytest.mark.parametrize("later", ["1", "2"])
def test_nor_in_two_migrations(later: str) -> None:
    message = refused(
        migration(("p.a:X", "p.b:X"), since="1", id="one"),
        migration(("p.a:X", "p.c:X"), since=later, id="two"),
    )
    assert "one.toml:5" in message
    assert message.startswith("two.toml:5: p.a:X moves to p.c:X")


def test_a_name_is_moved_or_removed() -> None:
    message = refused(migration(("p.a:X", "p.b:X"), removed=("p.a:X",)))
    assert message.startswith("m1.0.toml:8: p.a:X is gone, but p.a:X moves to p.b:X")
    assert "m1.0.toml:5" in message


def test_a_name_that_is_gone_cannot_move_later() -> None:
    message = refused(
        migration(removed=("p.a:X",), since="1"),
        migration(("p.a:X.m", "p.b:m"), since="2"),
    )
    assert message.startswith("m2.toml:5: p.a:X.m moves to p.b:m, but p.a:X")
    assert "is gone at m1.toml:5" in message


@pytest.mark.parametrize(
    "circle",
    [
        [("p.a:X", "p.b:X"), ("p.b:X", "p.a:X")],
        [("p.a:X", "p.b:X"), ("p.b:X", "p.c:X"), ("p.c:X", "p.a:X")],
        [("p.a", "p.b"), ("p.b", "p.a")],
    ],
)
def test_moves_cannot_go_in_a_circle(circle: list[tuple[str, str]]) -> None:
    in_one = refused(migration(*circle))
    assert "they go in a circle" in in_one
    over_releases = refused(
        *(migration(move, since=f"{n}") for n, move in enumerate(circle, start=1))
    )
    last = len(circle)
    assert f"m{last}.toml:5" in over_releases
    assert "m1.toml:5" in over_releases
    assert "they go in a circle" in over_releases


def test_a_move_within_one_release_ends_where_it_goes() -> None:
    message = refused(migration(("p.a:X", "p.b:X"), ("p.b:X", "p.c:X")))
    assert message == (
        "m1.0.toml:5: p.a:X moves to p.b:X, but p.b:X moves to p.c:X at m1.0.toml:8;"
        " a second run would move it again"
    )


def test_an_old_name_cannot_come_back() -> None:
    message = refused(
        migration(("p.a:X", "p.b:X"), since="1"),
        migration(("p.c:X", "p.a:X"), since="2"),
    )
    assert message.startswith("m2.toml:5: p.c:X moves to p.a:X, but p.a:X moves to")
    assert "at m1.toml:5" in message


def test_nor_can_something_inside_it() -> None:
    message = refused(
        migration(("p.a", "p.b"), since="1"),
        migration(("p.c:X", "p.a.s:X"), since="2"),
    )
    assert "p.a moves to p.b at m1.toml:5" in message


def test_a_new_name_cannot_begin_with_its_old_one() -> None:
    assert "begins with its old name" in refused(migration(("p.a", "p.a.core")))
    assert "begins with its old name" in refused(migration(("p:f", "p.f:f")))


def test_one_path_is_a_module_or_a_symbol() -> None:
    first = migration(("p.a:X", "p.b:X"), since="1")
    message = refused(first, migration(("p.a.X", "p.c"), since="2"))
    assert message.startswith("m2.toml:5: p.a.X is p.a:X at m1.toml:5;")
    message = refused(migration(("p.a:X", "p.b:X"), ("p.b.X", "p.c")))
    assert message.startswith("m1.0.toml:8: p.b.X is p.b:X at m1.0.toml:5;")


def test_a_module_cannot_move_over_the_hole_that_a_symbol_left() -> None:
    left, over = ("p.b:X", "p.c:X"), ("p.a", "p.b")
    message = refused(migration(left, since="1"), migration(over, since="2"))
    assert "m1.toml:5" in message
    assert "m2.toml:5" in message
    assert message.endswith("say with a [[move]] where p.a:X goes")
    said = migration(over, ("p.a:X", "p.d:X"), since="2")
    assert path_of(compose(migration(left, since="1"), said), "p.a.X") == "p.d.X"


def test_a_symbol_of_a_module_that_is_no_longer_there() -> None:
    message = refused(
        migration(("p.a", "p.b"), since="1"), migration(("p.a:X", "p.c:X"), since="2")
    )
    assert message.startswith("m2.toml:5: p.a:X moves to p.c:X, but p.a moves to p.b")
    assert "at m1.toml:5" in message


def test_one_id_for_two_migrations() -> None:
    one = migration(("p.a:X", "p.b:X"), id="same")
    other = migration(("p.a:Y", "p.b:Y"), id="same")
    message = refused(one, other)
    assert "same.toml: has the id same" in message
    assert "give it an id of its own" in message


# Properties over generated migrations

MODULES = ["p.a", "p.b", "p.c", "p.a.s", "p.b.s"]
SYMBOLS = ["X", "Y", "X.m", "s"]  # `p.a:s` has the path of the module `p.a.s`
SYMBOL_NAMES = [f"{m}:{s}" for m, s in itertools.product(MODULES, SYMBOLS)]
module_moves = st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES))
symbol_moves = st.tuples(st.sampled_from(SYMBOL_NAMES), st.sampled_from(SYMBOL_NAMES))
some_moves = st.lists(
    (module_moves | symbol_moves).filter(lambda move: move[0] != move[1]), max_size=3
)
some_removed = st.lists(st.sampled_from([*SYMBOL_NAMES, *MODULES]), max_size=1)
PATHS = sorted(
    f"{name.replace(':', '.')}{rest}"
    for name in [*MODULES, *SYMBOL_NAMES]
    for rest in ("", ".X", ".s.Y", ".m.m")
)


@st.composite
def releases(draw: st.DrawFn, *, ambiguous: bool = True) -> list[Migration]:
    made = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        moves, removed = draw(some_moves), draw(some_removed)
        named = [*itertools.chain(*moves), *removed]
        assume(ambiguous or not any(name.endswith(":s") for name in named))
        if moves or removed:
            made.append(migration(*moves, removed=tuple(removed), since=f"{number}"))
    return made


def composed(migrations: list[Migration]) -> NameMap:
    try:
        return compose(*migrations)
    except MigrationError:
        assume(False)
        raise


@given(releases())
def test_every_refusal_names_a_place(migrations: list[Migration]) -> None:
    try:
        message = ""
        compose(*migrations)
    except MigrationError as error:
        message = str(error)
    assert not message or re.match(r"m\d\.toml:\d+: p\S+ (moves|is) ", message)


@settings(max_examples=400, deadline=None)
@given(releases())
def test_what_has_been_resolved_does_not_move_again(
    migrations: list[Migration],
) -> None:
    names = composed(migrations)
    for path in PATHS:
        hit = names.resolve(path)
        if isinstance(hit, Moved):
            assert names.resolve(hit.path) is None
    for move in names.moves:
        assert names.resolve(move.old.dotted) == move
    for removed in names.removals:
        assert names.resolve(removed.name.dotted) == removed


@settings(max_examples=400, deadline=None)
@given(releases(ambiguous=False))
def test_a_composed_map_is_one_release_after_the_other(
    migrations: list[Migration],
) -> None:
    names = composed(migrations)
    steps = [compose(each) for each in migrations]
    for path in PATHS:
        expected: str | None = path
        for step in steps:
            hit = step.resolve(expected) if expected else None
            if isinstance(hit, Moved):
                expected = hit.path
            elif isinstance(hit, Removed):
                expected = None
        found = names.resolve(path)
        if found is None:
            assert expected == path
        else:
            assert (found.path if isinstance(found, Moved) else None) == expected


@given(releases())
def test_the_order_in_which_migrations_are_named_is_nothing(
    migrations: list[Migration],
) -> None:
    names = composed(migrations)
    assert compose(*reversed(migrations), *migrations).moves == names.moves


@given(releases())
def test_every_file_that_spells_an_old_name_is_relevant(
    migrations: list[Migration],
) -> None:
    names = composed(migrations)
    for name in names.old_names:
        module, _, tail = name.dotted.rpartition(".")
        assert names.relevant(f"from {module} import {tail}\n".encode())
        assert names.relevant(f"import p\np.{name.dotted[2:]}()\n".encode())
        assert names.relevant(f"load('{name.dotted}')\n".encode())
        assert names.relevant(f"load('{name}')\n".encode())
