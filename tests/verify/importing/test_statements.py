"""What is read off one file: every import, when it runs, and what stands around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.importing import statements
from verify.importing.reading import Reader
from verify.importing.statements import Form, Kind, Statement, imports_of, parse

ROOT = Path(__file__).resolve().parents[3]


def only(source: str) -> Statement:
    (found,) = imports_of(source.encode()).statements
    return found


@pytest.mark.parametrize(
    ("source", "kind", "text", "function"),
    [
        ("import a.b as c", Kind.EAGER, "import a.b as c", ""),
        ("from ..a import (b as c,\n d)", Kind.EAGER, "from ..a import b as c, d", ""),
        ("from . import x", Kind.EAGER, "from . import x", ""),
        ("class C:\n    import a", Kind.EAGER, "import a", ""),
        ("def f():\n    import a", Kind.LAZY, "import a", "f"),
        ("async def f():\n    import a", Kind.LAZY, "import a", "f"),
        ("class C:\n  def m(self):\n    def i():\n      import a", Kind.LAZY, "import a", "C.m.i"),
        ("if TYPE_CHECKING:\n    import a", Kind.TYPE_CHECKING, "import a", ""),
        ("if t.TYPE_CHECKING and x:\n    import a", Kind.TYPE_CHECKING, "import a", ""),
        ("if TYPE_CHECKING or x:\n    import a", Kind.GUARDED, "import a", ""),
        ("if not TYPE_CHECKING:\n    import a", Kind.EAGER, "import a", ""),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import a", Kind.EAGER, "import a", ""),
        ("if TYPE_CHECKING:\n    pass\nelif x:\n    import a", Kind.GUARDED, "import a", ""),
        ("if False:\n    import a", Kind.TYPE_CHECKING, "import a", ""),
        ("if sys.version_info > (3,):\n    import a", Kind.GUARDED, "import a", ""),
        ("while x:\n    import a", Kind.GUARDED, "import a", ""),
        ("try:\n    import a\nfinally:\n    pass", Kind.EAGER, "import a", ""),
        ("try:\n    x\nexcept E:\n    pass\nfinally:\n    import a", Kind.EAGER, "import a", ""),
        ("match x:\n  case 1:\n    import a", Kind.GUARDED, "import a", ""),
        ("with open(f):\n    import a", Kind.EAGER, "import a", ""),
        ("with suppress(ImportError):\n    import a", Kind.GUARDED, "import a", ""),
        ("x = import_module('a.b')", Kind.DYNAMIC, 'import_module("a.b")', ""),
        ("x = importlib.import_module('.b', __package__)", Kind.DYNAMIC, 'import_module(".b")', ""),
        ("x = import_module('.b', package='p.q')", Kind.DYNAMIC, 'import_module("p.q.b")', ""),
        ("x = __import__('a')", Kind.DYNAMIC, 'import_module("a")', ""),
        ("x = lambda: __import__('a')", Kind.DYNAMIC, 'import_module("a")', "<lambda>"),
        ("@d(__import__('a'))\ndef f(): pass", Kind.DYNAMIC, 'import_module("a")', ""),
        ("x = import_module(name)", Kind.DYNAMIC, "import_module(...)", ""),
    ],
)  # fmt: skip
def test_each_import_has_its_kind(
    source: str, kind: Kind, text: str, function: str
) -> None:
    found = only(source)
    assert (found.kind, found.text, found.function) == (kind, text, function)


@pytest.mark.parametrize(
    ("source", "guards", "caught"),
    [
        ("try:\n    import a\nexcept ImportError:\n    pass", ("try: ... except ImportError",), True),
        ("try:\n    import a\nexcept KeyError:\n    pass", ("try: ... except KeyError",), False),
        ("try:\n    import a\nexcept:\n    pass", ("try: ... except anything",), True),
        ("try:\n    x\nexcept ImportError:\n    import a", ("except ImportError",), False),
        ("if x:\n    pass\nelse:\n    import a", ("else of if x",), False),
        ("if x:\n    pass\nelif y:\n    import a", ("else of if x", "if y"), False),
        ("if x:\n  def f():\n    import a", ("if x",), False),
    ],
)  # fmt: skip
def test_guards_and_what_catches(
    source: str, guards: tuple[str, ...], caught: bool
) -> None:
    found = only(source)
    assert (found.guards, found.caught) == (guards, caught)


def test_a_statement_knows_its_lines_and_column() -> None:
    found = only("x = 1\nif y:\n    from a import (\n        b,\n    )\n")
    assert (found.line, found.end_line, found.column) == (3, 5, 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_a_line_end(end: str) -> None:
    source = end.join(
        ["'''", "import no", "'''", "def f():", "    x = 1", "    import a"]
    )
    assert only(source).line == 6


def test_an_encoding_that_hides_the_word_is_read_as_well() -> None:
    hidden = b"# coding: utf-7\ndef f():\n    +AGk-mport a\n"
    assert b"import" not in hidden
    (found,) = imports_of(hidden).statements
    assert found.text == "import a"


def test_looking_at_the_lines_with_imports_only_loses_none() -> None:
    """The repository's own files, with and without the shortcut."""
    seen = 0
    for path in sorted(ROOT.glob("verify/**/*.py")):
        data = path.read_bytes()
        tree = parse(data)
        assert not isinstance(tree, statements.FileImports)
        whole = Reader(None, calls=True)
        whole.block(tree.body)
        assert tuple(whole.found) == imports_of(data).statements
        seen += len(whole.found)
    assert seen > 500


@pytest.mark.parametrize(
    ("source", "line"),
    [(b"x = 1\ndef f(:\n", 2), (b"\xff", 0), (b"x\0y", 0), (b"(" * 5000, 1)],
)
def test_what_does_not_parse_says_so(source: bytes, line: int) -> None:
    found = imports_of(source)
    assert found.problem.startswith("does not parse: ")
    assert found.statements == ()
    assert line in (0, found.problem_line)


def test_a_huge_file_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MAX_BYTES", 10)
    assert imports_of(b"import abcdef").problem.startswith("is larger than")


def test_exports_and_what_is_bound_beside_a_getattr() -> None:
    source = b"__all__ = ['a']\n__all__ += ['b']\nimport c.d\ndef __getattr__(n): ...\n"
    found = imports_of(source)
    assert found.exports == ("a", "b")
    assert found.bound == ("__all__", "__getattr__", "c")
    assert imports_of(b"x = 1").bound is None


def test_a_level_import_by_call_keeps_its_names() -> None:
    found = only("__import__('b', globals(), locals(), ['c'], 1)")
    assert (found.form, found.level, found.names) == (Form.CALL, 1, (("c", None),))
