"""Which file of a run a module is."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysed import AnalysedFiles, Neighbours


@pytest.fixture
def files(tmp_path: Path) -> AnalysedFiles:
    texts = {
        "src/pkg/__init__.py": "",
        "src/pkg/tools.py": "pkg.tools",
        "src/pkg/sub/__init__.py": "pkg.sub",
        "src/pkg/sub/tools.py": "class K:\n    def take(self): self._own\n",
        "src/pkg/sub/user.py": "class D(a.K, B):\n    async def take(self): ...\n",
        "src/pkg/stub.pyi": "",
        "one/twice.py": "1",
        "two/twice.py": "2",
        "namespace/part/tools.py": "namespace.part.tools",
        "src/beside.py": "beside",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return AnalysedFiles([tmp_path / name for name in texts])


@pytest.fixture
def user(files: AnalysedFiles, tmp_path: Path) -> Neighbours:
    return files.seen_from(tmp_path / "src/pkg/sub/user.py")


def text_of(user: Neighbours, module: str, level: int = 0) -> str | None:
    loaded = user.find(module, level)
    return None if loaded is None else loaded.data.decode()


def test_a_module_is_found_by_its_whole_name(user: Neighbours) -> None:
    assert text_of(user, "pkg.tools") == "pkg.tools"
    assert text_of(user, "pkg.sub") == "pkg.sub"
    assert text_of(user, "namespace.part.tools") == "namespace.part.tools"
    assert text_of(user, "beside") == "beside"


def test_dots_lead_from_folder_to_folder(user: Neighbours) -> None:
    assert text_of(user, "tools", 1) == text_of(user, "pkg.sub.tools")
    assert text_of(user, "tools", 2) == "pkg.tools"
    assert text_of(user, "", 1) == "pkg.sub"
    assert text_of(user, "nothing", 1) is None


@pytest.mark.parametrize("module", ["tools", "sub.tools", "twice", "pkg.stub", "os"])
def test_what_may_be_another_module_is_not_found(user: Neighbours, module: str) -> None:
    assert text_of(user, module) is None


def test_a_file_is_seen_from_where_it_is(user: Neighbours) -> None:
    loaded = user.find("pkg.tools")
    assert loaded is not None
    again = loaded.modules.find("sub.tools", 1)
    assert again is not None
    assert again is user.find("pkg.sub.tools")


def test_a_file_that_is_gone_is_not_found(user: Neighbours, tmp_path: Path) -> None:
    (tmp_path / "src/pkg/tools.py").unlink()
    assert user.find("pkg.tools") is None


def test_derived_classes_and_their_methods_are_found(
    files: AnalysedFiles, user: Neighbours
) -> None:
    assert not user.overridden("K", "take")  # its own file is looked at as code
    tools = files.seen_from(files.paths[3])
    assert tools.overridden("K", "take")
    assert not tools.overridden("K", "other")
    assert not tools.overridden("Kk", "take")


def test_words_are_looked_for_in_other_files(user: Neighbours) -> None:
    assert user.mentioned("_own")
    assert not user.mentioned("async")
