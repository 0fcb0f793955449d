"""Put a changed run of imports in the order that the project's settings ask for.

The sorting itself is isort's. A run is sorted anew only when it was in that
order before, so that no line moves that the change has nothing to do with.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codemods.sort_settings import SortSettings, settings_above

if TYPE_CHECKING:
    from isort import Config

_SWITCHED_OFF = re.compile(
    r"^[ \t]*#\s*(ruff:\s*)?isort:\s*(skip_file|off|split)|isort:\s*skip_file",
    re.MULTILINE,
)


class ImportSorter(Protocol):
    """What the rewriter needs of a sorter."""

    @property
    def line_length(self) -> int:
        """The length that an import line may have, its indent included."""
        ...

    def resort(self, before: str, after: str, indent: str) -> str | None:
        """`after` in order, or None where `before` was in none.

        Both are runs of import statements without their `indent`, with `\\n` at
        the end of every line.
        """
        ...


@dataclass(frozen=True)
class ProjectSorter:
    """Sorts by the first of `candidates` under which a run was sorted already."""

    candidates: tuple[SortSettings, ...]
    _configs: dict[tuple[int, int], Config | None] = field(default_factory=dict)

    @property
    def line_length(self) -> int:
        first = self._config(0, "")
        return first.line_length if first is not None else 88

    def resort(self, before: str, after: str, indent: str) -> str | None:
        for index in range(len(self.candidates)):
            config = self._config(index, indent)
            if config is None or _sorted(before, config) != before:
                continue
            result = _sorted(after, config)
            if result is not None and _contents(result) == _contents(after):
                return result
            return None
        return None

    def _config(self, index: int, indent: str) -> Config | None:
        key = (index, len(indent.expandtabs()))
        if key not in self._configs:
            self._configs[key] = self.candidates[index].config(key[1])
        return self._configs[key]

    def skips(self, path: Path) -> bool:
        """Whether the project's settings keep isort away from a file."""
        config = self._config(0, "")
        # isort counts a file that is not there as one to skip.
        return config is not None and path.exists() and config.is_skipped(path)


def is_switched_off(text: str) -> bool:
    """Whether a comment in the file says that its imports are not to be sorted."""
    return "isort" in text and _SWITCHED_OFF.search(text) is not None


def sorter_for(path: Path) -> ImportSorter | None:
    """The sorter for a file, None where the settings keep isort away from it.

    Settings are read once a folder.
    """
    sorter = _sorter_in(path.parent)
    return None if sorter.skips(path) else sorter


@cache
def _sorter_in(folder: Path) -> ProjectSorter:
    return ProjectSorter(settings_above(folder))


def _sorted(run: str, config: Config) -> str | None:
    import isort
    from isort.exceptions import ISortError

    try:
        result = isort.code(run, config=config)
    except (ISortError, ValueError, KeyError, IndexError, AttributeError):
        return None
    return result.rstrip("\n") + "\n"


def _contents(run: str) -> Counter[object]:
    """What a run imports and says, whatever its order and layout."""
    found: Counter[object] = Counter()
    try:
        for node in ast.parse(run).body:
            if isinstance(node, ast.Import):
                found.update((a.name, a.asname) for a in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = (node.level, node.module)
                found.update((*source, a.name, a.asname) for a in node.names)
        tokens = tokenize.generate_tokens(io.StringIO(run).readline)
        comments = {t.string for t in tokens if t.type == tokenize.COMMENT}
    except (SyntaxError, tokenize.TokenError):
        return Counter()
    # A comment that stood twice may be said once where its lines were joined.
    found.update(("comment", part) for part in _parts(comments))
    return found


def _parts(comments: set[str]) -> set[str]:
    split = (re.split(r";\s*|(?<=\S)\s\s+#", comment) for comment in comments)
    return {part.strip("# ") for parts in split for part in parts}
