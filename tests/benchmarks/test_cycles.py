"""`rehome cycles` beside the tools that draw import graphs, on SGLang's own tree.

Needs a checkout of SGLang in `$REHOME_SGLANG` (its `python` folder). What counts is
the ratio to `ast.parse` of the same files in one process, in the same run.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
CYCLES = [sys.executable, "-m", "verify", "cycles", "--package", "sglang", "HEAD"]
FOUND = "import cycles among"
CHANGED = "python/sglang/srt/mem_cache/radix_cache.py"

PARSE_ALL = """
import ast, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
for path in Path(sys.argv[1]).rglob("*.py"):
    ast.parse(path.read_bytes())
"""
GRIMP = """
import sys
sys.path.insert(0, "python")
import grimp
graph = grimp.build_graph("sglang", cache_dir=None)
print(len(graph.modules))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SGLang's package in a repository of its own."""
    checkout = os.environ.get("REHOME_SGLANG")
    if not checkout:
        pytest.skip("set REHOME_SGLANG to a checkout of SGLang")
    copy = tmp_path_factory.mktemp("sglang")
    package = Path("python/sglang")
    shutil.copytree(Path(checkout) / package, copy / package, symlinks=True)
    git(copy, "init", "--quiet")
    commit(copy)
    yield copy
    shutil.rmtree(copy)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "m")


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def environment_of(cache: Path | None) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    if cache is not None:
        environment["REHOME_CACHE"] = str(cache)
    return environment


def timed(
    benchmark: BenchmarkFixture,
    command: list[str],
    tree: Path,
    *,
    before: Callable[[], None] = lambda: None,
    accepted: tuple[int, ...] = (0,),
    expected: str = "",
    cache: Path | None = None,
) -> None:
    """Time whole processes, start and output included."""
    seconds: list[float] = []
    environment = environment_of(cache)

    def go() -> None:
        started = children_seconds()
        done = subprocess.run(
            command,
            check=False,
            cwd=tree,
            capture_output=True,
            env=environment,
            text=True,
        )
        seconds.append(children_seconds() - started)
        assert done.returncode in accepted, done.stderr[-2000:]
        assert expected in done.stdout

    benchmark.group = "import graph of SGLang"
    benchmark.pedantic(go, setup=before, rounds=ROUNDS, iterations=1)
    files = [*(tree / "python").rglob("*.py")]
    benchmark.extra_info["files"] = len(files)
    benchmark.extra_info["bytes"] = sum(path.stat().st_size for path in files)
    benchmark.extra_info["cpu_seconds"] = sorted(seconds)[len(seconds) // 2]


def test_rehome_cycles_cold(
    benchmark: BenchmarkFixture, tree: Path, tmp_path: Path
) -> None:
    """Graph, components, verdicts, cuts and local imports, with nothing kept."""
    cache = tmp_path / "cache"

    def forget() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    timed(
        benchmark,
        CYCLES,
        tree,
        before=forget,
        accepted=(0, 1, 2),
        expected=FOUND,
        cache=cache,
    )


def test_rehome_cycles_warm_with_one_file_changed(
    benchmark: BenchmarkFixture, tree: Path, tmp_path: Path
) -> None:
    """Another commit each round, in which one file got one more import."""
    cache = tmp_path / "cache"
    environment = environment_of(cache)
    subprocess.run(CYCLES, check=False, cwd=tree, capture_output=True, env=environment)

    def change() -> None:
        with (tree / CHANGED).open("a") as file:
            file.write("import sglang.srt.environ\n")
        commit(tree)

    timed(
        benchmark,
        CYCLES,
        tree,
        before=change,
        accepted=(0, 1, 2),
        expected=FOUND,
        cache=cache,
    )


def test_ast_parse_of_every_file(benchmark: BenchmarkFixture, tree: Path) -> None:
    timed(benchmark, [sys.executable, "-c", PARSE_ALL, "python"], tree)


def test_grimp(benchmark: BenchmarkFixture, tree: Path) -> None:
    """Without a cache; leaves out what lies in folders without an `__init__`."""
    pytest.importorskip("grimp")
    timed(benchmark, [sys.executable, "-c", GRIMP], tree)


def test_ruff_analyze_graph(benchmark: BenchmarkFixture, tree: Path) -> None:
    """Neither kinds of edges nor components."""
    ruff = shutil.which(
        "ruff", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if ruff is None:
        pytest.skip("ruff is not installed")
    command = [ruff, "analyze", "graph", "--preview", "python"]
    timed(benchmark, command, tree)
