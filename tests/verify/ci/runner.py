"""As much of GitHub's runner as a composite action needs."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
# What the runner says to every step, and no test may inherit from where it runs.
_OWN = ("GITHUB_", "INPUT_", "RUNNER_", "GIT_")


@dataclass(frozen=True)
class Ran:
    """What came of a step."""

    status: int
    log: str
    summary: str
    outputs: dict[str, str]


def composite(root: Path) -> dict[str, Any]:
    """The action in a folder."""
    loaded: dict[str, Any] = yaml.safe_load((root / "action.yml").read_text())
    return loaded


def inputs_of(action: dict[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """What a step sees: a default for each input that is not given."""
    unknown = {*given} - {*action["inputs"]}
    assert not unknown, unknown
    return {
        name: given.get(name, str(of.get("default", "")))
        for name, of in action["inputs"].items()
    }


def run_step(
    step: Mapping[str, Any],
    contexts: Mapping[str, str],
    *,
    workspace: Path,
    environment: Mapping[str, str],
) -> Ran:
    """Run a step as the runner does: expressions are filled into `env` as text, and
    the script goes to a file that bash reads.
    """
    temp = Path(contexts["runner.temp"])
    files = {
        name: temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
    }
    for file in files.values():
        file.write_text("")
    script = temp / "script.sh"
    script.write_text(step["run"])
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OWN)}
    filled = {name: _filled(text, contexts) for name, text in step["env"].items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
        cwd=workspace,
        env={
            **inherited,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(temp),
            **{name: str(file) for name, file in files.items()},
            **environment,
            **filled,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = files["GITHUB_OUTPUT"].read_text().splitlines()
    return Ran(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        files["GITHUB_STEP_SUMMARY"].read_text(),
        dict(line.split("=", 1) for line in lines),
    )


def _filled(text: str, contexts: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: contexts[found[1]], text)


def commands_in(log: str) -> list[str]:
    """The workflow commands that the runner would obey, in a log."""
    obeyed, word = [], None
    for line in log.splitlines():
        stripped = line.lstrip()
        if word is not None:
            if stripped.rstrip() == f"::{word}::":
                word = None
        elif stripped.startswith("::stop-commands::"):
            word = stripped.removeprefix("::stop-commands::").strip()
        elif stripped.startswith("::") or "##[" in line:
            obeyed.append(line)
    assert word is None, "commands stay stopped"
    return obeyed
