"""Properties of `rewrite_text` over generated texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rewrite import Options
from codemods.texts import kinds, rewrite_text

MIGRATIONS = Path(__file__).parent.parent / "cases"
NAMES = {
    name: NameMap.compose([loads((MIGRATIONS / f"{name}.toml").read_text(), name)])
    for name in ("symbols", "module", "renamed", "removed")
}
TEXT = Options(text=True)
PATHS = ["a.yaml", "a.toml", "a.sh", "a.md", "a.rst", "a.json", "a.ipynb", "a.rs"]

quick = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck)
)
paths = st.sampled_from(PATHS)
maps = st.sampled_from(sorted(NAMES))

# Pieces of which many texts with and without a reference can be made.
WORDS = [
    *("pkg.old.A", "pkg.old:A", "pkg.old.C.run", "pkg.old", "pkg.old.B", "pkg", "old"),
    *("from pkg.old import A", "from pkg.old import A, B", "import pkg.old as o"),
    *("from pkg.old import (\n    A,\n    C,\n)", "from pkg.old import *", "o.A()"),
    *("```python\n", "```\n", "```", ">>> ", ".. code-block:: python\n\n   ", "# "),
    *('"', "'", "\\", "\n", "\r\n", " ", "\t", "    ", ".", ":", "-", "/", "(", ")"),
    *("{", "}", "[", "]", "@", "$", "http://", "é", "\u2028", "\x0c", "pkg/old.py"),
]
texts = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)


def run(data: bytes, path: str, names: str) -> bytes:
    return rewrite_text(data, NAMES[names], path=path, options=TEXT).new


def test_every_kind_is_tried() -> None:
    from codemods.texts import kind_of

    assert {kind_of(path).name for path in PATHS} == set(kinds())


@quick
@given(texts, paths, maps)
def test_twice_is_once(text: str, path: str, names: str) -> None:
    once = run(text.encode(), path, names)
    assert run(once, path, names) == once


@quick
@given(st.one_of(st.binary(), texts.map(str.encode)), paths)
def test_what_names_nothing_is_untouched(data: bytes, path: str) -> None:
    if re.search(rb"pkg[\s\\]*\.|from[\s\\]+pkg|import", data):
        data = data.replace(b"pkg", b"kpg")
    result = rewrite_text(data, NAMES["symbols"], path=path, options=TEXT)
    assert result.new is data
    assert result.findings == ()


@quick
@given(texts, paths, maps)
def test_without_the_option_nothing_changes(text: str, path: str, names: str) -> None:
    data = text.encode()
    asked = rewrite_text(data, NAMES[names], path=path, options=TEXT)
    plain = rewrite_text(data, NAMES[names], path=path)
    assert plain.new is data
    if asked.changed or asked.findings:
        assert plain.findings


@quick
@given(texts, paths)
def test_only_names_and_imports_change(text: str, path: str) -> None:
    """Mapped back to the old name, and without imports, the text is the same."""
    plain = re.sub("from|import", "", text)
    new = run(plain.encode(), path, "module").decode()
    assert new.replace("pkg.sub.new", "pkg.old") == plain


@quick
@given(texts, paths, maps)
def test_what_the_quick_search_leaves_out_is_left_alone(
    text: str, path: str, names: str
) -> None:
    result = rewrite_text(text.encode(), NAMES[names], path=path, options=TEXT)
    if result.changed:
        assert NAMES[names].mentioned(text.encode())


# Notebooks

lines = st.sampled_from(
    [
        *("from pkg.old import A, B", "import pkg.old as o", "o.A('\\n')  # pkg.old.A"),
        *(
            "x = 1",
            "",
            "%time pkg.old.A",
            "!ls",
            "def f():",
            "    return 'é'",
            "%%bash",
        ),
        *("see pkg.old.A", "`pkg.old.C`", '"quoted"', "back\\slash"),
    ]
)
sources = st.lists(lines, max_size=6).map("\n".join)


@st.composite
def cells(draw: st.DrawFn) -> dict[str, object]:
    source = draw(sources)
    kept = source.splitlines(keepends=True) if draw(st.booleans()) else source
    kind = draw(st.sampled_from(["code", "markdown", "raw"]))
    output = {"text": draw(st.lists(lines, max_size=2)), "n": draw(st.floats())}
    return {"cell_type": kind, "source": kept, "outputs": [output], "n": None}


@quick
@given(
    st.lists(cells(), max_size=4),
    st.sampled_from([None, 0, 1, 4]),
    st.booleans(),
    maps,
)
def test_a_notebook_stays_one(
    made: list[dict[str, object]], indent: int | None, ascii_only: bool, names: str
) -> None:
    notebook = {"cells": made, "metadata": {"k": [1.50, True]}, "nbformat": 4}
    text = json.dumps(notebook, indent=indent, ensure_ascii=ascii_only)
    new = run(text.encode(), "a.ipynb", names).decode()
    before, after = json.loads(text), json.loads(new)
    assert without_strings(after) == without_strings(before)
    assert outside_strings(new, before, after) == outside_strings(text, before, after)


def without_strings(value: object) -> object:
    """A value with every string, and every source of a cell, taken out."""
    if isinstance(value, dict):
        return {
            key: "" if key == "source" else without_strings(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [without_strings(inner) for inner in value]
    return "" if isinstance(value, str) else repr(value)


def outside_strings(text: str, before: object, after: object) -> str:
    """What is written outside strings; where a source has more lines now, only what
    is no white space or comma, since there the new lines need some.
    """
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', '"', text)
    if str(before).count("', '") == str(after).count("', '"):
        return rest
    return re.sub(r'[\s,"]+', "", rest)


def test_a_file_of_nothing_but_strings_is_quick() -> None:
    """No pattern goes back and forth over a long line: this would take hours."""
    long = "pkg.old." * 20_000 + "from pkg.old import " + "A, " * 20_000
    for path in PATHS:
        run(long.encode(), path, "symbols")
        run(json.dumps({"cells": [long, {"source": long}]}).encode(), path, "module")


@pytest.mark.parametrize("path", PATHS)
def test_deep_nesting_is_no_error(path: str) -> None:
    deep = "[" * 100_000 + "pkg.old.A"
    rewrite_text(deep.encode(), NAMES["symbols"], path=path, options=TEXT)
