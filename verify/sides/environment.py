"""The environment of a side's processes: the same for both, and fixed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# What would let code from elsewhere in, or make one process unlike another.
_DROPPED = ("PYTHON", "GIT_", "PYTEST_XDIST", "COV_CORE_", "COVERAGE_", "REHOME_")
_DROPPED_NAMES = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION"})

# Every process of one workplace has it, so that strays can be told from others.
MARK = "REHOME_WORKPLACE"


def environment(
    scratch: Path, mark: str, seed: int, extra: Mapping[str, str]
) -> dict[str, str]:
    """The user's environment without import paths, with a fixed hash seed, and
    temporary files in `scratch`; `extra` wins.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_DROPPED) and name not in _DROPPED_NAMES
    }
    own = {
        "PYTHONHASHSEED": str(seed % (1 << 32)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        "TMPDIR": str(scratch),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
        MARK: mark,
    }
    return {**kept, **own, **extra}
