"""Folds of several migrations: names that move on, and what is refused."""

from __future__ import annotations

import pickle

import pytest

from codemods.folding.composing import Folded
from codemods.migration import MigrationError, loads
from codemods.name import Name
from codemods.namemap import NameMap


def migration(number: int, body: str) -> str:
    head = f'id = "m{number}"\ntitle = "t"\npackage = "p"\nsince = "{number}.0"\n'
    return head + body


def move(old: str, new: str) -> str:
    return f'[[move]]\nfrom = "{old}"\nto = "{new}"\n'


def fold(pattern: str, new: str) -> str:
    return f'[[fold]]\npattern = "{pattern}"\nto = "{new}"\n'


def composed(*bodies: str) -> NameMap:
    return NameMap.compose(
        loads(migration(number, body), f"m{number}.toml")
        for number, body in enumerate(bodies, 1)
    )


def only(names: NameMap) -> Folded:
    (found,) = names.folds
    return found


def test_a_bare_name_is_that_of_a_move() -> None:
    names = composed(move("p.a:f", "p.b:f") + fold("2 * f(...)", "p.c:g"))
    assert only(names).functions == (Name("p.a", "f"), Name("p.b", "f"))


def test_a_bare_name_may_be_the_old_one_of_a_move() -> None:
    names = composed(move("p.a:f", "p.b:h") + fold("2 * f(...)", "p.b:g"))
    assert only(names).functions == (Name("p.a", "f"), Name("p.b", "h"))


def test_a_bare_name_that_did_not_move_is_beside_the_new_one() -> None:
    names = composed(fold("2 * f(...)", "p.c:g"))
    assert only(names).functions == (Name("p.c", "f"),)


def test_a_dotted_name_is_itself() -> None:
    names = composed(fold("2 * p.x.f(...)", "p.c:g"))
    assert only(names).functions == (Name("p.x", "f"),)


def test_names_are_followed_through_later_migrations() -> None:
    first = move("p.a:f", "p.b:f") + fold("2 * f(...)", "p.b:g")
    names = composed(first, move("p.b", "p.z"))
    assert only(names).new == Name("p.z", "g")
    assert set(names.folds_of) == {"p.a.f", "p.b.f", "p.z.f"}


def test_names_are_followed_from_earlier_migrations() -> None:
    names = composed(move("p.o", "p.b"), fold("2 * f(...)", "p.b:g"))
    assert set(names.folds_of) == {"p.o.f", "p.b.f"}


def test_a_fold_to_a_name_that_is_gone_is_left_out() -> None:
    gone = '[[removed]]\nname = "p.b:g"\ninstead = "nothing"\n'
    assert composed(fold("2 * f(...)", "p.b:g"), gone).folds == ()


def test_the_same_fold_may_be_said_twice() -> None:
    again = fold("2 * f(...)", "p.b:g")
    assert {f.new for f in composed(again, again).folds} == {Name("p.b", "g")}


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        (
            (fold("2 * f(...)", "p.b:g") + fold("2 * f(...)", "p.b:h"),),
            "m1.toml:8: 2 * f(...) folds to p.b:h, but to p.b:g at m1.toml:5",
        ),
        (
            (fold("2 * f(...)", "p.b:g"), fold("3 * g(...)", "p.b:h")),
            "m2.toml:5: 2 * f(...) folds to p.b:g, which 3 * g(...) folds at m2.toml:5",
        ),
        (
            (fold("2 * f(...)", "p.b:f"),),
            "m1.toml:5: 2 * f(...) folds to p.b:f, which 2 * f(...) folds",
        ),
    ],
)
def test_contradictions(bodies: tuple[str, ...], message: str) -> None:
    with pytest.raises(MigrationError) as caught:
        composed(*bodies)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (fold("f(...)", "p.b:g"), "6: fold[1].pattern: is a call by itself"),
        (
            move("p.b:g", "p.c:g") + fold("2 * f(...)", "p.b:g"),
            "10: fold[1].to: p.b:g moves to p.c:g in this file",
        ),
        (
            move("p.a:f", "p.c:f")
            + move("p.b:f", "p.d:f")
            + fold("2 * f(...)", "p.d:g"),
            "12: fold[1].pattern: two moves are of f; write its dotted path",
        ),
    ],
)
def test_mistakes_in_a_file(body: str, message: str) -> None:
    with pytest.raises(MigrationError) as caught:
        loads(migration(1, body), "m1.toml")
    assert str(caught.value).startswith(f"m1.toml:{message}")


def test_folds_can_be_sent_to_another_process() -> None:
    names = composed(move("p.a:f", "p.b:f") + fold("2 * f(...)", "p.b:g"))
    assert pickle.loads(pickle.dumps(names)).folds == names.folds


@pytest.mark.parametrize(
    ("data", "relevant"),
    [
        (b"from p.b import length\n2 * length()\n", True),
        (b"from .b import length\n2 * length()\n", True),
        (b"from p.b import g\n", False),
        (b"length()\n", False),
    ],
)
def test_files_that_spell_the_function_are_worth_parsing(
    data: bytes, relevant: bool
) -> None:
    names = composed(fold("2 * p.b.length(...)", "p.b:g"))
    assert names.relevant(data) is relevant
