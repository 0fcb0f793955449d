"""Which import lines follow from the moves, and which are left to read."""

from __future__ import annotations

import pytest

from verify.movement.engine import examine
from verify.movement.sources import Files

USE = """\
def load(path):
    with open(path) as file:
        values = json.load(file)
    if not values:
        raise Missing(path)
    return values
"""
OTHERS = {
    "p/__init__.py": "",
    "p/errors.py": "class Missing(Exception): ...\n",
    "p/heavy.py": "from p.errors import Missing\nstart()\n",
    "p/other.py": "class Missing(Exception): ...\n",
}


def residual(base: dict[str, str], head: dict[str, str]) -> list[str]:
    """The lines to read, as `-line` and `+line`."""
    sides = [{**OTHERS, **side} for side in (base, head)]
    files = [Files({p: t.encode() for p, t in side.items()}) for side in sides]
    changed = [p for p in {*base, *head} if base.get(p) != head.get(p)]
    movement = examine(files[0], files[1], changed)
    found = []
    for sign, lines, side in zip(
        "-+", (movement.removed, movement.added), sides, strict=True
    ):
        for path in sorted(lines):
            text = side[path].splitlines()
            found += [f"{sign}{text[n - 1].strip()}" for n in sorted(lines[path])]
    return found


IMPORTS = "import json\n\nfrom p.errors import Missing\n"
KEPT = "\n\ndef keep():\n    return 1\n"


def test_imports_go_with_the_code_that_needs_them() -> None:
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": KEPT.lstrip(), "p/b.py": f"{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == []


def test_an_import_that_the_rest_still_needs_is_there_twice() -> None:
    kept = "\n\ndef keep():\n    return json\n"
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{kept}", "p/b.py": ""}
    head = {"p/a.py": f"import json\n{kept}", "p/b.py": f"{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "from p.other import Missing",
        "from p.heavy import Missing",
        "from p.errors import Missing as Missing, start",
        "from p.errors import *",
        "from elsewhere import Missing",
        "import p.heavy",
        "if FLAG:\n    from p.errors import Missing",
        "try:\n    from p.errors import Missing\nexcept ImportError: ...",
        "from p.errors import Missing  # noqa: F401",
    ],
)
def test_an_import_that_is_another_is_left_to_read(wrong: str) -> None:
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": KEPT.lstrip(), "p/b.py": f"import json\n\n{wrong}\n\n\n{USE}"}
    assert residual(base, head)


def test_an_import_that_nothing_moved_needs_is_left_to_read() -> None:
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": KEPT.lstrip(), "p/b.py": f"import os\n{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == ["+import os"]


def test_an_import_that_goes_though_nothing_that_moved_used_it() -> None:
    base = {"p/a.py": f"import os\n{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": KEPT.lstrip(), "p/b.py": f"{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == ["-import os"]


def test_call_sites_follow_the_move() -> None:
    site = "from p.a import keep, load\n\nload(keep())\n"
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": "", "p/c.py": site}
    head = {
        "p/a.py": KEPT.lstrip(),
        "p/b.py": f"{IMPORTS}\n\n{USE}",
        "p/c.py": "from p.a import keep\nfrom p.b import load\n\nload(keep())\n",
    }
    assert residual(base, head) == []
    head["p/c.py"] = "from p.a import keep\nfrom p.other import load\n\nload(keep())\n"
    assert residual(base, head) == [
        "-from p.a import keep, load",
        "+from p.other import load",
    ]


def test_module_uses_and_strings_follow_the_move() -> None:
    site = 'import p.a\n\np.a.load("x")\npatch("p.a.load")\n'
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": "", "p/c.py": site}
    head = {
        "p/a.py": KEPT.lstrip(),
        "p/b.py": f"{IMPORTS}\n\n{USE}",
        "p/c.py": 'import p.b\n\np.b.load("x")\npatch("p.b.load")\n',
    }
    assert residual(base, head) == []
    head["p/c.py"] = 'import p.b\n\np.b.load("x")\npatch("p.b.loads")\n'
    assert residual(base, head) == ['-patch("p.a.load")', '+patch("p.b.loads")']


def test_the_old_place_imports_what_it_lost() -> None:
    user = "\n\ndef both(path):\n    return load(path)\n"
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{user}", "p/b.py": ""}
    head = {"p/a.py": f"from p.b import load\n{user}", "p/b.py": f"{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == []


@pytest.mark.parametrize(
    ("comment", "is_read"),
    [
        ("  # noqa", False),
        ("  # noqa: F401", False),
        ("  # noqa: E402", True),
        ("  # for plugins # noqa", True),
        ("  # type: ignore", True),
    ],
)
def test_that_an_import_is_for_others_alone_need_not_be_read(
    comment: str, is_read: bool
) -> None:
    line = f"from p.b import load{comment}"
    base = {"p/a.py": f"{IMPORTS}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": f"{line}\n{KEPT}", "p/b.py": f"{IMPORTS}\n\n{USE}"}
    assert residual(base, head) == [f"+{line}"] * is_read


@pytest.mark.parametrize("comments", [("", "  # noqa"), ("  # noqa", "")])
def test_a_mark_for_linters_that_comes_or_goes_is_read(
    comments: tuple[str, str],
) -> None:
    lines = [f"import json{comment}" for comment in comments]
    base, head = ({"p/a.py": f"{line}\n{KEPT}"} for line in lines)
    assert residual(base, head) == [f"-{lines[0]}"] * bool(comments[0]) + [
        f"+{lines[1]}"
    ] * bool(comments[1])


def test_imports_are_sorted_and_broken_into_lines() -> None:
    base = {"p/a.py": "import os\nimport json\nfrom p.errors import Missing, other\n"}
    head = {
        "p/a.py": "import json\nimport os\nfrom p.errors import (\n    Missing,\n    other,\n)\n"
    }
    assert residual(base, head) == []


def test_an_import_does_not_pass_what_must_come_first() -> None:
    base = {"p/a.py": "import os\n\nos.environ['A'] = '1'\nimport torch\n"}
    head = {"p/a.py": "import os\nimport torch\n\nos.environ['A'] = '1'\n"}
    assert residual(base, head)


@pytest.mark.parametrize("condition", ["TYPE_CHECKING", "sys.platform"])
def test_a_guard_goes_with_its_imports_one_for_one(condition: str) -> None:
    guard = f"\nif {condition}:\n    from p.errors import Missing\n"
    needed = "import sys\nfrom typing import TYPE_CHECKING\n"
    start = f"import json\n{needed}{guard}"
    base = {"p/a.py": f"{start}\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {"p/a.py": KEPT.lstrip(), "p/b.py": f"{start}\n\n{USE}"}
    assert f"+if {condition}:" not in residual(base, head)
    # A copy is none, where something can depend on it.
    head["p/a.py"] = f"{needed}{guard}{KEPT}\n\nx: Missing\n"
    left = residual(base, head)
    assert (f"+if {condition}:" in left) is (condition != "TYPE_CHECKING")


def test_a_licence_goes_with_code_to_every_file() -> None:
    licence = '"""\nCopyright 2026 Somebody\nLicensed under MIT.\n"""\n'
    other = USE.replace("load", "save")
    base = {"p/a.py": f"{licence}\nimport json\n\n\n{USE}\n\n{other}", "p/b.py": ""}
    head = {
        "p/a.py": f"{licence}\nimport json\n\n\n{other}",
        "p/b.py": f"{licence}\nimport json\n\n\n{USE}",
    }
    assert residual(base, head) == []
    head["p/b.py"] = head["p/b.py"].replace("2026", "2027")
    assert "+Copyright 2027 Somebody" in residual(base, head)


def test_a_copied_text_that_is_no_licence_is_read() -> None:
    base = {"p/a.py": f"# What this is.\n\nimport json\n\n\n{USE}{KEPT}", "p/b.py": ""}
    head = {
        "p/a.py": f"# What this is.\n\n{KEPT.lstrip()}",
        "p/b.py": f"# What this is.\n\nimport json\n\n\n{USE}",
    }
    assert residual(base, head) == ["+# What this is."]


def test_exported_names_are_left_to_read() -> None:
    base = {"p/a.py": f'{IMPORTS}\n__all__ = ["load"]\n\n\n{USE}{KEPT}', "p/b.py": ""}
    head = {
        "p/a.py": KEPT.lstrip(),
        "p/b.py": f'{IMPORTS}\n__all__ = ["load", "other"]\n\n\n{USE}',
    }
    assert residual(base, head)
