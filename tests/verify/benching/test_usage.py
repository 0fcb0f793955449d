"""How tests use the fixture `benchmark`, and how their projects are set up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.verify.benching.conftest import Bench

WIDE = ("--margin", "100")
ENOUGH = 9
HEAD = "import pytest, work\n\n\n"
GOOD = "def test_good(benchmark):\n    benchmark(work.run)\n\n\n"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (
            "def test_bad(benchmark):\n"
            "    benchmark(work.run)\n    benchmark(work.run)\n",
            "once in a test",
        ),
        (
            "@pytest.fixture\ndef broken():\n    raise OSError('no luck')\n\n\n"
            "def test_bad(broken, benchmark):\n    benchmark(work.run)\n",
            "setup: OSError: no luck (test_it.py:",
        ),
        (
            "@pytest.fixture\ndef broken():\n    yield\n    raise OSError('no luck')\n"
            "\n\ndef test_bad(broken, benchmark):\n    benchmark(work.run)\n",
            "teardown: OSError: no luck (test_it.py:",
        ),
        (
            "def test_bad(benchmark):\n    assert benchmark(work.run) is None\n",
            "is None",
        ),
    ],
)
def test_one_that_fails_around_its_times_is_not_told(
    bench: Bench, code: str, cause: str
) -> None:
    bench.benchmarks(f"{HEAD}{GOOD}{code}")
    answer = bench.run(*WIDE, pairs=ENOUGH)
    assert answer.status == 2
    assert answer.verdicts == {"test_good": "unchanged", "test_bad": "could not tell"}
    assert cause in answer.said


def test_one_that_is_skipped_is_counted_as_that(bench: Bench) -> None:
    bench.benchmarks(
        f"{HEAD}{GOOD}@pytest.mark.skip(reason='not here')\n"
        "def test_not(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run(*WIDE, pairs=ENOUGH)
    assert answer.status == 0
    assert answer.document["facts"]["verdicts"] == {"skipped": 1, "unchanged": 1}


@pytest.mark.parametrize("option", ["--benchmark-skip", "--benchmark-disable"])
def test_settings_that_turn_benchmarks_off_are_never_a_pass_of_nothing(
    bench: Bench, option: str
) -> None:
    (bench.folder / "pytest.ini").write_text(f"[pytest]\naddopts = {option}\n")
    bench.benchmarks(f"{HEAD}{GOOD}")
    answer = bench.run(*WIDE, pairs=ENOUGH)
    expected = {
        "--benchmark-skip": (2, {"test_good": "skipped"}),
        "--benchmark-disable": (0, {"test_good": "unchanged"}),
    }
    assert (answer.status, answer.verdicts) == expected[option]


def test_what_a_benchmark_says_of_itself_is_saved(bench: Bench) -> None:
    bench.benchmarks(
        f"{HEAD}@pytest.mark.parametrize('size', [float('inf')])\n"
        "@pytest.mark.benchmark(group='sums')\n"
        "def test_it(benchmark, size):\n"
        "    benchmark.extra_info.update(nan=float('nan'), kind=int)\n"
        "    benchmark.extra_info['result'] = benchmark(work.run)\n"
    )
    bench.run("--save", "saved", pairs=2)
    text = (bench.folder / "saved" / "head.json").read_text("utf-8")
    (entry,) = json.loads(text, parse_constant=pytest.fail)["benchmarks"]
    assert (entry["group"], entry["params"]) == ("sums", {"size": "inf"})
    assert entry["extra_info"]["result"] == 4900
    assert entry["extra_info"]["nan"] == "nan"
    assert "int" in entry["extra_info"]["kind"]


def test_a_place_that_is_gone_at_the_end_does_not_take_the_result_with_it(
    bench: Bench,
) -> None:
    (bench.folder / "out").mkdir()
    bench.benchmarks(
        f"import shutil\n{HEAD}def test_it(benchmark):\n"
        "    shutil.rmtree('out', ignore_errors=True)\n    benchmark(work.run)\n"
    )
    answer = bench.run(*WIDE, "--html", "out/x.html", "--save", "kept", pairs=ENOUGH)
    assert answer.status == 2
    assert answer.verdicts == {"test_it": "unchanged"}
    assert "cannot write 'out/x.html'" in answer.said
    assert (bench.folder / "kept" / "head.json").exists()


def test_faster_can_fail_as_well(bench: Bench) -> None:
    bench.side("base", "def run():\n    return sum(range(9000))\n")
    answer = bench.run("--fail-on", "faster", pairs=ENOUGH)
    assert (answer.status, answer.verdicts) == (1, {"test_run": "faster"})


ORDER = """\
import os, pathlib

seen = pathlib.Path("seen")


def note(what):
    with seen.open("a") as file:
        file.write(f"{what} SIDE {os.getppid()}\\n")


def run():
    return sum(range(50))
"""


def test_each_pair_has_parents_of_its_own_and_either_side_may_come_first(
    bench: Bench,
) -> None:
    for name in ("base", "head"):
        bench.side(name, ORDER.replace("SIDE", name))
    bench.benchmarks(
        f"{HEAD}def test_it(benchmark):\n    work.note('begun')\n"
        "    benchmark(work.run)\n"
    )
    pairs = 10
    bench.run(pairs=pairs)
    lines = (bench.folder / "seen").read_text("utf-8").split("\n")[:-1]
    assert len(lines) == 2 * pairs
    assert len({line.split()[2] for line in lines}) == 2 * pairs
    first = [line.split()[1] for line in lines[::2]]
    assert set(first) == {"base", "head"}


def test_a_finding_names_the_file_from_the_current_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest calls it from a folder of its own choice: here the one of its settings."""
    speed = bench.folder / "speed"
    speed.mkdir()
    (speed / "pytest.ini").write_text("[pytest]\n")
    bench.benchmarks(HEAD + GOOD, "speed/test_it.py")
    for below, path in ((".", "speed/test_it.py"), ("base", "../speed/test_it.py")):
        monkeypatch.chdir(bench.folder / below)
        base, head = (str(bench.folder / side) for side in ("base", "head"))
        answer = bench.run(base=base, head=head, files=(path,))
        (finding,) = answer.document["findings"]
        assert (finding["rule"], finding["path"]) == ("bench-too-noisy", path)
        assert answer.rows[0]["benchmark"] == "test_it.py::test_good"
