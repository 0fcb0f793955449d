"""Values that look the same and are not, and values that break an encoder."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import fractions
import re
from typing import Any, NamedTuple

import pytest

from tests.verify.behaviour.test_encoding import encoded, nan_with
from verify.behaviour.inside.encoding import Encoder, Undescribed, digest
from verify.behaviour.values import parting

LONG = "a" * 300
ZONE = datetime.timezone(datetime.timedelta(hours=1))


class Imaginary(complex):
    pass


class Pair(NamedTuple):
    x: Any
    y: Any


class Triple(Pair):
    """With room for attributes of its own."""


class Looks:
    """All of them look the same."""

    def __init__(self, inside: int) -> None:
        self.inside = inside

    def __repr__(self) -> str:
        return "Looks"


@dataclasses.dataclass
class Noted:
    field: int


@dataclasses.dataclass
class Output(dict[str, int]):
    field: int = 0


def noted(value: int) -> Noted:
    made = Noted(1)
    made.note = value  # type: ignore[attr-defined]
    return made


def triple(value: int) -> Triple:
    made = Triple(1, 2)
    made.note = value  # type: ignore[attr-defined]
    return made


def output(value: int) -> Output:
    made = Output()
    made["key"] = value
    return made


DIFFERENT: dict[str, tuple[Any, Any]] = {
    "very large integers": (10**5000, 10**5000 + 1),
    "signs of large integers": (10**5000, -(10**5000)),
    "long patterns": (re.compile(f"{LONG}b"), re.compile(f"{LONG}c")),
    "flags of patterns": (re.compile(LONG, re.I), re.compile(LONG)),
    "fractions": (fractions.Fraction(10**5000, 3), fractions.Fraction(10**5000, 7)),
    "ranges": (range(10**5000), range(10**5000 + 1)),
    "slices": (slice(0.0), slice(-0.0)),
    "payloads within": (slice(nan_with(0)), slice(nan_with(1))),
    "derived complex": (Imaginary(0.0, 0.0), Imaginary(0.0, -0.0)),
    "attributes of a dataclass": (noted(1), noted(2)),
    "attributes of a tuple": (triple(1), triple(2)),
    "content of a dataclass": (output(1), output(2)),
    "lengths of queues": (collections.deque([1]), collections.deque([1], 3)),
    "zones": (
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
        datetime.datetime(2020, 1, 1, tzinfo=ZONE),
    ),
    "folds": (datetime.time(1, fold=0), datetime.time(1, fold=1)),
    "decimals": (decimal.Decimal("-0"), decimal.Decimal("0")),
    "order of a dictionary": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "keys": ({1: 0}, {True: 0}),
    "numbers in messages": (ValueError("bad 0xdeadbeef"), ValueError("bad 0xdeadbee0")),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_in_a_part_that_hides(name: str) -> None:
    base, head = map(encoded, DIFFERENT[name])
    assert base != head
    assert digest(base) != digest(head)
    assert encoded(DIFFERENT[name][0]) == base
    told = parting(base, head)
    assert told.base != told.head


def test_the_order_of_a_set_is_none() -> None:
    some = [f"name {n}" for n in range(50)]
    turned: set[str] = set()
    for name in reversed(some):
        turned.add(name)
    assert encoded({*some}) == encoded(turned)


@pytest.mark.parametrize(
    "value",
    [
        lambda: 1,
        test_the_order_of_a_set_is_none.__get__(1),
        Looks(1),
        slice(Looks(1)),
        {Looks(1): 1},
        collections.defaultdict(lambda: 1),
        memoryview(b"a"),
    ],
)
def test_what_cannot_be_told_apart_is_unknown(value: Any) -> None:
    with pytest.raises(Undescribed):
        encoded(value)


def test_every_kind_of_container_within_itself_is_bounded() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = {"key": Pair([deep], (deep,))}
        deep["key"].x.clear()
    with pytest.raises(Undescribed):
        encoded(deep)


@pytest.mark.filterwarnings("ignore")
def test_tensors_of_other_kinds() -> None:
    torch = pytest.importorskip("torch")

    class Marked(torch.Tensor):  # type: ignore[misc, name-defined]
        pass

    def marked(value: int) -> Any:
        made = torch.tensor([1]).as_subclass(Marked)
        made.mark = value
        return made

    assert encoded(marked(1)) != encoded(marked(2))
    assert encoded(marked(1)) == encoded(marked(1))
    assert encoded(marked(1)) != encoded(torch.tensor([1]))
    base = torch.arange(6.0)
    assert encoded(base.view(2, 3).t()) == encoded(base.view(2, 3).t().contiguous())
    assert encoded(base.view(2, 3).t()) != encoded(base.view(3, 2))
    assert encoded(torch.ones(()).expand(3)) == encoded(torch.ones(3))
    one = torch.tensor([1 + 2j])
    assert encoded(one.conj()) == encoded(torch.tensor([1 - 2j]))
    assert encoded(one) != encoded(one.conj())
    assert encoded(one.conj().imag) == encoded(torch.tensor([-2.0]))
    bits = torch.tensor([0x7FC00000, 0x7FC00001], dtype=torch.int32)
    floats = bits.view(torch.float32)
    assert encoded(floats[:1]) != encoded(floats[1:])
    unknown = [
        torch.eye(2).to_sparse(),
        torch.empty(2, device="meta"),
        torch.quantize_per_tensor(base, 0.1, 0, torch.qint8),
    ]
    for each in unknown:
        with pytest.raises(Undescribed):
            encoded(each)


def test_a_tensor_without_memory_is_unknown() -> None:
    pytest.importorskip("torch")
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        fake = torch.ones(3)
    with pytest.raises(Undescribed):
        encoded(fake)


def test_names_that_folders_share() -> None:
    encoder = Encoder([("/tmp/a", "<side>"), ("/tmp/a/tmp", "<tmp>")], [])
    assert encoder.encode("/tmp/a/tmp/x") == ["str", "<tmp>/x"]
