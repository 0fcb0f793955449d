"""Composition of what migrations say of attributes, and which files it concerns."""

from __future__ import annotations

import pickle

import pytest

from codemods.migration import Migration, MigrationError, loads
from codemods.namemap import NameMap
from codemods.rehoming.attributes import Rehomed


def migration(since: str, *entries: str) -> Migration:
    """Entries are written `old > new: members; keeps`."""
    tables = []
    for entry in entries:
        names, _, lists = entry.partition(": ")
        old, _, new = names.partition(" > ")
        members, _, keeps = lists.partition("; ")
        tables.append(
            f'[[rehome]]\nfrom = "{old}"\nto = "{new}"\nmembers = {members.split()}\n'
            f"keeps = {keeps.split()}\n"
        )
    head = f'id = "m{since}"\ntitle = "t"\npackage = "p"\nsince = "{since}"\n'
    return loads(head + "".join(tables).replace("'", '"'), f"m{since}.toml")


def composed(*migrations: Migration) -> tuple[Rehomed, ...]:
    return NameMap.compose(migrations).rehomed


def refusal(*migrations: Migration) -> str:
    with pytest.raises(MigrationError) as caught:
        composed(*migrations)
    return str(caught.value)


def test_members_of_one_attribute_come_together() -> None:
    (pool,) = composed(
        migration("1", "pool > slots: alloc; cache", "pool > sizes: total"),
        migration("2", "pool > slots: free; cache"),
    )
    assert pool.homes == (("alloc", "slots"), ("free", "slots"), ("total", "sizes"))
    assert pool.keeps == ("cache",)
    assert [pool.home_of(each) for each in ("free", "total", "cache", "other")] == [
        *("slots", "sizes", "pool"),
        None,
    ]


def test_a_member_that_moves_on_goes_straight_to_its_last_home() -> None:
    pool, slots = composed(
        migration("1", "pool > slots: alloc free"),
        migration("2", "slots > ring: alloc; free"),
    )
    assert pool.homes == (("alloc", "ring"), ("free", "slots"))
    assert slots.homes == (("alloc", "ring"),)


def test_the_same_said_twice_is_no_contradiction() -> None:
    (pool,) = composed(
        migration("1", "pool > slots: alloc; size"),
        migration("2", "pool > slots: alloc; size"),
    )
    assert pool.homes == (("alloc", "slots"),)


def test_two_homes_of_one_member_are_refused() -> None:
    said = refusal(
        migration("1", "pool > slots: alloc"), migration("2", "pool > ring: alloc")
    )
    assert "m2.toml:5" in said
    assert "m1.toml:5" in said


def test_a_member_that_moves_and_stays_is_refused() -> None:
    first = migration("1", "pool > slots: alloc")
    assert "keep one of them" in refusal(
        first, migration("2", "pool > slots: b; alloc")
    )
    stays = migration("1", "pool > slots: b; alloc")
    assert "keep one of them" in refusal(stays, migration("2", "pool > slots: alloc"))


def test_a_circle_is_refused() -> None:
    said = refusal(
        migration("1", "pool > slots: alloc"), migration("2", "slots > pool: alloc")
    )
    assert "in a circle" in said


def test_what_a_second_run_would_move_again_is_refused() -> None:
    said = refusal(
        migration("1", "slots > ring: alloc"), migration("2", "pool > slots: alloc")
    )
    assert "a second run" in said


NAMES = NameMap.compose(
    [
        loads(
            'id = "m"\ntitle = "t"\npackage = "p"\nsince = "1"\n[[rehome]]\n'
            'from = "pool"\nto = "slots"\nmembers = ["alloc"]\n'
            'keeps = ["cache", "size"]\nshared = ["size"]\n',
            "m.toml",
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "x.pool.alloc(1)",
        "getattr(x, 'pool')",
        "pool = 1",
        "x.pool.size",
        "x.pool.cached",
        "x.pool \\\n .other",
        "x.pool.cache; x.pool",
    ],
)
def test_a_file_with_the_word_is_relevant(text: str) -> None:
    assert NAMES.relevant(text.encode())


@pytest.mark.parametrize(
    "text", ["x.pool.cache[1]", "x.pool . cache", "x.pools.alloc", "a_pool", "spool"]
)
def test_a_file_where_it_always_stays_is_not(text: str) -> None:
    assert not NAMES.relevant(text.encode())


def test_attributes_are_sent_to_workers() -> None:
    assert pickle.loads(pickle.dumps(NAMES)).rehomed == NAMES.rehomed
