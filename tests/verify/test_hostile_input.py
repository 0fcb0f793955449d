"""Odd and hostile repositories, asked by every command: a clear error, or an answer."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from verify.cli import main

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch

COMMANDS = ["verify", "moves", "blame", "leftovers", "surface"]
FORMATS = ["text", "json", "markdown", "github", "gitlab", "html", "junit", "sarif"]

FUNCTION = "".join(f"    step_{n} = value.part_{n}(value, {n})\n" for n in range(9))
OLD = f"import os\n\n\ndef kept():\n    return os\n\n\ndef moved(value):\n{FUNCTION}"
REST = "import os\n\n\ndef kept():\n    return os\n"
NEW = f"def moved(value):\n{FUNCTION}"
BOTH = {"pkg/__init__.py": "", "doc.md": "See pkg.old.moved.\n"}
# Every command names it in its own way.
FOUND = re.compile(r"pkg[./]new")
Files = Mapping[str, "str | bytes | None"]


class Shown(NamedTuple):
    status: int
    out: str
    err: str


Ask = Callable[..., Shown]


@pytest.fixture(params=COMMANDS)
def ask(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run one of the commands on a folder and a range."""

    def run(folder: Path, *arguments: str) -> Shown:
        status = main([request.param, "--repo", str(folder), *arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert "mistake of rehome" not in shown.err
        return Shown(status, shown.out, shown.err)

    return run


def said(shown: Shown) -> str:
    """The one line of an error; nothing else may be printed."""
    assert shown.status == 2
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert len(lines) == 1, shown.err
    assert lines[0].startswith("Error: ")
    assert lines[0].isprintable()
    return lines[0]


def answered(shown: Shown) -> str:
    """What a command that could answer says."""
    assert shown.status in (0, 1), shown
    assert shown.err == ""
    assert "HEAD" in shown.out.splitlines()[0]
    return shown.out


def moved(scratch: Scratch, before: Files = {}, after: Files = {}) -> Path:  # noqa: B006
    """A move, with what else is in both commits."""
    scratch.commit({"pkg/old.py": OLD, **BOTH, **before})
    scratch.commit({"pkg/old.py": REST, "pkg/new.py": NEW, **after})
    return scratch.folder


# No range


@pytest.mark.parametrize(
    "text",
    [
        "-rf",
        "--all..HEAD",
        "--output=x..HEAD",
        "HEAD..-x",
        "\x1b[31m..HEAD",
        "\0",
        "a\nb",
    ],
)
def test_refs_that_are_none(scratch: Scratch, ask: Ask, text: str) -> None:
    folder = moved(scratch)
    told = said(ask(folder, "--", text))
    assert "names no commit here" in told or "null byte" in told
    assert sorted(path.name for path in folder.iterdir()) == [".git", "doc.md", "pkg"]


def test_a_ref_that_is_no_option_either(scratch: Scratch, ask: Ask) -> None:
    shown = ask(moved(scratch), "--upload-pack=touch x")
    assert shown.status == 2
    assert "No such option" in shown.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("HEAD..HEAD", "is empty"),
        ("HEAD..HEAD~1", "the wrong way round"),
        ("HEAD~1", "a first commit"),
        ("HEAD~7", "names no commit here"),
        ("other..HEAD", "share no history"),
        ("other...HEAD", "share no history"),
        ("HEAD:pkg..HEAD", "names no commit here"),
    ],
)
def test_ranges_that_are_none(scratch: Scratch, ask: Ask, text: str, says: str) -> None:
    folder = moved(scratch)
    scratch.git("switch", "--quiet", "--orphan", "other")
    scratch.commit({"other.py": "1\n"})
    scratch.git("switch", "--quiet", "main")
    assert says in said(ask(folder, text))


def test_an_unborn_head(scratch: Scratch, ask: Ask) -> None:
    assert "'HEAD' names no commit here" in said(ask(scratch.folder, "HEAD"))


def test_no_repository(tmp_path: Path, ask: Ask) -> None:
    assert "not a git repository" in said(ask(tmp_path, "HEAD"))
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert "not a git repository" in said(ask(tmp_path, "HEAD"))


def test_no_git(scratch: Scratch, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = moved(scratch)
    monkeypatch.setenv("PATH", str(folder))
    assert "git is not installed" in said(ask(folder, "HEAD"))


# Kinds of repositories


def test_a_bare_repository(scratch: Scratch, ask: Ask, tmp_path: Path) -> None:
    scratch.git("clone", "--quiet", "--bare", moved(scratch), tmp_path / "bare")
    assert FOUND.search(answered(ask(tmp_path / "bare", "HEAD~1..HEAD")))


def test_a_worktree(scratch: Scratch, ask: Ask, tmp_path: Path) -> None:
    moved(scratch)
    scratch.git("worktree", "add", "--quiet", tmp_path / "tree", "HEAD~0")
    assert FOUND.search(answered(ask(tmp_path / "tree" / "pkg", "HEAD~1..HEAD")))


def test_a_sha256_repository(make_scratch: MakeScratch, ask: Ask) -> None:
    scratch = make_scratch("long", "--object-format=sha256")
    assert FOUND.search(answered(ask(moved(scratch), "HEAD")))


def test_a_shallow_clone_says_what_is_missing(
    scratch: Scratch, ask: Ask, tmp_path: Path
) -> None:
    origin = f"file://{moved(scratch)}"
    for number in range(3):
        scratch.commit({"more.py": f"{number}\n"})
    scratch.git("clone", "--quiet", "--depth=2", origin, tmp_path / "clone")
    told = said(ask(tmp_path / "clone", "HEAD~4..HEAD"))
    assert "lies 3 commits below this shallow clone" in told
    assert "git fetch --deepen=3" in told


def test_a_partial_clone_is_told(scratch: Scratch, ask: Ask, tmp_path: Path) -> None:
    clone = ("clone", "--quiet", "--filter=blob:none", "--no-checkout")
    folder = moved(scratch)
    scratch.git("config", "uploadpack.allowFilter", "true")
    scratch.git(*clone, f"file://{folder}", tmp_path / "clone")
    told = said(ask(tmp_path / "clone", "HEAD~1..HEAD"))
    assert "is not in this clone, which is partial or damaged" in told
    objects = [p for p in (tmp_path / "clone/.git/objects").rglob("*") if p.is_file()]
    before = len(objects)
    ask(tmp_path / "clone", "HEAD~1..HEAD")
    objects = [p for p in (tmp_path / "clone/.git/objects").rglob("*") if p.is_file()]
    assert len(objects) == before


def test_a_merge(scratch: Scratch, ask: Ask) -> None:
    scratch.commit({"pkg/old.py": OLD, **BOTH})
    scratch.git("switch", "--quiet", "--create", "side")
    scratch.commit({"pkg/old.py": REST, "pkg/new.py": NEW})
    scratch.git("switch", "--quiet", "main")
    scratch.commit({"main.py": "1\n"})
    scratch.git("merge", "--quiet", "--no-edit", "side")
    assert FOUND.search(answered(ask(scratch.folder, "HEAD^1..HEAD")))
    assert FOUND.search(answered(ask(scratch.folder, "HEAD")))
    answered(ask(scratch.folder, "HEAD^2..HEAD"))


def test_replace_refs_and_grafts_do_not_mislead(scratch: Scratch, ask: Ask) -> None:
    folder = moved(scratch)
    head, base = scratch.git("rev-parse", "HEAD"), scratch.git("rev-parse", "HEAD~1")
    true = answered(ask(folder, "HEAD~1..HEAD"))
    scratch.git(
        "replace", base, scratch.git("commit-tree", f"{head}^{{tree}}", "-m", "m")
    )
    blob = scratch.git("rev-parse", "HEAD:pkg/new.py")
    scratch.git("replace", blob, scratch.git("rev-parse", "HEAD:pkg/__init__.py"))
    (folder / ".git/info/grafts").write_text(f"{head}\n")
    assert answered(ask(folder, f"{base}..HEAD")).replace(base, "HEAD~1") == true


# Odd files


def test_symlinks_and_submodules(
    scratch: Scratch, make_scratch: MakeScratch, ask: Ask
) -> None:
    inner = make_scratch("inner")
    first, second = inner.commit({"x.py": "1\n"}), inner.commit({"x.py": "2\n"})
    (scratch.folder / "pkg").mkdir()
    for name, target in {
        "dangling.py": "nowhere.py",
        "round.py": "round.py",
        "out.py": "/etc/passwd",
        "up.py": "../../../../etc/passwd",
        "folder": "pkg",
        "pkg/file.py": "new.py",
    }.items():
        (scratch.folder / name).symlink_to(target)
    scratch.commit({"pkg/old.py": OLD, **BOTH, "plain.py": "x = 1\n"})
    module = ("update-index", "--add", "--cacheinfo")
    scratch.git(*module, f"160000,{first},sub")
    scratch.git("commit", "--quiet", "--message", "m")
    for name in ("dangling.py", "round.py", "folder", "plain.py"):
        (scratch.folder / name).unlink()
        (scratch.folder / name).symlink_to("other.py")
    (scratch.folder / "out.py").unlink()
    (scratch.folder / "pkg/old.py").write_text(REST)
    (scratch.folder / "pkg/new.py").write_text(NEW)
    (scratch.folder / "out.py").write_text("x = 1\n")
    scratch.git("add", "--all", ".", ":!sub")
    scratch.git(*module, f"160000,{second},sub")
    scratch.git("commit", "--quiet", "--message", "m")
    shown = ask(scratch.folder, "HEAD~1..HEAD")
    assert "root:" not in shown.out
    assert shown.err == ""
    assert FOUND.search(shown.out)
    if shown.status == 2:
        assert "is a link, not a file" in shown.out


def test_a_file_that_becomes_a_folder_and_back(scratch: Scratch, ask: Ask) -> None:
    scratch.commit({"pkg/old.py": OLD, "pkg/__init__.py": "", "a.py/b.py": "x = 1\n"})
    scratch.git("rm", "-r", "--quiet", ".")
    scratch.commit({"pkg": OLD, "a.py": "x = 1\n", "b/new.py": NEW})
    shown = ask(scratch.folder, "HEAD~1..HEAD")
    assert shown.status in (0, 1)
    assert ask(scratch.folder, "HEAD~1..HEAD") == shown


def test_everything_is_deleted_or_new(scratch: Scratch, ask: Ask) -> None:
    scratch.commit({})
    scratch.commit({"pkg/old.py": OLD, "b.bin": b"\0\1", "n.txt": "x"})
    scratch.git("rm", "-r", "--quiet", ".")
    scratch.git("commit", "--quiet", "--message", "m")
    answered(ask(scratch.folder, "HEAD~2..HEAD~1"))
    answered(ask(scratch.folder, "HEAD~1..HEAD"))
    answered(ask(scratch.folder, "HEAD~2..HEAD"))


DEEP: Files = {
    "parentheses": f"x = {'(' * 5000}1{')' * 5000}\n",
    "signs": f"x = {'-' * 20000}1\n",
    "sum": f"x = {'+'.join('1' * 20000)}\n",
    "attributes": f"x = a{'.b' * 20000}\n",
    "lists": f"x = {'[' * 150}1{']' * 150}\n",
    "calls": f"x = {'f(' * 90}1{')' * 90}\n",
    "blocks": "".join(f"{' ' * n}if x:\n" for n in range(90)) + " " * 90 + "pass\n",
    "lambdas": f"x = {'lambda: ' * 3000}1\n",
    "strings": f"x = {' '.join(chr(39) * 2 for _ in range(20000))}\n",
    "elifs": "if x:\n    pass\n" + "elif x:\n    pass\n" * 4000,
}
ODD: Files = {
    "nul": "x = 1\0\n",
    "syntax error": "def f(:\n",
    "Python 2": 'print "x"\nexec "y"\n',
    "unknown cookie": "# -*- coding: klingon -*-\nx = 1\n",
    "wrong cookie": b"# -*- coding: ascii -*-\nx = '\xff'\n",
    "no text codec": "# coding: rot13\nk = 1\n",
    "latin-1 without cookie": b"x = '\xe9'\n",
    "utf-16": "x = 1\n".encode("utf-16"),
    "utf-8 with a mark": b"\xef\xbb\xbfx = 1\n",
    "mark and another cookie": b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    "surrogates": "x = '\\ud800'\n",
    "tabs and blanks": "if x:\n\ty\n        z\n",
    "returns": "x = 1\ry = 2\r",
    "form feeds": "x = 1\n\f\ny = 2\x0b\n",
    "nothing": "",
    "no last line end": "x = 1",
    "backslash": "x = 1 \\",
    "open string": 'x = """\n',
}


# Python of some version takes what another refuses, so that these are all of either.
NEVER_PARSED = ["nul", "syntax error", "Python 2", "unknown cookie", "wrong cookie"]


@pytest.mark.parametrize("odd", [*ODD, *DEEP])
def test_odd_python(
    scratch: Scratch, capsys: pytest.CaptureFixture[str], odd: str
) -> None:
    """Every check, on one that is edited, and one that moves as a whole."""
    content = {**ODD, **DEEP}[odd]
    data = content.encode() if isinstance(content, str) else content or b""
    before: Files = {"pkg/odd.py": data, "pkg/gone.py": data}
    after: Files = {"pkg/odd.py": data + b"\ny = 2\n", "pkg/gone.py": None}
    folder = moved(scratch, before, {**after, "pkg/other.py": data})
    status = main(["verify", "--repo", str(folder), "HEAD~1..HEAD"])
    shown = capsys.readouterr()
    assert shown.err == ""
    if status == 2 or odd in NEVER_PARSED:
        assert status == 2
        assert "undecided" in shown.out.splitlines()[0]
        assert re.search(
            r"pkg/(odd|other)\.py(:\d+:\d+)?: (error|warning)\[", shown.out
        )


def test_much_odd_python(scratch: Scratch, ask: Ask) -> None:
    odd = {**ODD, **DEEP}
    files = {f"pkg/odd_{n}.py": odd[key] for n, key in enumerate(odd)}
    later = {f"pkg/later_{n}.py": odd[key] for n, key in enumerate(odd)}
    shown = ask(moved(scratch, files, {**dict.fromkeys(files), **later}), "HEAD")
    assert shown.err == ""
    assert shown.status in (0, 1, 2)
    assert "HEAD" in shown.out.splitlines()[0]


def test_what_is_no_text(scratch: Scratch, ask: Ask) -> None:
    before: Files = {
        "a.bin": bytes(range(256)),
        "b.md": b"\xff\xfe pkg.old.moved\n",
        "c.ipynb": "[" * 9999,
    }
    after: Files = {
        "a.bin": bytes(range(255, -1, -1)),
        "b.md": b"\xff pkg.old.moved\n",
        "c.ipynb": '{"cells": 3}',
    }
    answered(ask(moved(scratch, before, after), "HEAD~1..HEAD"))


def test_fifty_megabytes(scratch: Scratch, ask: Ask) -> None:
    line = b"x = '" + b"x" * 5000 + b"'\n"
    large = line * (50 * 1024 * 1024 // len(line))
    data = b"\0" * len(large)
    folder = moved(
        scratch,
        {"pkg/large.py": large, "data.bin": data},
        {"pkg/large.py": large + b"y = 2\n", "data.bin": data + b"\0"},
    )
    shown = ask(folder, "HEAD~1..HEAD")
    assert shown.err == ""
    if shown.status == 2:
        assert "larger than" in shown.out or "more than" in shown.out


# Names


NAMES = [
    "a\nb.py",
    "\x1b[2J\x1b]0;owned\x07.py",
    "\r::error::x.py",
    "\u202egnp.py",
    "-rf.py",
    "`@someone`|<b>#1.py",
    ":(glob)*.py",
    os.fsdecode(b"\xff\xfe.py"),
    " .py",
    "a b.py",
    "[x](http://example.org).py",
]


@pytest.mark.parametrize("format_name", FORMATS)
def test_paths_are_harmless_in_every_format(
    scratch: Scratch, ask: Ask, format_name: str
) -> None:
    before: dict[str, str | bytes] = {"pkg/__init__.py": b""}
    after: dict[str, str | bytes] = {}
    for n, name in enumerate(NAMES):
        old, new = f"pkg/{name}", f"new/{name}"
        before[old] = OLD.replace("moved", f"moved_{n}").encode()
        after |= {old: REST.encode(), new: NEW.replace("moved", f"moved_{n}").encode()}
        after |= {f"x{name}/__init__.py": b"\0", f"{n}.md": os.fsencode(old)}
    scratch.commit(before)
    scratch.commit(after)
    shown = ask(scratch.folder, "--format", format_name, "HEAD~1..HEAD")
    assert shown.err == ""
    assert {char for char in shown.out if not char.isprintable()} <= {"\n"}
    lines = [line.lstrip() for line in shown.out.splitlines()]
    assert not [line for line in lines if line.startswith("::error::x")]
    if format_name == "json":
        document = json.loads(shown.out)
        assert document["schema_version"] == 1
        assert document["verdict"] in ("ok", "fail", "undecided")
    if format_name == "markdown":
        assert len(shown.out) < 65_536
        assert "<b>" not in re.sub("`[^`]*`", "", shown.out)
