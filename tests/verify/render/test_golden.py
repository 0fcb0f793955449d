"""One rich outcome in every format, byte for byte.

After a change that is meant: `pytest tests/verify/render --update-golden`, and look at
what `git diff` shows.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.render.outcomes import rich
from verify.render import formats, render
from verify.terminal import Terminal

GOLDEN = Path(__file__).parent / "golden"
SUFFIXES = {
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "html": "html",
    "json": "json",
    "junit": "junit.xml",
    "markdown": "md",
    "sarif": "sarif",
    "svg": "svg",
    "text": "txt",
}
SCREEN = Terminal(width=80, colour=True)
KINDS = [(name, f"rich.{suffix}", Terminal()) for name, suffix in SUFFIXES.items()]


@pytest.mark.parametrize(
    ("format_name", "file_name", "terminal"), [*KINDS, ("text", "rich.screen", SCREEN)]
)
def test_a_rich_outcome_is_what_was_looked_at(
    format_name: str,
    file_name: str,
    terminal: Terminal,
    update_golden: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("verify.about.version", lambda: "1.2.3")
    monkeypatch.setattr("verify.about.documentation", lambda: "https://example.org/r")
    golden = GOLDEN / file_name
    now = render(rich(), format_name, terminal).encode()
    if update_golden:
        golden.write_bytes(now)
    assert now == golden.read_bytes(), "is it meant? See the docstring of this file"


def test_there_is_a_file_for_each_format_and_no_other() -> None:
    assert {*SUFFIXES} == {*formats()}
    expected = {f"rich.{suffix}" for suffix in SUFFIXES.values()} | {"rich.screen"}
    assert {path.name for path in GOLDEN.iterdir()} == expected
