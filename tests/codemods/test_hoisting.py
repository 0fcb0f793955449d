"""Moving imports within one file: bytes, and what it refuses."""

from __future__ import annotations

import ast

import pytest

from codemods.hoistable import Local, local_imports_in
from codemods.hoisting import hoist
from codemods.rewrite import Rewritten
from codemods.source import Source

PLAIN = "import os\n\n\ndef f():\n    from b import x\n    return x\n"
MOVED = "import os\nfrom b import x\n\n\ndef f():\n    return x\n"


def hoisted(data: bytes) -> Rewritten:
    source = Source.decode(data)
    tree = source.parse()
    wanted = [each for each in local_imports_in(source, tree) if not each.why_kept]
    return hoist(source, tree, wanted, path="a.py")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(PLAIN.encode(), MOVED.encode(), id="plain"),
        pytest.param(
            PLAIN.replace("\n", "\r\n").encode(),
            MOVED.replace("\n", "\r\n").encode(),
            id="CRLF",
        ),
        pytest.param(
            PLAIN.replace("\n", "\r").encode(),
            MOVED.replace("\n", "\r").encode(),
            id="CR",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + PLAIN.encode(),
            b"\xef\xbb\xbf" + MOVED.encode(),
            id="byte order mark",
        ),
        pytest.param(
            b"# coding: latin-1\n# \xe9\n" + PLAIN.encode(),
            b"# coding: latin-1\n# \xe9\n" + MOVED.encode(),
            id="coding line",
        ),
        pytest.param(
            PLAIN.replace("    ", "\t").encode(),
            MOVED.replace("    ", "\t").encode(),
            id="tabs",
        ),
        pytest.param(
            PLAIN.removesuffix("\n").encode(),
            MOVED.removesuffix("\n").encode(),
            id="no end of the last line",
        ),
        pytest.param(
            b"#!/usr/bin/python\n# licence\n\ndef f():\n    from b import x\n    return x\n",
            b"#!/usr/bin/python\n# licence\n\nfrom b import x\n\n\n"
            b"def f():\n    return x\n",
            id="comments first",
        ),
        pytest.param(
            b"def f():\n    from b import (\n        x,\n        y,\n    )\n    return x, y\n",
            b"from b import x, y\n\n\ndef f():\n    return x, y\n",
            id="several lines",
        ),
        pytest.param(
            b"import os\n\n\ndef f():\n    import b.c, d\n    return b.c, d\n",
            b"import os\nimport b.c\nimport d\n\n\ndef f():\n    return b.c, d\n",
            id="two modules",
        ),
    ],
)
def test_everything_else_stays(before: bytes, after: bytes) -> None:
    first = hoisted(before)
    assert first.findings == ()
    assert first.new == after
    assert bool(first.edits)
    assert hoisted(after).new == after


def chosen(text: str) -> tuple[Source, ast.Module, list[Local]]:
    source = Source.decode(text.encode())
    tree = source.parse()
    return source, tree, local_imports_in(source, tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f():\n    import b\n", "nothing would be left of a function"),
        ('"""Text."""; x = 1\n\n\ndef f():\n    import b\n    b\n', "beside"),
        (
            "import os\r\nimport sys\n\n\ndef f():\n    import b\n    b\n",
            "end in more than one way",
        ),
        (
            "def f():\n    import b\n    # why\n    import c\n    return b, c\n",
            "a comment stands between",
        ),
    ],
)
def test_what_is_asked_and_cannot_be_done_is_a_finding(text: str, message: str) -> None:
    source, tree, wanted = chosen(text)
    result = hoist(source, tree, wanted, path="a.py")
    assert not result.changed
    (finding,) = result.findings
    assert finding.rule.id == "unsafe-rewrite"
    assert message in finding.message


def test_edits_tell_what_changed() -> None:
    edits = hoisted(PLAIN.encode()).edits
    assert [(each.line, each.before, each.after) for each in edits] == [
        (2, "", "from b import x\n"),
        (5, "    from b import x\n", ""),
    ]


def test_names_missing_at_the_top_are_told() -> None:
    _, _, (local,) = chosen(
        "from b import x\n\n\ndef f():\n    from b import x, y\n    return x, y\n"
    )
    assert [alias.name for alias in local.missing] == ["y"]
    assert (local.function, local.place, local.why_kept) == ("f", (5, 5), "")
