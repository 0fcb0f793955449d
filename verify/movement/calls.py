"""What functions are handed by those who call them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from verify.movement.chains import (
    Chain,
    Resolver,
    bound_in,
    chain_of,
    class_of,
    parameters_of,
    receiver_of,
    stores_of,
)
from verify.movement.definitions import CLASS, METHOD, Definition, Module

# A parameter, and what it was of the old receiver; empty for the receiver itself.
Handed = tuple[str, Chain]


@dataclass(frozen=True, slots=True)
class Call:
    """A call, and the function that it stands in."""

    node: ast.Call
    around: Definition | None

    def owner(self, chain: Chain, handed: Handed, holder: Definition | None) -> Chain:
        """The object of which an argument is what it should be; empty for none.

        What a method calls its own object is right in the class `holder` only.
        """
        found = chain[: len(chain) - len(handed[1])]
        if chain != (*found, *handed[1]):
            return ()
        is_own = self.around is not None and found == (receiver_of(self.around),)
        if is_own:
            right = self.around is not None and class_of(self.around) is holder
            return found if right else ()
        return found if handed[1] else ()

    def passes_on(self, chain: Chain, parameter: str) -> bool:
        return (
            chain == (parameter,)
            and self.around is not None
            and parameter in parameters_of(self.around)
        )


class Calls:
    """The calls in some files, by the last name of what is called."""

    def __init__(self, modules: Iterable[Module], resolve: Resolver) -> None:
        self._resolve = resolve
        self._modules = {module.path: module for module in modules}
        self._of_name: dict[str, list[Call]] | None = None

    def handed(
        self,
        function: Definition,
        parts: Collection[Handed],
        holder: Definition | None,
        name: str = "",
    ) -> bool:
        """Whether every call hands over parts of one object, or passes them on.

        `holder` is the class whose objects count; `name` is what is called, where it
        is not the function's own.
        """
        owners = set()
        for call in self.of(name or function.name):
            if self.is_of_other(call, class_of(function) if name else function):
                continue
            here = set()
            for part in parts:
                chain = _argument(function, call.node, part[0])
                if chain is None:
                    return False
                if not call.passes_on(chain, part[0]):
                    here.add(call.owner(chain, part, holder))
            if len(here) > 1 or () in here:
                return False
            owners |= here
        return bool(owners)

    def is_of_other(self, call: Call, called: Definition | None) -> bool:
        """Whether it is known that something else of that name is called."""
        chain = chain_of(call.node.func)
        if called is None or chain is None or call.around is None:
            return False
        if chain[0] == receiver_of(call.around):
            holder = class_of(call.around)
            if len(chain) != 2 or holder is None or called.kind == METHOD:
                return False
            inside = self._modules[holder.path].inside(holder)
            return any(each.name == chain[1] for each in inside)
        if called.kind == METHOD or chain[0] in bound_in(call.around):
            return False
        return self._resolve(call.around, chain) not in (None, called.dotted)

    def kept(
        self, method: Definition, attribute: str, holder: Definition | None
    ) -> bool:
        """Whether an attribute of a method's object is what every caller of the
        class hands over as itself: stored once, when the object is made.
        """
        made = class_of(method)
        if made is None or made.path not in self._modules:
            return False
        stores = list(_stores(made.node, attribute))
        for init in self._modules[made.path].inside(made):
            if init.name == "__init__":
                found = [n for n in init.body if isinstance(n, ast.Assign)]
                kept = [n.value for n in found if n.targets == stores]
                return (
                    len(kept) == 1
                    and isinstance(kept[0], ast.Name)
                    and kept[0].id in parameters_of(init)[1:]
                    and kept[0].id not in stores_of(init)
                    and self.handed(init, [(kept[0].id, ())], holder, made.name)
                )
        return False

    def of(self, name: str) -> list[Call]:
        if self._of_name is None:
            self._of_name = defaultdict(list)
            for module in self._modules.values():
                self._read(module)
        return self._of_name.get(name, [])

    def _read(self, module: Module) -> None:
        assert self._of_name is not None
        inner = {d.node: d for d in module.definitions if d.kind != CLASS}
        todo: list[tuple[ast.AST, Definition | None]] = [(module.tree, None)]
        while todo:
            node, around = todo.pop()
            if isinstance(node, ast.stmt) and node in inner:
                around = inner[node]
            if isinstance(node, ast.Call):
                chain = chain_of(node.func)
                if chain:
                    self._of_name[chain[-1]].append(Call(node, around))
            todo += [(child, around) for child in ast.iter_child_nodes(node)]


def _stores(node: ast.AST, attribute: str) -> Iterator[ast.expr]:
    """Every place where code writes to an attribute of that name."""
    for at in ast.walk(node):
        if isinstance(at, ast.Attribute) and not isinstance(at.ctx, ast.Load):
            yield from (at,) if at.attr == attribute else ()


def _argument(function: Definition, call: ast.Call, parameter: str) -> Chain | None:
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return chain_of(keyword.value)
    names = parameters_of(function)
    if function.kind == METHOD and receiver_of(function):
        names = names[1:]
    if parameter not in names or names.index(parameter) >= len(call.args):
        return None
    before = call.args[: names.index(parameter) + 1]
    if any(isinstance(argument, ast.Starred) for argument in before):
        return None
    return chain_of(before[-1])
