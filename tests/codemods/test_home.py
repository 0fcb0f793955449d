"""Which module a file is, told from the folders around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.home import ModuleHome, home_of

PACKAGES = frozenset({"pkg", "other"})


def make(root: Path, *files: str) -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("present", "file", "expected"),
    [
        (["pkg/__init__.py"], "pkg/__init__.py", ModuleHome("pkg", True)),
        (["pkg/__init__.py"], "pkg/a.py", ModuleHome("pkg.a")),
        (["pkg/__init__.pyi"], "pkg/a.pyi", ModuleHome("pkg.a")),
        (["pkg/__init__.py"], "pkg/no/init/a.py", ModuleHome("pkg.no.init.a")),
        (["pkg/__init__.py"], "pkg/sub/__init__.pyi", ModuleHome("pkg.sub", True)),
        (["pkg/__init__.py"], "pkg/__main__.py", ModuleHome("pkg.__main__")),
        ([], "pkg/sub/a.py", ModuleHome("pkg.sub.a")),
        # A folder of the package's name inside it.
        (["pkg/__init__.py"], "pkg/pkg/a.py", ModuleHome("pkg.pkg.a")),
        (
            ["pkg/__init__.py", "pkg/pkg/__init__.py"],
            "pkg/pkg/a.py",
            ModuleHome("pkg.pkg.a"),
        ),
        (["pkg/__init__.py"], "pkg/other/a.py", ModuleHome("pkg.other.a")),
        # A clone that is called like the package.
        (["pkg/python/pkg/__init__.py"], "pkg/python/pkg/a.py", ModuleHome("pkg.a")),
        (["pkg/python/pkg/__init__.py"], "pkg/test/a.py", None),
        (["pkg/src/pkg/__init__.py"], "pkg/setup_tools.py", None),
        (["pkg/pyproject.toml"], "pkg/python/pkg/sub/a.py", ModuleHome("pkg.sub.a")),
        (["pkg/pyproject.toml"], "pkg/test/a.py", None),
        (["pkg/.git"], "pkg/a.py", None),
        (["pkg/.git", "pkg/__init__.py"], "pkg/a.py", ModuleHome("pkg.a")),
        # Vendored, inside a package of somebody else.
        (["mine/__init__.py"], "mine/pkg/a.py", None),
        (["mine/__init__.py", "mine/pkg/__init__.py"], "mine/pkg/a.py", None),
        (["mine/__init__.py"], "mine/vendor/pkg_copy/a.py", None),
        # What no import can name.
        ([], "pkg/a-b.py", None),
        ([], "pkg/not-a-package/a.py", None),
        ([], "pkg/a.cpython-311.pyi", None),
        ([], "pkg/script", None),
        ([], "pkg/data.txt", None),
        ([], "pkg.py", None),
        ([], "elsewhere/a.py", None),
    ],
)
def test_home(
    tmp_path: Path, present: list[str], file: str, expected: ModuleHome | None
) -> None:
    make(tmp_path, *present)
    assert home_of(tmp_path / file, PACKAGES) == expected


def test_a_relative_path_is_looked_up_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "pkg/__init__.py", "pkg/sub/__init__.py")
    monkeypatch.chdir(tmp_path / "pkg" / "sub")
    assert home_of(Path("a.py"), PACKAGES) == ModuleHome("pkg.sub.a")
    assert home_of(Path("../a.py"), PACKAGES) == ModuleHome("pkg.a")


def test_package_is_what_one_dot_means() -> None:
    assert ModuleHome("pkg.sub", is_package=True).package == "pkg.sub"
    assert ModuleHome("pkg.sub.a").package == "pkg.sub"
    assert ModuleHome("a").package == ""


def test_a_folder_that_cannot_be_read_is_no_error(tmp_path: Path) -> None:
    assert home_of(tmp_path / ("x" * 5000) / "pkg" / "a.py", PACKAGES) is not None
