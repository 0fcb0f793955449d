"""Real code without a call site: every built-in migration leaves it alone."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from codemods.catalogue import builtin
from codemods.namemap import NameMap
from codemods.rewrite import Options, rewrite
from codemods.runner import run

NAMES = NameMap.compose(builtin())
TREES = {
    "the standard library": Path(sysconfig.get_path("stdlib")),
    "site-packages": Path(sysconfig.get_path("purelib")),
}


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_a_run_changes_no_byte(tree: Path) -> None:
    report = run([tree], NAMES, options=Options(), jobs=1, write=False)
    assert report.files_read > 500
    assert report.changed == ()


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_nor_does_a_rewrite_of_every_file(tree: Path) -> None:
    """Past the prefilter: the rewriter itself sees every file."""
    files = sorted(tree.rglob("*.py"))[:: 4 if tree.name == "site-packages" else 1]
    assert len(files) > 300
    for path in files:
        data = path.read_bytes()
        result = rewrite(data, NAMES, path=str(path))
        assert result.new is data, path
        assert {f.rule.id for f in result.findings} <= {"unparsable", "unreadable"}
