"""Whether names can be imported from a release, by importing them apart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.name import Name

_INSIDE = Path(__file__).with_name("infer_pairs_inside.py")
_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Side:
    """An unpacked release, and the import path that leads to it and what it needs."""

    root: Path
    path: tuple[Path, ...]


def tried(side: Side, names: Sequence[Name]) -> list[str]:
    """What fails with each name, empty where it is there; `infer_pairs_inside` has
    the words.
    """
    if not names:
        return []
    asked = {
        "paths": [str(path) for path in side.path],
        "names": [(name.module, name.symbol) for name in names],
    }
    done = subprocess.run(
        [sys.executable, "-I", str(_INSIDE)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
        cwd=side.root,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers
