"""Relative imports mean the same in another place."""

from __future__ import annotations

import ast
from importlib.util import resolve_name
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.lineage.placing import placed
from verify.movement.sources import Files

FILES = Files(
    {
        "src/top/__init__.py": b"",
        "src/top/x/__init__.py": b"",
        "src/top/y/__init__.py": b"",
        "src/b/__init__.py": b"",
    }
)


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("from .m import n\n", "src/top/x/s/__init__.py", "from ..m import n\n"),
        ("from . import n\n", "src/top/x/s/deep/t.py", "from ... import n\n"),
        ("from ..m import n\n", "src/top/x/s/__init__.py", "from ...m import n\n"),
        ("from ..m import n\n", "src/top/t.py", "from .m import n\n"),
        ("from .m import n\n", "src/top/t.py", "from .x.m import n\n"),
        ("from . import n\n", "src/top/y/t.py", "from ..x import n\n"),
        ("from .import n\n", "src/top/y/t.py", "from ..x import n\n"),
        ("from .m import n\n", "src/top/y/t.py", "from ..x.m import n\n"),
        ("from .m import n\n", "src/b/t.py", "from top.x.m import n\n"),
        ("from .import n\n", "src/b/t.py", "from top.x import n\n"),
        ("from . . m import n\n", "src/top/t.py", "from . m import n\n"),
        ("from \\\n  . \\\n  import n\n", "src/top/y/t.py", "from \\\n  ..x \\\n  import n\n"),
        ("import m\nfrom m import n\n", "src/b/t.py", "import m\nfrom m import n\n"),
        ('"""from .m import n"""\n', "src/b/t.py", '"""from .m import n"""\n'),
        ("def f():\n    from .m import (\n        n,\n    )\n", "src/top/x/s/t.py",
         "def f():\n    from ..m import (\n        n,\n    )\n"),
    ],
)  # fmt: skip
def test_a_relative_import_leads_where_it_led(
    text: str, new: str, expected: str
) -> None:
    assert placed(text.encode(), "src/top/x/old.py", new, FILES) == expected.encode()


def test_the_same_folder_needs_no_change_even_of_what_does_not_parse() -> None:
    assert placed(b"def (", "a/x.py", "a/y.py", FILES) == b"def ("


def test_encodings_and_line_ends_stay() -> None:
    text = "# coding: latin-1\r\n# \xe9\r\nfrom .m import n\r\n".encode("latin-1")

    found = placed(text, "src/top/old.py", "src/top/x/new.py", FILES)

    assert found == text.replace(b" .m", b" ..m")


def test_dots_that_lead_nowhere_stay() -> None:
    text = b"from ....... import n\n"

    assert placed(text, "src/top/old.py", "src/top/x/new.py", FILES) == text


_NAMES = st.sampled_from(["a", "b", "c"])
_PLACES = st.lists(_NAMES, min_size=1, max_size=4).map(lambda names: ["top", *names])
_PACKAGES = Files(
    {
        "/".join(("top", *folders, "__init__.py")): b""
        for depth in range(4)
        for folders in product("abc", repeat=depth)
    }
)


@settings(deadline=None)
@given(_PLACES, _PLACES, st.integers(1, 5), st.lists(_NAMES, max_size=2))
def test_any_import_means_the_same_module(
    old: list[str], new: list[str], level: int, module: list[str]
) -> None:
    statement = f"from {'.' * level}{'.'.join(module)} import n\n"

    before, after = ("/".join(place) + ".py" for place in (old, new))
    found = placed(statement.encode(), before, after, _PACKAGES).decode()

    if level > len(old) - 1:  # it led out of all packages
        assert found == statement or old[:-1] == new[:-1]
    else:
        assert _meant(found, new) == _meant(statement, old)


def _meant(statement: str, place: list[str]) -> str:
    [node] = ast.parse(statement).body
    assert isinstance(node, ast.ImportFrom)
    return resolve_name("." * node.level + (node.module or ""), ".".join(place[:-1]))
