"""What `action.yml` runs: `rehome`, told in all the ways that a workflow can show.

Inputs come by the environment (`INPUT_...`), and so does the event. The exit status is
that of `rehome`; 2 also where there is nothing to compare.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from verify.ci.deepening import complete
from verify.ci.event import NoRangeError, Wanted, wanted_of
from verify.git import GitError
from verify.outcome import Outcome
from verify.render import formats, render
from verify.render._escape import inert, visible
from verify.saved import SavedError, outcome_of
from verify.terminal import Terminal

_APPLY, _VERIFY = "apply", "verify"
_SUMMARY_BYTES = 1_000_000  # GitHub takes 1 MiB of a step
_ENDINGS = {
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "junit": "xml",
    "markdown": "md",
    "text": "txt",
}


class InputError(Exception):
    """An input that cannot be used; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the action, as its inputs ask for it."""

    command: str
    arguments: tuple[str, ...]  # those that are no options
    options: tuple[str, ...]
    settings: tuple[str, ...]  # options of `rehome` itself
    formats: tuple[str, ...]
    folder: Path  # for what it writes
    wanted: Wanted | None = None  # the range, of `verify`
    environment: Mapping[str, str] = field(default_factory=dict)


def main() -> int:
    """Run the action; returns the exit status of the step."""
    environment = dict(os.environ)
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever the runner's locale
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        step = step_of(environment)
        if step.wanted is not None:
            complete(Path(), step.wanted, _say)
    except (InputError, NoRangeError, GitError) as error:
        return _could_not(str(error), environment)
    return _run(step)


def step_of(environment: Mapping[str, str]) -> Step:
    """What the inputs ask for. Raises InputError or NoRangeError."""
    command = _input(environment, "command") or _VERIFY
    wanted = None
    if command == _VERIFY:
        wanted = _range(environment)
        arguments: tuple[str, ...] = (wanted.text,)
    elif command == _APPLY:
        migrations = tuple(_input(environment, "migrations").split())
        paths = _lines(environment, "paths") or (".",)
        arguments = (*migrations, *paths)
    else:
        raise InputError(
            f"the input `command` is {command!r}: choose {_APPLY!r} or {_VERIFY!r}"
        )
    return Step(
        command,
        arguments,
        _options(environment),
        _settings(environment),
        _formats(environment),
        Path(tempfile.mkdtemp(prefix="rehome-", dir=environment.get("RUNNER_TEMP"))),
        wanted,
        environment,
    )


def _range(environment: Mapping[str, str]) -> Wanted:
    given = _input(environment, "range")
    if given:
        return Wanted(given)
    try:
        content = Path(environment.get("GITHUB_EVENT_PATH", "")).read_bytes()
        payload = json.loads(content)
    except (OSError, ValueError):
        payload = None
    if not isinstance(payload, dict):
        payload = {}
    return wanted_of(environment.get("GITHUB_EVENT_NAME", ""), payload)


def _options(environment: Mapping[str, str]) -> tuple[str, ...]:
    options = _lines(environment, "options")
    for each in options:
        name = each.partition("=")[0]
        if name in ("--format", "--output"):
            raise InputError(f"{name} has no place among the options: use `formats`")
    return options


def _settings(environment: Mapping[str, str]) -> tuple[str, ...]:
    given = _input(environment, "settings")
    if given == "none":
        return ("--no-settings",)
    return (f"--settings={given}",) if given else ()


def _formats(environment: Mapping[str, str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(_input(environment, "formats").split()))
    for name in wanted:
        if name not in formats():
            known = ", ".join(formats())
            raise InputError(f"{name!r} in the input `formats` is not one of {known}")
    return wanted


def _input(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"INPUT_{name.upper()}", "").strip()


def _lines(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    lines = environment.get(f"INPUT_{name.upper()}", "").split("\n")
    return tuple(line.strip() for line in lines if line.strip())


def _run(step: Step) -> int:
    """Run `rehome`, and tell what it found in every way that was asked for."""
    saved = step.folder / "rehome.json"
    status, said = _rehome(step, saved)
    try:
        outcome = outcome_of(saved.read_bytes())
    except (OSError, SavedError):
        lines = [line.strip() for line in said.split("\n") if line.strip()]
        return _could_not(lines[-1] if lines else "no result", step.environment)
    with _no_commands():
        _print(render(outcome, "text", Terminal()))
    _print(render(outcome, "github", Terminal()))
    _summarise(render(outcome, "markdown", Terminal()), step.environment)
    written = {"json": saved, **dict(_written(step, outcome))}
    _set_outputs(
        step.environment,
        {"verdict": outcome.verdict.value, "exit-status": str(status)}
        | {name: str(path) for name, path in written.items()},
    )
    return status


def _rehome(step: Step, saved: Path) -> tuple[int, str]:
    """The exit status, and what was said meanwhile."""
    check = ("--check",) if step.command == _APPLY else ()
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-m", "verify", *step.settings),
            *(step.command, *check),
            *("--format", "json", "--output", str(saved)),
            *(*step.options, "--", *step.arguments),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    with _no_commands():
        _print(said)
    return done.returncode if done.returncode >= 0 else 2, said


def _written(step: Step, outcome: Outcome) -> Iterator[tuple[str, Path]]:
    for name in step.formats:
        path = step.folder / f"rehome.{_ENDINGS.get(name, name)}"
        text = render(outcome, name, Terminal())
        path.write_text(text, "utf-8", "backslashreplace")
        yield name, path


@contextmanager
def _no_commands() -> Iterator[None]:
    """Let the runner obey nothing that is printed meanwhile, whatever it looks like."""
    word = secrets.token_hex(16)
    _print(f"::stop-commands::{word}\n")
    try:
        yield
    finally:
        _print(f"\n::{word}::\n")


def _print(text: str) -> None:
    """Print at once: the runner reads what other processes print as well."""
    click.echo(text, nl=False, color=False)


def _say(line: str) -> None:
    _print(f"{inert(visible(f'rehome: {line}'))}\n")


def _could_not(message: str, environment: Mapping[str, str]) -> int:
    """Say why there is no result, where people look."""
    text = visible(message.removeprefix("Error: "))
    data = text.replace("%", "%25")
    _print(f"::error title=rehome could not decide::{data}\n")
    code = text.replace("`", "'")
    _summarise(f"### `rehome`: could not decide\n\n`` {code} ``\n", environment)
    _set_outputs(environment, {"verdict": "undecided", "exit-status": "2"})
    return 2


def _summarise(markdown: str, environment: Mapping[str, str]) -> None:
    content = markdown.encode("utf-8", "backslashreplace")
    if len(content) > _SUMMARY_BYTES:
        content = b"The summary of `rehome` is too large to be shown: see the log.\n"
    _append(environment.get("GITHUB_STEP_SUMMARY"), content)


def _set_outputs(environment: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in outputs.items())
    _append(environment.get("GITHUB_OUTPUT"), lines.encode("utf-8", "surrogateescape"))


def _append(name: str | None, content: bytes) -> None:
    if name:
        with open(name, "ab") as file:
            file.write(content)


if __name__ == "__main__":
    sys.exit(main())
