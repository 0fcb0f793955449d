"""What moves take along, leave, and rewrite: exact texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.moving.request import Why
from codemods.name import Name
from tests.verify.moving.playing import look, put
from verify.moving.changes import Planned
from verify.moving.planning import Wish, plan
from verify.moving.publishing import migration_text
from verify.moving.refusing import Refused
from verify.moving.writing import write

A = '''"""About a."""

import json
import os
from typing import TYPE_CHECKING

from .c import C, D

if TYPE_CHECKING:
    from .d import E

_SIZE = 4
LIMIT = 10
_flag = os.name == "posix"

if _flag:
    from posixpath import join as _join


def _helper(x):
    return x * _SIZE


# about f
def f(x: "E" = 2) -> int:
    from .c import C as Inner

    return _helper(x) + LIMIT + len(json.dumps(x)) + len(_join("a", "b")) + Inner.n


class K(C):
    pass


def g():
    return K(), os.getcwd(), D
'''
FILES = {
    "pkg/__init__.py": "",
    "pkg/sub/__init__.py": "",
    "pkg/a.py": A,
    "pkg/c.py": "class C:\n    n = 1\n\n\nclass D:\n    pass\n",
    "pkg/d.py": "class E:\n    pass\n",
    "main.py": "import pkg.a\nfrom pkg.a import K, f\n\nprint(f(3), pkg.a.f(), K.n)\n",
}
NEW = """import json
import os
from typing import TYPE_CHECKING

from ..a import LIMIT
from ..c import C

if TYPE_CHECKING:
    from ..d import E

_SIZE = 4
_flag = os.name == "posix"

if _flag:
    from posixpath import join as _join


def _helper(x):
    return x * _SIZE


# about f
def f(x: "E" = 2) -> int:
    from ..c import C as Inner

    return _helper(x) + LIMIT + len(json.dumps(x)) + len(_join("a", "b")) + Inner.n
"""
LEFT = '''"""About a."""

import os

from .c import C, D

LIMIT = 10


class K(C):
    pass


def g():
    return K(), os.getcwd(), D
'''


def moved(root: Path, files: dict[str, str], *names: str, **wish: object) -> Planned:
    """Move in a new project, whose program must go on as before."""
    put(root, files)
    before = look(root)
    wanted = {"to": "pkg.sub.new", **wish, "names": tuple(map(Name.parse, names))}
    planned = plan(root, Wish(**wanted))  # type: ignore[arg-type]
    write(root, planned.changes)
    after = look(root)
    gone = {name for name in before if name not in after}
    assert {name: after[name] for name in before.keys() - gone} == {
        name: before[name] for name in before.keys() - gone
    }
    assert gone <= set(names)
    return planned


def text(root: Path, path: str) -> str:
    return (root / path).read_bytes().decode()


def test_what_it_needs_goes_along_and_what_died_leaves(tmp_path: Path) -> None:
    planned = moved(tmp_path, FILES, "pkg.a:f")
    assert text(tmp_path, "pkg/sub/new.py") == NEW.replace("from ..c import C\n", "")
    assert text(tmp_path, "pkg/a.py") == LEFT
    assert text(tmp_path, "main.py") == (
        "import pkg.sub.new\nfrom pkg.a import K\nfrom pkg.sub.new import f\n"
        "\nprint(f(3), pkg.sub.new.f(), K.n)\n"
    )
    assert planned.along == {
        "pkg.a:_SIZE",
        "pkg.a:_flag",
        "pkg.a:_join",
        "pkg.a:_helper",
    }
    assert not planned.findings


def test_alias_stays_if_asked(tmp_path: Path) -> None:
    files = {**FILES, "pkg/a.py": A.replace(" + LIMIT", "")}
    moved(tmp_path, files, "pkg.a:f", keep_alias=True)
    assert "from .sub.new import f  # noqa: F401\n" in text(tmp_path, "pkg/a.py")


def test_alias_is_lazy_where_an_import_would_be_a_cycle(tmp_path: Path) -> None:
    moved(tmp_path, FILES, "pkg.a:f", keep_alias=True)
    (tmp_path / "main.py").write_text("from pkg.a import f\n\nprint(f(3))\n")
    assert "def __getattr__(name: str)" in text(tmp_path, "pkg/a.py")
    assert look(tmp_path)["main.py"] == "27\n"


def test_shim_warns_and_names_the_version(tmp_path: Path) -> None:
    moved(tmp_path, FILES, "pkg.a:f", deprecated_in="2.0")
    program = (
        "import warnings\n\nwith warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n    from pkg.a import f\n\n"
        "print(f(3), *(each.message for each in told))\n"
    )
    (tmp_path / "main.py").write_text(program)
    assert look(tmp_path)["main.py"] == (
        "27 pkg.a.f is deprecated since 2.0: import it from pkg.sub.new\n"
    )


def test_a_second_run_finds_nothing_to_move(tmp_path: Path) -> None:
    moved(tmp_path, FILES, "pkg.a:K")
    with pytest.raises(Refused, match="it imports `K` and does not define it"):
        plan(tmp_path, Wish((Name("pkg.a", "K"),), "pkg.sub.new"))


TARGET = '''"""About new."""

import os


class First:
    pass


def last():
    return os.sep


if __name__ == "__main__":
    last()
'''


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ({}, ["First", "last", "K"]),
        ({"before": "last"}, ["First", "K", "last"]),
        ({"after": "First"}, ["First", "K", "last"]),
        ({"before": "First"}, ["K", "First", "last"]),
    ],
)
def test_place_in_a_target_that_is_there(
    where: dict[str, str], order: list[str], tmp_path: Path
) -> None:
    moved(tmp_path, {**FILES, "pkg/sub/new.py": TARGET}, "pkg.a:K", **where)
    new = text(tmp_path, "pkg/sub/new.py")
    definitions = [
        line.split()[1].rstrip(":").partition("(")[0]
        for line in new.splitlines()
        if line.startswith(("class ", "def "))
    ]
    assert definitions == order
    assert new.endswith('\n\n\nif __name__ == "__main__":\n    last()\n')
    assert "\n\n\n\n" not in new


def test_target_that_took_the_name_from_the_source(tmp_path: Path) -> None:
    target = "from pkg.a import K\n\n\nclass L(K):\n    pass\n"
    files = {**FILES, "pkg/sub/new.py": target}
    files["main.py"] += (
        "from pkg.sub.new import L\n\nprint(L.__mro__[1:] == K.__mro__)\n"
    )
    moved(tmp_path, files, "pkg.a:K")
    assert (
        text(tmp_path, "pkg/sub/new.py")
        == (
            "from pkg.c import C\n\n\nclass K(C):\n    pass\n\n\nclass L(K):\n    pass\n"
        )
        or "class K(C)" in text(tmp_path, "pkg/sub/new.py").partition("class L")[0]
    )


def test_line_ends_of_each_file_stay(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    windows = TARGET.replace("\n", "\r\n").encode()
    (tmp_path / "pkg/sub/new.py").write_bytes(windows)
    planned = plan(tmp_path, Wish((Name("pkg.a", "K"),), "pkg.sub.new"))
    new = next(c.after for c in planned.changes if c.path == "pkg/sub/new.py") or b""
    assert new.count(b"\n") == new.count(b"\r\n")
    left = next(c.after for c in planned.changes if c.path == "pkg/a.py") or b""
    assert b"\r" not in left


def test_method_becomes_a_function_that_its_class_still_has(tmp_path: Path) -> None:
    source = (
        "class K:\n    size = 3\n\n    # about area\n    def area(self, by=2):\n"
        '        """Area.\n\n        More.\n        """\n        text = """a\n'
        '        b"""\n        return self.size * by + len(text)\n\n'
        "    @staticmethod\n    def fixed(x):\n        return x + 1\n"
    )
    main = (
        "from pkg.a import K\n\nk = K()\nprint(k.area(), K.area(k, 3), k.fixed(1),"
        " K.fixed(2), type('L', (K,), {})().area())\n"
    )
    files = {"pkg/__init__.py": "", "pkg/a.py": source, "main.py": main}
    moved(tmp_path, files, "pkg.a:K.area", "pkg.a:K.fixed", to="pkg.new")
    assert text(tmp_path, "pkg/a.py") == (
        "from pkg.new import area, fixed\n\n\nclass K:\n    size = 3\n\n"
        "    area = area\n\n    fixed = staticmethod(fixed)\n"
    )
    assert 'text = """a\n        b"""\n' in text(tmp_path, "pkg/new.py")
    assert '    """Area.\n\n    More.\n    """\n' in text(tmp_path, "pkg/new.py")


def test_whole_module_gets_another_name(tmp_path: Path) -> None:
    planned = moved(tmp_path, FILES, "pkg.a", to="pkg.sub.deep.b")
    assert not (tmp_path / "pkg/a.py").exists()
    assert text(tmp_path, "pkg/sub/deep/__init__.py") == ""
    assert "from ...c import C, D\n" in text(tmp_path, "pkg/sub/deep/b.py")
    assert "    from ...c import C as Inner\n" in text(tmp_path, "pkg/sub/deep/b.py")
    assert "import pkg.sub.deep.b\n" in text(tmp_path, "main.py")
    assert '[[move]]\nfrom = "pkg.a"\nto = "pkg.sub.deep.b"\n' in migration_text(
        planned
    )


def test_whole_module_leaves_a_way_if_asked(tmp_path: Path) -> None:
    moved(tmp_path, FILES, "pkg.a", to="pkg.b", deprecated_in="2.0")
    program = (
        "import warnings\n\nwith warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n    from pkg.a import f\n\n"
        "print(f(3), *(each.message for each in told))\n"
    )
    (tmp_path / "main.py").write_text(program)
    assert (
        look(tmp_path)["main.py"] == "27 pkg.a is deprecated since 2.0: import pkg.b\n"
    )


def test_exported_names_leave_all_and_enter_it(tmp_path: Path) -> None:
    files = {
        **FILES,
        "pkg/a.py": '__all__ = [\n    "f",\n    "g",\n]\n\n\ndef f():\n    return 1\n\n\n'
        "def g():\n    return 2\n",
        "pkg/sub/new.py": '__all__ = ["h"]\n\n\ndef h():\n    return 3\n',
        "main.py": "from pkg.a import f, g\n\nprint(f(), g())\n",
    }
    moved(tmp_path, files, "pkg.a:f")
    assert text(tmp_path, "pkg/a.py").startswith('__all__ = [\n    "g",\n]\n')
    assert text(tmp_path, "pkg/sub/new.py").startswith('__all__ = ["h", "f"]\n')


def test_own_logger_is_borrowed_or_repeated(tmp_path: Path) -> None:
    source = (
        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef f():\n"
        "    return logger.name\n\n\ndef g():\n    return logger.name\n"
    )
    files = {
        **FILES,
        "pkg/a.py": source,
        "main.py": "from pkg.a import f\n\nprint(f())\n",
    }
    moved(tmp_path, files, "pkg.a:f")
    assert "logger" in text(tmp_path, "pkg/sub/new.py").splitlines()[0]
    other = tmp_path / "other"
    put(other, files)
    wish = Wish(
        (Name("pkg.a", "f"),), "pkg.sub.new", allowed=frozenset({Why.MODULE_NAME})
    )
    write(other, plan(other, wish).changes)
    own = "logger = logging.getLogger(__name__)\n"
    assert own in text(other, "pkg/sub/new.py")
    assert own in text(other, "pkg/a.py")
    assert look(other)["main.py"] == "pkg.sub.new\n"
