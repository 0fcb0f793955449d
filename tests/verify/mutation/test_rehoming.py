"""A seeded set of mutants of a small re-homing: each is rewritten rightly or told of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from textwrap import dedent

import pytest

from codemods.migration import loads
from verify.mutation.rehoming.edits import KINDS, Mutant
from verify.mutation.rehoming.harness import Material
from verify.mutation.rehoming.judging import (
    REPORTED,
    RIGHT,
    UNREACHED,
    Judged,
    Rewriting,
    judge,
)

MIGRATION = """
id = "store-split"
title = "The slots of a store are handed out by an object of their own"
package = "pkg"
since = "2.0"

[[rehome]]
from = "store"
to = "slots"
members = ["alloc", "free", "available"]
keeps = ["copy_from", "cache", "size"]
"""
FILES = {
    "src/pkg/cache.py": dedent(
        '''\
        class Cache:
            """Keeps states."""

            def take(self, need):
                slot = self.pools.store.alloc(need)
                if slot is None:
                    self.evict(need)
                    slot = self.pools.store.alloc(need)
                return slot

            def drop(self, node):
                self.pools.store.free(node.value)
                self.lru.remove(node)

            def copy(self, source, target):
                self.pools.store.copy_from(source, target)
                return self.pools.store.size

            def restore(self, node):
                if node.value is None:
                    node.value = self._take_or_evict(self.pools.store, 1, self.evict)
                return node

            def _take_or_evict(self, allocator, need, evict):
                """Evicts where nothing is left."""
                slot = allocator.alloc(need)
                if slot is None:
                    evict(need)
                    slot = allocator.alloc(need)
                return slot
        '''
    ),
    "src/pkg/session.py": dedent(
        """\
        def release(pools, session):
            store = getattr(pools, "store", None)
            if store is None:
                return
            store.free(session.value)
            store.free(session.more)


        def fill(pools, count):
            store = pools.store
            slot = store.alloc(count)
            store.cache.zero(slot)
            store.copy_from(slot, slot)
            return slot


        def usage(pools):
            store = pools.store
            return store.size - count_used(store.cache)
        """
    ),
}
NUMBER = 3


@pytest.fixture(scope="module")
def material() -> Material:
    return Material(FILES, loads(MIGRATION, "store-split.toml"))


@pytest.fixture(scope="module")
def folder(material: Material) -> Iterator[Path]:
    with material.laid_out() as top:
        yield top


def of_kind(material: Material, kind: str) -> list[Mutant]:
    return list(islice(material.by_kind(7)[kind], NUMBER))


@pytest.mark.parametrize("kind", KINDS)
def test_every_mutant_is_right_or_told(
    material: Material, folder: Path, kind: str
) -> None:
    judged = [material.judge(each, folder) for each in of_kind(material, kind)]
    missed = [(j.mutant.change, j.missed) for j in judged if j.missed]
    assert missed == []
    assert judged
    assert not all(each.how == UNREACHED for each in judged)


# The judge itself: what naive tools make of the mutants is seen to be wrong.


def naively(material: Material, mutant: Mutant, pattern: str) -> Judged:
    """Every match of a pattern renamed, and nothing said."""
    old = {**material.files, mutant.path: mutant.text}
    new = {path: re.sub(pattern, "slots", text) for path, text in old.items()}
    return judge(mutant, Rewriting(old, new, ()), material.split)


WORD = r"\bstore\b"
BY_MEMBER = r"\bstore(?=\.(?:alloc|free)\b)"


# After these there is no use of the attribute that anything could miss.
HARMLESS = {"attribute deleted", "augmented", "callee that binds again"}
HARMLESS |= {"callee of the same name"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in HARMLESS])
def test_doing_nothing_is_seen(material: Material, kind: str) -> None:
    judged = [naively(material, each, "nothing") for each in of_kind(material, kind)]
    assert [each for each in judged if each.missed]


@pytest.mark.parametrize(
    "kind",
    [
        *("member of the storage", "member of both", "member in no list"),
        *("alias used both ways", "walrus used both ways", "kept on self, used both ways"),
        *("parameter default", "bound method of the storage", "escape"),
        *("second use, storage", "second use, both", "local alias", "closure"),
        *("callee that uses both", "callee that hands on", "callee that keeps"),
    ],
)  # fmt: skip
def test_renaming_every_word_is_seen(material: Material, kind: str) -> None:
    judged = [naively(material, each, WORD) for each in of_kind(material, kind)]
    assert [each for each in judged if each.missed]


@pytest.mark.parametrize(
    "kind",
    [
        *("alias", "walrus", "condition", "list", "getattr", "lambda", "comprehension"),
        *("kept on self", "second use, allocator", "closure, allocator", "locals"),
        *("global", "nonlocal", "escape of a local", "one of two"),
    ],
)
def test_renaming_by_member_is_seen(material: Material, kind: str) -> None:
    judged = [naively(material, each, BY_MEMBER) for each in of_kind(material, kind)]
    assert [each for each in judged if each.missed]


def test_a_finding_elsewhere_is_no_word(material: Material) -> None:
    mutants = material.by_kind(7)["alias"]
    mutant = next(each for each in mutants if "alias_.free" in each.text)
    old = {**material.files, mutant.path: mutant.text}
    elsewhere = {(mutant.path, 1), ("src/pkg/other.py", mutant.lines[0])}
    assert judge(mutant, Rewriting(old, old, elsewhere), material.split).missed
    there = {(mutant.path, mutant.lines[0])}
    told = judge(mutant, Rewriting(old, old, there), material.split)
    assert (told.how, told.missed) == (REPORTED, "")


def test_what_is_rewritten_rightly_is_seen(material: Material) -> None:
    mutants = of_kind(material, "or")
    new = r"store(?=\.(?:alloc|free|available)|\)? or other_\(\)\)\.(?:alloc|free))"
    judged = [naively(material, each, new) for each in mutants]
    assert RIGHT in {each.how for each in judged}


def test_the_seed_decides(material: Material) -> None:
    first, again = ([m.change for m in of_kind(material, "alias")] for _ in range(2))
    assert first == again
