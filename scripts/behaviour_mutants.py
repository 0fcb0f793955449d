"""Plant one-token bugs in a copy of `allocator`, and let `behaviour` look for them.

Bugs are planted where the example driver gets to on the CPU: elsewhere no result can
change. Prints a table of the kinds, and each bug that was not found with the reason
that `behaviour_mutants.toml` gives for it; `--markdown FILE` writes the same.

Exit status: 0 when all were found but those with a reason, 1 when one was not, 2 when
the unchanged copy differs or nothing could be run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from verify.behaviour.driver import EXAMPLES, read_driver
from verify.behaviour.planting import Bug, bugs_in
from verify.behaviour.talking import Lost, Talk
from verify.behaviour.traces import Case, Comparison, CouldNotTell, Difference, Plan
from verify.sides.workplace import Workplace

ROOT = Path(__file__).resolve().parent.parent
REASONS = Path(__file__).with_suffix(".toml")
DRIVER = EXAMPLES / "allocators.py"
ENVIRONMENT = {"ALLOCATORS_WRONG_CALLS": "1"}
MISSED = "missed: "  # begins a reason that excuses nothing
NO_REASON = MISSED + "no step of the driver showed it"
PATIENCE = 60.0
SECONDS = 240.0  # a bug that only costs time
EPISODES_TO_SEE_LINES = 1
ME = (os.getpid(),)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--lines", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the answers")
    parser.add_argument(
        "--again",
        type=Path,
        metavar="FILE",
        help="look again, in more steps, for what was not found in kept answers",
    )
    parser.add_argument("--tell", type=Path, metavar="FILE", help="of kept answers")
    given = parser.parse_args()
    if given.lines is not None:
        return print_lines(given.lines)
    if given.tell is not None:
        return tell(json.loads(given.tell.read_text("utf-8")), given.markdown)
    lines = lines_that_run()
    if given.again is None:
        bugs = chosen(lines, given.number, given.seed)
    else:
        kept = json.loads(given.again.read_text("utf-8"))
        bugs = [*missed_in(kept)]
    began = time.monotonic()
    shares = [bugs[start :: given.jobs] for start in range(given.jobs)]
    with ProcessPoolExecutor(given.jobs, initializer=end_with, initargs=ME) as pool:
        judged = [*pool.map(judge_all, shares, [given.steps] * given.jobs)]
    if None in judged or not bugs:
        return 2
    answers = [""] * len(bugs)
    for start, share in enumerate(judged):
        answers[start :: given.jobs] = share or []
    print(f"{time.monotonic() - began:.0f} seconds", file=sys.stderr)
    result: dict[str, Any] = {
        "steps": given.steps,
        "lines": sum(map(len, lines.values())),
        "bugs": [entry(bug, answer) for bug, answer in zip(bugs, answers, strict=True)],
    }
    if given.again is not None:
        now = {each["bug"]: each for each in result["bugs"]}
        result["bugs"] = [
            now.get(each["bug"], each) if each["answer"] == "missed" else each
            for each in kept["bugs"]
        ]
    if given.json is not None:
        given.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return tell(result, given.markdown)


def entry(bug: Bug, answer: str) -> dict[str, str]:
    """What is kept of a bug: the answer, and why it could not be told."""
    word, _, why = answer.partition(": ")
    kept = {"kind": bug.kind, "bug": key(bug), "answer": word}
    return {**kept, "why": why} if why else kept


def end_with(parent: int) -> None:
    """End this process soon after `parent`, whatever ended that one.

    What the process has started and written is its janitor's to clean up.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


# Where bugs can be planted.


def lines_that_run() -> dict[str, set[int]]:
    """The lines of `allocator` that the driver gets to, by file."""
    environment = {**os.environ, **read_driver(DRIVER).environment, **ENVIRONMENT}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, __file__, "--lines", str(ROOT)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return {path: set(lines) for path, lines in json.loads(done.stdout).items()}


def print_lines(root: Path) -> int:
    """Run the driver in this process, and print which lines it got to."""
    import importlib.util

    folder = str(root / "allocator")
    seen: dict[str, set[int]] = {}

    def trace(frame: Any, event: str, argument: Any) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(folder):
            return None
        seen.setdefault(Path(path).name, set()).add(frame.f_lineno)
        return trace

    sys.settrace(trace)
    sys.path.insert(0, str(root))
    spec = importlib.util.spec_from_file_location("driver", DRIVER)
    assert spec is not None
    assert spec.loader is not None
    driver: Any = importlib.util.module_from_spec(spec)
    sys.modules["driver"] = driver
    spec.loader.exec_module(driver)
    for case in driver.CASES:
        for episode in range(EPISODES_TO_SEE_LINES):
            subject = driver.build(case)
            made = driver.operations(random.Random(str(episode)), case)
            for _ in range(driver.LENGTH):
                with suppress(Exception):
                    driver.step(subject, next(made))
    sys.settrace(None)
    print(json.dumps({path: sorted(lines) for path, lines in seen.items()}))
    return 0


def chosen(lines: dict[str, set[int]], number: int, seed: int) -> list[Bug]:
    """As many of each kind as there are, in turn, until there are enough."""
    by_kind: dict[str, list[Bug]] = {}
    for path, reached in sorted(lines.items()):
        for bug in bugs_in(path, (ROOT / "allocator" / path).read_bytes()):
            if bug.line in reached:
                by_kind.setdefault(bug.kind, []).append(bug)
    generator = random.Random(seed)
    for some in by_kind.values():
        generator.shuffle(some)
    picked: list[Bug] = []
    while by_kind and len(picked) < number:
        for kind in sorted(by_kind):
            picked.append(by_kind[kind].pop())
            if not by_kind[kind]:
                del by_kind[kind]
    return picked[:number]


# Judging.


class Quick(Comparison):
    """Ends at the first difference: no need to shrink what was planted."""

    def examined(self, case: Case, length: int, at: int) -> Difference:
        return Difference(case, (), ["none"], ["none"], at + 1)


def judge_all(bugs: list[Bug], steps: int) -> list[str] | None:
    """`found`, `missed`, or `not run: why` for each; None where a bare copy differs."""
    driver = read_driver(DRIVER)
    answers: list[str] = []
    with Workplace(extra_environment=ENVIRONMENT) as place:
        base = place.open(str(ROOT))
        with Talk(place, base, driver, [], PATIENCE) as ours:

            def judge(bug: Bug | None) -> str:
                copy = planted(place.scratch / "copy", bug)
                with Talk(place, place.open(str(copy)), driver, [], PATIENCE) as theirs:
                    try:
                        traces = Quick(ours, theirs, Plan(steps, seconds=SECONDS)).run()
                    except CouldNotTell as reason:
                        return f"not run: {reason}"
                    except Lost as lost:
                        return f"not run: {lost.cause}"
                return "missed" if traces.difference is None else "found"

            untouched = judge(None)
            if untouched != "missed":
                print(f"a copy without a bug: {untouched}", file=sys.stderr)
                return None
            for number, bug in enumerate(bugs, 1):
                answers.append(judge(bug))
                said = answers[-1][:150]
                print(f"{number}: {said}: {key(bug)}", file=sys.stderr, flush=True)
    return answers


def planted(folder: Path, bug: Bug | None) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "allocator", folder / "allocator")
    if bug is not None:
        path = folder / "allocator" / bug.path
        path.write_bytes(bug.planted(path.read_bytes()))
    return folder


# Telling.


def key(bug: Bug) -> str:
    """What `behaviour_mutants.toml` calls a bug."""
    return f"{bug.path}: {bug.source} -> {bug.becomes}"


def missed_in(kept: Any) -> Iterator[Bug]:
    """The bugs that kept answers have as not found."""
    wanted = Counter(e["bug"] for e in kept["bugs"] if e["answer"] == "missed")
    for path in sorted((ROOT / "allocator").glob("*.py")):
        for bug in bugs_in(path.name, path.read_bytes()):
            if wanted[key(bug)] > 0:
                wanted[key(bug)] -= 1
                yield bug


def known_reasons() -> dict[str, str]:
    if not REASONS.exists():
        return {}
    reasons: dict[str, str] = tomllib.loads(REASONS.read_text("utf-8"))
    return reasons


def tell(result: Any, markdown: Path | None) -> int:
    """Print the table and the bugs that were not found; the exit status."""
    reasons = known_reasons()
    answers = {
        word: [each for each in result["bugs"] if each["answer"] == word]
        for word in ("found", "missed", "not run")
    }
    excused = {bug for bug, why in reasons.items() if not why.startswith(MISSED)}
    wrongly = [each["bug"] for each in answers["found"] if each["bug"] in excused]
    found, missed, untold = (
        sum(each["bug"] not in excused for each in answers[word]) for word in answers
    )
    not_found = [
        f"- `{each['bug']}`: {_marked(reasons.get(each['bug'], NO_REASON))}"
        for each in answers["missed"]
    ]
    not_told = [
        f"- `{each['bug']}`: {_bare(each.get('why', 'not kept'))}"
        + (f" ({reasons[each['bug']]})" if each["bug"] in excused else "")
        for each in answers["not run"]
    ]
    report = (
        "# Planted bugs\n\n"
        f"By `scripts/behaviour-mutants`: {len(result['bugs'])} bugs of one token, each"
        " in a copy of `allocator`, on the"
        f" {result['lines']} lines that the example driver gets to on the CPU, compared"
        f" with the original over at most {result['steps']:,} steps. Of the"
        f" {found + missed + untold} without a reason to stay unseen, {found} were"
        f" found, {missed} were not, and {untold} ended as 'could not tell': they kill"
        " the process, or take too long.\n\n"
        + "\n".join(table(result["bugs"]))
        + "\n\n## Could not tell\n\n"
        + "\n".join(not_told or ["None."])
        + "\n\n## Not found\n\n"
        + "\n".join(not_found or ["None."])
        + "\n"
    )
    print(report)
    for bug in wrongly:
        print(f"found, though there is a reason why it cannot be: {bug}")
    if markdown is not None:
        markdown.write_text(report, "utf-8")
    return 1 if missed or wrongly else 0


def _marked(reason: str) -> str:
    word, colon, rest = reason.partition(":")
    return f"**{word}**:{rest}" if reason.startswith(MISSED) and colon else reason


def _bare(why: str) -> str:
    """Without the name of the copy, a folder that is gone, and of the case."""
    return why[max(why.find("operation "), 0) :]


def table(bugs: list[Any]) -> Iterator[str]:
    counts = Counter((each["kind"], each["answer"]) for each in bugs)
    yield "| kind | planted | found | could not tell | not found |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for kind in sorted({each["kind"] for each in bugs}):
        numbers = [counts[kind, word] for word in ("found", "not run", "missed")]
        yield f"| {kind} | {' | '.join(map(str, (sum(numbers), *numbers)))} |"
    answers = [each["answer"] for each in bugs]
    sums = [answers.count(word) for word in ("found", "not run", "missed")]
    yield f"| all | {' | '.join(map(str, (len(bugs), *sums)))} |"


if __name__ == "__main__":
    sys.exit(main())
