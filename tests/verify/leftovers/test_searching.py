"""Old names in files of every kind, on trees of a few lines."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from codemods.home import ModuleHome
from verify.leftovers.renamed import Targets, targets_of
from verify.leftovers.searching import Leftovers, Sort, search
from verify.movement.sources import Files
from verify.surface.modules import Modules

BASE = {
    "python/pkg/__init__.py": "",
    "python/pkg/mem/old.py": "class X: pass\ndef stays(): pass\n",
    "python/pkg/mem/gone.py": "def f(): pass\n",
}
HEAD = {
    "python/pkg/__init__.py": "",
    "python/pkg/mem/old.py": "def stays(): pass\n",
    "python/pkg/mem/new.py": "class X: pass\n",
    "python/pkg/mem/there.py": "def f(): pass\n",
}
MOVES = {
    "pkg.mem.old:X": "pkg.mem.new:X",
    "pkg.mem.gone": "pkg.mem.there",
}
FILES = {"python/pkg/mem/gone.py": "python/pkg/mem/there.py"}


def sources(tree: Mapping[str, str]) -> Files:
    return Files({p: t.encode("utf-8", "surrogateescape") for p, t in tree.items()})


def targets(
    head: Mapping[str, str] = HEAD, moves: Mapping[str, str] = MOVES
) -> Targets:
    return targets_of(sources(BASE), sources(head), moves, FILES)


def leftovers(path: str, text: str, head: Mapping[str, str] = HEAD) -> Leftovers:
    data = text.encode("utf-8", "surrogateescape")
    modules = Modules(sources({**head, path: text}), sources(BASE))
    homes = {
        p: ModuleHome(modules.name_of(p), p.endswith("__init__.py"))
        for p in modules.paths
    }
    return search({path: data}, targets(head), homes)


def found(path: str, text: str) -> list[tuple[int, str, str]]:
    """Line, sort and new name of every leftover."""
    return [(e.line, e.sort.value, e.new) for e in leftovers(path, text).found]


X = "pkg.mem.new:X"


@pytest.mark.parametrize(
    "code",
    [
        "from pkg.mem.old import X",
        "from pkg.mem.old import stays, X",
        "import pkg.mem.old as o\no.X",
        "from pkg.mem import old\nold.X()",
        "import pkg.mem.old\npkg.mem.old.X",
        "def f():\n    from pkg.mem.old import X",
        "if TYPE_CHECKING:\n    from pkg.mem.old import X",
        'mock.patch("pkg.mem.old.X")',
        'mock.patch("pkg.mem.old.X.run")',
    ],
)
def test_code_that_apply_would_change(code: str) -> None:
    for path in ("tests/t.py", "python/pkg/u.py", "python/pkg/u.pyi"):
        hits = found(path, f"{code}\n")
        assert {sort for _, sort, _ in hits} == {"code"}
        assert {new for *_, new in hits} == {X}


def test_relative_imports_are_read_by_their_own_home() -> None:
    assert found("python/pkg/mem/u.py", "from .old import X\n") == [(1, "code", X)]
    assert found("python/pkg/u.py", "from .old import X\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "from pkg.mem.old import stays",
        "from pkg.mem.new import X",
        "from pkg.mem.older import X",
        "from other.pkg.mem.old import X",
        "X = 1\nX",
        "import pkg.mem.old as o\no.stays",
    ],
)
def test_code_that_names_something_else(code: str) -> None:
    assert found("tests/t.py", f"{code}\n") == []


def test_what_no_rewrite_can_follow_is_told_apart() -> None:
    hits = found("t.py", "from pkg.mem.old import *\n")
    assert [sort for _, sort, _ in hits] == ["maybe"]


def test_comments_and_docstrings() -> None:
    text = (
        '"""See :class:`~pkg.mem.old.X`."""\nx = 1  # pkg.mem.old.X, or pkg.mem.gone\n'
    )
    assert [(line, new) for line, _, new in found("t.py", text)] == [
        (1, X),
        (2, "pkg.mem.new.X"),
        (2, "pkg.mem.there"),
    ]


def test_a_doctest_that_imports_the_old_name() -> None:
    text = 'def f():\n    """\n    >>> from pkg.mem.old import X\n    """\n'
    assert [line for line, *_ in found("t.py", text)] == [3]


SPELLED = [
    "pkg.mem.old.X",
    "pkg.mem.old:X",
    "`pkg.mem.old.X`",
    "(pkg.mem.old.X)",
    "~pkg.mem.old.X",
    '"pkg.mem.old.X"',
    "target=pkg.mem.old.X",
    "pkg.mem.old.X.",
    "pkg.mem.old.X.run()",
    "pkg.mem.old.X: what it is",
    "from pkg.mem.old import X",
    "from pkg.mem.old import stays, X",
    "from pkg.mem.old import X as Y",
    "from pkg.mem.old import (X)",
    "from pkg.mem.old import (\n    stays,\n    X,\n)",
    "python -c 'from pkg.mem.old import X; X()'",
    "python -m pkg.mem.gone --flag",
    "pkg.mem.gone",
    "pkg.mem.gone.f",
    "automodule:: pkg.mem.gone",
    "python/pkg/mem/gone.py",
    "pkg/mem/gone.py",
    "mem/gone.py",
    "/python/pkg/mem/gone.py @owner",
    "./python/pkg/mem/gone.py",
    "python/pkg/mem/gone.py:12",
    "python/pkg/mem/gone.py::f",
    "https://host/org/repo/blob/main/python/pkg/mem/gone.py#L3",
    "/usr/lib/site-packages/pkg/mem/gone.py",
    "--cov=pkg.mem.gone",
]
OTHER = [
    "pkg.mem.old",
    "pkg.mem.old.stays",
    "pkg.mem.old.XY",
    "pkg.mem.old.X_npu",
    "my.pkg.mem.old.X",
    "my_pkg.mem.old.X",
    "pkg.mem.older.X",
    "from pkg.mem.old import stays",
    "from pkg.mem.old import XY",
    "from pkg.mem.old import stays\nX",
    "pkg.mem.gone_npu",
    "pkg.mem.gone-npu",
    "gone.py",
    "mem/gone.pyc",
    "mem/gone.python",
    "other/mem/gone.py",
    "member/gone.py",
    "mymem/gone.py",
    "mem/gone_test.py",
    "python/pkg/mem/old.py",
    "https://host/org/repo/blob/0123456789abcdef/python/pkg/mem/gone.py",
    "https://host/org/repo/tree/v1.2/python/pkg/mem/gone.py",
]
TEXTS = [
    "doc.md",
    "doc.rst",
    "a.yaml",
    ".github/workflows/ci.yml",
    "a.toml",
    "setup.cfg",
    "a.ini",
    "Dockerfile",
    "run.sh",
    "Makefile",
    ".github/CODEOWNERS",
    "notes",
]


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("spelling", SPELLED)
def test_old_names_in_texts(path: str, spelling: str) -> None:
    hits = leftovers(path, f"first line\n{spelling}\n").found
    assert [each.sort for each in hits] == [Sort.TEXT]
    assert hits[0].line in (2, 4)


@pytest.mark.parametrize("spelling", OTHER)
def test_what_only_looks_like_an_old_name(spelling: str) -> None:
    assert found("doc.md", f"{spelling}\n") == []


def test_the_place_and_both_names_are_told() -> None:
    (hit,) = leftovers("doc.md", "one\n  see pkg.mem.old.X\n").found
    assert (hit.line, hit.column) == (2, 7)
    assert (hit.old, hit.new) == ("pkg.mem.old.X", "pkg.mem.new.X")
    (hit,) = leftovers("e.toml", 'x = "pkg.mem.old:X"\n').found
    assert (hit.old, hit.new) == ("pkg.mem.old:X", "pkg.mem.new:X")
    (hit,) = leftovers("doc.md", "mem/gone.py\n").found
    assert hit.new == "python/pkg/mem/there.py"


MARKED = [
    "```python\nfrom pkg.mem import old\n\nold.X()\n```\n",
    "~~~~ py title=a\nfrom pkg.mem import old\n\nold.X()\n~~~~\n",
    "- item\n  ```{python}\n  from pkg.mem import old\n\n  old.X()\n  ```\n",
    "```pycon\n>>> from pkg.mem import old\n1\n>>> old.X()\n```\n",
]


@pytest.mark.parametrize("text", MARKED)
def test_code_in_documents_is_read_as_code(text: str) -> None:
    hits = leftovers("doc.md", text).found
    assert hits
    assert {(hit.sort, hit.new) for hit in hits} == {(Sort.CODE, X)}
    lines = text.splitlines()
    assert all("old" in lines[hit.line - 1] for hit in hits)


def test_code_blocks_of_restructured_text() -> None:
    text = "A\n\n.. code-block:: python\n   :linenos:\n\n   from pkg.mem import old\n   old.X()\n\nB\n"
    lines = [hit.line for hit in leftovers("doc.rst", text).found]
    assert lines
    assert set(lines) <= {6, 7}


def test_other_blocks_are_text() -> None:
    assert found("doc.md", "```c\nfrom pkg.mem import old\nold.X()\n```\n") == []


def test_a_block_that_does_not_parse_is_searched_as_text() -> None:
    text = "```python\nfrom pkg.mem.old import X\n...and so on: (\n```\n"
    assert found("doc.md", text) == [(2, "text", "pkg.mem.new.X")]


def notebook(*cells: str | list[str], kind: str = "code") -> str:
    made = [{"cell_type": kind, "source": source} for source in cells]
    return json.dumps({"cells": made, "nbformat": 4}, indent=1)


def test_notebooks_are_one_module_over_their_cells() -> None:
    text = notebook(
        ["import numpy\n", "%matplotlib inline\n", "from pkg.mem import old"],
        "!pip install pkg\nold.X()",
    )
    hits = leftovers("n.ipynb", text).found
    assert hits
    assert {(hit.sort, hit.new) for hit in hits} == {(Sort.CODE, X)}
    lines = text.splitlines()
    assert all("old" in lines[hit.line - 1] for hit in hits)


def test_words_in_a_notebook_are_text() -> None:
    text = notebook(["# About\n", "see pkg.mem.old.X"], kind="markdown")
    (hit,) = leftovers("n.ipynb", text).found
    assert hit.sort is Sort.TEXT
    assert "pkg.mem.old.X" in text.splitlines()[hit.line - 1]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{}]}', "null"])
def test_what_is_no_notebook_is_text(text: str) -> None:
    assert found("n.ipynb", f"{text} pkg.mem.old.X\n") == [(1, "text", "pkg.mem.new.X")]


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "docs/changes.rst",
        "HISTORY.txt",
        "docs/release-notes/0.5.md",
        "news/1.md",
        "NEWS",
    ],
)
def test_what_tells_of_the_past_is_a_note(path: str) -> None:
    assert {e.sort for e in leftovers(path, "pkg.mem.old.X\n").found} == {Sort.HISTORY}


def test_migrations_are_made_of_old_names() -> None:
    text = '[[move]]\nfrom = "pkg.mem.old:X"\nto = "pkg.mem.new:X"\n'
    assert found("migrations/a.toml", text) == []
    assert len(found("other.toml", 'a = "pkg.mem.old:X"\n')) == 1


def test_what_still_works_is_told_apart() -> None:
    head = {**HEAD, "python/pkg/mem/old.py": "from .new import X\n"}
    for path in ("t.py", "doc.md"):
        hits = leftovers(path, "from pkg.mem.old import X\n", head).found
        assert {hit.sort for hit in hits} == {Sort.WORKS}


def test_a_file_that_does_not_parse_is_undecided_where_it_spells_a_name() -> None:
    hits = leftovers("t.py", "from pkg.mem.old import X\nx = (\n").found
    assert {hit.sort for hit in hits} == {Sort.UNREAD, Sort.TEXT}
    assert found("t.py", "x = (\n") == []


def test_binary_files_are_skipped_and_counted() -> None:
    result = leftovers("data.bin", "\0 pkg.mem.old.X")
    assert (result.found, result.binary, result.searched) == ([], 1, 0)


def test_bytes_that_are_no_text_do_no_harm() -> None:
    (hit,) = leftovers("doc.md", "\udcff\udcfe pkg.mem.old.X\n").found
    assert (hit.line, hit.column) == (1, 4)


def test_names_with_regular_expressions_in_them() -> None:
    assert found("doc.md", "pkgXmemXoldXX\npkg/memXgone.py\n") == []


# What to look for


def test_a_module_that_is_still_there_did_not_move() -> None:
    head = {**HEAD, "python/pkg/mem/gone/__init__.py": "from ..there import f\n"}
    made = targets(head)
    assert [str(each.old) for each in made.names] == ["pkg.mem.old:X"]
    (path,) = made.paths
    assert (path.new, path.module) == ("python/pkg/mem/gone/", "")


def test_a_gone_module_of_which_only_names_moved() -> None:
    made = targets_of(
        sources(BASE), sources(HEAD), {"pkg.mem.gone:f": "pkg.mem.there:f"}, {}
    )
    (path,) = made.paths
    assert (path.new, path.module) == ("python/pkg/mem/there.py", "pkg.mem.gone")


def test_a_file_that_is_gone_without_a_move_has_no_new_name() -> None:
    assert targets_of(sources(BASE), sources(HEAD), {}, {}).paths == ()


def test_contradicting_moves_do_not_stop_the_search() -> None:
    moves = {
        "pkg.mem.old:X": "pkg.mem.new:X",
        "pkg.mem.new:X": "pkg.mem.old:X",
        "pkg.mem.gone:f": "pkg.mem.there:f",
    }
    head = {**HEAD, "python/pkg/mem/old.py": HEAD["python/pkg/mem/new.py"]}
    made = targets(head, moves)
    assert len(made.names) == 3
    mapped = {str(old) for group in made.groups for old in group.names.old_names}
    assert mapped == set(moves)


MEMBERS = {
    "pkg.mem.old:stays.close": "pkg.mem.new:close",
    "pkg.mem.old:_private": "pkg.mem.new:_private",
}


@pytest.mark.parametrize(
    "code",
    [
        'import_module("pkg.mem.old")\n',
        "from pkg.mem import old\nhand_on(old)\n",
        'x = f"pkg.mem.old.{name}"\n',
    ],
)
def test_a_module_alone_reaches_no_member_of_a_class(code: str) -> None:
    def sorts(old: str) -> list[str]:
        moves = {old: {**MEMBERS, **MOVES}[old]}
        made = targets(HEAD, moves)
        return [
            each.sort.value for each in search({"t.py": code.encode()}, made, {}).found
        ]

    assert sorts("pkg.mem.old:X") == ["maybe"]
    assert sorts("pkg.mem.old:_private") == ["perhaps a private name"]
    assert sorts("pkg.mem.old:stays.close") == []


def test_a_member_is_found_where_its_class_is_named() -> None:
    made = targets(HEAD, {"pkg.mem.old:stays.close": "pkg.mem.new:close"})
    code = 'mock.patch("pkg.mem.old.stays.close")\n'
    assert [e.line for e in search({"t.py": code.encode()}, made, {}).found] == [1]


def test_odd_names_are_left_out() -> None:
    moves = {"pkg.mem.old:f.<locals>.g": "pkg.mem.new:g", "": "a", "a b": "c"}
    assert targets(HEAD, moves).names == ()


def test_nothing_moved_nothing_is_searched() -> None:
    made = targets_of(sources(HEAD), sources(HEAD), {}, {})
    assert search({"a.md": b"pkg.mem.old.X"}, made, {}).searched == 0


def test_a_large_file_that_spells_an_old_name_is_not_passed_over() -> None:
    large = [
        ("data.json", b'{"class": "pkg.mem.old.X"}'),
        ("other.json", b"{}"),
        ("large.py", b"from pkg.mem import (\n    old,\n)\n"),
        ("small.py", b"import os\n"),
        ("data.bin", b"\0pkg.mem.old.X"),
    ]
    result = search({}, targets(), {}, large)
    assert [(e.path, e.sort) for e in result.found] == [
        ("data.json", Sort.UNREAD),
        ("large.py", Sort.UNREAD),
    ]
    assert (result.searched, result.binary) == (4, 1)
