"""Values as trees: what differs in a bit differs, and what is unknown is not guessed."""

from __future__ import annotations

import collections
import dataclasses
import enum
import json
import math
import struct
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from verify.behaviour.inside.encoding import Encoder, Undescribed, digest
from verify.behaviour.values import parting, shown


class Point(NamedTuple):
    x: int
    y: int


@dataclasses.dataclass
class Box:
    inside: object


class Colour(enum.Enum):
    RED = 1


class Plain:
    pass


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "another"


def encoded(value: Any) -> Any:
    tree = Encoder([], ["tests"]).encode(value)
    assert json.loads(json.dumps(tree)) == tree  # goes through a pipe as it is
    return tree


def nan_with(payload: int) -> float:
    bits = 0x7FF8000000000000 | payload
    (value,) = struct.unpack(">d", bits.to_bytes(8, "big"))
    return float(value)


DIFFERENT: list[tuple[Any, Any]] = [
    (0.0, -0.0),
    (nan_with(0), nan_with(1)),
    (1, 1.0),
    (1, True),
    ("1", 1),
    (b"a", bytearray(b"a")),
    ([1], (1,)),
    ({1}, frozenset({1})),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (complex(0.0, 0.0), complex(-0.0, 0.0)),
    (ValueError("a"), ValueError("b")),
    (ValueError("a"), TypeError("a")),
    (Point(1, 2), (1, 2)),
    (Box(1), Box(1.0)),
    (Colour.RED, 1),
    (range(3), range(4)),
    (collections.OrderedDict(a=1), {"a": 1}),
    (types.SimpleNamespace(a=1), types.SimpleNamespace(a=2)),
    (Path("a"), "a"),
    (int, float),
    (Text("a"), "a"),
    (Text("a"), Text("b")),
    ("\ud800", "\ud801"),
    (None, False),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_values_have_different_trees(one: Any, other: Any) -> None:
    trees = encoded(one), encoded(other)
    assert trees[0] != trees[1]
    assert digest(trees[0]) != digest(trees[1])
    told = parting(*trees)
    assert told.base != told.head


@pytest.mark.parametrize(
    "make",
    [
        lambda: math.nan,
        lambda: {"b": [1, {2.5, "x"}], "a": (None, b"\0")},
        lambda: [Point(1, 2), Box(Colour.RED), Path("a/b")],
        lambda: ValueError("x"),
        lambda: collections.deque([1]),
        lambda: collections.defaultdict(list, a=[1]),
        lambda: len,
    ],
)
def test_the_same_value_has_the_same_tree(make: Callable[[], Any]) -> None:
    assert encoded(make()) == encoded(make())
    assert shown(encoded(make())) == shown(encoded(make()))


@pytest.mark.parametrize(
    "value", [Plain(), object(), iter([1]), [Plain()], {"a": Box(Plain())}, open]
)
def test_an_unknown_value_is_not_guessed_at(value: Any) -> None:
    if value is open:  # a function of a module: its name tells it
        assert encoded(value)[0] == "function"
        return
    with pytest.raises(Undescribed):
        encoded(value)


def test_a_driver_describes_what_is_unknown() -> None:
    encoder = Encoder([], [], lambda value: {"kind": "plain"})
    assert encoder.encode([Plain()])[1][0][0] == "described"
    refusing = Encoder([], [], lambda value: NotImplemented)
    with pytest.raises(Undescribed):
        refusing.encode(Plain())


def test_a_list_that_holds_itself() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    other: list[Any] = [1]
    other.append([1, other])
    assert encoded(loop) == encoded(loop)
    assert encoded(loop) != encoded(other)


def test_what_is_nested_too_deeply_is_unknown() -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Undescribed):
        encoded(deep)


def test_folders_and_addresses_are_no_difference() -> None:
    base = Encoder([("/tmp/a", "<side>")], [])
    head = Encoder([("/tmp/b", "<side>")], [])
    assert base.encode("see /tmp/a/x") == head.encode("see /tmp/b/x")
    one, other = (
        ValueError("<X at 0x7f0011223344>"),
        ValueError("<X at 0x7f00aabbccdd>"),
    )
    assert base.error(one) == head.error(other)
    assert base.error(ValueError("0x1f")) != head.error(ValueError("0x2f"))


def test_a_class_that_moved_to_another_module_is_the_same() -> None:
    def made(module: str) -> Any:
        kind = type("Thing", (Exception,), {"__module__": module})
        return Encoder([], ["pkg"]).encode(kind("x"))

    assert made("pkg.old") == made("pkg.new.home")
    assert made("pkg.old") != made("other.home")


def test_tensors_by_their_bytes() -> None:
    torch = pytest.importorskip("torch")
    plain = torch.tensor([1, 2, 3])
    assert encoded(plain) == encoded(torch.tensor([1, 9, 2, 9, 3])[::2])
    others = [
        torch.tensor([1, 2, 4]),
        torch.tensor([1, 2, 3], dtype=torch.int32),
        torch.tensor([[1, 2, 3]]),
        torch.tensor([1.0, 2.0, 3.0]),
        torch.empty(0, dtype=torch.int64),
    ]
    trees = [encoded(each) for each in (plain, *others)]
    assert len({json.dumps(tree) for tree in trees}) == len(trees)
    told = parting(trees[0], trees[1])
    assert told.where.startswith("(2) of torch.int64 [3] cpu")
    assert (told.base.split()[0], told.head.split()[0]) == ("3", "4")
    zero = torch.tensor([0.0]), torch.tensor([-0.0])
    assert encoded(zero[0]) != encoded(zero[1])
    assert encoded(torch.float16) != encoded(torch.bfloat16)
    assert encoded(torch.tensor([1.0], dtype=torch.bfloat16))[2] == "torch.bfloat16"
    with pytest.raises(Undescribed):
        encoded(torch.eye(3).to_sparse())


def test_arrays_by_their_bytes() -> None:
    numpy = pytest.importorskip("numpy")
    made = [
        numpy.array([1, 2]),
        numpy.array([1, 3]),
        numpy.array([1, 2], dtype="<i4"),
        numpy.array([1, 2], dtype=">i8"),
        numpy.array([[1, 2]]),
        numpy.array([1, "a"], dtype=object),
        numpy.int64(1),
        numpy.float64(1),
        1,
    ]
    trees = [encoded(each) for each in made]
    assert len({json.dumps(tree) for tree in trees}) == len(trees)
    assert encoded(made[0]) == encoded(numpy.array([1, 9, 2])[::2])
    with pytest.raises(Undescribed):
        encoded(numpy.ma.array([1], mask=[True]))
