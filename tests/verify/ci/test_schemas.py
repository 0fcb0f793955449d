"""What others read of ours, held against their schemas: the action, workflows, hooks,
and those that the guide shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.documentation.pages import File, read
from tests.snapshot import ROOT
from tests.verify.conftest import ENVIRONMENT

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch

GUIDE = ROOT / "docs/guard.md"
WORKFLOW, GITLAB = ".github/workflows/rehome.yml", ".gitlab-ci.yml"
CONFIG, HOOKS = ".pre-commit-config.yaml", ".pre-commit-hooks.yaml"


def shown(path: str) -> str:
    """The file that the guide shows; there is one of each."""
    groups = read(GUIDE).groups
    steps = [step for group in groups for step in group.steps]
    (text,) = (s.text for s in steps if isinstance(s, File) and s.path == path)
    return text


def check(schema: str, file: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, f"vendor.{schema}", file],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def require_valid(schema: str, file: Path) -> None:
    status, said = check(schema, file)
    assert status == 0, said


def test_the_action() -> None:
    require_valid("github-actions", ROOT / "action.yml")


def test_our_own_workflows() -> None:
    workflows = sorted(ROOT.glob(".github/workflows/*"))
    assert workflows
    for workflow in workflows:
        require_valid("github-workflows", workflow)


@pytest.mark.parametrize(
    ("schema", "name"), [("github-workflows", WORKFLOW), ("gitlab-ci", GITLAB)]
)
def test_what_the_guide_shows(schema: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.yml"
    file.write_text(shown(name))
    require_valid(schema, file)


def test_the_schemas_refuse_what_is_wrong(tmp_path: Path) -> None:
    wrong = {
        "github-actions": ROOT.joinpath("action.yml").read_text() + "extra: 1\n",
        "github-workflows": shown(WORKFLOW).replace("runs-on:", "run-on:"),
        "gitlab-ci": shown(GITLAB).replace("when: always", "when: often"),
    }
    for schema, text in wrong.items():
        file = tmp_path / "wrong.yml"
        file.write_text(text)
        assert check(schema, file)[0] == 1, schema


def test_inputs_and_outputs_that_the_workflows_name_are_there() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    own = (ROOT / ".github/workflows/ci.yml").read_text()
    for text in (own, shown(WORKFLOW)):
        steps = yaml.safe_load(text)["jobs"]["rehome"]["steps"]
        (ours,) = (each for each in steps if each.get("id") == "rehome")
        assert {*ours["with"]} <= {*action["inputs"]}
        named = text.split("steps.rehome.outputs.")[1:]
        assert named
        assert {each.split(" ")[0] for each in named} <= {*action["outputs"]}
        wanted = set(ours["with"]["formats"].split())
        assert {each.split(" ")[0] for each in named} <= wanted


# pre-commit


def pre_commit(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_pre_commit_reads_our_hooks_and_the_configurations(tmp_path: Path) -> None:
    assert pre_commit("validate-manifest", ROOT / HOOKS) == (0, "")
    file = tmp_path / CONFIG
    file.write_text(shown(CONFIG))
    assert pre_commit("validate-config", ROOT / CONFIG, file) == (0, "")


def test_configurations_name_hooks_that_there_are() -> None:
    hooks = {each["id"]: each for each in yaml.safe_load((ROOT / HOOKS).read_text())}
    (repo,) = yaml.safe_load(shown(CONFIG))["repos"]
    assert {each["id"] for each in repo["hooks"]} <= {*hooks}

    own = yaml.safe_load((ROOT / CONFIG).read_text())["repos"]
    ours = [h for r in own for h in r["hooks"] if h["id"].startswith("rehome")]
    assert ours
    for hook in ours:
        published = hooks[hook["id"]]
        same = {*published} - {"language", "description"}
        assert {k: hook[k] for k in same} == {k: published[k] for k in same}


# GitLab


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder with `rehome` of this tree, and a `pip` that installs nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    programs = {
        "pip": 'printf "%s\\n" "$@" >pip.txt',
        "rehome": f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m verify "$@"',
    }
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


CYCLE = {
    "pkg/__init__.py": "",
    "pkg/one.py": "from pkg.two import b\na = 1\n",
    "pkg/two.py": "from pkg.one import a\nb = 1\n",
}


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("bad", [False, True])
def test_the_lines_of_the_gitlab_job(
    bad: bool, merged: bool, commands: Path, make_scratch: MakeScratch
) -> None:
    scratch = make_scratch("user")
    base = scratch.commit({"a.py": "x = 1\n"})
    head = scratch.commit(CYCLE if bad else {"b.py": "x = 1\n"})
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head}
    if merged:
        scratch.git("switch", "--quiet", "--create", "target", base)
        scratch.commit({"a.py": "x = 2\n"})
        scratch.git("merge", "--quiet", "--no-edit", head)
        variables["CI_COMMIT_SHA"] = scratch.git("rev-parse", "HEAD")
        variables["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] = head
    job = yaml.safe_load(shown(GITLAB))["rehome"]
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=scratch.folder,
        env={
            **os.environ,
            **ENVIRONMENT,
            **variables,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "REHOME_URL": "https://example.org/rehome",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(bad), done.stdout + done.stderr
    installed = (scratch.folder / "pip.txt").read_text()
    assert installed == "install\nrehome @ git+https://example.org/rehome\n"
    for path in job["artifacts"]["paths"]:
        assert (scratch.folder / path).stat().st_size
    for report in job["artifacts"]["reports"].values():
        assert ("fatal" in (scratch.folder / report).read_text()) == bad
    assert ("fatal-cycle" in done.stdout) == bad


def test_a_gitlab_job_that_cannot_decide_ends_so(
    commands: Path, make_scratch: MakeScratch
) -> None:
    scratch = make_scratch("user")
    head = scratch.commit({"a.py": "x = 1\n"})
    job = yaml.safe_load(shown(GITLAB))["rehome"]
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "0" * 40, "CI_COMMIT_SHA": head}
    path = f"{commands}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=scratch.folder,
        env={**os.environ, **ENVIRONMENT, **variables, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
