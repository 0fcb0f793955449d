"""`action.yml`, its steps run as GitHub's runner would run them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.snapshot import ROOT, make_snapshot, once
from tests.verify.ci.runner import Ran, commands_in, composite, inputs_of, run_step

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch

OLD = "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"
CYCLE = {
    "pkg/__init__.py": "",
    "pkg/one.py": "from pkg.two import b\na = 1\n",
    "pkg/two.py": "from pkg.one import a\nb = 1\n",
}
CYCLES = "--only\ncycles,leftovers"
HOSTILE = "x;touch${IFS}hit;$(touch hit)`touch hit`"

Action = Callable[..., Ran]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runner's temporary folder, in which the step that installs has run."""

    def install(folder: Path) -> None:
        project = once(tmp_path_factory, "snapshot", make_snapshot)
        (folder / "workspace").mkdir()
        # What Python would import instead of its own modules, from the folder it is in.
        for name in ("venv", "pip", "verify", "click"):
            (folder / f"workspace/{name}.py").write_text("raise SystemExit('shadowed')")
        action = composite(project)
        contexts = {"github.action_path": str(project), "runner.temp": str(folder)}
        contexts |= {"inputs.python": sys.executable}
        step = action["runs"]["steps"][0]
        workspace = folder / "workspace"
        done = run_step(step, contexts, workspace=workspace, environment={})
        assert done.status == 0, done.log

    return once(tmp_path_factory, "action", install)


@pytest.fixture
def action(installed: Path, tmp_path: Path) -> Action:
    """Run the step that runs `rehome`, in a workspace, for an event."""

    def run(
        workspace: Path, event: str = "", payload: Any = None, **inputs: str
    ) -> Ran:
        temp = tmp_path / "runner"
        temp.mkdir(exist_ok=True)
        if not (temp / "rehome-venv").exists():
            (temp / "rehome-venv").symlink_to(installed / "rehome-venv")
        (temp / "event.json").write_text(json.dumps(payload or {}))
        given = inputs_of(composite(ROOT), inputs)
        contexts = {f"inputs.{name}": text for name, text in given.items()}
        contexts |= {"github.action_path": str(ROOT), "runner.temp": str(temp)}
        (step,) = (s for s in composite(ROOT)["runs"]["steps"] if s.get("id"))
        environment = {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        return run_step(step, contexts, workspace=workspace, environment=environment)

    return run


@pytest.fixture
def origin(make_scratch: MakeScratch) -> Scratch:
    """What a checkout is cloned from; it gives any commit by its id, as GitHub does."""
    scratch = make_scratch("origin")
    scratch.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for number in range(5):
        scratch.commit({"a.py": f"x = {number}\n"})
    return scratch


def pull_request(origin: Scratch, commits: int = 1) -> dict[str, Any]:
    """Make a pull request that brings a fatal cycle, and the merge commit of it, while
    main goes on; the payload of its event.
    """
    origin.git("switch", "--quiet", "--create", f"change-{HOSTILE}".replace(" ", "_"))
    for number in range(commits - 1):
        origin.commit({"change.py": f"x = {number}\n"})
    head = origin.commit(CYCLE)
    origin.git("switch", "--quiet", "main")
    for number in range(3):
        base = origin.commit({"main.py": f"x = {number}\n"})
    origin.git("switch", "--quiet", "--detach")
    origin.git("merge", "--quiet", "--no-edit", head)
    origin.git("update-ref", "refs/pull/1/merge", "HEAD")
    origin.git("switch", "--quiet", "main")
    branch = {"ref": f"change-{HOSTILE}", "sha": head}
    return {"pull_request": {"base": {"ref": "main", "sha": base}, "head": branch}}


def checkout(origin: Scratch, folder: Path, ref: str, depth: int = 1) -> Path:
    """Do what actions/checkout does."""
    origin.git("init", "--quiet", folder)
    git = ("-C", folder)
    origin.git(*git, "remote", "add", "origin", origin.folder.as_uri())
    deep = (f"--depth={depth}",) if depth else ()
    refs = [f"+{ref}:refs/remotes/{ref.removeprefix('refs/')}"]
    if not depth:
        refs.append("+refs/heads/*:refs/remotes/origin/*")
    origin.git(*git, "fetch", "--quiet", "--no-tags", *deep, "origin", *refs)
    origin.git(*git, "checkout", "--quiet", f"refs/remotes/{ref.removeprefix('refs/')}")
    return folder


@pytest.mark.parametrize("depth", [1, 2, 0])
@pytest.mark.parametrize("commits", [1, 100])
def test_a_pull_request_from_any_depth(
    origin: Scratch, tmp_path: Path, action: Action, depth: int, commits: int
) -> None:
    payload = pull_request(origin, commits)
    workspace = checkout(origin, tmp_path / "work", "refs/pull/1/merge", depth)
    ran = action(
        workspace, "pull_request", payload, options=CYCLES, formats="sarif html"
    )

    assert ran.status == 1, ran.log
    assert ran.outputs["verdict"] == "fail"
    assert ran.outputs["exit-status"] == "1"
    annotations = commands_in(ran.log)
    assert [a for a in annotations if a.startswith("::error file=pkg/one.py,line=1")]
    assert "`rehome verify`" in ran.summary
    assert "fatal" in ran.summary
    result = json.loads(Path(ran.outputs["json"]).read_text())
    assert result["facts"]["head"] == payload["pull_request"]["head"]["sha"]
    assert result["facts"]["diverged"] is False  # what main did meanwhile is left out
    assert json.loads(Path(ran.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert Path(ran.outputs["html"]).read_text().lower().startswith("<!doctype html>")
    assert not (workspace / "hit").exists()
    assert ("git fetch" in ran.log) == (depth != 0)


def test_a_range_that_cannot_be_fetched_is_told(
    origin: Scratch, tmp_path: Path, action: Action
) -> None:
    payload = pull_request(origin)
    workspace = checkout(origin, tmp_path / "work", "refs/pull/1/merge")
    origin.git("-C", workspace, "remote", "set-url", "origin", tmp_path / "gone")
    ran = action(workspace, "pull_request", payload, options=CYCLES)
    assert ran.status == 2
    (told,) = commands_in(ran.log)
    assert told.startswith("::error title=rehome could not decide::")
    assert "`fetch-depth: 0`" in told
    assert "fetch-depth: 0" in ran.summary
    assert ran.outputs == {"verdict": "undecided", "exit-status": "2"}


def test_a_push_and_one_that_was_forced(
    origin: Scratch, tmp_path: Path, action: Action
) -> None:
    before = origin.git("rev-parse", "HEAD")
    after = origin.commit({**CYCLE, "pkg/two.py": "b = 1\n"})
    workspace = checkout(origin, tmp_path / "work", "refs/heads/main")
    payload = {"before": before, "after": after}
    assert action(workspace, "push", payload, options=CYCLES).status == 0

    origin.git("reset", "--quiet", "--hard", "HEAD~3")
    forced = origin.commit(CYCLE)
    workspace = checkout(origin, tmp_path / "again", "refs/heads/main")
    payload = {"before": after, "after": forced}
    ran = action(workspace, "push", payload, options=CYCLES)
    assert ran.status == 1, ran.log


def test_a_range_that_a_person_wrote(
    origin: Scratch, tmp_path: Path, action: Action
) -> None:
    pull_request(origin)
    workspace = checkout(origin, tmp_path / "work", "refs/pull/1/merge")
    ran = action(workspace, "schedule", range="origin/main...HEAD", options=CYCLES)
    assert ran.status == 1, ran.log
    ran = action(workspace, "schedule", options=CYCLES)
    assert ran.status == 2
    assert "give the input `range`" in ran.log


def test_apply_finds_call_sites(make_scratch: MakeScratch, action: Action) -> None:
    scratch = make_scratch("user")
    odd = "::error::\n##[x] %0A.py"
    scratch.commit({"a.py": OLD, odd: OLD, "-x.py": OLD, "other/b.py": OLD})
    ran = action(
        scratch.folder, command="apply", migrations="sglang", paths="a.py\n-x.py\n."
    )
    assert ran.status == 1, ran.log
    assert "4 files read; 4 would be rewritten" in ran.summary
    told = commands_in(ran.log)
    assert len(told) == 4
    assert all(line.startswith("::error file=") for line in told)
    assert not scratch.git("status", "--porcelain")

    scratch.commit({"a.py": None, odd: None, "-x.py": None})
    narrowed = {"command": "apply", "migrations": "sglang", "formats": "junit"}
    assert action(scratch.folder, **narrowed, paths="other").status == 1
    scratch.commit({"other/b.py": "", "c.py": ""})
    ran = action(scratch.folder, **narrowed, paths="c.py")
    assert (ran.status, ran.outputs["verdict"]) == (0, "ok")
    assert Path(ran.outputs["junit"]).read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"command": HOSTILE}, "choose 'apply' or 'verify'"),
        ({"range": HOSTILE}, "names no commit here"),
        ({"range": "x\n::error::hit\r\n##[group]`"}, "names no commit here"),
        ({"command": "::error::hit\n::error::hit"}, "choose 'apply' or 'verify'"),
        ({"range": "--output=hit"}, "names no commit here"),
        ({"range": "HEAD~1..HEAD", "options": "--output=hit"}, "has no place among"),
        ({"range": "HEAD~1..HEAD", "options": "--nothing"}, "No such option"),
        ({"range": "HEAD~1..HEAD", "options": HOSTILE}, "unexpected extra argument"),
        ({"range": "HEAD~1..HEAD", "formats": "../../hit"}, "is not one of github"),
        ({"command": "apply", "migrations": HOSTILE}, "is no migration"),
        ({"command": "apply", "migrations": "sglang", "paths": HOSTILE}, "hit"),
        ({"command": "apply", "migrations": "--help"}, "is no migration"),
    ],
)
def test_no_input_is_code_or_an_option(
    origin: Scratch, action: Action, inputs: dict[str, str], says: str
) -> None:
    ran = action(origin.folder, **inputs)
    assert ran.status == 2, ran.log
    assert says in ran.log
    assert len(commands_in(ran.log)) == 1
    assert not list(origin.folder.glob("hit*"))
    assert ran.outputs["verdict"] == "undecided"


def test_settings_of_the_checked_tree_can_be_left_out(
    origin: Scratch, action: Action, tmp_path: Path
) -> None:
    entry = (
        '[[tool.rehome.accepted]]\nrule = "fatal-cycle"\npath = "/pkg/"\nreason = "x"'
    )
    origin.commit({**CYCLE, "pyproject.toml": entry})
    range_ = {"range": "HEAD~1..HEAD", "options": CYCLES}
    assert action(origin.folder, **range_).status == 0
    assert action(origin.folder, **range_, settings="none").status == 1
    other = tmp_path / "-other.toml"
    other.write_text("[tool.rehome]\n")
    assert action(origin.folder, **range_, settings=str(other)).status == 1
    ran = action(origin.folder, **range_, settings="--version")
    assert (ran.status, ran.outputs["verdict"]) == (2, "undecided")


def test_modules_of_the_workspace_are_not_imported(
    origin: Scratch, action: Action
) -> None:
    names = ("verify", "click", "json", "codemods", "sitecustomize")
    origin.commit({f"{name}.py": "raise SystemExit('shadowed')" for name in names})
    ran = action(origin.folder, range="HEAD~2..HEAD~1", options=CYCLES)
    assert ran.status == 0, ran.log


def test_a_summary_is_never_too_large(origin: Scratch, action: Action) -> None:
    origin.commit(
        {f"pkg/a{n}.py": f"x = {n}\ny = '{'é' * 400}'\n" for n in range(3000)}
    )
    ran = action(origin.folder, range="HEAD~1..HEAD", options="--only\nmoves")
    assert ran.status == 1, ran.log[-2000:]
    assert 1000 < len(ran.summary.encode()) < 2**20


def test_nothing_is_filled_into_a_script() -> None:
    """Every expression stands in `env`, where it is text."""
    for step in composite(ROOT)["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_output_comes_from_the_step() -> None:
    action = composite(ROOT)
    for name, output in action["outputs"].items():
        assert output["value"] == f"${{{{ steps.rehome.outputs.{name} }}}}"
