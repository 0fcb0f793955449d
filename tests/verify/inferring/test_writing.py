"""The file that is written, and the command that writes it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.migration import loads
from codemods.namemap import NameMap
from verify.inferring.answer import Confidence, Entry, Inferred, Kind, Untold
from verify.inferring.writing import to_migration, to_toml

FUNCTION = (
    "def total(values):\n    '''Add up.'''\n    return sum(values) + len(values)\n"
)
Infer = Callable[..., Inferred]


def _inferred(*entries: Entry, untold: tuple[Untold, ...] = ()) -> Inferred:
    return Inferred("pkg", "pkg 1.0", "pkg 2.0", "2.0", entries, untold)


def _move(confidence: Confidence, instead: str = "") -> Entry:
    told = ("pkg/a.py:1 -> pkg/b.py:1", "because")
    return Entry(
        Kind.MOVE, "pkg.a:X", "pkg.b:X", confidence, told, ("-old", "+new"), instead
    )


def test_what_is_sure_stands_and_what_is_not_is_a_comment() -> None:
    doubtful = Entry(Kind.MOVE, "pkg.a:Y", "pkg.b:Y", Confidence.LIKELY, ("maybe",))
    text = to_toml(_inferred(_move(Confidence.SURE), doubtful))
    made = loads(text, "test")
    assert [(str(m.old), str(m.new)) for m in made.moves] == [("pkg.a:X", "pkg.b:X")]
    assert (
        "# sure: pkg/a.py:1 -> pkg/b.py:1\n#   because\n#   | -old\n#   | +new\n"
        in text
    )
    assert '# likely: maybe\n# [[move]]\n# from = "pkg.a:Y"\n' in text


def test_a_doubtful_move_tells_that_its_old_name_is_gone() -> None:
    text = to_toml(_inferred(_move(Confidence.LIKELY, instead="perhaps pkg.b:X")))
    made = loads(text, "test")
    assert [(str(g.name), g.instead) for g in made.removals] == [
        ("pkg.a:X", "perhaps pkg.b:X")
    ]


def test_nothing_sure_is_no_migration() -> None:
    inferred = _inferred(_move(Confidence.UNSURE))
    assert to_migration(inferred) is None
    assert "Nothing is sure" in to_toml(inferred)


@pytest.mark.parametrize(
    "text", ["x\n[[move]]", "\x1b[31m", 'a"b', "\r\nid = 1", "\u202e"]
)
def test_hostile_texts_stay_in_their_comments(text: str) -> None:
    entry = Entry(Kind.MOVE, "pkg.a:X", "pkg.b:X", Confidence.SURE, (text,), (text,))
    inferred = Inferred("pkg", text, text, "2.0", (entry,), (Untold(text, text),))
    written = to_toml(inferred)
    made = loads(written, "test")
    assert [str(m.new) for m in made.moves] == ["pkg.b:X"]
    assert made.id == "pkg-2.0-inferred"
    assert not {"\x1b", "\r", "\u202e"} & {*written}


def test_all_that_is_inferred_composes(between: Infer) -> None:
    old = {"pkg/a.py": FUNCTION, "pkg/c.py": "def gone():\n    return 1\n"}
    made = to_migration(between(old, {"pkg/b.py": FUNCTION}))
    assert made is not None
    names = NameMap.compose([made])
    assert names.resolve("pkg.a.total") is not None
    assert names.resolve("pkg.c.gone") is not None


# The command


def _folders(tmp_path: Path) -> tuple[str, str]:
    for version, module in (("old", "a"), ("new", "b")):
        folder = tmp_path / version / "pkg"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / f"{module}.py").write_text(FUNCTION)
    return str(tmp_path / "old"), str(tmp_path / "new")


def test_the_command_writes_a_migration(tmp_path: Path) -> None:
    old, new = _folders(tmp_path)
    target = tmp_path / "out.toml"
    first = _shell("infer", old, new, "--output", str(target))
    assert first.returncode == 0, first.stderr
    written = target.read_bytes()
    assert loads(written.decode(), "out").moves[0].new_text == "pkg.b"
    assert "1 entries are sure" in first.stderr
    _shell("infer", old, new, "--output", str(target), "--jobs", "2")
    assert target.read_bytes() == written


def test_other_formats_have_the_same_facts(tmp_path: Path) -> None:
    old, new = _folders(tmp_path)
    done = _shell("infer", old, new, "--format", "json")
    facts = json.loads(done.stdout)
    assert facts["schema_version"]
    assert '"pkg.b"' in done.stdout
    assert _shell("infer", old, new, "--format", "text").returncode == 0


def test_mistakes_are_told_in_one_line(tmp_path: Path) -> None:
    old, _ = _folders(tmp_path)
    other = tmp_path / "other" / "different"
    other.mkdir(parents=True)
    (other / "__init__.py").touch()
    for arguments in (
        (old, str(tmp_path / "nowhere")),
        (old, str(other.parent)),
        (old, "git:--output=x"),
        (old, old, "--package", "absent"),
    ):
        done = _shell("infer", *arguments)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()


def test_a_file_that_does_not_parse_makes_it_undecided(tmp_path: Path) -> None:
    old, new = _folders(tmp_path)
    Path(new, "pkg", "broken.py").write_text("def f(:\n")
    Path(old, "pkg", "broken.py").write_text("def f(): pass\n")
    assert _shell("infer", old, new).returncode == 2


def test_revisions_of_a_repository(tmp_path: Path) -> None:
    old, _ = _folders(tmp_path)
    repository = Path(old)

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=repository,
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    git("mv", "pkg/a.py", "pkg/c.py")
    git("commit", "-qm", "two")
    done = _shell("infer", "git:HEAD~1", "git:HEAD", "--repo", str(repository))
    assert done.returncode == 0, done.stderr
    assert [m.new_text for m in loads(done.stdout, "out").moves] == ["pkg.c"]


def _shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from verify.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
