"""Every rule that a split can report by itself."""

from __future__ import annotations

from codemods.finding import Rule

NOT_PACKAGED = Rule(
    "not-packaged",
    "A module that became a package is left out of what is installed.",
    "The project lists its modules and packages by name: an installation would lack"
    " the new files, though everything works where it is developed.",
)
"""A list of a `setup.py`, `setup.cfg` or `pyproject.toml` that lacks the package."""

HANDED_ON = Rule(
    "split-module-handed-on",
    "A module that is split is handed on as a value.",
    "Names that stay importable from it are the same objects, but what is assigned to"
    " it, or looked up in it by a computed name, no longer reaches the moved code.",
)

ORDER_OF_IMPORTS = Rule(
    "split-order",
    "What runs at import is run in another order.",
    "A registry, a counter or whatever prints has another content afterwards.",
)
