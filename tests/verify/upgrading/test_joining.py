"""Built-in migrations and inferred ones: which entries count, and what is said."""

from __future__ import annotations

from codemods.migration import Migration, loads
from codemods.name import Name
from verify.upgrading.joining import joined

HEAD = 'id = "{}"\ntitle = "t"\npackage = "p"\nsince = "{}"\n'


def migration(name: str, *entries: str, since: str = "2") -> Migration:
    return loads(HEAD.format(name, since) + "".join(entries), name)


def move(old: str, new: str) -> str:
    return f'[[move]]\nfrom = "{old}"\nto = "{new}"\n'


def gone(name: str) -> str:
    return f'[[removed]]\nname = "{name}"\ninstead = "nothing"\n'


def rehome(old: str, new: str, *members: str) -> str:
    listed = ", ".join(f'"{each}"' for each in members)
    return f'[[rehome]]\nfrom = "{old}"\nto = "{new}"\nmembers = [{listed}]\n'


def test_both_are_composed() -> None:
    done = joined(
        [migration("written", move("p.a:X", "p.b:X"))],
        [migration("inferred", move("p.a:Y", "p.c:Y"), gone("p.a:Z"))],
    )
    assert done.names.current(Name("p.a", "X")) == Name("p.b", "X")
    assert done.names.current(Name("p.a", "Y")) == Name("p.c", "Y")
    assert done.names.current(Name("p.a", "Z")) is None
    assert (done.built_in, done.inferred, done.covered) == (1, 2, 0)


def test_what_both_say_counts_once() -> None:
    same = move("p.a:X", "p.b:X")
    done = joined([migration("written", same)], [migration("inferred", same)])
    assert (done.built_in, done.inferred, done.covered) == (1, 0, 1)
    assert done.contradictions == ()


def test_what_is_built_in_counts_for_more() -> None:
    done = joined(
        [migration("written", move("p.a:X", "p.b:X"), rehome("old", "new", "m"))],
        [migration("inferred", move("p.a:X", "p.z:X"), rehome("old", "other", "m"))],
    )
    assert done.names.current(Name("p.a", "X")) == Name("p.b", "X")
    assert [each.new for each in done.names.rehomed] == ["new"]
    first, second = done.contradictions
    assert "p.a.X" in first
    assert "p.z:X" in first
    assert "written says p.b.X" in first
    assert ".other" in second


def test_a_name_inside_a_moved_module_is_known() -> None:
    done = joined(
        [migration("written", move("p.a", "p.b"))],
        [migration("inferred", move("p.a:X", "p.b:X"), gone("p.a:Y"))],
    )
    assert done.covered == 1
    assert len(done.contradictions) == 1


def test_what_does_not_compose_is_left_out_and_said() -> None:
    done = joined(
        [migration("written", move("p.a:X", "p.b:X"))],
        # The first would send to where a built-in move begins.
        [migration("inferred", move("p.c:X", "p.a:X"), move("p.d:Y", "p.e:Y"))],
    )
    assert done.names.current(Name("p.d", "Y")) == Name("p.e", "Y")
    assert done.names.current(Name("p.c", "X")) in (Name("p.c", "X"), Name("p.b", "X"))
    if done.inferred == 1:
        assert any("left out" in each for each in done.contradictions)


def test_nothing_at_all() -> None:
    done = joined([], [])
    assert done.names.old_names == ()
