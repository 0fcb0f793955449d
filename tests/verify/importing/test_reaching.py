"""What a change can reach, and what of it need not be simulated again."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.verify.importing.truth import write_package
from verify.git import GitError, Repository
from verify.importing import trials
from verify.importing.store import in_folder
from verify.importing.survey import Both, examine_both

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

# `app` uses `lib`; `other` uses both, and nothing uses it. `tools` is a folder of
# scripts, of which one uses `app`.
FILES = {
    "src/app/__init__.py": "",
    "src/app/a.py": "import lib.x\n",
    "lib/__init__.py": "",
    "lib/x.py": "",
    "other/__init__.py": "import app.a, lib.x\n",
    "tools/run.py": "import app.a\nimport helper\n",
    "tools/more/helper.py": "",
    "setup.py": "",
}


def sides(tmp_path: Path, changes: dict[str, str], **more: Any) -> Both:
    base, head = tmp_path / "base", tmp_path / "head"
    write_package(base, FILES | more.get("before", {}))
    write_package(head, FILES | more.get("before", {}) | changes)
    return examine_both(in_folder(base), in_folder(head), [*changes])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("src/app/a.py", {"src/app", "lib"}),
        ("lib/x.py", {"lib"}),
        ("other/__init__.py", {"other", "src/app", "lib"}),
        ("tools/run.py", {"tools", "tools/more", "src/app", "lib"}),
        ("setup.py", {""}),
    ],
)
def test_a_change_reaches_its_package_and_what_that_imports(
    tmp_path: Path, changed: str, expected: set[str]
) -> None:
    both = sides(tmp_path, {changed: FILES[changed] + "x = 1\n"})
    paths = {m.path for m in both.head.loaded.graph.modules.values()}
    assert {path.rpartition("/")[0] for path in paths} == expected
    assert both.left_out == len(FILES) - len(paths)


def test_a_cycle_through_a_package_that_head_begins_to_import_is_new(
    tmp_path: Path,
) -> None:
    """Though of the base nothing but `lib` would be looked at."""
    both = sides(tmp_path, {"lib/x.py": "import app.a\n"})
    assert both.counts["appeared"] == 1


def test_a_cycle_of_a_package_that_head_begins_to_import_is_old(tmp_path: Path) -> None:
    cycle = {"other/p.py": "import other.q\n", "other/q.py": "import other.p\n"}
    both = sides(tmp_path, {"lib/x.py": "import other.p\n"}, before=cycle)
    old = {m for each in both.base.judged for m in each.component.modules}
    assert {"other.p", "other.q"} <= old


def test_relative_imports_between_folders_of_scripts_are_followed(
    tmp_path: Path,
) -> None:
    more = {"ns/a/one.py": "from ..b import two\n", "ns/b/two.py": ""}
    both = sides(tmp_path, {"ns/a/one.py": "from ..b import two\nx = 1\n"}, before=more)
    paths = {m.path for m in both.head.loaded.graph.modules.values()}
    assert paths == {"ns/a/one.py", "ns/b/two.py"}


CYCLE = {
    "lib/p.py": "from lib.q import g\ndef f(): pass\n",
    "lib/q.py": "from lib.p import f\ndef g(): pass\n",
}


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ({"lib/y.py": "z = 1\n"}, 1),  # has nothing to do with it
        ({"lib/f.py": "z = 1\n"}, 2),  # has a name that the cycle uses
        ({"lib/p.py": CYCLE["lib/p.py"] + "x = 1\n"}, 2),
    ],
)
def test_a_cycle_is_simulated_again_only_where_it_could_differ(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    times: int,
) -> None:
    simulated = []
    try_all = trials.try_all

    def counted(*arguments: Any) -> Any:
        simulated.append(arguments)
        return try_all(*arguments)

    monkeypatch.setattr(trials, "try_all", counted)
    both = sides(tmp_path, changes, before=CYCLE)
    assert len(simulated) == times
    assert both.head.results.keys() >= {"lib.p", "lib.q"}


def test_a_module_that_becomes_a_package_is_simulated_again(tmp_path: Path) -> None:
    """With the same text, a leading dot means another module."""
    base, head = tmp_path / "base", tmp_path / "head"
    same = "from .q import g\ndef f(): pass\n"
    shared = {"p/__init__.py": "", "p/q.py": "from p.m import f\ndef g(): pass\n"}
    write_package(base, shared | {"p/m.py": same})
    inner = {"p/m/q.py": "def g(): pass\n"}
    write_package(head, shared | {"p/m/__init__.py": same} | inner)
    both = examine_both(in_folder(base), in_folder(head))
    assert [len(each.failing) for each in both.base.judged] == [2]
    assert both.head.judged == ()


def test_objects_can_be_read_in_another_process(scratch: Scratch) -> None:
    commit = scratch.commit({"a.py": "x = 1\n"})
    repository = Repository.open(scratch.folder)
    oid = repository.tree(commit)["a.py"].oid
    reader = pickle.loads(pickle.dumps(repository.reader()))
    assert reader([oid]) == {oid: b"x = 1\n"}
    with pytest.raises(GitError, match="is not in this clone"):
        reader(["0" * 40])
    reader.objects.close()
    repository.close()
