"""Other files, for what they define: asked for one by one, and only when needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Another file: its bytes, and the files around it. The same file is the same
    object, as long as it is remembered.
    """

    data: bytes
    modules: Modules


def replacing(name: str) -> re.Pattern[str]:
    """The text that gives an attribute another value: an assignment, or a call that
    has its name in quotes.
    """
    quoted = rf"[\"'](?:[\w.]*\.)?{re.escape(name)}[\"']"
    calls = rf"\b(?:setattr|patch(?:\.object)?)\s*\([^()]{{0,200}}{quoted}"
    return re.compile(rf"\.\s*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)|{calls}")


class Modules(Protocol):
    """The files that are analysed, as they were before anything was rewritten, seen
    from one of them.
    """

    def find(self, module: str, level: int = 0) -> Loaded | None:
        """The file of a module, `level` dots before its name. None unless exactly
        one file can be it.
        """

    def overridden(self, holder: str, method: str) -> bool:
        """Whether a class in another file may be derived from one named `holder`
        and define `method`.
        """

    def replaced(self, name: str) -> bool:
        """Whether the text of another file sets an attribute of a name, or patches
        one.
        """

    def mentioned(self, name: str) -> bool:
        """Whether the text of another file has a name."""
