"""What a migration leaves undone in a tree, on small releases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codemods.migration import loads
from codemods.namemap import NameMap
from verify.resolve import ImportedName, Resolution, SourceTree
from verify.upgrade import Upgrade, upgrade

MIGRATION = """
id = "m"
title = "A moved"
package = "pkg"
since = "2"

[[move]]
from = "pkg.old:A"
to = "pkg.new:A"
"""
NAMES = NameMap.compose([loads(MIGRATION, "m.toml")])
OLDER = {
    "pkg/__init__.py": "",
    "pkg/old.py": "A = B = C = 1\n",
    "pkg/user.py": "from .old import A\nfrom pkg.old import B, C\nimport pkg.gone\n",
    "pkg/notes.md": "`pkg.old.A`, pkg.old.AB and https://x/pkg.old.A\n",
}
NEWER = {
    "pkg/__init__.py": "",
    "pkg/old.py": "B = 1\n",
    "pkg/new.py": "A = 1\n",
}


def make(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def upgraded(tmp_path: Path, newer: dict[str, str], names: NameMap = NAMES) -> Upgrade:
    older = make(tmp_path / "older", OLDER)
    tree = tmp_path / "tree"
    shutil.copytree(older, tree)
    return upgrade(tree, names, older, make(tmp_path / "newer", newer))


def test_imports_before_and_after(tmp_path: Path) -> None:
    done = upgraded(tmp_path, NEWER)
    assert done.imports == 4
    assert [each.name for each in done.before] == ["pkg.old:A", "pkg.old:C"]
    assert [each.name for each in done.mended] == ["pkg.old:A"]
    # C left without a migration, and pkg.gone was nowhere before either.
    assert [(each.name, each.line) for each in done.after] == [("pkg.old:C", 2)]
    assert done.broken == ()
    assert done.is_clean(NAMES.old_names)
    assert (tmp_path / "tree/pkg/user.py").read_text().startswith("from .new import A")


def test_old_names_that_are_left(tmp_path: Path) -> None:
    done = upgraded(tmp_path, NEWER)
    assert [(e.path, e.line, e.column, e.old, e.new) for e in done.left] == [
        ("pkg/notes.md", 1, 39, "pkg.old.A", "pkg.new.A")
    ]
    assert done.again.changed == ()


def test_a_target_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = upgraded(tmp_path, {**NEWER, "pkg/new.py": ""})
    assert [each.name for each in done.broken] == ["pkg.new:A"]
    assert not done.is_clean(NAMES.old_names)


def test_a_name_that_no_migration_moves_is_told(tmp_path: Path) -> None:
    other = NameMap.compose([loads(MIGRATION.replace(":A", ":B"), "m.toml")])
    done = upgraded(tmp_path, {**NEWER, "pkg/new.py": "B = 1\n"}, other)
    assert "pkg.old:A" in [each.name for each in done.after]
    assert not done.is_clean(NAMES.old_names)


STARS = {
    "pkg/__init__.py": "from .a import *\nfrom pkg.listed import *\n",
    "pkg/a.py": "from pkg.b import *\nOwn = 1\n_hidden = 1\n",
    "pkg/b.py": "Deep = 1\nfrom pkg.a import *\n",
    "pkg/listed.py": "__all__ = ['_told']\n_told = Untold = 1\n",
    "pkg/outside.py": "from numpy import *\n",
    "pkg/computed.py": "from pkg.grown import *\n",
    "pkg/grown.py": "__all__ = []\n__all__ += ['X']\nX = 1\n",
    "pkg/lazy.py": "def __getattr__(name): ...\n",
}


@pytest.mark.parametrize(
    ("module", "name", "answer"),
    [
        ("pkg", "Own", "found"),
        ("pkg", "Deep", "found"),
        ("pkg", "_hidden", "missing"),
        ("pkg", "_told", "found"),
        ("pkg", "Untold", "missing"),
        ("pkg.a", "nowhere", "missing"),
        ("pkg.outside", "array", "undecided"),
        ("pkg.computed", "X", "undecided"),
        ("pkg.lazy", "X", "undecided"),
    ],
)
def test_star_imports_are_followed(
    tmp_path: Path, module: str, name: str, answer: str
) -> None:
    tree = SourceTree(make(tmp_path, STARS))
    assert tree.resolves(ImportedName(module, name)) is Resolution(answer)
