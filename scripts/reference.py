"""Write docs/reference/: every rule, command, setting and format, from the code.

`--check` writes nothing, and ends with 1 where a page is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a program, from anywhere
    sys.path.insert(0, str(ROOT))

from scripts import (  # noqa: E402
    reference_commands,
    reference_formats,
    reference_rules,
    reference_settings,
)

FOLDER = ROOT / "docs" / "reference"
_WRITTEN_BY = "<!-- Written by `scripts/reference`, from the code: change that. -->\n"


def pages() -> Mapping[str, str]:
    """The text of each page by its file name."""
    made = {
        "commands.md": reference_commands.page(),
        "formats.md": reference_formats.page(),
        "rules.md": reference_rules.page(),
        "settings.md": reference_settings.page(),
    }
    return {name: f"{_WRITTEN_BY}\n{text}" for name, text in made.items()}


def stale(folder: Path = FOLDER) -> list[str]:
    """The names of the pages in a folder that are not what would be written."""
    return [name for name, text in pages().items() if _read(folder / name) != text]


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or look at them; returns the exit status."""
    if [*arguments] not in ([], ["--check"]):
        print("usage: scripts/reference [--check]", file=sys.stderr)
        return 2
    if arguments:
        old = stale()
        for name in old:
            print(f"docs/reference/{name} is not what scripts/reference writes")
        return 1 if old else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
