"""Attributes whose members live on another object now."""

from __future__ import annotations

from collections.abc import Callable

from verify.inferring.answer import Confidence, Inferred, Kind

Infer = Callable[..., Inferred]

POOL = """
class Pool:
    def __init__(self, size):
        self.size = size
        self.cells = [0] * size
        self.free_slots = list(range(size))

    def alloc(self, need):
        taken = self.free_slots[:need]
        self.free_slots = self.free_slots[need:]
        return taken

    def free(self, slots):
        self.free_slots += slots

    def copy_from(self, other):
        self.cells = list(other.cells)
"""
STORE = """
class Pool:
    def __init__(self, size):
        self.size = size
        self.cells = [0] * size

    def copy_from(self, other):
        self.cells = list(other.cells)
"""
SLOTS = """
class Slots:
    def __init__(self, size):
        self.size = size
        self.free_slots = list(range(size))

    def alloc(self, need):
        taken = self.free_slots[:need]
        self.free_slots = self.free_slots[need:]
        return taken

    def free(self, slots):
        self.free_slots += slots
"""
OWNER = """
from pkg.pool import Pool

class Owner:
    def __init__(self, size):
        self.pool = Pool(size)
"""
NEW_OWNER = """
from pkg.pool import Pool
from pkg.slots import Slots

class Owner:
    def __init__(self, size):
        self.pool = Pool(size)
        self.slots = Slots(size)
"""
USE = """
def use_{name}(owner):
    taken = owner.{name}.alloc(2)
    owner.{name}.free(taken)
    owner.pool.copy_from(owner.pool)
    return owner.pool.size
"""


def _old() -> dict[str, str]:
    return {
        "pkg/pool.py": POOL,
        "pkg/owner.py": OWNER,
        "pkg/one.py": USE.format(name="pool"),
        "pkg/two.py": USE.format(name="pool"),
    }


def _new() -> dict[str, str]:
    return {
        "pkg/pool.py": STORE,
        "pkg/slots.py": SLOTS,
        "pkg/owner.py": NEW_OWNER,
        "pkg/one.py": USE.format(name="slots"),
        "pkg/two.py": USE.format(name="slots"),
    }


def test_what_the_whole_package_says_is_sure(between: Infer) -> None:
    [found] = [e for e in between(_old(), _new()).entries if e.kind is Kind.REHOME]
    assert (found.old, found.new, found.confidence) == (
        "pool",
        "slots",
        Confidence.SURE,
    )
    assert found.members == ("alloc", "free", "free_slots")
    assert found.keeps == ("cells", "copy_from", "size")
    assert found.shared == ("size",)


def test_one_file_is_not_enough(between: Infer) -> None:
    new = {**_new(), "pkg/two.py": USE.format(name="pool")}
    found = between(_old(), new).entries
    assert not [e for e in found if e.kind is Kind.REHOME]


def test_where_the_old_object_still_has_it_nothing_is_sure(between: Infer) -> None:
    made = between(_old(), {**_new(), "pkg/pool.py": POOL})
    assert not [e for e in made.sure if e.kind is Kind.REHOME]


def test_where_the_classes_are_not_known_nothing_is_sure(between: Infer) -> None:
    owner = NEW_OWNER.replace("Slots(size)", "make_slots(size)")
    made = between(_old(), {**_new(), "pkg/owner.py": owner})
    [found] = [e for e in made.entries if e.kind is Kind.REHOME]
    assert found.confidence is Confidence.UNSURE


def test_an_attribute_that_was_there_before_is_no_new_home(between: Infer) -> None:
    old = {**_old(), "pkg/three.py": "def f(owner):\n    return owner.slots.alloc\n"}
    new = {**_new(), "pkg/three.py": "def f(owner):\n    return owner.slots.free\n"}
    assert not [e for e in between(old, new).entries if e.kind is Kind.REHOME]


def test_one_step_more_on_the_way_is_no_rehoming(between: Infer) -> None:
    new = {
        **_new(),
        "pkg/one.py": USE.format(name="pool.slots"),
        "pkg/two.py": USE.format(name="pool.slots"),
    }
    assert not [e for e in between(_old(), new).entries if e.kind is Kind.REHOME]
