"""`rehome bench` from the command line: verdicts, files, exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from verify.benching import counting
from verify.benching.inside.callgrind import CounterError, is_known_machine
from verify.benching.inside.counter import opened

if TYPE_CHECKING:
    from tests.verify.benching.conftest import Answer, Bench

WORK = "def run():\n    return sum(range({steps}))\n"
ENOUGH = 12  # pairs that can decide

MANY = """\
import pytest, work

seen = []


@pytest.fixture(scope="module")
def prepared():
    return {"n": 3}


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.benchmark(group="many")
def test_plain(benchmark, prepared, n):
    benchmark.extra_info["size"] = n
    assert benchmark(work.run, prepared["n"], more=n) == prepared["n"] + n


class TestIn:
    def test_set_up(self, benchmark):
        begun, ended = [], []

        def set_up():
            begun.append(1)
            return (4,), {"more": 5}

        def tear_down(n, more):
            assert (n, more) == (4, 5)
            ended.append(1)

        result = benchmark.pedantic(
            work.run, setup=set_up, teardown=tear_down, rounds=3, warmup_rounds=1
        )
        assert result == 9
        assert len(begun) == len(ended) > 3

    def test_pedantic(self, benchmark):
        assert benchmark.pedantic(work.run, args=(1,), kwargs={"more": 2}) == 3

    def test_inputs(self, benchmark):
        benchmark.inputs = [(n,) for n in range(5)]
        benchmark(lambda n: (seen.append(n), work.run(n)))
        assert seen[:6] == [1, 2, 3, 4, 0, 1]

    def test_decorated(self, benchmark):
        @benchmark
        def result():
            return work.run(1)

        assert result == 1
"""


def test_files_of_pytest_benchmark_as_they_are(bench: Bench) -> None:
    for side in ("base", "head"):
        bench.side(side, "def run(n, more=0):\n    return n + more\n")
    bench.benchmarks(MANY)
    answer = bench.run("--fail-on", "never", pairs=1)
    assert set(answer.verdicts) == {
        *("test_plain[1]", "test_plain[2]", "test_set_up", "test_pedantic"),
        *("test_inputs", "test_decorated"),
    }
    # One pair decides nothing, and nothing went wrong.
    assert {*answer.verdicts.values()} == {"too noisy"}, answer.said


def test_three_times_the_work_is_slower(bench: Bench) -> None:
    bench.side("base", WORK.format(steps=300))
    bench.side("head", WORK.format(steps=900))
    slower = bench.run(pairs=ENOUGH)
    assert slower.status == 1
    assert slower.verdicts == {"test_run": "slower"}
    assert "`test_it.py::test_run` by cpu is slower" in slower.said
    assert slower.document["facts"]["verdicts"] == {"slower": 1}
    faster = bench.run(base="head", head="base", pairs=ENOUGH)
    assert faster.status == 0
    assert faster.verdicts == {"test_run": "faster"}


@pytest.mark.parametrize(
    ("gates", "status"),
    [
        (["never"], 0),
        (["faster"], 0),
        (["slower"], 1),
        (["faster", "slower"], 1),
    ],
)
def test_what_fails_is_the_users_choice(
    bench: Bench, gates: list[str], status: int
) -> None:
    bench.side("head", WORK.format(steps=2000))
    arguments = [part for gate in gates for part in ("--fail-on", gate)]
    assert bench.run(*arguments, pairs=ENOUGH).status == status


def test_the_same_code_is_unchanged_within_a_wide_margin(bench: Bench) -> None:
    answer = bench.run("--margin", "100", pairs=ENOUGH)
    assert (answer.status, answer.verdicts) == (0, {"test_run": "unchanged"})


def test_too_few_pairs_are_undecided_and_say_how_many_would_do(bench: Bench) -> None:
    answer = bench.run(pairs=3)
    assert answer.status == 2
    assert answer.verdicts == {"test_run": "too noisy"}
    assert "needs at least 8 pairs" in answer.document["findings"][0]["fix"]


def test_it_goes_on_until_it_is_decided(bench: Bench) -> None:
    answer = bench.run("--until-decided", "60", "--margin", "100", pairs=3)
    assert (answer.status, answer.verdicts) == (0, {"test_run": "unchanged"})


def test_it_does_not_go_on_for_ever(bench: Bench) -> None:
    answer = bench.run("--until-decided", "0.001", pairs=2)
    assert answer.status == 2
    assert answer.verdicts == {"test_run": "too noisy"}


def test_work_that_waits_is_judged_by_the_wall_clock(bench: Bench) -> None:
    for side, seconds in (("base", 0.001), ("head", 0.004)):
        bench.side(side, f"import time\n\n\ndef run():\n    time.sleep({seconds})\n")
    bench.benchmarks(
        "import work\n\n\ndef test_run(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run(pairs=ENOUGH)
    assert answer.verdicts == {"test_run": "slower"}
    assert answer.rows[0]["clock"] == "wall"


def test_work_of_other_threads_is_judged_by_the_wall_clock(bench: Bench) -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        "pool = None\n\n\n"
        "def run():\n"
        "    global pool\n"
        "    pool = pool or ThreadPoolExecutor(1)\n"
        "    return pool.submit(sum, range({})).result()\n"
    )
    for side, steps in (("base", 50_000), ("head", 200_000)):
        bench.side(side, code.format(steps))
    answer = bench.run(pairs=ENOUGH)
    assert answer.rows[0]["clock"] == "wall"
    assert answer.verdicts == {"test_run": "slower"}


def can_count() -> bool:
    try:
        opened()
    except CounterError:
        return False
    return True


def more_instructions(bench: Bench, *more: str) -> Answer:
    for side, steps in (("base", 1000), ("head", 1200)):
        code = "def run():\n    total = 0\n    for n in range({}):\n        total += n\n    return total\n"
        bench.side(side, code.format(steps))
    options = ("--counter", "instructions", "--margin", "5", *more)
    return bench.run(*options, pairs=ENOUGH)


def without_perf(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here() -> int:
        raise CounterError("no counter here")

    monkeypatch.setattr(counting, "opened", none_here)


@pytest.mark.skipif(not can_count(), reason="this machine counts no instructions")
def test_instructions_are_counted(bench: Bench) -> None:
    answer = more_instructions(bench)
    assert answer.rows[0]["clock"] == "instructions"
    assert answer.verdicts == {"test_run": "slower"}
    assert 1.1 < float(answer.rows[0]["ratio"]) < 1.3


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not there")
@pytest.mark.skipif(not is_known_machine(), reason="not a machine for callgrind")
def test_instructions_are_counted_under_valgrind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_perf(monkeypatch)
    bench.benchmarks(
        "import pytest, work\n\n\n"
        "def test_run(benchmark):\n    benchmark(work.run)\n\n\n"
        "def test_each(benchmark):\n"
        "    benchmark.pedantic(work.run, setup=lambda: work.run() and None)\n\n\n"
        "def test_bad(benchmark):\n    calls = iter(range(5))\n"
        "    benchmark(lambda: next(calls))\n"
    )
    answer = more_instructions(bench)
    assert answer.verdicts["test_bad"] == "could not tell"
    for row in answer.rows[:2]:
        assert (row["clock"], row["verdict"]) == ("instructions", "slower")
        # More than 1.2: the first 257 numbers are made once and for all.
        assert 1.15 < float(row["ratio"]) < 1.3


def test_a_valgrind_that_cannot_be_asked_is_no_pass(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_perf(monkeypatch)
    folder = bench.folder / "bin"
    folder.mkdir()
    fake = folder / "valgrind"
    fake.write_text(
        '#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setattr(counting, "is_known_machine", lambda: True)
    answer = bench.run("--counter", "instructions")
    assert answer.status == 2
    assert "CounterError" in answer.said


def test_without_a_counter_it_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_perf(monkeypatch)
    monkeypatch.setattr("shutil.which", lambda name: None)
    answer = bench.run("--counter", "instructions", json_=False)
    assert (answer.status, answer.stdout) == (2, "")
    assert "no counter here" in answer.stderr
    assert "valgrind" in answer.stderr


def test_a_revision_against_the_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify.conftest import Scratch

    repository = Scratch(bench.folder / "repository")
    repository.commit({"work.py": WORK.format(steps=300)})
    (repository.folder / "work.py").write_text(WORK.format(steps=1200))
    answer = bench.run(
        *("--repo", str(repository.folder)),
        base="git:HEAD",
        head=str(repository.folder),
        pairs=ENOUGH,
    )
    assert answer.verdicts == {"test_run": "slower"}
    assert repository.git("worktree", "list").count("\n") == 0
    assert [*repository.folder.glob("__pycache__")] == []


def test_benchmarks_that_the_sides_hold_as_well(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify.conftest import Scratch

    repository = Scratch(bench.folder / "repository")
    code = "import tests.helper, work\n\n\ndef test_run(benchmark):\n"
    files = {
        "src/work.py": WORK.format(steps=300),
        "bench.py": f"{code}    benchmark(work.run)\n",
        "tests/__init__.py": "",
        "tests/helper.py": "",
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
    repository.commit(files)
    monkeypatch.chdir(repository.folder)
    wide = ("--margin", "100")
    answer = bench.run(
        *wide, base="git:HEAD", head=".", files=("bench.py",), pairs=ENOUGH
    )
    assert answer.said == ""
    assert (answer.status, answer.verdicts) == (0, {"test_run": "unchanged"})
    # Nothing new stands in the project, not even an empty folder.
    there = {each.name for each in repository.folder.iterdir()}
    assert there - {".git"} == {name.partition("/")[0] for name in files}


def test_what_is_saved_is_read_by_pytest_benchmark(bench: Bench) -> None:
    bench.side("head", WORK.format(steps=2000))
    bench.run("--save", "saved", pairs=ENOUGH)
    base, head = (
        json.loads((bench.folder / "saved" / f"{side}.json").read_text())
        for side in ("base", "head")
    )
    assert (
        head["benchmarks"][0]["stats"]["median"]
        > base["benchmarks"][0]["stats"]["median"]
    )
    for document in (base, head):
        (entry,) = document["benchmarks"]
        # What pytest-benchmark, github-action-benchmark and Bencher read.
        assert entry["fullname"] == "test_it.py::test_run"
        assert {"group", "name", "params", "param", "options"} <= entry.keys()
        assert {"ops", "stddev", "mean", "rounds", "median", "iqr"} <= entry[
            "stats"
        ].keys()
        assert {"min", "max", "outliers", "iterations"} <= entry["stats"].keys()
        assert {"machine_info", "commit_info", "datetime", "version"} <= document.keys()
        told = entry["extra_info"]["rehome"]
        assert told["verdict"] == "slower"
        assert len(told["effects"]) == len(told["pair_medians"]) == ENOUGH
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest_benchmark", "compare"),
            *("saved/base.json", "saved/head.json"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "test_run (base)" in done.stdout
    assert "test_run (head)" in done.stdout


def test_pictures_are_whole_and_hold_nothing_from_outside(bench: Bench) -> None:
    bench.benchmarks(
        "import pytest, work\n\n\n"
        "@pytest.mark.parametrize('n', [1], ids=['<script>&\"x'])\n"
        "def test_run(benchmark, n):\n    benchmark(work.run)\n\n\n"
        "def test_bad(benchmark):\n    raise ValueError('<b>no</b>')\n"
    )
    bench.run("--html", "page.html", "--svg", "page.svg", pairs=ENOUGH)
    svg = ElementTree.parse(bench.folder / "page.svg").getroot()
    assert any("<script>" in (each.text or "") for each in svg.iter())
    page = (bench.folder / "page.html").read_text("utf-8")
    assert "<script" not in page
    assert "<b>" not in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "could not tell" in page
    assert page.count("<figure>") == 2  # the intervals, and one distribution
    for side in ("base", "head"):  # told apart by more than a shade, and in words
        assert page.count(f'class="d-{side}"') == 1
        assert f"{side}: half of the rounds took " in page
    assert "test_run[&lt;script&gt;" in page


def test_hostile_names_are_shown_harmless(bench: Bench) -> None:
    bench.benchmarks(
        "import pytest, work\n\n\n"
        "@pytest.mark.parametrize('n', [1], ids=['a\\x1b[31m'])\n"
        "def test_run(benchmark, n):\n    benchmark(work.run)\n\n\n"
        "def test_bad(benchmark):\n    raise ValueError('\\x1b[2J\\n::error::x')\n"
    )
    answer = bench.run(json_=False)
    assert answer.status == 2
    assert "\x1b" not in answer.stdout
    assert not any(line.startswith("::") for line in answer.stdout.splitlines())


@pytest.mark.parametrize("name", ["-x.py", "--help"])
def test_a_file_is_no_option_of_pytest(bench: Bench, name: str) -> None:
    answer = bench.run("--", name, files=(), json_=False)
    assert answer.status == 2
    assert "no file of benchmarks" in answer.stderr


def test_settings_of_the_project_that_share_out_the_work_do_no_harm(
    bench: Bench,
) -> None:
    pytest.importorskip("xdist")
    (bench.folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -n2 --benchmark-disable\nfilterwarnings = error\n"
    )
    answer = bench.run("--margin", "100", pairs=ENOUGH)
    assert answer.verdicts == {"test_run": "unchanged"}
