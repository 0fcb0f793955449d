"""The table of false alarms and misses, from runs that are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import noise_report
from scripts.noise_report import misses, table, word_of, write

EFFECTS = [n / 100 for n in range(-6, 7)]


def run(
    kind: str, words: dict[str, str], planted: tuple[str, ...] = ()
) -> dict[str, Any]:
    rows = [
        {"name": name, "verdicts": {"0.05": word, "0.02": word}, "cpu": EFFECTS}
        for name, word in words.items()
    ]
    times = {name: {"median": [1.0, 1.1], "min": [1.0, 1.0]} for name in words}
    return {
        "kind": kind,
        "run": 0,
        "seconds": 12.0,
        "load": 3.0,
        "planted": list(planted),
        "rows": rows,
        "pytest_benchmark": times,
    }


def line(runs: list[dict[str, Any]], start: str) -> str:
    return next(each for each in table(runs) if each.startswith(start))


def test_a_suite_with_two_alarms_counts_once() -> None:
    runs = [
        run("same", {"a": "slower", "b": "faster"}),
        run("same", {"a": "unchanged", "b": "too noisy"}),
    ]
    assert "| 2 | 1 of 2 |" in line(runs, "| nothing | 5% |")
    assert "1 of 4 (25%) | 1 of 4 (25%) |" in line(runs, "| nothing | 5% |")


def test_what_is_planted_is_no_false_alarm() -> None:
    runs = [run("ten", {"a": "slower", "b": "unchanged"}, ("a",))]
    found = line(runs, "| 10 % | 5% |")
    assert "| 1 | 0 of 1 | 1 of 1 (100%) | 0 of 1 (0%) |" in found


def test_the_other_rule_stands_beside() -> None:
    runs = [run("same", {"a": "unchanged"})]
    assert "| 1 | 1 of 1 |" in line(runs, "| nothing | median |")
    assert "| 1 | 0 of 1 |" in line(runs, "| nothing | min |")
    assert [word_of(1, x) for x in (1.06, 1.04, 0.94)] == [
        "slower",
        "unchanged",
        "faster",
    ]


def test_intervals_that_miss_equal_times_are_told() -> None:
    runs = [run("same", {"a": "unchanged"}), run("ten", {"a": "slower"}, ("a",))]
    assert misses(runs) == (0, 1)
    runs[0]["rows"][0]["cpu"] = [0.01 + n / 1e4 for n in range(12)]
    assert misses(runs) == (1, 1)
    assert line(runs, "Of 1 intervals of code that is the same on both sides 1 miss")


def test_only_whole_runs_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_report, "RESULTS", tmp_path / "results")
    (tmp_path / "same-000.json").write_text(json.dumps(run("same", {"a": "unchanged"})))
    (tmp_path / "same-001.part").write_text("{")
    assert write(tmp_path) == 0
    assert "| nothing | 5% | 1 |" in (tmp_path / "results" / "noise.md").read_text()
    (tmp_path / "empty").mkdir()
    assert write(tmp_path / "empty") == 2
