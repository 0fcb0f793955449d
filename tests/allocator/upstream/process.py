"""Start a script of this folder in a process of its own, JSON in and JSON out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 300


def ask(script: str, release: Path, *arguments: str, points: Any = None) -> Any:
    """Return what a script of this folder says of a release.

    Fails with what the process wrote to stderr, where it ended with an error.
    """
    file = Path(__file__).with_name(script)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(file), str(release), *arguments],
        input=json.dumps(points),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
