"""Columns of findings count characters, whatever `ast` counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.verify.conftest import Scratch
from verify.cli import main

WIDE = 's = "éé😀"; '  # 11 characters, 16 bytes
BASE = {
    "p/__init__.py": "",
    "p/a.py": "def f():\n    return 1\n\n\ndef g():\n    return f()\n",
    "p/b.py": "from p.a import f as h\n",
}


def findings(
    capsys: pytest.CaptureFixture[str], scratch: Scratch, check: str
) -> list[tuple[str, str, int]]:
    main([check, "--repo", str(scratch.folder), "HEAD", "--format", "json"])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return [(each["rule"], each["path"], each["column"]) for each in found]


def test_an_import_that_fails(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch.commit({**BASE, "use.py": f"{WIDE}from p.a import g\n"})
    scratch.commit({"p/a.py": "def f():\n    return 1\n"})
    found = findings(capsys, scratch, "surface")
    assert ("broken-import", "use.py", len(WIDE) + 1) in found


def test_a_patch_that_moved_code_no_longer_notices(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    test = f'from unittest import mock\n\n{WIDE}mock.patch("p.a.f")\n'
    scratch.commit({**BASE, "tests/test_g.py": test})
    moved = "from p.a import f\n\n\ndef g():\n    return f()\n"
    scratch.commit(
        {"p/a.py": "def f():\n    return 1\n", "p/c.py": moved, "q.py": "import p.c\n"}
    )
    found = findings(capsys, scratch, "leftovers")
    assert [each for each in found if each[0] == "patch-misses-moved-code"] == [
        ("patch-misses-moved-code", "tests/test_g.py", len(f"{WIDE}mock.patch(") + 1)
    ]
