"""What a chain of names in a definition leads to, across modules."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from verify.movement.chains import Chain
from verify.movement.definitions import Definition, Module
from verify.movement.origins import Origins, absolute, binders, local_name
from verify.movement.prints import Side


@dataclass(eq=False)
class Resolving:
    """Resolves names by the imports and definitions of their module."""

    origins: Origins
    side: Side
    _known: dict[tuple[Definition, Chain], str | None] = field(default_factory=dict)

    def dotted(self, definition: Definition, chain: Chain) -> str | None:
        """The dotted path that a chain leads to; None where it cannot be told."""
        key = definition, chain
        if key not in self._known:
            self._known[key] = self._find(definition, chain)
        return self._known[key]

    def _find(self, definition: Definition, chain: Chain) -> str | None:
        module = self.side.module(definition)
        local: list[ast.AST] = [
            alias
            for node in ast.walk(definition.node)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
            if local_name(alias) == chain[0]
        ]
        found = local or list(binders(module.tree.body, chain[0]))
        if len(found) != 1:
            return None
        if not isinstance(found[0], ast.alias):
            return ".".join((module.name, *chain))
        return self._imported(module, definition, found[0], chain)

    def _imported(
        self, module: Module, definition: Definition, alias: ast.alias, chain: Chain
    ) -> str | None:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and alias in node.names:
                base = absolute(node, module)
                if base is None:
                    return None
                at = self.origins.follow(base, alias.name)
                return self._rest(at, chain[1:])
            if isinstance(node, ast.Import) and alias in node.names:
                at = alias.name if alias.asname else chain[0]
                return self._rest(at, chain[1:])
        return None

    def _rest(self, at: str, rest: Chain) -> str:
        for name in rest:
            is_module = self.origins.module(at) is not None
            at = self.origins.follow(at, name) if is_module else f"{at}.{name}"
        return at
