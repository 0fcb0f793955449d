"""Values as trees of JSON, so that equal trees mean the same to the last bit.

A tree is a list that begins with the kind of the value. Nothing is imported for the
sake of a value: a tensor can only exist where torch is loaded already. A value that
is not known to the last bit is `Undescribed`, never guessed at by its `repr`.
"""

from __future__ import annotations

import collections
import ctypes
import dataclasses
import datetime
import decimal
import enum
import fractions
import hashlib
import json
import pathlib
import re
import struct
import sys
import types
import uuid
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

Tree = Any  # what JSON can hold; recursive

# As in `<Thing at 0x7f0011223344>`; any other number may mean something.
ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}\b")
_DEEPEST = 200
# Python refuses to write much longer integers in decimal digits.
_DECIMAL_BITS = 4096

_PLAIN: tuple[Any, ...] = (int, float, complex, str, bytes)
_CONTAINERS: tuple[Any, ...] = (list, tuple, set, frozenset, dict)

# Their `repr` tells all of them apart.
_BY_REPR = (
    type(Ellipsis),
    type(NotImplemented),
    decimal.Decimal,
    datetime.date,
    datetime.timedelta,
    datetime.timezone,
    zoneinfo.ZoneInfo,
    uuid.UUID,
)
# Of others it is cut short, or shows what they hold by its `repr`: these parts tell.
_BY_PARTS: dict[Any, tuple[str, ...]] = {
    range: ("start", "stop", "step"),
    slice: ("start", "stop", "step"),
    fractions.Fraction: ("numerator", "denominator"),
    re.Pattern: ("pattern", "flags"),
    datetime.time: ("hour", "minute", "second", "microsecond", "fold", "tzinfo"),
    datetime.datetime: (
        *("year", "month", "day", "hour", "minute", "second", "microsecond"),
        *("fold", "tzinfo"),
    ),
}


class Undescribed(Exception):
    """A value whose content cannot be told; the text is its type."""


def digest(tree: Tree) -> str:
    """A short name of a tree: equal for equal trees, and practically only for them."""
    text = json.dumps(tree, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=12).hexdigest()


class Encoder:
    """Makes trees of values.

    `places` are folders whose names stand in texts by chance, with what to call them;
    `own` are the top-level names of modules that the range may have moved: of their
    classes only the name counts. `describe` is the driver's, for what is not known.
    """

    def __init__(
        self,
        places: Iterable[tuple[str, str]],
        own: Iterable[str],
        describe: Callable[[Any], Any] | None = None,
    ) -> None:
        # The longest first: one may lie within another.
        self._places = sorted(places, key=lambda place: -len(place[0]))
        self._own = frozenset(own)
        self._describe = describe
        self._above: list[int] = []

    def encode(self, value: Any) -> Tree:
        """The tree of a value; raises `Undescribed`."""
        self._above = []
        try:
            return self._tree(value)
        except RecursionError:
            raise Undescribed(f"{type(value).__name__}, nested too deeply") from None

    def error(self, error: BaseException) -> Tree:
        """The tree of an exception: its type and text, without memory addresses."""
        try:
            text = self.text(str(error))
        except Exception as inner:
            text = f"<no text: {type(inner).__name__}>"
        return ["error", self._type(type(error)), ADDRESS.sub("0x", text)]

    def text(self, text: str) -> str:
        """A text without the names of the folders that this side happens to have."""
        for folder, name in self._places:
            text = text.replace(folder, name)
        return text

    def _tree(self, value: Any) -> Tree:
        kind = type(value)
        plain = self._scalar(kind, value)
        if plain is not None:
            return plain
        if id(value) in self._above:
            return ["cycle", len(self._above) - self._above.index(id(value))]
        if len(self._above) > _DEEPEST:
            raise Undescribed(f"{kind.__name__}, nested more than {_DEEPEST} deep")
        self._above.append(id(value))
        try:
            return self._compound(kind, value)
        finally:
            self._above.pop()

    def _scalar(self, kind: type, value: Any) -> Tree | None:
        if value is None:
            return ["none"]
        if kind is bool:
            return ["bool", str(value)]
        if kind is int:
            is_short = value.bit_length() <= _DECIMAL_BITS
            return ["int", str(value) if is_short else hex(value)]
        if kind is float:
            return ["float", struct.pack(">d", value).hex()]
        if kind is complex:
            return ["complex", struct.pack(">dd", value.real, value.imag).hex()]
        if kind is str:
            return ["str", self.text(value)]
        if kind is bytes or kind is bytearray:
            return [kind.__name__, value.hex()]
        return None

    def _compound(self, kind: type, value: Any) -> Tree:
        for encode in (
            self._container,
            self._tensor,
            self._array,
            self._named,
            self._record,
            self._derived,
        ):
            tree = encode(kind, value)
            if tree is not None:
                return tree
        return self._described(kind, value)

    def _container(self, kind: type, value: Any) -> Tree | None:
        if kind in (list, tuple):
            return [kind.__name__, [self._tree(each) for each in value]]
        if kind is collections.deque:
            items = [self._tree(each) for each in value]
            return ["deque", items, self._tree(value.maxlen)]
        if kind in (set, frozenset):
            return [kind.__name__, sorted(map(self._tree, value), key=json.dumps)]
        if kind in (dict, collections.OrderedDict, collections.Counter):
            return [kind.__name__, self._pairs(value.items())]
        if kind is collections.defaultdict:
            factory = self._tree(value.default_factory)
            return ["defaultdict", factory, self._pairs(value.items())]
        if kind in (types.MappingProxyType, types.SimpleNamespace):
            items = value.items() if hasattr(value, "items") else vars(value).items()
            return [kind.__name__, self._pairs(items)]
        return None

    def _pairs(self, items: Iterable[tuple[Any, Any]]) -> Tree:
        """In their order, which whoever goes through them can see."""
        return [[self._tree(key), self._tree(value)] for key, value in items]

    def _tensor(self, kind: Any, value: Any) -> Tree | None:
        torch: Any = sys.modules.get("torch")
        if torch is None or not hasattr(torch, "Tensor"):
            return None
        if isinstance(value, (torch.dtype, torch.device, torch.layout)):
            return [f"torch.{kind.__name__}", str(value)]
        if not isinstance(value, torch.Tensor):
            return None
        strided = value.layout == torch.strided and not value.is_nested
        if not strided or value.is_quantized or value.is_meta:
            raise Undescribed(f"{self._type(kind)} that is not strided")
        if kind.__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
            raise Undescribed(f"{self._type(kind)} whose memory is not its content")
        with torch._C.DisableTorchFunctionSubclass():  # a subclass may do otherwise
            plain = value.detach().resolve_conj().resolve_neg().cpu().contiguous()
            size = plain.numel() * plain.element_size()
            content = ctypes.string_at(plain.data_ptr(), size) if size else b""
        shape = list(value.shape)
        facts = [str(value.dtype), shape, value.device.type, content.hex()]
        tree = ["tensor", self._type(kind), *facts]
        more = self._attributes(value)
        return ["derived", self._type(kind), tree, more] if more else tree

    def _array(self, kind: type, value: Any) -> Tree | None:
        numpy: Any = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "ndarray"):
            return None
        if isinstance(value, numpy.dtype):
            return ["numpy.dtype", value.str, repr(value)]
        if kind is numpy.ndarray or isinstance(value, numpy.generic):
            kept = "array" if kind is numpy.ndarray else "numpy scalar"
            return self._bytes_of(kept, numpy.asarray(value))
        return None

    def _bytes_of(self, kept: str, array: Any) -> Tree:
        dtype = array.dtype
        facts = [kept, dtype.str, list(array.shape)]
        if dtype.names:
            parts = [[name, self._tree(array[name])] for name in dtype.names]
            return [*facts, parts]
        if dtype.hasobject:
            return [*facts, [self._tree(each) for each in array.ravel().tolist()]]
        if dtype.char in "gG":  # with padding, whose bytes mean nothing
            return [*facts, [str(each) for each in array.ravel()]]
        return [*facts, array.tobytes().hex()]

    def _named(self, kind: type, value: Any) -> Tree | None:
        if isinstance(value, BaseException):
            return self.error(value)
        if isinstance(value, enum.Enum):
            return ["enum", self._type(kind), value.name, self._tree(value.value)]
        if isinstance(value, type):
            return ["class", self._type(value)]
        if kind in (types.FunctionType, types.BuiltinFunctionType):
            owner = getattr(value, "__self__", None)
            is_free = owner is None or isinstance(owner, types.ModuleType)
            # A lambda, or one made in a function: the name does not tell what it does.
            if is_free and "<" not in value.__qualname__:
                return ["function", self._type(value)]
        if kind in _BY_REPR:
            return ["value", kind.__name__, repr(value)]
        if kind in _BY_PARTS:
            parts = [
                [name, self._tree(getattr(value, name))] for name in _BY_PARTS[kind]
            ]
            return ["record", kind.__name__, parts]
        if isinstance(value, pathlib.PurePath):
            return ["path", kind.__name__, self.text(str(value))]
        return None

    def _record(self, kind: type, value: Any) -> Tree | None:
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            fields = [*zip(kind._fields, value, strict=False)]
        elif dataclasses.is_dataclass(kind):
            fields = _fields(value, [each.name for each in dataclasses.fields(kind)])
        elif hasattr(kind, "__attrs_attrs__"):
            fields = _fields(value, [each.name for each in kind.__attrs_attrs__])
        else:
            return None
        names = {name for name, _ in fields}
        more = [e for e in getattr(value, "__dict__", {}).items() if e[0] not in names]
        parts = [[name, self._tree(part)] for name, part in [*fields, *more]]
        if _is_plain(value):
            parts.append(["its content", self._derived(kind, value)])
        return ["record", self._type(kind), parts]

    def _derived(self, kind: type, value: Any) -> Tree | None:
        """An instance of a class derived from a plain one, with its own attributes."""
        for base in _PLAIN:
            if isinstance(value, base):
                # What the class itself makes of `str(value)` is not its content.
                plain = self._scalar(base, base(*base.__getnewargs__(value)))
                return ["derived", self._type(kind), plain, self._attributes(value)]
        for base in _CONTAINERS:
            if isinstance(value, base):
                parts = self._container(base, base(value))
                return ["derived", self._type(kind), parts, self._attributes(value)]
        return None

    def _attributes(self, value: Any) -> Tree:
        if any("__slots__" in vars(each) for each in type(value).__mro__[:-2]):
            slots = [
                name
                for each in type(value).__mro__
                for name in _names(vars(each).get("__slots__", ()))
                if hasattr(value, name)
            ]
            if slots:
                raise Undescribed(f"{self._type(type(value))}, which has slots")
        return self._pairs(getattr(value, "__dict__", {}).items())

    def _described(self, kind: type, value: Any) -> Tree:
        told = NotImplemented if self._describe is None else self._describe(value)
        if told is NotImplemented or told is value:
            raise Undescribed(self._type(kind))
        return ["described", self._type(kind), self._tree(told)]

    def _type(self, kind: Any) -> str:
        """The name of a class or function; a module that may have moved is left out."""
        module = str(getattr(kind, "__module__", None) or "builtins")
        name = str(getattr(kind, "__qualname__", None) or kind)
        hidden = module == "builtins" or module.partition(".")[0] in self._own
        return name if hidden else f"{module}.{name}"


def _fields(value: Any, names: Iterable[str]) -> list[tuple[str, Any]]:
    return [(name, getattr(value, name)) for name in names if hasattr(value, name)]


def _is_plain(value: Any) -> bool:
    """Whether it has content beside its fields; a tuple's are its fields."""
    kinds = tuple(kind for kind in (*_PLAIN, *_CONTAINERS) if kind is not tuple)
    return isinstance(value, kinds)


def _names(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)
