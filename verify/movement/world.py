"""One revision, as the names in it see it."""

from __future__ import annotations

from verify.movement.modules import Modules
from verify.movement.resolve import Resolver
from verify.movement.sources import Sources


class World:
    """One revision, as the names in it see it. Reads and parses each file once.

    `other` is the other side of the range: a folder that is a package on either
    side gives its modules the same names on both.
    """

    def __init__(self, sources: Sources, other: Sources | None = None) -> None:
        self.modules = Modules(sources, other)
        self.resolver = Resolver(self.modules)
