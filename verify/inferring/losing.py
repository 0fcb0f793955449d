"""Which names of the old version can no longer be imported, by `rehome surface`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.name import Name, printable
from verify.inferring.answer import Untold
from verify.inferring.both import Both, Origin
from verify.surface.answer import Fate, Loss
from verify.surface.comparing import compare
from verify.surface.importable import OF_ANY_MODULE
from verify.surface.modules import Module
from verify.surface.scope import Standing, standing_of_module, standing_of_name

_OPEN = (Fate.UNTOLD, Fate.CONDITIONAL, Fate.GONE)
# What a module's text is made of, and nobody imports.
_OWN = OF_ANY_MODULE | {"__all__", "__getattr__", "__dir__", "logger"}


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that is gone; `origin` is where the old version defines it."""

    name: Name
    standing: Standing
    origin: Origin | None = None


@dataclass(slots=True)
class Losses:
    """What is gone: names, whole modules with the names they gave, and what cannot be
    told.
    """

    names: list[Lost] = field(default_factory=list)
    modules: dict[str, list[Lost]] = field(default_factory=dict)
    untold: list[Untold] = field(default_factory=list)

    @property
    def all_names(self) -> list[Lost]:
        """The names, with those of modules that are gone."""
        return [
            *self.names,
            *(each for names in self.modules.values() for each in names),
        ]


def losses_of(both: Both) -> Losses:
    """Compare what both give, where the outlines tell that names may be gone."""
    paths = [each.path for each in both.outlines if each.loses]
    surface = compare(both.old, both.new, paths, {}, suggests=False, sides=both.modules)
    found = Losses()
    for each in surface.unread:
        found.untold.append(Untold(printable(each.path), each.reason, True))
    losses = list(_flat(surface.losses))
    for loss in losses:
        if loss.name.is_module:
            _take_module(both, loss, found)
    for loss in losses:
        if not loss.name.is_module and loss.name.module not in found.modules:
            _take_name(both, loss, found)
    return found


def _flat(losses: list[Loss] | tuple[Loss, ...]) -> Iterator[Loss]:
    """The losses with the modules inside of packages that are gone."""
    for loss in losses:
        yield loss
        yield from _flat([each for each in loss.inside if each.name.is_module])


def _take_module(both: Both, loss: Loss, found: Losses) -> None:
    name = loss.name.module
    if loss.fate is not Fate.GONE:
        found.untold.append(Untold(name, loss.why or "it changed what it gives out"))
        return
    if both.new.is_opaque(name):
        found.untold.append(Untold(name, "it is compiled now, or made by a build"))
        return
    module = both.modules[0].find(name)
    if module is None:
        return
    lost = (_lost(both, module, each) for each in sorted(both.was.names(module)))
    found.modules[name] = [each for each in lost if each is not None]


def _lost(both: Both, module: Module, symbol: str) -> Lost | None:
    if symbol in _OWN or (symbol.startswith("__") and symbol.endswith("__")):
        return None
    inherited = standing_of_module(module.name, module.path)
    standing = standing_of_name(module, symbol)
    if inherited is not Standing.PUBLIC and standing is not Standing.INCIDENTAL:
        standing = inherited
    name = Name(module.name, symbol)
    return Lost(name, standing, both.origin_was(name))


def _named(both: Both, loss: Loss) -> Lost | None:
    name = loss.name
    if not name.is_member:
        module = both.modules[0].find(name.module)
        return _lost(both, module, name.symbol) if module is not None else None
    if name.symbol.rpartition(".")[2].startswith("__"):
        return None
    return Lost(name, loss.standing, both.origin_was(name))


def _take_name(both: Both, loss: Loss, found: Losses) -> None:
    if loss.fate is Fate.GONE and not loss.why and loss.name.symbol not in _OWN:
        lost = _named(both, loss)
        if both.new.is_opaque(loss.name.module):
            found.untold.append(Untold(str(loss.name), "its module is compiled now"))
        elif lost is not None:
            found.names.append(lost)
    elif loss.fate in _OPEN and loss.standing is Standing.PUBLIC:
        why = loss.why or loss.fate.value
        found.untold.append(Untold(str(loss.name), why))
