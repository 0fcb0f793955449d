"""What goes wrong is told with its cause, never as unchanged, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.verify.benching.conftest import Bench

ROOT = Path(__file__).resolve().parents[3]

TWO = """\
import os, signal, time, work


def test_bad(benchmark):
    benchmark(work.bad)


def test_good(benchmark):
    benchmark(work.good)
"""
GOOD = "import os, signal, time\n\n\ndef good():\n    return sum(range(50))\n\n\n"

BAD = {
    "crash": ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    "ended": ("os._exit(3)", "ended with status 3"),
    "raises": ("raise ValueError('no luck')", "no luck"),
    "hangs": ("time.sleep(60)", "no answer in 2 seconds"),
}


@pytest.mark.parametrize("which", BAD)
@pytest.mark.parametrize("side", ["base", "head"])
def test_one_benchmark_that_goes_wrong(bench: Bench, side: str, which: str) -> None:
    code, cause = BAD[which]
    for name in ("base", "head"):
        body = code if name == side else "pass"
        bench.side(name, f"{GOOD}def bad():\n    {body}\n")
    bench.benchmarks(TWO)
    answer = bench.run("--timeout", "2" if which == "hangs" else "60", pairs=9)
    assert answer.status == 2
    assert answer.verdicts["test_bad"] == "could not tell"
    assert cause in answer.said
    assert side in answer.said
    assert answer.verdicts["test_good"] != "could not tell"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import nothing_of_this_name\n", "nothing_of_this_name"),
        ("def broken(:\n", "SyntaxError"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "SIGSEGV"),
        ("raise SystemExit(7)\n", ""),
        ("import time\ntime.sleep(60)\n", "no answer in 3 seconds"),
    ],
)
def test_a_side_that_does_not_import(bench: Bench, code: str, cause: str) -> None:
    bench.side("head", code)
    answer = bench.run("--timeout", "3", json_=False)
    assert answer.status == 2
    assert answer.stdout == ""
    assert "could not tell" in answer.stderr
    assert "head" in answer.stderr
    assert cause in answer.stderr


def test_a_side_that_is_not_there(bench: Bench) -> None:
    answer = bench.run(head="nowhere", json_=False)
    assert answer.status == 2
    assert "nowhere" in answer.stderr


def test_a_file_that_is_not_there(bench: Bench) -> None:
    answer = bench.run(files=("nowhere.py",), json_=False)
    assert (answer.status, "nowhere.py" in answer.stderr) == (2, True)


def test_a_file_without_benchmarks(bench: Bench) -> None:
    bench.benchmarks("def test_plain():\n    pass\n")
    answer = bench.run(json_=False)
    assert answer.status == 2
    assert "no test that uses the fixture" in answer.stderr


def test_a_test_that_never_calls_its_benchmark(bench: Bench) -> None:
    bench.benchmarks("import work\n\n\ndef test_run(benchmark):\n    work.run()\n")
    answer = bench.run()
    assert answer.status == 2
    assert "never called" in answer.said


def test_benchmarks_that_are_all_skipped_are_no_pass(bench: Bench) -> None:
    bench.benchmarks(
        "import pytest, work\n\n\ndef test_run(benchmark):\n    pytest.skip('not here')\n"
    )
    answer = bench.run()
    assert answer.status == 2
    assert answer.verdicts == {"test_run": "skipped"}


def test_code_of_neither_side_is_no_pass(bench: Bench) -> None:
    bench.benchmarks("def test_run(benchmark):\n    benchmark(sum, range(9))\n")
    answer = bench.run("--margin", "100", pairs=12)
    assert answer.status == 2
    assert "loaded no module of it" in answer.said


def test_the_side_comes_before_what_stands_beside_the_benchmarks(bench: Bench) -> None:
    # pytest puts the benchmarks' folder first; this copy would be both sides.
    (bench.folder / "work.py").write_text("def run():\n    raise RuntimeError\n")
    assert bench.run().verdicts == {"test_run": "too noisy"}


def test_a_copy_from_elsewhere_is_no_pass(bench: Bench) -> None:
    bench.side("copy", "def run():\n    return 1\n")
    bench.benchmarks(
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('work', 'copy/work.py')\n"
        "work = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(work)\n"
        "sys.modules['work'] = work\n\n\n"
        "def test_run(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run("--margin", "100", pairs=12)
    assert answer.status == 2
    assert "loaded from elsewhere: work" in answer.said


@pytest.mark.parametrize("side", ["base", "head"])
@pytest.mark.parametrize("call", [4, 400])  # when it is calibrated, and measured
def test_a_benchmark_that_goes_wrong_on_the_way(
    bench: Bench, side: str, call: int
) -> None:
    for name in ("base", "head"):
        wrong = call if name == side else -1
        bench.side(
            name,
            f"{GOOD}calls = 0\n\n\ndef bad():\n    global calls\n    calls += 1\n"
            f"    time.sleep(0.0005)\n    if calls == {wrong}:\n"
            "        raise ValueError('no luck')\n",
        )
    bench.benchmarks(TWO)
    answer = bench.run("--block", "1" if call > 100 else "0.001", pairs=2)
    assert answer.status == 2
    assert "no luck" in answer.said
    assert side in answer.said
    assert answer.verdicts["test_bad"] == "could not tell"
    assert answer.verdicts["test_good"] == "too noisy"


LOSES_ITS_PARENT = """\
import os, pathlib, signal

def run():
    return sum(range(50))

def begin(pair):
    file = pathlib.Path('pairs')
    begun = len(file.read_text()) if file.exists() else 0
    file.write_text('x' * (begun + 1))
    if begun + 1 == pair:
        os.kill(os.getppid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("more", [(), ("--until-decided", "60")])
def test_a_side_that_is_lost_on_the_way_hides_nothing_that_was_measured(
    bench: Bench, more: tuple[str, ...]
) -> None:
    bench.side("base", f"{GOOD}def run():\n    good()\n\n\ndef begin(pair): ...\n")
    bench.side("head", LOSES_ITS_PARENT)
    bench.benchmarks(
        "import work\n\n\n"
        "def test_run(benchmark):\n    work.begin(11)\n    benchmark(work.run)\n"
    )
    answer = bench.run("--margin", "100", *more, pairs=30)
    assert answer.status == 2
    assert "head: killed by SIGKILL" in answer.said
    assert "cut short" in answer.said
    assert answer.verdicts["test_run"] == "unchanged"
    assert (bench.folder / "pairs").read_text() == "x" * 11


def test_a_side_that_is_lost_at_once_is_told_alone(bench: Bench) -> None:
    bench.side("head", LOSES_ITS_PARENT)
    bench.side("base", "def run(): ...\n\n\ndef begin(pair): ...\n")
    bench.benchmarks(
        "import work\n\n\n"
        "def test_run(benchmark):\n    work.begin(1)\n    benchmark(work.run)\n"
    )
    answer = bench.run(json_=False)
    assert answer.status == 2
    assert "SIGKILL" in answer.stderr + answer.stdout


@pytest.mark.parametrize("option", ["--save", "--html", "--svg"])
def test_a_place_that_cannot_be_written_is_refused_first(
    bench: Bench, option: str
) -> None:
    (bench.folder / "file").touch()
    for place in ("nowhere/x", *(["file"] if option == "--save" else [])):
        answer = bench.run(option, place, json_=False)
        assert answer.status == 2
        assert "Invalid value" in answer.stderr


def test_an_interpreter_without_pytest(bench: Bench) -> None:
    venv = bench.folder / "venv"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True
    )
    answer = bench.run("--python", str(venv / "bin" / "python"), json_=False)
    assert answer.status == 2
    assert "Install pytest and pytest-benchmark" in answer.stderr


def test_a_benchmark_that_one_side_alone_has(bench: Bench) -> None:
    bench.side("head", "def run():\n    return 1\n\n\nEXTRA = ['more']\n")
    bench.benchmarks(
        "import pytest, work\n\n\n"
        "@pytest.mark.parametrize('n', ['one', *getattr(work, 'EXTRA', [])])\n"
        "def test_run(benchmark, n):\n    benchmark(work.run)\n"
    )
    answer = bench.run(pairs=9)
    assert answer.status == 2
    assert answer.verdicts["test_run[more]"] == "could not tell"
    assert "only there for head" in answer.said


def test_names_that_change_from_process_to_process(bench: Bench) -> None:
    bench.benchmarks(
        "import pytest, work\n\n\n"
        "@pytest.mark.parametrize('n', [hash('x') % 1_000_000])\n"
        "def test_run(benchmark, n):\n    benchmark(work.run)\n"
    )
    answer = bench.run("--margin", "100", pairs=9)
    assert answer.status == 2
    assert "is not there in every process" in answer.said


def test_counting_on_a_gpu_is_refused(bench: Bench) -> None:
    answer = bench.run("--counter", "instructions", "--device", "cuda", json_=False)
    assert (answer.status, "leave out --device" in answer.stderr) == (2, True)


def test_without_a_gpu(bench: Bench) -> None:
    bench.benchmarks(
        "import sys, types, work\n"
        "cuda = types.SimpleNamespace(is_available=lambda: False,\n"
        "    is_initialized=lambda: False)\n"
        "torch = types.ModuleType('torch')\n"
        "torch.cuda, torch.set_num_threads = cuda, lambda n: None\n"
        "sys.modules['torch'] = torch\n\n\n"
        "def test_run(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run("--device", "cuda")
    assert answer.status == 2
    assert "no GPU" in answer.said


def test_a_gpu_that_is_in_use_before_the_fork(bench: Bench) -> None:
    bench.benchmarks(
        "import sys, types, work\n"
        "torch = types.ModuleType('torch')\n"
        "torch.cuda = types.SimpleNamespace(is_initialized=lambda: True)\n"
        "torch.set_num_threads = lambda n: None\n"
        "sys.modules['torch'] = torch\n\n\n"
        "def test_run(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run("--device", "cuda", json_=False)
    assert answer.status == 2
    assert "already uses the GPU" in answer.stderr


def test_a_side_that_takes_too_much_memory(bench: Bench) -> None:
    bench.side("head", "def run():\n    return len(bytearray(4 << 30))\n")
    answer = bench.run("--memory", "2048")
    assert answer.status == 2
    assert "MemoryError" in answer.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_run_that_is_ended_leaves_nothing(bench: Bench, number: int) -> None:
    bench.benchmarks(
        "import pathlib, time, work\n\n\n"
        "def slow():\n    pathlib.Path('begun').touch()\n    time.sleep(0.05)\n\n\n"
        "def test_run(benchmark):\n    work.run()\n    benchmark(slow)\n"
    )
    command = [sys.executable, "-m", "verify", "bench", "base", "head", "test_it.py"]
    process = subprocess.Popen(
        command,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(bench.folder / "tmp"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    begun = bench.folder / "begun"
    for _ in range(600):
        if begun.exists():
            break
        time.sleep(0.05)
    assert begun.exists()
    process.send_signal(number)
    assert process.wait(30) != 0
