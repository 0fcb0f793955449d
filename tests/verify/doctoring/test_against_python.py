"""Generated packages: what is told of an import, and what Python itself does with it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.doctoring.generated import MODULES, PACKAGES, packages, wants
from verify.doctoring.examining import examine
from verify.doctoring.judging import State
from verify.releasing.opening import open_release

# Runs each statement in a process of its own: 1 where it works, 0 where it fails.
INSIDE = """
import json, os, sys
answers = []
for text in json.load(sys.stdin):
    read, write = os.pipe()
    if not os.fork():
        try:
            exec(text, {})
            os.write(write, b"1")
        except AttributeError as error:  # of what is no module, nothing is told
            os.write(write, b"" if "object" in str(error) else b"0")
        except (ImportError, NameError):
            os.write(write, b"0")
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        answers.append(told.read().decode())
    os.wait()
print(json.dumps(answers))
"""


def write(folder: Path, bodies: Mapping[str, str]) -> None:
    for module, body in bodies.items():
        parts = module.split(".")
        inner = [*parts, "__init__"] if module in PACKAGES else parts
        path = folder.joinpath(*inner).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)


def run(folder: Path, texts: Sequence[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", INSIDE],
        input=json.dumps(texts),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


def run_all(folder: Path, bodies: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """What Python does with each text; nothing where a module cannot be imported first,
    so that there is nothing to compare. Those that fail are emptied, a few times.
    """
    loads = [f"import {module}" for module in MODULES]
    for _ in range(4):
        write(folder, bodies)
        answers = run(folder, [*loads, *texts])
        working = zip(MODULES, answers, strict=False)
        failing = {module for module, works in working if works != "1"}
        if not failing:
            return answers[len(loads) :]
        bodies = {
            module: "" if module in failing else bodies[module] for module in bodies
        }
    return []


def told(folder: Path, texts: Sequence[str]) -> dict[int, set[State]]:
    """What is said of each text, by its number."""
    users = folder / "users"
    users.mkdir()
    files = {users / f"u{number}.py": text for number, text in enumerate(texts)}
    for file, text in files.items():
        file.write_text(text)
    release = open_release(str(folder), packages=("p",))
    found: dict[int, set[State]] = {}
    for path, judged in examine([users], release, jobs=1).judged:
        number = int(Path(path).stem.removeprefix("u"))
        found.setdefault(number, set()).add(judged.state)
    return found


def failures(bodies: Mapping[str, str], texts: Sequence[str]) -> Iterator[str]:
    """Where what is told is not what Python does."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        truth = run_all(folder, bodies, texts)
        states = told(folder, texts) if truth else {}
    for number, works in enumerate(truth):
        if State.MISSING in states[number] and works == "1":
            yield f"told as missing: {texts[number]}"
        elif states[number] <= {State.FOUND} and works == "0":
            yield f"told as found: {texts[number]}"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(packages, st.lists(wants, min_size=8, max_size=20, unique=True))
def test_nothing_is_told_that_python_denies(
    bodies: dict[str, str], texts: list[str]
) -> None:
    assert [*failures(bodies, texts)] == []
