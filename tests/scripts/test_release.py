"""What is built from a clean clone: it holds what git has, installs, and works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from packaging.version import Version

from scripts import release
from scripts.release import Built
from tests.snapshot import ROOT, git, make_snapshot, once

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
OLD = "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "snapshot", make_snapshot)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, clone: Path) -> Built:
    def make(folder: Path) -> None:
        release.build(clone, folder)

    folder = once(tmp_path_factory, "built", make)
    return Built(next(folder.glob("*.tar.gz")), next(folder.glob("*.whl")))


# What they hold


def test_the_source_archive_is_what_git_has(built: Built, clone: Path) -> None:
    files = release.tracked(clone)
    assert release.source_problems(built, files) == []
    for name in ("LICENSE", "CHANGELOG.md", "README.md", "verify/py.typed"):
        assert name in files


def test_the_wheel_is_what_git_has_of_the_packages(built: Built, clone: Path) -> None:
    files = release.tracked(clone)
    packages = release.packages_of(clone)
    assert release.wheel_problems(built, files, packages) == []
    # The rule above would be content with a repository that lacks them.
    suffixes = {Path(name).suffix for name in release.wheel_contents(built.wheel)}
    assert {".py", ".toml", ".json", ".html", ".css", ".typed", ".md"} <= suffixes


def test_what_is_missing_added_or_changed_is_told(built: Built, clone: Path) -> None:
    files = dict(release.tracked(clone))
    del files["verify/cli.py"]
    files |= {"verify/gone.toml": "x", "verify/git.py": "x"}
    wanted = ["lacks verify/gone.toml", "has verify/cli.py, which git has not"]
    wanted.append("has another verify/git.py")
    told = release.wheel_problems(built, files, release.packages_of(clone))
    assert told == [f"{built.wheel.name}: {each}" for each in wanted]
    told = release.source_problems(built, files)
    assert told == [f"{built.source.name}: {each}" for each in wanted]


def test_a_wheel_without_the_archive_in_between_is_the_same(
    built: Built, clone: Path, tmp_path: Path
) -> None:
    direct = release.build(clone, tmp_path, "--wheel")
    assert direct.wheel.read_bytes() == built.wheel.read_bytes()


def test_an_index_would_take_the_metadata(built: Built) -> None:
    release.check_metadata(built)
    with zipfile.ZipFile(built.wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(name))
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.10"
    classified = "\n".join(metadata.get_all("Classifier", []))
    assert all(f"Python :: {version}" in classified for version in SUPPORTED)
    wanted = [text for text in metadata.get_all("Requires-Dist", []) if ";" not in text]
    assert not any(text.startswith(("torch", "triton")) for text in wanted)


# Installed


def candidates(version: str) -> Iterator[Path]:
    """Where a Python of a version may be: this one, in PATH, of pyenv, of uv."""
    yield Path(sys.executable)
    found = shutil.which(f"python{version}")
    if found:
        yield Path(found)
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    uv = home / ".local/share/uv/python"
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/python{version}"))


def interpreter(version: str) -> str | None:
    """A Python of this version that can make environments."""
    program = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    for path in candidates(version):
        asked = [str(path), "-I", "-c", program]
        done = subprocess.run(asked, check=False, capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == version:
            return str(path)
    return None


Command = Callable[..., subprocess.CompletedProcess[str]]


def command_of(bin_: Path, folder: Path) -> Command:
    """Run `rehome` of an environment in a folder that has nothing to do with ours."""
    dropped = ("PYTHON", "VIRTUAL_ENV", "GIT_", "COV_", "REHOME_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [bin_ / "rehome", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def scratch_of_a_move(folder: Path) -> Path:
    """A repository whose last commit moves a function; one file has an old name."""
    body = "".join(f"    x += {number}\n" for number in range(8))
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "a.py").write_text(OLD)
    (folder / "old.py").write_text(f"def moved(x):\n{body}    return x\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "before")
    git(folder, "mv", "old.py", "new.py")
    git(folder, "commit", "--quiet", "--message", "after")
    return folder


@pytest.mark.parametrize("version", SUPPORTED)
def test_the_wheel_installs_and_works(
    version: str, built: Built, tmp_path: Path
) -> None:
    python = interpreter(version)
    running = "{}.{}".format(*sys.version_info[:2])
    assert python or version != running
    if python is None:
        pytest.skip(f"there is no Python {version} here, with the module venv")
    # Not in pytest's folder, which is kept: four of them are large.
    with TemporaryDirectory(prefix="rehome-venv-") as venv:
        bin_ = release.install(python, built.wheel, Path(venv))
        require_works(bin_, tmp_path / "user")


def require_works(bin_: Path, folder: Path) -> None:
    """Run the commands of an environment on a repository that is made in a folder."""
    user = scratch_of_a_move(folder)
    rehome = command_of(bin_, user)

    done = rehome("--version")
    assert done.stdout == f"rehome {release.version_of(ROOT)}\n", done.stderr
    listed = rehome("migrations")
    shipped = sorted(path.stem for path in ROOT.glob("codemods/migrations/*.toml"))
    assert all(name in listed.stdout for name in shipped)

    done = rehome("apply", "sglang", "a.py")
    assert (done.returncode, done.stderr) == (0, "")
    new = OLD.replace("swa_memory_pool", "allocator.swa")
    assert (user / "a.py").read_text() == new

    done = rehome("verify", "HEAD~1..HEAD", "--only", "moves,cycles,leftovers")
    assert (done.returncode, done.stderr) == (0, "")
    assert "verbatim" in done.stdout
    done = rehome("report", "HEAD~1..HEAD", "--output", "page.html")
    assert done.returncode in (0, 1), done.stderr
    assert "</html>" in (user / "page.html").read_text()
    for words in (
        ("schema",),
        ("completion", "bash"),
        ("config",),
        ("rules", "name-gone"),
    ):
        done = rehome(*words)
        assert (done.returncode, done.stderr) == (0, ""), words
        assert done.stdout
    assert set(os.listdir(bin_)) >= {"rehome", "rehome-hook"}


# What the project says of itself


def test_the_version_and_the_changelog_agree() -> None:
    """The version is the newest section's, or newer than all while it is in the making."""
    version = Version(release.version_of(ROOT))
    sections = release.sections_of((ROOT / "CHANGELOG.md").read_text())
    released = [Version(name) for name, _, _ in sections if name != "Unreleased"]
    assert released == sorted(released, reverse=True)
    assert all(date for name, date, _ in sections if name != "Unreleased")
    if version in released:
        assert version == released[0]
    else:
        assert all(version > each for each in released)
        name, _, text = sections[0]
        assert name == "Unreleased"
        assert text


@pytest.mark.parametrize(
    ("changelog", "says"),
    [
        (
            "# Changelog\n\n## [1.2.0] - 2026-01-01\n\n- x\n\n## [1.1.0] - 2025-01-01\n",
            None,
        ),
        ("## [Unreleased]\n\n- x\n", r"call it \[1.2.0\] - DATE"),
        (
            "## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n\n- x\n",
            r"\[Unreleased\], is not",
        ),
        ("## [1.1.0] - 2026-01-01\n\n- x\n", r"\[1.1.0\], is not"),
        ("## [1.2.0]\n\n- x\n", "is not"),
        ("## [1.2.0] - 2026-01-01\n", "is not"),
        ("# Changelog\n", "has no section"),
    ],
)
def test_a_release_has_a_section(changelog: str, says: str | None) -> None:
    problem = release.changelog_problem("1.2.0", changelog)
    assert problem == says if says is None else re.search(says, problem or "")


def test_a_tree_with_changes_is_not_released(clone: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "--quiet", clone, copy], check=True)
    script = [sys.executable, str(copy / "scripts/release.py")]
    script += ["--output", str(tmp_path / "out")]

    def run() -> str:
        done = subprocess.run(script, check=False, capture_output=True, text=True)
        assert done.returncode == 2
        return str(done.stderr)

    name, _, text = release.sections_of((copy / "CHANGELOG.md").read_text())[0]
    if name == "Unreleased" and text:
        assert "newest section is [Unreleased]" in run()
    (copy / "new.py").write_text("")
    assert "not everything is committed (?? new.py)" in run()
    assert not (tmp_path / "out").exists()
