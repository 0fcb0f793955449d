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
SYMBOL = "SWATokenToKVPoolAllocator"
MEMBER = ROOT / "tests/cases/member.toml"


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


# What each codemod makes of a file, when it is the only one that runs.
SGLANG = "sglang.srt"
SAMPLES = {
    "comments": (f"# {SGLANG}.{OLD}.SWATokenToKVPoolAllocator", OLD, NEW),
    "dotted_strings": (f'x = "{SGLANG}.{OLD}.SWATokenToKVPoolAllocator"', OLD, NEW),
    "folds": (
        f"from {SGLANG}.mem_cache.common import get_alloc_len_per_decode as f\n2 * f(0)",
        "get_alloc_len_per_decode as f\n2 * f(0)",
        "get_alloc_reserve_per_decode\nget_alloc_reserve_per_decode(0)",
    ),
    "from_imports": (
        f"from {SGLANG}.{OLD} import SWATokenToKVPoolAllocator as A",
        OLD,
        NEW,
    ),
    "members": ("from pkg.old import B\nB().size", "", ""),
    "module_aliases": (f"import {SGLANG}.{OLD} as m\nm.{SYMBOL}", OLD, NEW),
    "rehomed_attributes": ("p.mamba_pool.alloc(1)", "mamba_pool", "mamba_allocator"),
}


def run_tool(folder: Path, *arguments: str) -> str:
    """Run the tool in a folder with the settings of this repository."""
    shutil.copy(ROOT / ".libcst.codemod.yaml", folder)
    done = subprocess.run(
        [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", *arguments],
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", codemods())
def test_the_tool_runs_each_of_them(name: str, tmp_path: Path) -> None:
    source, old, new = SAMPLES[name]
    (tmp_path / "user.py").write_text(f"{source}\n")
    migration = str(MEMBER) if name == "members" else "sglang"
    command = f"libcst_tool.{name.title().replace('_', '')}"
    told = run_tool(
        tmp_path, command, "--migration", migration, "--text", "user.py", "-j1"
    )
    assert "1 files successfully" in told
    changed = (tmp_path / "user.py").read_text()
    assert changed == f"{source.replace(old, new)}\n"
    # One only reports: the others say nothing of these.
    assert ("`.size` may be" in told) == (name == "members") == (not old)


def test_every_other_byte_stays(tmp_path: Path) -> None:
    file = tmp_path / "user.py"
    before = f"# coding: latin-1\r\nfrom {SGLANG}.{OLD} import {SYMBOL}\r\nx = '\xe9'"
    file.write_bytes(before.encode("latin-1"))
    run_tool(tmp_path, "libcst_tool.FromImports", "--migration", "sglang", "user.py")
    assert file.read_bytes() == before.replace(OLD, NEW).encode("latin-1")


def test_the_tool_lists_them(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".libcst.codemod.yaml", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "libcst.tool", "list"],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    listed = {line.partition(" ")[0] for line in done.stdout.splitlines()}
    wanted = {f"libcst_tool.{name.title().replace('_', '')}" for name in codemods()}
    assert wanted <= listed, done.stdout + done.stderr
