"""What kind of line was lost."""

from __future__ import annotations

import pytest

from verify.history.arrivals import Origin
from verify.history.classes import (
    IMPORT,
    LICENCE,
    LOST,
    NEW,
    REINDENTED,
    classes_of,
)
from verify.history.subjects import ADDED, Subject

LETTERS = {"i": IMPORT, "l": LICENCE, "n": NEW, "m": LOST, "r": REINDENTED}


def classes(
    text: str, origins: dict[int, Origin] | None = None, path: str = "a.py"
) -> str:
    """A letter for the class of each line."""
    lines = tuple(line.encode() for line in text.splitlines())
    every = frozenset(range(1, len(lines) + 1))
    found = classes_of(Subject(path, ADDED, lines, every, origins or {}, ""))
    letters = {name: letter for letter, name in LETTERS.items()}
    return "".join(letters[found[number]] for number in sorted(found))


def test_imports_over_lines_and_inside_blocks() -> None:
    text = """\
import os
from a import (
    b,
)

if TYPE_CHECKING:
    from c import d  # why


def f():
    import e; g()
    return 'import os'
"""
    assert classes(text) == "iiiiiniiinin"


def test_an_import_in_a_string_is_none() -> None:
    assert classes('"""\nimport os\nfrom a import b\n"""\n') == "nnnn"


@pytest.mark.parametrize(
    "header",
    [
        "# Copyright 2026 A\n# All rights\n",
        '"""\nLicensed under the B License;\n"""\n',
        "#!/usr/bin/python\n# SPDX-License-Identifier: MIT\n",
        "from __future__ import annotations\n\n'''\nCopyright A\n'''\n",
    ],
)
def test_licence_headers(header: str) -> None:
    shown = classes(f"{header}\nx = 1\n# Copyright of x\n")
    assert shown.lstrip("i") == "l" * shown.count("l") + "nn"
    assert shown.count("l") >= 2


def test_a_docstring_is_no_licence() -> None:
    assert classes('"""Allocate."""\nx = "licence"\n') == "nn"


@pytest.mark.parametrize(
    ("path", "header"),
    [("a.c", "/*\n * Copyright A\n */\n"), ("a.yml", "# License: B\n")],
)
def test_licence_headers_of_other_languages(path: str, header: str) -> None:
    lines = len(header.splitlines())
    assert classes(f"{header}import x\n", path=path) == "l" * lines + "n"


def test_moved_lines_by_their_indentation() -> None:
    origins = {2: Origin("b.py", 9, True), 3: Origin("b.py", 10, False)}
    assert classes("x = 1\ny = 2\n  z = 3\n\n", origins) == "nmrn"


def test_an_import_that_moved_is_an_import() -> None:
    assert classes("import a\nb()\n", {1: Origin("b.py", 1, True)}) == "in"


@pytest.mark.parametrize(
    "broken", ["def f(:\n  'x\n", "if x:\n\ty\n        z\n  (", "\0"]
)
def test_a_file_that_does_not_parse_has_its_imports_still(broken: str) -> None:
    shown = classes(f"import os\n{broken}")
    assert shown[0] == "i"
    assert set(shown[1:]) <= {"n"}


def test_an_unknown_encoding_is_no_crash() -> None:
    assert classes("# -*- coding: nonsense -*-\nimport os\n") == "ni"
