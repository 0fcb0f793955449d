"""Files in, files out: what is written, what is reported, and what never breaks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods import runner, workers
from codemods.finding import Verdict
from codemods.home import ModuleHome
from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.reading import LARGEST_TEXT
from codemods.rewrite import Edit, Options, Rewritten
from codemods.rules import (
    GENERATED_FILE,
    STAR_IMPORT,
    TEXT_REFERENCE,
    UNREADABLE,
)
from codemods.runner import Report, Rewrite, run
from codemods.sorting import ImportSorter

ROOT = Path(__file__).parents[2]
MIGRATION = """
id = "move-a"
title = "A has moved"
package = "pkg"
since = "2.0"

[[move]]
from = "pkg.old:A"
to = "pkg.new:A"
"""
NAMES = NameMap.compose([loads(MIGRATION, "move-a.toml")])
CALL_SITE = "from pkg.old import A\n"
REWRITTEN = "from pkg.new import A\n"


def fake(
    source: bytes,
    names: NameMap,
    *,
    path: str,
    home: ModuleHome | None,
    sorter: ImportSorter | None,
    options: Options | None,
) -> Rewritten:
    """Replaces a word, and does on the way what the file asks for."""
    if b"# raise" in source:
        raise LookupError("no\nsuch thing")
    if b"# kill" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"# exit" in source:
        os._exit(3)
    new = source.replace(b"pkg.old", b"pkg.new")
    return Rewritten(path, source, new, (Edit(1, "pkg.old", "pkg.new"),))


def apply(
    *paths: Path,
    names: NameMap = NAMES,
    jobs: int | None = 1,
    write: bool = True,
    rewrite: Rewrite | None = fake,
) -> Report:
    options = Options()
    return run(paths, names, options=options, jobs=jobs, write=write, rewrite=rewrite)


def make(root: Path, **files: str) -> None:
    for name, content in files.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


def traces(root: Path) -> dict[str, tuple[bytes, int, int, int]]:
    """Content, inode, time of change and mode of every file."""
    return {
        str(path): (
            path.read_bytes(),
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let even the smallest files go to processes of their own."""
    monkeypatch.setattr(runner, "BYTES_FOR_A_WORKER", 1)


# What is written


def test_writes_what_changes_and_touches_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, user=CALL_SITE, other="x = 1\r\n", empty="", odd="\ufeff\x0c\r")
    make(tmp_path, near="from pkg import older\n")
    before = traces(tmp_path)
    report = apply(tmp_path)
    after = traces(tmp_path)
    user = str(tmp_path / "user.py")
    assert after[user][0] == REWRITTEN.encode()
    assert after[user][3] == before[user][3]
    assert {**after, user: before[user]} == before
    assert [file.path for file in report.changed] == [user]
    assert report.changed[0].old == CALL_SITE.encode()
    assert (report.files_read, report.findings, report.left_out) == (5, (), {})
    assert report.files_relevant == 1


def test_the_real_rewriter_runs_by_default(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE + "A()\n", b="from pkg.old import *\n", c="def (:\n")
    make(tmp_path, d="from pkg.old import A as (\n")
    report = apply(tmp_path, rewrite=None)
    assert (tmp_path / "a.py").read_text() == REWRITTEN + "A()\n"
    assert (tmp_path / "b.py").read_text() == "from pkg.old import *\n"
    # c.py cannot have a call site, so that it does not parse is nobody's matter.
    assert [
        (f.rule.id, Path(f.place.path).name, f.place.line) for f in report.findings
    ] == [("star-import", "b.py", 1), ("unparsable", "d.py", 1)]
    assert report.verdict(check=False) is Verdict.UNDECIDED


def test_relative_imports_are_told_from_the_folders(tmp_path: Path) -> None:
    make(tmp_path / "pkg", __init__="", user="from .old import A\nA()\n")
    apply(tmp_path, rewrite=None)
    assert (tmp_path / "pkg/user.py").read_text() == "from .new import A\nA()\n"


def test_the_import_order_of_the_project_holds(tmp_path: Path) -> None:
    make(tmp_path, a="from pkg.middle import M\nfrom pkg.old import A\n\nM(A)\n")
    (tmp_path / "pyproject.toml").write_text('[tool.isort]\nprofile = "black"\n')
    names = NameMap.compose([loads(MIGRATION.replace("pkg.new", "pkg.aaa"), "m.toml")])
    apply(tmp_path, names=names, rewrite=None)
    assert (tmp_path / "a.py").read_text() == (
        "from pkg.aaa import A\nfrom pkg.middle import M\n\nM(A)\n"
    )


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)
    before = traces(tmp_path)
    report = apply(tmp_path, write=False)
    assert traces(tmp_path) == before
    assert [file.new for file in report.changed] == [REWRITTEN.encode()] * 2


@pytest.mark.parametrize("rewrite", [fake, None])
def test_a_second_run_changes_nothing(tmp_path: Path, rewrite: Rewrite | None) -> None:
    make(tmp_path, a=CALL_SITE, b="x = 1\n")
    apply(tmp_path, rewrite=rewrite)
    before = traces(tmp_path)
    report = apply(tmp_path, rewrite=rewrite)
    assert traces(tmp_path) == before
    assert report.changed == ()


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o664])
def test_mode_bits_stay(tmp_path: Path, mode: int) -> None:
    make(tmp_path, a=CALL_SITE)
    (tmp_path / "a.py").chmod(mode)
    apply(tmp_path)
    assert (tmp_path / "a.py").stat().st_mode & 0o7777 == mode


def test_a_read_only_file_is_reported_and_kept(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)
    (tmp_path / "a.py").chmod(0o444)
    report = apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == CALL_SITE
    assert [Path(file.path).name for file in report.changed] == ["b.py"]
    (finding,) = report.findings
    assert (finding.rule, "read-only" in finding.message) == (UNREADABLE, True)


def test_links_lead_nowhere(tmp_path: Path) -> None:
    make(tmp_path / "outside", a=CALL_SITE)
    make(tmp_path / "tree", b=CALL_SITE)
    (tmp_path / "tree/link.py").symlink_to(tmp_path / "outside/a.py")
    (tmp_path / "tree/folder").symlink_to(tmp_path / "outside")
    report = apply(tmp_path / "tree")
    assert (tmp_path / "outside/a.py").read_text() == CALL_SITE
    assert (tmp_path / "tree/link.py").is_symlink()
    assert report.left_out == {"linked": 2}


def test_a_link_that_is_named_stays_a_link(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE)
    (tmp_path / "link.py").symlink_to("a.py")
    apply(tmp_path / "link.py")
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "a.py").read_text() == REWRITTEN


def test_ignored_files_and_environments_are_left_alone(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE, gen=CALL_SITE)
    make(tmp_path / ".venv/lib", b=CALL_SITE)
    (tmp_path / ".gitignore").write_text("gen.py\n")
    report = apply(tmp_path)
    assert len(report.changed) == 1
    assert (tmp_path / "gen.py").read_text() == CALL_SITE
    assert (tmp_path / ".venv/lib/b.py").read_text() == CALL_SITE
    assert report.left_out == {"environment": 1, "ignored": 1}


def test_a_generated_file_is_reported_and_kept(tmp_path: Path) -> None:
    make(tmp_path, a="# @generated\n" + CALL_SITE, b_pb2=CALL_SITE, c_pb2="x = 1\n")
    report = apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == "# @generated\n" + CALL_SITE
    assert report.changed == ()
    assert [(f.rule, Path(f.place.path).name) for f in report.findings] == [
        (GENERATED_FILE, "a.py"),
        (GENERATED_FILE, "b_pb2.py"),
    ]
    assert report.verdict(check=False) is Verdict.FAIL


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), b"\xff\n-\x1b.py")))
    try:
        path.write_text(CALL_SITE)
    except OSError:
        pytest.skip("the file system refuses such names")
    report = apply(tmp_path)
    assert path.read_text() == REWRITTEN
    assert [file.path for file in report.changed] == [str(path)]


# What is reported


def test_paths_are_relative_to_the_current_folder_if_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "here/sub", a=CALL_SITE)
    make(tmp_path / "there", b=CALL_SITE)
    monkeypatch.chdir(tmp_path / "here")
    paths = [tmp_path / "here", Path("../there"), Path("../here/gone")]
    report = apply(*paths, write=False)
    assert [file.path for file in report.changed] == ["../there/b.py", "sub/a.py"]
    assert report.findings[0].place.path == "gone"


def test_a_current_folder_that_is_gone_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "tree", a=CALL_SITE)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    report = apply(tmp_path / "tree", Path("relative"))
    assert len(report.changed) == 1
    assert [f.place.path for f in report.findings] == ["relative"]


@pytest.mark.parametrize("jobs", [1, 4])
def test_what_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, jobs: int, many_workers: None
) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)
    os.mkfifo(tmp_path / "pipe.py")
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(1 << 40)
    pipe, gone = tmp_path / "pipe.py", tmp_path / "gone.py"
    report = apply(tmp_path, pipe, gone, jobs=jobs)
    assert len(report.changed) == 2
    assert {Path(f.place.path).name: f.rule for f in report.findings} == {
        "huge.py": UNREADABLE,
        "pipe.py": UNREADABLE,
        "gone.py": UNREADABLE,
    }
    assert report.files_read == 2
    assert report.verdict(check=False) is Verdict.UNDECIDED


def test_a_file_that_vanishes_on_the_way_is_a_finding(tmp_path: Path) -> None:
    make(tmp_path, a="x = 1\n", b=CALL_SITE, c=CALL_SITE)

    def remove(done: int, total: int) -> None:
        (tmp_path / "b.py").unlink(missing_ok=True)

    report = run(
        [tmp_path], NAMES, options=Options(), jobs=1, write=True, progress=remove
    )
    assert [Path(file.path).name for file in report.changed] == ["c.py"]
    assert [Path(f.place.path).name for f in report.findings] == ["b.py"]


def test_a_file_that_changes_on_the_way_is_kept(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)

    def interfere(
        source: bytes,
        names: NameMap,
        *,
        path: str,
        home: ModuleHome | None,
        sorter: ImportSorter | None,
        options: Options | None,
    ) -> Rewritten:
        if path.endswith("a.py"):
            Path(path).write_text("somebody else's\n")
        return fake(source, names, path=path, home=home, sorter=sorter, options=options)

    report = apply(tmp_path, rewrite=interfere)
    assert (tmp_path / "a.py").read_text() == "somebody else's\n"
    assert (tmp_path / "b.py").read_text() == REWRITTEN
    assert [Path(file.path).name for file in report.changed] == ["b.py"]
    assert "changed while" in report.findings[0].message


def test_the_verdict(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE)
    clean = apply(tmp_path, write=False)
    assert clean.verdict(check=False) is Verdict.OK
    assert clean.verdict(check=True) is Verdict.FAIL
    make(tmp_path, b="from pkg.old import *\n")
    assert apply(tmp_path, rewrite=None).findings[0].rule == STAR_IMPORT
    assert apply(tmp_path, rewrite=None).verdict(check=False) is Verdict.FAIL
    both = apply(tmp_path, tmp_path / "gone.py", rewrite=None)
    assert both.verdict(check=True) is Verdict.UNDECIDED


def test_progress_counts_every_file_once(tmp_path: Path) -> None:
    make(tmp_path, a=CALL_SITE, b="x = 1\n", c="", d=CALL_SITE)
    told: list[tuple[int, int]] = []
    run(
        [tmp_path],
        NAMES,
        options=Options(),
        jobs=1,
        write=False,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_nothing_to_do_is_ok(tmp_path: Path) -> None:
    report = apply(tmp_path)
    assert (report.files_read, report.changed, report.findings) == (0, (), ())
    assert report.verdict(check=True) is Verdict.OK


# Processes


def test_more_processes_change_no_result(tmp_path: Path, many_workers: None) -> None:
    for number in range(20):
        make(tmp_path, **{f"f{number}": CALL_SITE + "x = 1\n" * number})
    make(tmp_path, star="from pkg.old import *\n", broken="from pkg.old import A (\n")
    alone = apply(tmp_path, jobs=1, write=False, rewrite=None)
    assert len(alone.changed) == 20
    assert len(alone.findings) == 2
    for jobs in (2, 5, None):
        assert apply(tmp_path, jobs=jobs, write=False, rewrite=None) == alone


def test_processes_that_cannot_be_forked_do_as_well(
    tmp_path: Path, many_workers: None
) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)
    end = threading.Event()
    thread = threading.Thread(target=end.wait)  # forking is not safe beside it
    thread.start()
    try:
        report = apply(tmp_path, jobs=2, rewrite=None)
    finally:
        end.set()
        thread.join()
    assert (len(report.changed), report.findings) == (2, ())


@pytest.mark.parametrize(
    ("asks", "says"), [("# kill", "SIGKILL"), ("# exit", "status 3")]
)
def test_a_worker_that_dies_costs_its_file_only(
    tmp_path: Path, many_workers: None, asks: str, says: str
) -> None:
    for number in range(8):
        make(tmp_path, **{f"f{number}": CALL_SITE})
    make(tmp_path, f3=CALL_SITE + asks, f5=CALL_SITE + asks)
    report = apply(tmp_path, jobs=2)
    assert len(report.changed) == 6
    assert [Path(f.place.path).name for f in report.findings] == ["f3.py", "f5.py"]
    for finding in report.findings:
        assert finding.rule == UNREADABLE
        assert says in finding.message
    assert (tmp_path / "f3.py").read_text() == CALL_SITE + asks
    assert report.verdict(check=False) is Verdict.UNDECIDED


def test_workers_that_all_die_are_given_up(tmp_path: Path, many_workers: None) -> None:
    for number in range(50):
        make(tmp_path, **{f"f{number}": CALL_SITE + "# kill"})
    report = apply(tmp_path, jobs=2)
    assert report.changed == ()
    assert len(report.findings) == 50
    ended = [f for f in report.findings if "SIGKILL" in f.message]
    assert 3 <= len(ended) <= 6


def test_without_processes_the_work_is_done_in_this_one(
    tmp_path: Path, many_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(workers, "_Worker", refuse)
    make(tmp_path, a=CALL_SITE, b=CALL_SITE)
    report = apply(tmp_path, jobs=2)
    assert (len(report.changed), report.findings) == (2, ())


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_of_the_rewriter_costs_its_file_only(
    tmp_path: Path, many_workers: None, jobs: int
) -> None:
    make(tmp_path, a=CALL_SITE, b=CALL_SITE + "# raise\n", c=CALL_SITE)
    report = apply(tmp_path, jobs=jobs)
    assert len(report.changed) == 2
    (finding,) = report.findings
    assert finding.rule == UNREADABLE
    assert "LookupError: no such thing" in finding.message
    assert "\n" not in finding.message


# A run that is ended from outside

PROGRAM = """
    import sys, time
    from pathlib import Path
    from codemods import runner
    from codemods.migration import loads
    from codemods.namemap import NameMap
    from codemods.rewrite import Options, Rewritten

    class Slow:
        def __call__(self, source, names, *, path, **_):
            time.sleep(float(sys.argv[3]))
            return Rewritten(path, source, source.replace(b"pkg.old", b"pkg.new"))

    runner.BYTES_FOR_A_WORKER = 1
    print("ready", flush=True)
    runner.run(
        [Path(sys.argv[1])],
        NameMap.compose([loads(sys.stdin.read(), "m.toml")]),
        options=Options(),
        jobs=int(sys.argv[2]),
        write=True,
        rewrite=Slow(),
    )
"""


if TYPE_CHECKING:
    Program = subprocess.Popen[bytes]
    Start = Callable[[Path, int, float], Program]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start runs in a group of their own, of which nothing outlives the test."""
    started: list[Program] = []

    def start(folder: Path, jobs: int, seconds_a_file: float) -> Program:
        started.append(launch(folder, jobs, seconds_a_file))
        return started[-1]

    yield start
    for program in started:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


def launch(folder: Path, jobs: int, seconds_a_file: float) -> Program:
    program = subprocess.Popen(
        [
            *(sys.executable, "-c", textwrap.dedent(PROGRAM)),
            *(str(folder), str(jobs), str(seconds_a_file)),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(MIGRATION.encode())
    program.stdin.close()
    program.stdin = None
    assert program.stdout.readline() == b"ready\n"
    return program


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_while_rewriting(
    tmp_path: Path, start: Start, jobs: int, number: signal.Signals
) -> None:
    for name in range(20):
        make(tmp_path, **{f"f{name}": CALL_SITE})
    before = traces(tmp_path)
    # After SIGKILL nobody can tell the workers: they go when their file is done.
    program = start(tmp_path, jobs, 60 if number == signal.SIGINT else 1)
    time.sleep(0.3)
    if number == signal.SIGINT:
        os.killpg(program.pid, number)  # as a terminal does
    else:
        program.send_signal(number)
    # Ends only when every process has closed its end: none is left behind.
    _, errors = program.communicate(timeout=30)
    assert program.returncode == -number
    assert errors.count(b"Traceback") == (1 if number == signal.SIGINT else 0)
    assert traces(tmp_path) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_while_writing(
    tmp_path: Path, start: Start, number: signal.Signals
) -> None:
    old = CALL_SITE + "x = 1\n" * 20_000
    new = REWRITTEN + "x = 1\n" * 20_000
    for name in range(300):
        make(tmp_path, **{f"f{name:03}": old})
    program = start(tmp_path, 1, 0)
    first = tmp_path / "f000.py"
    waiting_since = time.monotonic()
    while first.read_bytes() == old.encode():
        assert program.poll() is None
        assert time.monotonic() - waiting_since < 60
    program.send_signal(number)
    program.communicate(timeout=60)
    assert program.returncode == -number
    contents = [path.read_text() for path in sorted(tmp_path.glob("f*.py"))]
    assert len(contents) == 300
    assert set(contents) == {old, new}
    if number != signal.SIGKILL:
        assert len(os.listdir(tmp_path)) == 300
    # What was left over is made up for, and nothing is done twice.
    report = apply(tmp_path)
    assert len(report.changed) == contents.count(old)
    assert apply(tmp_path).changed == ()


def test_importing_the_runner_is_quick() -> None:
    heavy = ["git", "isort", "libcst", "multiprocessing", "concurrent.futures"]
    check = f"import sys, codemods.runner; print({heavy} & sys.modules.keys())"
    check = check.replace(str(heavy), str(set(heavy)))
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


# Texts


def apply_text(*paths: Path, text: bool = True, write: bool = True) -> Report:
    options = Options(text=text)
    return run(paths, NAMES, options=options, jobs=1, write=write)


def test_texts_are_told_and_with_the_option_rewritten(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbft: pkg.old.A\r\n")
    (tmp_path / "b.md").write_bytes(b"pkg.older.A\n")
    make(tmp_path, c="x = 1\n")
    before = traces(tmp_path)
    told = apply_text(tmp_path, text=False)
    assert traces(tmp_path) == before
    assert [f.rule for f in told.findings] == [TEXT_REFERENCE]
    assert (told.changed, told.files_read, told.texts_read) == ((), 1, 2)
    done = apply_text(tmp_path)
    assert (tmp_path / "a.yaml").read_bytes() == b"\xef\xbb\xbft: pkg.new.A\r\n"
    assert [Path(file.path).name for file in done.changed] == ["a.yaml"]
    after = traces(tmp_path)
    assert apply_text(tmp_path).changed == ()
    assert traces(tmp_path) == after
    untouched = {path: was for path, was in before.items() if "a.yaml" not in path}
    assert {**after, **untouched} == after


def test_a_text_that_is_named_is_read_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("pkg.old.A\n")
    (tmp_path / "script").write_text(CALL_SITE)
    apply_text(tmp_path / "a.md", tmp_path / "script")
    assert (tmp_path / "a.md").read_text() == "pkg.new.A\n"
    assert (tmp_path / "script").read_text() == REWRITTEN


def test_texts_that_are_left_out(tmp_path: Path) -> None:
    """Ignored, linked, binary, of the past, generated, a migration: as they were."""
    kept = {
        "ignored.yaml": b"pkg.old.A\n",
        "picture.dat": b"pkg.old.A\n\0",
        "photo.png": b"pkg.old.A\n",
        "CHANGELOG.md": b"pkg.old.A moved\n",
        "own.toml": b'[[move]]\nfrom = "pkg.old:A"\n',
        "lock.yaml": b"# @generated\npkg.old.A\n",
        ".venv/a.yaml": b"pkg.old.A\n",
    }
    for name, data in kept.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / ".gitignore").write_text("ignored.yaml\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    report = apply_text(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    assert report.changed == ()
    assert [f.rule for f in report.findings] == [GENERATED_FILE]
    assert report.left_out == {"change log": 1, "environment": 1, "migration": 1}


@pytest.mark.parametrize("text", [True, False])
def test_a_large_text_is_only_asked(tmp_path: Path, text: bool) -> None:
    blank = b"x" * (LARGEST_TEXT - 4)
    (tmp_path / "named.txt").write_bytes(blank + b" pkg.old.A\n")
    (tmp_path / "other.txt").write_bytes(blank + b" pkg.older.A\n")
    (tmp_path / "binary.dat").write_bytes(b"\0" + blank + b" pkg.old.A\n")
    report = apply_text(tmp_path, text=text)
    (finding,) = report.findings
    assert (finding.rule, Path(finding.place.path).name) == (UNREADABLE, "named.txt")
    assert "too large" in finding.message
    assert report.verdict(check=False) is Verdict.UNDECIDED


def test_a_read_only_text_is_reported_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("pkg.old.A\n")
    (tmp_path / "a.yaml").chmod(0o444)
    report = apply_text(tmp_path)
    assert (tmp_path / "a.yaml").read_text() == "pkg.old.A\n"
    assert [f.rule for f in report.findings] == [UNREADABLE]


def test_texts_go_to_other_processes_as_well(
    tmp_path: Path, many_workers: None
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.md").write_text("pkg.old.A\n")
        make(tmp_path, **{f"m{number}": CALL_SITE})
    report = run([tmp_path], NAMES, options=Options(text=True), jobs=3, write=True)
    assert len(report.changed) == 8
    assert (tmp_path / "3.md").read_text() == "pkg.new.A\n"
