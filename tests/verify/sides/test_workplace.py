"""Sides are made, run on their own, and gone afterwards, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.conftest import Scratch
from verify.sides.errors import SideError
from verify.sides.process import Ending
from verify.sides.side import Side
from verify.sides.workplace import Workplace

MakeEntry = Callable[[str], dict[str, Path]]


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)


def left_in(tmp_path: Path) -> list[Path]:
    return [*(tmp_path / "temporary").iterdir()]


def project(tmp_path: Path, body: str = "x = 1\n") -> Path:
    folder = tmp_path / "project"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "__init__.py").write_text(body)
    return folder


def run(
    place: Workplace, text: str | Path, packages: dict[str, Path], seconds: float = 60
) -> Ending:
    side = place.open(str(text))
    return place.start(side, packages, "probe.entry", {"a": 1}).wait(seconds)


def test_a_side_imports_its_own_code(tmp_path: Path, entry: MakeEntry) -> None:
    body = "import pkg; assert pkg.x == 1; print(started.own(), started.strangers())"
    with Workplace() as place:
        ending = run(place, project(tmp_path), entry(body))
    assert (ending.status, ending.said) == (0, "['pkg'] []\n")


def test_nothing_of_ours_is_on_its_import_path(
    tmp_path: Path, entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    body = (
        "import sys; print([p for p in sys.path if 'verify' in p], started.arguments)"
    )
    body += f"\nassert {str(tmp_path)!r} not in sys.path"
    with Workplace() as place:
        ending = run(place, project(tmp_path), entry(body))
    assert ending.said == "[] {'a': 1}\n"


def test_a_module_from_elsewhere_is_a_stranger(
    tmp_path: Path, entry: MakeEntry
) -> None:
    """As an installed copy would be: the name is the side's, the file is not."""
    folder = project(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pkg.py").touch()
    body = f"import sys; sys.path.insert(0, {str(elsewhere)!r}); import pkg"
    body += "\nprint(started.own(), *started.strangers())"
    with Workplace() as place:
        ending = run(place, folder, entry(body))
    assert ending.said == f"[] pkg from {elsewhere / 'pkg.py'}\n"


def test_an_environment_inside_the_side_is_elsewhere(
    tmp_path: Path, entry: MakeEntry
) -> None:
    folder = project(tmp_path)
    inner = folder / ".venv" / "lib" / "site-packages"
    inner.mkdir(parents=True)
    (inner / "pkg.py").touch()
    body = f"import sys; sys.path.insert(0, {str(inner)!r}); import pkg"
    body += "\nprint(started.own())"
    with Workplace() as place:
        assert run(place, folder, entry(body)).said == "[]\n"


def test_both_runs_have_the_same_hashes(tmp_path: Path, entry: MakeEntry) -> None:
    packages = entry("print(hash('a'), list({'a', 'b', 'c', 'd'}))")
    with Workplace(seed=7) as place:
        first = run(place, project(tmp_path), packages)
        second = run(place, tmp_path / "project", packages)
    assert first.said == second.said


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("import os; os._exit(3)", "ended with status 3"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "killed by SIGSEGV",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out of memory"),
        ("raise ValueError('so it is')", "ValueError: so it is"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("b'x' * (1 << 40)", "out of memory"),
    ],
)
def test_how_a_process_ended(
    tmp_path: Path, entry: MakeEntry, body: str, cause: str
) -> None:
    with Workplace(memory=1 << 30) as place:
        ending = run(place, project(tmp_path), entry(body))
    assert not ending.is_clean
    assert cause in ending.cause
    assert left_in(tmp_path) == []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # What init has not collected yet is dead all the same.
    status = Path(f"/proc/{pid}/stat")
    return (
        not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    )


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_one_that_takes_too_long_is_killed_with_its_children(
    tmp_path: Path, entry: MakeEntry
) -> None:
    body = "import subprocess, time; print(subprocess.Popen(['sleep', '99']).pid)"
    with Workplace() as place:
        ending = run(place, project(tmp_path), entry(f"{body}; time.sleep(99)"), 3)
        assert "no answer in 3 seconds" in ending.cause
        assert wait_for(lambda: not alive(int(ending.said)))
    assert left_in(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_child_that_left_its_group_is_killed_at_the_end(
    tmp_path: Path, entry: MakeEntry
) -> None:
    start = "subprocess.Popen(['sleep', '99'], start_new_session=True)"
    with Workplace() as place:
        body = f"import subprocess; print({start}.pid)"
        stray = int(run(place, project(tmp_path), entry(body)).said)
        assert alive(stray)
    assert wait_for(lambda: not alive(stray))


def test_a_revision_is_a_worktree_that_goes(
    scratch: Scratch, tmp_path: Path, entry: MakeEntry
) -> None:
    scratch.commit({"pkg/__init__.py": "x = 1\n"})
    scratch.commit({"pkg/__init__.py": "x = 2\n"})
    before = scratch.git("worktree", "list")
    packages = entry("import pkg; print(pkg.x)")
    with Workplace() as place:
        side = place.open("git:HEAD~1", repository=scratch.folder)
        assert not side.folder.is_relative_to(scratch.folder)
        ending = place.start(side, packages, "probe.entry", None).wait(60)
        assert scratch.git("worktree", "list") != before
    assert ending.said == "1\n"
    assert scratch.git("worktree", "list") == before
    assert not (scratch.folder / ".git" / "worktrees").exists()
    assert left_in(tmp_path) == []


def test_worktrees_of_others_stay(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit({"a.py": ""})
    other = tmp_path / "other"
    scratch.git("worktree", "add", "--quiet", "--detach", str(other))
    with Workplace() as place:
        place.open("git:HEAD", repository=scratch.folder)
    assert str(other) in scratch.git("worktree", "list")


def test_no_hook_runs(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit({"a.py": ""})
    hook = scratch.folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    with Workplace() as place:
        place.open("git:HEAD", repository=scratch.folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_however_we_end(
    scratch: Scratch, tmp_path: Path, entry: MakeEntry, name: str
) -> None:
    scratch.commit({"pkg/__init__.py": ""})
    packages = entry("import time; time.sleep(99)")
    # Where this runs in the background, the shell has SIGINT ignored.
    program = f"""
import signal
import sys
from pathlib import Path
from verify.sides.workplace import Workplace
signal.signal(signal.SIGINT, signal.default_int_handler)
with Workplace() as place:
    side = place.open("git:HEAD", repository=Path({str(scratch.folder)!r}))
    packages = {{"probe": Path({str(packages["probe"])!r})}}
    child = place.start(side, packages, "probe.entry", None)
    print(child.process.pid, flush=True)
    child.wait()
"""
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert left_in(tmp_path)
    process.send_signal(getattr(signal, name))
    process.communicate()
    assert process.returncode != 0
    assert wait_for(lambda: not left_in(tmp_path))
    assert wait_for(lambda: not alive(child))
    assert wait_for(lambda: not (scratch.folder / ".git" / "worktrees").exists())


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_nothing_is_left_when_git_is_at_work(
    scratch: Scratch, tmp_path: Path, name: str
) -> None:
    """A slow filter holds the checkout up, and we are gone before it ends."""
    scratch.commit({"a.py": "", "b.py": "x = 1\n", ".gitattributes": "*.py filter=f\n"})
    began = tmp_path / "began"
    scratch.git("config", "filter.f.smudge", f"echo $$ >> '{began}'; sleep 30; cat")
    program = f"""
from pathlib import Path
from verify.sides.workplace import Workplace
with Workplace() as place:
    place.open("git:HEAD", repository=Path({str(scratch.folder)!r}))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert wait_for(lambda: began.exists() and bool(began.read_text().strip()))
    process.send_signal(getattr(signal, name))
    assert process.wait(20)
    assert wait_for(lambda: not left_in(tmp_path))
    assert wait_for(lambda: not alive(int(began.read_text().split()[0])))
    assert wait_for(lambda: not (scratch.folder / ".git" / "worktrees").exists())
    assert len(began.read_text().split()) == 1  # git did not go on


@pytest.mark.parametrize(
    "text", ["nowhere", "git:no-such-ref", "git:--help", "git:-x", "git:HEAD:a.py"]
)
def test_sides_that_cannot_be_had(scratch: Scratch, tmp_path: Path, text: str) -> None:
    scratch.commit({"a.py": ""})
    with Workplace() as place, pytest.raises(SideError):
        place.open(text, repository=scratch.folder)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("root", ["../..", "none", "/etc"])
def test_roots_that_are_no_part_of_the_side(tmp_path: Path, root: str) -> None:
    folder = project(tmp_path)
    with Workplace() as place, pytest.raises(SideError):
        place.open(str(folder), roots=[root])


def test_no_room_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(SideError, match="no folder can be made"), Workplace():
        pass


def test_an_interpreter_is_not_looked_for_in_the_side(
    tmp_path: Path, entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bin/python` is a path from here; its processes run in the side."""
    folder = project(tmp_path)
    for place in (folder, tmp_path / "here"):
        (place / "bin").mkdir(parents=True)
        (place / "bin" / "python").write_text(
            f"#!/bin/sh\nexport WHOSE={place.name}\nexec '{sys.executable}' \"$@\"\n"
        )
        (place / "bin" / "python").chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    with Workplace(python="bin/python") as made:
        ending = run(made, folder, entry("import os; print(os.environ['WHOSE'])"))
    assert ending.said == "here\n"


def test_an_interpreter_that_is_not_there(tmp_path: Path, entry: MakeEntry) -> None:
    with Workplace(python="/no/such/python") as place:
        side = place.open(str(project(tmp_path)))
        with pytest.raises(SideError, match="cannot be run"):
            place.start(side, entry("pass"), "probe.entry", None)


COMMIT = "0123abcd" * 5


@pytest.mark.parametrize(
    ("text", "identity", "label", "shown"),
    [
        ("pkg", "", "pkg", "pkg"),
        ("git:main", "0123abcd4567", "git:main", "git:main (0123abcd4567)"),
        (f"git:{COMMIT}", COMMIT[:12], f"git:{COMMIT[:12]}", f"git:{COMMIT[:12]}"),
    ],
)
def test_a_commit_that_is_named_by_its_id_is_told_once(
    tmp_path: Path, text: str, identity: str, label: str, shown: str
) -> None:
    side = Side(text, tmp_path, (tmp_path,), tmp_path, identity)
    assert (side.label, str(side)) == (label, shown)
