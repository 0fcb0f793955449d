"""A saved run as the base: what it may say, and when it may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify.benching.baseline import read_baseline
from verify.benching.saving import BaselineError, machine

if TYPE_CHECKING:
    from tests.verify.benching.conftest import Bench

ENOUGH = 12


def changed(path: Path, **values: Any) -> None:
    document = json.loads(path.read_text())
    document["machine_info"] |= values
    path.write_text(json.dumps(document))


@pytest.fixture
def saved(bench: Bench) -> Path:
    bench.run("--save", "saved", pairs=ENOUGH)
    return Path("saved", "base.json").resolve()


def test_a_baseline_of_this_machine(bench: Bench, saved: Path) -> None:
    answer = bench.run("--margin", "100", base=str(saved), pairs=ENOUGH)
    assert (answer.status, answer.verdicts) == (0, {"test_run": "unchanged"})
    shown = bench.run(base=str(saved), json_=False)
    assert "run both sides for an answer to trust" in shown.stdout


def test_much_slower_than_the_baseline(bench: Bench, saved: Path) -> None:
    bench.side("head", "def run():\n    return sum(range(5000))\n")
    answer = bench.run(base=str(saved), pairs=ENOUGH)
    assert (answer.status, answer.verdicts) == (1, {"test_run": "slower"})


@pytest.mark.parametrize(
    "values", [{"node": "elsewhere"}, {"cpu": {"brand_raw": "another", "count": 1}}]
)
def test_a_baseline_of_another_machine_is_refused(
    bench: Bench, saved: Path, values: dict[str, Any]
) -> None:
    changed(saved, **values)
    answer = bench.run("--margin", "100", base=str(saved), json_=False)
    assert answer.status == 2
    assert "from another machine" in answer.stderr


def test_a_forced_baseline_is_never_a_pass(bench: Bench, saved: Path) -> None:
    changed(saved, node="elsewhere")
    answer = bench.run(
        *("--margin", "100", "--force-baseline"), base=str(saved), pairs=ENOUGH
    )
    assert answer.verdicts == {"test_run": "unchanged"}
    assert answer.status == 2
    assert answer.document["verdict"] == "undecided"


def test_a_benchmark_that_the_baseline_lacks(bench: Bench, saved: Path) -> None:
    bench.benchmarks(
        "import work\n\n\ndef test_new(benchmark):\n    benchmark(work.run)\n"
    )
    answer = bench.run(base=str(saved))
    assert answer.status == 2
    assert answer.verdicts == {
        "test_new": "could not tell",
        "test_run": "could not tell",
    }
    assert "only the baseline has it" in answer.said
    chosen = bench.run("-k", "new", base=str(saved))
    assert chosen.verdicts == {"test_new": "could not tell"}


def test_a_baseline_is_not_gone_on_with(bench: Bench, saved: Path) -> None:
    answer = bench.run("--until-decided", "5", base=str(saved), json_=False)
    assert answer.status == 2
    assert "needs both sides" in answer.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"benchmarks": 3}',
        '{"benchmarks": [{"extra_info": null, "fullname": "x"}]}',
        '{"benchmarks": [{"extra_info": {"rehome": {"schema_version": 1}}}]}',
        '{"benchmarks": [{"fullname": "x", "extra_info": {"rehome": {"schema_version":'
        ' 1, "clock": "cpu", "pair_medians": [0, NaN]}}}]}',
    ],
)
def test_files_that_are_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "saved.json"
    path.write_text(text)
    with pytest.raises(BaselineError):
        read_baseline(path, machine(), forced=True)


def test_what_pytest_benchmark_itself_saved_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    entry = {"fullname": "x", "extra_info": {}, "stats": {"median": 1.0}}
    path.write_text(json.dumps({"benchmarks": [entry], "machine_info": machine()}))
    with pytest.raises(BaselineError, match="not written by"):
        read_baseline(path, machine())
