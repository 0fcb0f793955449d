"""`rehome apply` beside the tools that people use, on SGLang's own tree.

Needs a checkout of SGLang in `$REHOME_SGLANG` (its `python` and `test` folders).
`scripts/benchmark` runs this and prints the ratios.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
SAMPLE_FILES = 40
OLD = "sglang.srt.mem_cache.swa_memory_pool"
NEW = "sglang.srt.mem_cache.allocator.swa"
SYMBOL = "SWATokenToKVPoolAllocator"

PARSE_ALL = """
import ast, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
for folder in sys.argv[1:]:
    for path in Path(folder).rglob("*.py"):
        ast.parse(path.read_bytes())
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of SGLang's `python` and `test` folders, so that writes are real."""
    checkout = os.environ.get("REHOME_SGLANG")
    if not checkout:
        pytest.skip("set REHOME_SGLANG to a checkout of SGLang")
    copy = tmp_path_factory.mktemp("sglang")
    for name in ("python", "test"):
        shutil.copytree(Path(checkout) / name, copy / name, symlinks=True)
    for settings in (".isort.cfg", ".gitignore"):
        if (Path(checkout) / settings).is_file():
            shutil.copy(Path(checkout) / settings, copy)
    subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    subprocess.run(["git", "-C", str(copy), "add", "--all"], check=True)
    yield copy
    shutil.rmtree(copy)


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(
    benchmark: BenchmarkFixture,
    command: list[str],
    tree: Path,
    *,
    rounds: int = ROUNDS,
    accepted: tuple[int, ...] = (0,),
) -> None:
    """Time whole processes, every round on the tree as it was at first."""
    seconds: list[float] = []

    def restore() -> None:
        reset = ["git", "-C", str(tree), "checkout", "--quiet", "--", "."]
        subprocess.run(reset, check=True)

    def go() -> None:
        before = children_seconds()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command,
            check=False,
            cwd=tree,
            capture_output=True,
            env=environment,
            text=True,
        )
        seconds.append(children_seconds() - before)
        assert done.returncode in accepted, done.stderr[-2000:]

    benchmark.group = "apply on SGLang"
    benchmark.pedantic(go, setup=restore, rounds=rounds, iterations=1)
    restore()
    files = [p for n in ("python", "test") for p in (tree / n).rglob("*.py")]
    benchmark.extra_info["files"] = len(files)
    benchmark.extra_info["bytes"] = sum(path.stat().st_size for path in files)
    benchmark.extra_info["cpu_seconds"] = sorted(seconds)[len(seconds) // 2]


def test_rehome_apply(benchmark: BenchmarkFixture, tree: Path) -> None:
    command = [sys.executable, "-m", "verify", "apply", "sglang", "python", "test"]
    timed(benchmark, command, tree, accepted=(0, 1))
    benchmark.extra_info["peak_mib"] = peak_mib(command, tree)


def test_rehome_apply_of_moves_alone(benchmark: BenchmarkFixture, tree: Path) -> None:
    """What attributes, folds and texts add is the difference to `sglang`."""
    moves = ["sglang-22389", "sglang-26675", "sglang-26676"]
    command = [sys.executable, "-m", "verify", "apply", *moves, "python", "test"]
    timed(benchmark, command, tree, accepted=(0, 1))


def test_rehome_apply_of_moves_and_attributes(
    benchmark: BenchmarkFixture, tree: Path
) -> None:
    migrations = ["sglang-22389", "sglang-26675", "sglang-26676", "sglang-27256"]
    command = [sys.executable, "-m", "verify", "apply", *migrations, "python", "test"]
    timed(benchmark, command, tree, accepted=(0, 1))


def peak_mib(command: list[str], tree: Path) -> float:
    """Peak resident memory of one run and its workers, read by a parent of its own."""
    script = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--check"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def test_rehome_apply_where_nothing_moved(
    benchmark: BenchmarkFixture, tree: Path, tmp_path: Path
) -> None:
    """The same tree with a migration of which it has no call site."""
    migration = tmp_path / "absent.toml"
    migration.write_text(
        'id = "absent"\ntitle = "Nothing here"\npackage = "absent"\nsince = "1"\n'
        '[[move]]\nfrom = "absent.old_home:Absentee"\nto = "absent.new:Absentee"\n'
    )
    command = [sys.executable, "-m", "verify", "apply", str(migration)]
    timed(benchmark, [*command, "python", "test"], tree)


def test_ast_parse_of_every_file(benchmark: BenchmarkFixture, tree: Path) -> None:
    command = [sys.executable, "-c", PARSE_ALL, "python", "test"]
    timed(benchmark, command, tree)


def test_ast_grep(benchmark: BenchmarkFixture, tree: Path) -> None:
    binary = shutil.which("ast-grep", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("ast-grep is not installed")
    pattern = f"from {OLD} import {SYMBOL}"
    rewrite = f"from {NEW} import {SYMBOL}"
    command = [binary, "run", "--lang", "python", "--pattern", pattern]
    command += ["--rewrite", rewrite, "--update-all", "python", "test"]
    timed(benchmark, command, tree)


def test_libcst_rename_on_a_sample(
    benchmark: BenchmarkFixture, tree: Path, tmp_path: Path
) -> None:
    """RenameCommand on a seeded sample of files without a call site.

    Its CPU time is scaled to the whole tree by bytes, in `extra_info`. A file
    with a call site costs it about three times as much, so the true figure is
    higher.
    """
    files = sorted(p for n in ("python", "test") for p in (tree / n).rglob("*.py"))
    plain = [p for p in files if SYMBOL.encode() not in p.read_bytes()]
    sample = random.Random(0).sample(plain, SAMPLE_FILES)
    (tmp_path / ".libcst.codemod.yaml").write_text(
        "modules: ['libcst.codemod.commands']\nformatter: ['cat']\n"
    )
    copies = []
    for index, path in enumerate(sample):
        copies.append(shutil.copy(path, tmp_path / f"file_{index}.py"))
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-j4", "--no-format"]
    command += ["rename.RenameCommand", "--old_name", f"{OLD}.{SYMBOL}"]
    command += ["--new_name", f"{NEW}.{SYMBOL}", *map(str, copies)]
    before = children_seconds()

    def go() -> None:
        done = subprocess.run(
            command, check=False, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]

    benchmark.group = "apply on SGLang"
    benchmark.pedantic(go, rounds=1, iterations=1)
    spent = children_seconds() - before
    size = sum(path.stat().st_size for path in sample)
    whole = sum(path.stat().st_size for path in files)
    benchmark.extra_info["cpu_seconds"] = spent
    benchmark.extra_info["sample_bytes"] = size
    benchmark.extra_info["cpu_seconds_scaled_to_the_tree"] = spent * whole / size
