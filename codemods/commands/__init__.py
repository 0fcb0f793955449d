"""The codemods, one a file: a module here with a `propose` function is one.

`propose(draft)` reads the draft and says on it what should change; it writes no
text and touches no file. Nothing has to be registered.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from codemods.draft import Draft

Propose = Callable[[Draft], None]


@cache
def codemods() -> dict[str, Propose]:
    """Every codemod by its name, in the order in which they run."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {
        name: importlib.import_module(f"{__name__}.{name}").propose for name in names
    }
