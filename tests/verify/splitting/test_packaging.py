from __future__ import annotations

import pytest

from codemods.source import Source
from verify.splitting.packaging import as_package, objections


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from . import a\n", "from .. import a\n"),
        ("from .b import (\n  c,\n)\n", "from ..b import (\n  c,\n)\n"),
        ("from \\\n  .. import d\n", "from \\\n  ... import d\n"),
        (
            "def f():\n    from .x import y; from .s import t\n",
            "def f():\n    from ..x import y; from ..s import t\n",
        ),
        ("from a.b import c\nimport d\n", "from a.b import c\nimport d\n"),
        ("x = 'é'; from .a import b\r\n", "x = 'é'; from ..a import b\r\n"),
    ],
)
def test_relative_imports_gain_a_level(before: str, after: str) -> None:
    assert as_package(Source(before, "utf-8", b"")) == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X = __file__\n", "reads __file__"),
        ("def f(): return __package__\n", "reads __package__"),
        ("if __name__ == '__main__':\n    pass\n", "run as a program"),
        ("import_module('.a', 'pkg')\n", "relative name in a string"),
    ],
)
def test_what_speaks_of_the_place_is_told(text: str, message: str) -> None:
    (found,) = objections(Source(text, "utf-8", b"").parse())
    assert message in found.message
    assert found.line == 1


@pytest.mark.parametrize(
    "text", ["print(__name__)\n", "import_module('a.b')\n", "x.__file__\n"]
)
def test_what_a_package_has_alike_is_not(text: str) -> None:
    assert not list(objections(Source(text, "utf-8", b"").parse()))
