"""A whole run with `--device cuda`, on a card that is simulated in each child."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.verify.benching.simulated import BENCHMARKS, SIDE

if TYPE_CHECKING:
    from tests.verify.benching.conftest import Bench


def test_host_and_device_have_verdicts_of_their_own(bench: Bench) -> None:
    bench.side("base", SIDE.format(40_000))
    bench.side("head", SIDE.format(120_000))
    bench.benchmarks(BENCHMARKS)
    answer = bench.run(
        *("--device", "cuda", "--margin", "100", "--save", "saved"), pairs=12
    )
    assert answer.stderr == ""
    rows = {(r["benchmark"].rpartition("::")[2], r["clock"]): r for r in answer.rows}
    assert rows["test_run", "device"]["verdict"] == "slower"
    assert 2.9 < float(rows["test_run", "device"]["ratio"]) < 3.1
    assert rows["test_run", "host"]["verdict"] == "unchanged"
    # Held up between two events, the host may leave the idle one a little time.
    is_idle_told = rows["test_idle", "device"]["verdict"] == "skipped"
    assert answer.status == (1 if is_idle_told else 2)
    assert answer.document["facts"]["device_device"] == "a simulated card"
    assert "device_driver" in answer.document["facts"]
    document = json.loads((bench.folder / "saved" / "head.json").read_text("utf-8"))
    names = {each["fullname"] for each in document["benchmarks"]}
    assert {"test_it.py::test_run (host)", "test_it.py::test_run (device)"} <= names
