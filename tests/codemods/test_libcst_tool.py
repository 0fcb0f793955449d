"""The codemods through LibCST's own tool."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import libcst as cst
import pytest
from libcst.codemod import CodemodContext

from codemods import libcst_tool
from codemods.commands import codemods

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (
    "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"
    'PATH = "sglang.srt.mem_cache.swa_memory_pool.SWATokenToKVPoolAllocator"\n'
)
OLD, NEW = "mem_cache.swa_memory_pool", "mem_cache.allocator.swa"


@pytest.mark.parametrize("name", codemods())
def test_each_codemod_has_a_command(name: str) -> None:
    command = getattr(libcst_tool, name.title().replace("_", ""))
    assert issubclass(command, libcst_tool.RehomeCommand)


def test_a_command_does_its_own_part_only() -> None:
    command = getattr(libcst_tool, "FromImports")  # noqa: B009
    result = command(CodemodContext(), "sglang").transform_module(
        cst.parse_module(SOURCE)
    )
    assert result.code == SOURCE.replace(OLD, NEW, 1)


def test_findings_are_warnings() -> None:
    context = CodemodContext()
    command = getattr(libcst_tool, "FromImports")  # noqa: B009
    star = "from sglang.srt.mem_cache.swa_memory_pool import *\n"
    command(context, "sglang").transform_module(cst.parse_module(star))
    assert "SWATokenToKVPoolAllocator" in context.warnings[0]


def test_the_tool_finds_and_runs_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".libcst.codemod.yaml", tmp_path)
    (tmp_path / "user.py").write_text(SOURCE)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "libcst.tool", "codemod", "--no-format"),
            *("libcst_tool.DottedStrings", "--migration", "sglang", "user.py"),
        ],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    changed = (tmp_path / "user.py").read_text()
    assert changed.splitlines()[0] == SOURCE.splitlines()[0]
    assert NEW in changed.splitlines()[1]
