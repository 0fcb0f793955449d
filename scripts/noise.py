"""How often `rehome bench` is wrong on this machine: see `scripts/noise`.

Three kinds of runs of a suite of eight benchmarks: the same code on both sides, and
10 or 5 percent more work planted in four of the eight on the head side. Each run is
one experiment as the command makes it, with its default settings. Beside every second
of the first kind, and every tenth of the others, pytest-benchmark is run on the base,
saved, run on the head and compared, in the same time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from verify.benching.experiment import Experiment, Measured, Plan  # noqa: E402
from verify.benching.judging import Rule, clocks_of, effects_of, judge  # noqa: E402
from verify.benching.parents import Job  # noqa: E402
from verify.sides.workplace import Workplace  # noqa: E402

NOISE = ROOT / "tests" / "benchmarks" / "noise"
PIECES = (
    *("token_take", "token_give", "token_sort", "paged_take"),
    *("paged_give", "extend", "window", "serving"),
)
KINDS = {"same": 0.0, "ten": 0.10, "five": 0.05}
PAIRS = 24
MARGINS = (0.05, 0.02)
# Of the runs of a kind so many have pytest-benchmark beside them: each second, ...
BESIDE_EVERY = {"same": 2, "ten": 10, "five": 10}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.report:
        from scripts.noise_report import write

        return int(write(given.folder))
    for number in range(given.runs):
        for kind in given.kinds.split(","):
            one_run(given.folder, kind, number)
    return 0


def one_run(folder: Path, kind: str, number: int) -> None:
    """Measure a run that nobody has measured, and keep it, whole or not at all."""
    path = folder / f"{kind}-{number:03}.json"
    claim = path.with_suffix(".claimed")
    if path.exists() or not claimed(claim):
        return
    try:
        found = measure(kind, number)
        path.with_suffix(".part").write_text(json.dumps(found), "utf-8")
        path.with_suffix(".part").replace(path)
        verdicts = " ".join(row["verdicts"]["0.05"] for row in found["rows"])
        print(f"{path.stem}: {found['seconds']:.1f} s: {verdicts}", flush=True)
    finally:
        claim.unlink()


def claimed(claim: Path) -> bool:
    """Keep a run for this process; one that was ended keeps nothing for long."""
    try:
        with claim.open("x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        if time.time() - claim.stat().st_mtime < 300:
            return False
        claim.write_text(str(os.getpid()))
    return True


def measure(kind: str, number: int) -> dict[str, Any]:
    planted = PIECES[number % 2 :: 2] if KINDS[kind] else ()
    job = Job(files=(str(NOISE / "suite.py"),), directory=str(NOISE))
    plan = Plan(seed=1000 * (1 + list(KINDS).index(kind)) + number)
    with TemporaryDirectory(prefix="rehome-noise-") as scratch:
        base, head = sides(Path(scratch), dict.fromkeys(planted, KINDS[kind]))
        begin = time.monotonic()
        with Workplace() as place:
            two = (place.open(str(base)), place.open(str(head)))
            with Experiment(place, two, job, plan) as experiment:
                benchmarks = experiment.start()
                experiment.run(PAIRS, benchmarks)
        took = time.monotonic() - begin
        beside = None
        if number % BESIDE_EVERY[kind] == 0:
            beside = saved_and_compared(Path(scratch), base, head, took)
    return {
        "kind": kind,
        "run": number,
        "seconds": round(took, 2),
        "load": os.getloadavg()[0],
        "planted": list(planted),
        "rows": list(told(benchmarks)),
        "pytest_benchmark": beside,
    }


def told(benchmarks: list[Measured]) -> Iterator[dict[str, Any]]:
    """Verdicts and effects; a benchmark that could not be measured ends the run."""
    rows = {margin: judge(benchmarks, "cpu", Rule(margin)) for margin in MARGINS}
    for index, each in enumerate(benchmarks):
        verdicts = {}
        for margin in MARGINS:
            speed = rows[margin][index].speed
            if speed is None:
                raise SystemExit(f"{each.name}: {each.problem or each.skipped}")
            verdicts[str(margin)] = speed.value
        yield {
            "name": piece_of(each.name),
            "clock": clocks_of(each, "cpu")[0],
            "verdicts": verdicts,
            "cpu": [round(effect, 5) for effect in effects_of(each.pairs, 1)],
            "wall": [round(effect, 5) for effect in effects_of(each.pairs, 0)],
        }


def piece_of(name: str) -> str:
    return name.partition("[")[2].rstrip("]")


def sides(scratch: Path, extra: dict[str, float]) -> tuple[Path, Path]:
    """Two folders with the same code, and on the head what is planted."""
    folders = scratch / "base", scratch / "head"
    for folder in folders:
        folder.mkdir()
        shutil.copy(NOISE / "workload.py", folder)
    for folder, planted in zip(folders, ({}, extra), strict=True):
        (folder / "planted.py").write_text(f"EXTRA = {planted!r}\n", "utf-8")
    return folders


def saved_and_compared(
    scratch: Path, base: Path, head: Path, seconds: float
) -> dict[str, dict[str, list[float]]]:
    """The minimum and the median of each benchmark, first base, then head, as
    pytest-benchmark saves them; both runs together take about so many seconds.
    """
    share = seconds / 2 / len(PIECES)
    times: dict[str, dict[str, list[float]]] = {name: {} for name in PIECES}
    for folder in (base, head):
        saved = scratch / f"{folder.name}.json"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"),
            *(str(NOISE / "suite.py"), "--benchmark-enable"),
            *(f"--benchmark-json={saved}", f"--benchmark-max-time={share}"),
        ]
        subprocess.run(
            command,
            check=True,
            cwd=scratch,
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
        )
        for benchmark in json.loads(saved.read_text("utf-8"))["benchmarks"]:
            stats = benchmark["stats"]
            of_it = times[piece_of(benchmark["name"])]
            for key in ("min", "median"):
                of_it.setdefault(key, []).append(stats[key])
    return times


if __name__ == "__main__":
    sys.exit(main())
