"""Every rule has its text, and what is no such text is refused."""

from __future__ import annotations

import pytest

from verify.explaining.example import Block, example_of, pieces
from verify.explaining.explanation import (
    Explanation,
    ExplanationError,
    explained,
    explanation_of,
    parsed,
)
from verify.explaining.pages import help_of, markdown_of
from verify.explaining.plain import plain
from verify.explaining.telling import told_rules

WHOLE = """\
## What it means

A.

## Why it matters

B.

## Example

```python base/a.py
## no heading
```

```sh
rehome moves base..head
```

```text
a.py: error
```

## How to fix it

C.
"""


def explanation(rule_id: str) -> Explanation:
    found = explanation_of(rule_id)
    assert found is not None
    return found


def test_every_rule_has_a_text_and_every_text_a_rule() -> None:
    assert {*explained()} == {*told_rules()}


def test_nearly_every_example_is_run_and_the_others_say_why() -> None:
    reasons = {id_: example_of(explanation(id_)).not_run for id_ in explained()}
    idle = {id_: reason for id_, reason in reasons.items() if reason}
    assert len(idle) <= len(reasons) // 20, sorted(idle)
    assert all(len(reason.split()) > 3 for reason in idle.values())


@pytest.mark.parametrize("rule_id", explained())
def test_a_text_is_short_and_not_wider_than_a_page(rule_id: str) -> None:
    each = explanation(rule_id)
    prose = (each.meaning, each.importance, each.fix, each.acceptance)
    lines = [
        line
        for text in prose
        for piece in pieces(text)
        if isinstance(piece, str)
        for line in piece.splitlines()
    ]
    assert 2 <= len(lines) <= 24
    assert [line for line in lines if len(line) > 95] == []


@pytest.mark.parametrize("rule_id", explained())
def test_it_is_shown_in_every_form(rule_id: str) -> None:
    page, text = markdown_of(rule_id), plain(help_of(rule_id) or "")
    assert page is not None
    assert page.startswith(f"# {rule_id}\n\n{told_rules()[rule_id].rule.title[:20]}")
    assert page.count("\n## ") == 5
    for heading in ("WHAT IT MEANS", "EXAMPLE", "HOW TO ACCEPT IT"):
        assert f"\n\n{heading}\n\n" in text
    assert "```" not in text
    assert "not run:" not in page


def test_of_a_rule_that_there_is_not() -> None:
    assert explanation_of("../explanation") is None
    assert markdown_of("no-such-rule") is None


def test_the_parts_of_a_text() -> None:
    found = parsed("x", WHOLE)
    assert (found.meaning, found.importance, found.fix) == ("A.", "B.", "C.")
    example = example_of(found)
    assert example.sides == {"base": {"a.py": b"## no heading\n"}}
    assert example.commands == ("rehome moves base..head",)
    assert example.told == "a.py: error\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("## Why it matters", "## Why not", "the sections are"),
        ("## How to fix it\n\nC.\n", "", "the sections are"),
        ("C.", "", "How to fix it is empty"),
        ("## What", "Text.\n\n## What", "begins with 'Text.'"),
        ("B.", "B.\n\n## What it means", "twice"),
        ("C.", "C.\n\n```text\n", "does not end"),
    ],
)
def test_what_is_no_text(old: str, new: str, expected: str) -> None:
    assert old in WHOLE
    with pytest.raises(ExplanationError, match=expected):
        parsed("x", WHOLE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("base/a.py", "elsewhere/a.py", "begins with none of"),
        ("```sh\nrehome moves base..head\n```", "", "has no command"),
        ("a.py: error\n", "", "not what it tells"),
        ("C.", "```python base/a.py\n```", "is there twice"),
    ],
)
def test_what_is_no_example(old: str, new: str, expected: str) -> None:
    with pytest.raises(ExplanationError, match=expected):
        example_of(parsed("x", WHOLE.replace(old, new, 1)))


def test_blocks_within_a_block() -> None:
    text = "One\n\n````text here/a.md\n```python\n## x\n```\n````\n\nTwo"
    inner = Block("text", "here/a.md", "```python\n## x\n```\n")
    assert [*pieces(text)] == ["One", inner, "Two"]


def test_plain_text() -> None:
    text = (
        "# Title\n\nA [link](x.md) and **bold** `code`,\nlonger than a line.\n\n"
        "- one\n  more\n- two\n\n```sh\nrehome x\n```\n"
    )
    assert plain(text, width=30) == (
        "Title\n\nA link and bold `code`, longer\nthan a line.\n\n"
        "- one more\n- two\n\n    $ rehome x\n"
    )
