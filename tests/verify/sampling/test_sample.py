"""A pull request with a bad move, a lost history, a new fatal cycle and a slowdown: one
run finds all four; each alone is found, and nothing where there is nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.sampling.conftest import Sample, Told
from tests.verify.sampling.shop import BENCH_FILE, FAULTS, Fault
from verify.check import names

FOUND = {(fault.rule, fault.path, fault.line) for fault in FAULTS}
# What no move explains, a person must read: where a branch changes code, that is told
# besides. Which line of a move differs from what it meant is read as well.
TO_READ = {
    "other-meaning": {"shop/invoices.py"},
    "history-lost": set[str](),
    "fatal-cycle": {"shop/discounts.py"},
    "bench-slower": {"shop/totals.py"},
}


def verdicts(told: Told) -> dict[str, str]:
    """Of each check and command, by its name."""
    cases = told.document["cases"]
    return {c["name"]: c["verdict"] for c in cases if c["group"] == "report"}


def split(told: Told) -> tuple[set[tuple[str, str, int]], set[str]]:
    """Findings, and apart from them the files with lines to read."""
    found = told.found()
    return (
        {each for each in found if each[0] != "residual"},
        {path for rule, path, _ in found if rule == "residual"},
    )


def test_one_run_finds_all_four(everything: Told) -> None:
    assert everything.status == 1
    assert split(everything) == (FOUND, set().union(*TO_READ.values()))
    assert verdicts(everything) == {
        **dict.fromkeys(names(), "ok"),
        "moves": "fail",
        "blame": "fail",
        "cycles": "fail",
        "bench": "fail",
        "behaviour": "ok",  # the project's tests see none of it
    }


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_each_alone_is_found_and_no_other(sample: Sample, fault: Fault) -> None:
    told = sample.report(fault.rule, "--bench", BENCH_FILE)
    assert told.status == 1
    assert split(told) == (
        {(fault.rule, fault.path, fault.line)},
        TO_READ[fault.rule],
    )
    failed = {name for name, verdict in verdicts(told).items() if verdict == "fail"}
    assert failed - {"moves"} == {fault.part} - {"moves"}
    assert verdicts(told)["behaviour"] == "skipped"


def test_a_move_that_is_one_passes_it_all(nothing: Told) -> None:
    assert nothing.status == 0
    assert {*verdicts(nothing).values()} == {"ok"}
    assert split(nothing) == (set(), set())
    assert nothing.document["facts"]["results"] == 3


def test_it_says_which_part_is_run(nothing: Told) -> None:
    lines = [line for line in nothing.stderr.splitlines() if " of 3: " in line]
    assert [line.partition(" of 3: ")[2] for line in lines] == [
        "verify of main..clean",
        "behaviour of main..clean",
        "bench of main..clean",
    ]


def test_a_part_that_cannot_be_run_leaves_what_the_others_found(
    sample: Sample, tmp_path: Path
) -> None:
    """These benchmarks need a module that is not there before the move."""
    file = tmp_path / "test_stock.py"
    file.write_text(
        "from shop.warehouse import Stock\n\n\n"
        "def test_add(benchmark):\n    benchmark(Stock().add, 'pen', 1)\n"
    )
    told = sample.report("history-lost", "--tests", "--bench", str(file))
    assert told.status == 2
    assert split(told)[0] == {
        ("history-lost", "shop/warehouse.py", 0),
        ("part-not-run", "bench", 0),
    }
    (why,) = (
        finding["message"]
        for finding in told.document["findings"]
        if finding["rule"] == "part-not-run"
    )
    assert why.endswith("ModuleNotFoundError: No module named 'shop.warehouse'")
    assert verdicts(told)["bench"] == "undecided"
    assert verdicts(told)["behaviour"] == "ok"
