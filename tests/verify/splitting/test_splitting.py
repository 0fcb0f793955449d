"""What a split makes of a small project, file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.moving.request import Why
from tests.verify.splitting.projects import Project, after, differences
from verify.moving.changes import Lineage
from verify.moving.refusing import Refused
from verify.splitting.plan import PlanError
from verify.splitting.planning import Wish

LICENCE = "# Copyright 2026 Somebody\n# Licensed under the MIT licence.\n"
STORE = f"""\
{LICENCE}
\"\"\"Stores.\"\"\"

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import paths

if TYPE_CHECKING:
    from decimal import Decimal

LIMIT = 3


class Reader:
    # What is read.
    def read(self, size: Decimal) -> object:
        return json.loads(paths.ROOT)


class Writer(Reader):
    def write(self) -> int:
        return _half(LIMIT)


def _half(value: int) -> int:
    return value // 2


def size() -> int:
    return LIMIT
"""
USE = """\
from pkg.store import Reader, Writer, size

print(Reader().read(1), Writer().write(), size())
"""
FILES = {
    "pkg/__init__.py": "",
    "pkg/paths.py": 'ROOT = "[1]"\n',
    "pkg/store.py": STORE,
    "main.py": USE,
}
PLAN = """\
module = "pkg.store"

[[file]]
module = "base"
symbols = ["LIMIT", "Reader"]

[[file]]
module = "writing"
docstring = "What writes."
symbols = ["Writer", "_half"]

[[file]]
module = "sizes"
symbols = ["size"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.write(tmp_path, FILES)


def test_a_module_becomes_a_package_of_the_same_path(project: Project) -> None:
    before = project.results()
    planned = project.plan(PLAN)
    assert [(c.path, c.comes, c.goes) for c in planned.changes] == [
        ("pkg/store.py", False, True),
        ("pkg/store/__init__.py", True, False),
        ("pkg/store/base.py", True, False),
        ("pkg/store/sizes.py", True, False),
        ("pkg/store/writing.py", True, False),
    ]
    assert planned.findings == ()
    assert planned.migration is None
    project.apply(planned.changes)
    assert not differences(before, project.results(), "pkg.store")


def test_the_init_gives_out_every_public_name(project: Project) -> None:
    text = after(project.plan(PLAN), "pkg/store/__init__.py")
    assert text == (
        f'{LICENCE}\n"""Stores."""\n\nfrom .base import LIMIT, Reader\n'
        "from .sizes import size\nfrom .writing import Writer\n\n"
        '__all__ = ["LIMIT", "Reader", "Writer", "size"]\n'
    )


def test_a_new_file_has_its_licence_and_what_it_needs(project: Project) -> None:
    planned = project.plan(PLAN)
    assert after(planned, "pkg/store/base.py") == (
        f"{LICENCE}\nfrom __future__ import annotations\n\nimport json\n"
        "from typing import TYPE_CHECKING\n\nfrom .. import paths\n\n"
        "if TYPE_CHECKING:\n    from decimal import Decimal\n\nLIMIT = 3\n\n\n"
        "class Reader:\n    # What is read.\n"
        "    def read(self, size: Decimal) -> object:\n"
        "        return json.loads(paths.ROOT)\n"
    )
    text = after(planned, "pkg/store/writing.py")
    assert text.startswith(f'{LICENCE}\n"""What writes."""\n\nfrom __future__')
    assert "import LIMIT, Reader\n" in text
    assert "pkg.store import" not in text


def test_the_lineage_names_every_file(project: Project) -> None:
    assert project.plan(PLAN).lineages == (
        Lineage(
            "pkg/store.py",
            (
                "pkg/store/__init__.py",
                "pkg/store/base.py",
                "pkg/store/writing.py",
                "pkg/store/sizes.py",
            ),
            stays=False,
        ),
    )


def test_planning_writes_nothing(project: Project) -> None:
    project.plan(PLAN)
    assert project.text("pkg/store.py") == STORE
    assert not (project.root / "pkg/store").exists()


def test_private_names_stay_importable_where_somebody_asks(project: Project) -> None:
    (project.root / "test_it.py").write_text("from pkg.store import _half\n")
    text = after(project.plan(PLAN), "pkg/store/__init__.py")
    assert "from .writing import Writer, _half\n" in text
    assert '"_half"' not in text


def test_names_that_are_not_reexported_are_followed(project: Project) -> None:
    before = project.results()
    planned = project.plan('reexport = ["Reader"]\n' + PLAN)
    assert after(planned, "main.py").startswith(
        "from pkg.store import Reader\nfrom pkg.store.sizes import size\n"
        "from pkg.store.writing import Writer\n"
    )
    assert planned.migration is not None
    assert {str(m.old) for m in planned.migration.moves} == {
        "pkg.store:LIMIT",
        "pkg.store:Writer",
        "pkg.store:size",
    }
    project.apply(planned.changes)
    assert not differences(before, project.results(), "pkg.store")


def test_rewrite_names_the_new_homes(project: Project) -> None:
    planned = project.plan(PLAN, wish=Wish(rewrite=True))
    assert after(planned, "main.py").startswith(
        "from pkg.store.base import Reader\nfrom pkg.store.sizes import size\n"
        "from pkg.store.writing import Writer\n"
    )
    assert "import Writer" in after(planned, "pkg/store/__init__.py")


def test_lazy_imports_when_asked(project: Project) -> None:
    before = project.results()
    project.apply(project.plan("lazy = true\n" + PLAN).changes)
    assert "__getattr__" in project.text("pkg/store/__init__.py")
    assert not differences(before, project.results(), "pkg.store")


def test_an_own_docstring_takes_the_place_of_the_source_s(project: Project) -> None:
    text = after(
        project.plan('docstring = "All stores."\nheader = ""\n' + PLAN),
        "pkg/store/__init__.py",
    )
    assert text.startswith('"""All stores."""\n\nfrom .base')


def test_its_own_all_is_kept(project: Project) -> None:
    listed = '__all__ = [\n    "size",\n    "Reader",\n]\n'
    source = STORE.replace("LIMIT = 3\n", f"{listed}\nLIMIT = 3\n")
    (project.root / "pkg/store.py").write_text(source)
    text = after(project.plan(PLAN), "pkg/store/__init__.py")
    assert listed in text
    assert text.count("__all__") == 1


def test_what_is_not_named_stays(project: Project) -> None:
    before = project.results()
    plan = '[[file]]\nmodule = "base"\nsymbols = ["LIMIT", "Reader"]\n'
    planned = project.plan(plan, "pkg.store")
    text = after(planned, "pkg/store/__init__.py")
    assert "class Writer(Reader):" in text
    assert "import LIMIT, Reader\n" in text
    project.apply(planned.changes)
    assert not differences(before, project.results(), "pkg.store")


def test_files_elsewhere_leave_the_module(project: Project) -> None:
    before = project.results()
    plan = '[[file]]\nmodule = "pkg.base"\nsymbols = ["LIMIT", "Reader"]\n'
    planned = project.plan(plan, "pkg.store")
    assert [c.path for c in planned.changes] == ["pkg/base.py", "pkg/store.py"]
    assert planned.lineages == (Lineage("pkg/store.py", ("pkg/base.py",), stays=True),)
    project.apply(planned.changes)
    assert not differences(before, project.results(), "pkg.store")


def test_a_package_can_be_split_further(project: Project) -> None:
    before = project.results()
    project.apply(project.plan(PLAN).changes)
    (project.root / "pkg/__init__.py").write_text("def top(): return 1\n")
    plan = '[[file]]\nmodule = "tops"\nsymbols = ["top"]\n'
    planned = project.plan(plan, "pkg")
    assert [c.path for c in planned.changes] == ["pkg/__init__.py", "pkg/tops.py"]
    project.apply(planned.changes)
    assert "import top\n" in project.text("pkg/__init__.py")
    assert not differences(before, project.results(), "pkg.store")


@pytest.mark.parametrize("source", [STORE, STORE[STORE.index("LIMIT") :]])
def test_line_ends_stay_as_they_are(project: Project, source: str) -> None:
    source = source.replace("json.loads(paths.ROOT)", "1").replace(": Decimal", "")
    (project.root / "pkg/store.py").write_bytes(source.replace("\n", "\r\n").encode())
    before = project.results()
    planned = project.plan(PLAN)
    for change in planned.changes:
        text = (change.after or b"").decode()
        assert text.count("\n") == text.count("\r\n")
    project.apply(planned.changes)
    assert not differences(before, project.results(), "pkg.store")


def test_a_package_without_an_init_is_refused(project: Project) -> None:
    (project.root / "pkg/__init__.py").unlink()
    with pytest.raises(PlanError, match=r"add pkg/__init__.py first"):
        project.plan(PLAN)


def test_a_folder_in_a_package_needs_no_init(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/sub/m.py": "def f(): return 1\n"}
    project = Project.write(tmp_path, files | {"main.py": "import pkg.sub.m\n"})
    before = project.results()
    plan = '[[file]]\nmodule = "base"\nsymbols = ["f"]\n'
    project.apply(project.plan(plan, "pkg.sub.m").changes)
    assert project.text("pkg/sub/m/base.py") == "def f(): return 1\n"
    assert not differences(before, project.results(), "pkg.sub.m")


def test_a_path_of_the_file_in_a_text_is_told(project: Project) -> None:
    (project.root / "setup.cfg").write_text("[tool]\nfiles = pkg/store.py\n")
    (found,) = project.plan(PLAN).findings
    assert found.rule.id == "old-name-in-text"
    assert found.place.path == "setup.cfg"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("setup.cfg", "[options]\npackages = pkg\n", "list `pkg.store` as well"),
        ("setup.py", 'setup(packages=["pkg"])\n', "list `pkg.store` as well"),
        (
            "pyproject.toml",
            '[tool.setuptools]\npackages = ["pkg"]\n',
            "list `pkg.store` as well",
        ),
    ],
)
def test_a_list_of_packages_that_lacks_it_is_told(
    project: Project, path: str, text: str, says: str
) -> None:
    (project.root / path).write_text(text)
    (found,) = project.plan(PLAN).findings
    assert found.rule.id == "not-packaged"
    assert found.place.path == path
    assert found.fix == says


def test_a_list_of_modules_is_told(tmp_path: Path) -> None:
    project = Project.write(
        tmp_path,
        {"store.py": "def f(): ...\n", "setup.cfg": "[options]\npy_modules = store\n"},
    )
    plan = '[[file]]\nmodule = "base"\nsymbols = ["f"]\n'
    (found,) = project.plan(plan, "store").findings
    assert "which is a package now" in found.message


def test_finding_packages_is_no_list(project: Project) -> None:
    (project.root / "setup.cfg").write_text("[options]\npackages = find:\n")
    assert project.plan(PLAN).findings == ()


def test_what_a_file_needs_and_stays_is_an_error(project: Project) -> None:
    plan = PLAN.replace('"LIMIT", ', "")
    with pytest.raises(PlanError) as error:
        project.plan(plan)
    text = str(error.value)
    assert "plan.toml:11: file[2].symbols:" in text or "file[3].symbols:" in text
    assert "needs LIMIT, which stays in pkg.store" in text


def test_a_folder_in_the_way_is_refused(project: Project) -> None:
    (project.root / "pkg/store").mkdir()
    with pytest.raises(PlanError, match=r"pkg/store/ is there already"):
        project.plan(PLAN)


def test_a_stub_beside_it_is_refused(project: Project) -> None:
    (project.root / "pkg/store.pyi").write_text("")
    with pytest.raises(PlanError, match=r"store.pyi describes pkg.store"):
        project.plan(PLAN)


def test_a_module_that_is_not_there_is_refused(project: Project) -> None:
    with pytest.raises(
        PlanError, match=r'no module "pkg\.stroe"; did you mean "pkg\.st'
    ):
        project.plan(PLAN.replace("pkg.store", "pkg.stroe"))


def test_a_package_that_is_not_there_is_refused(project: Project) -> None:
    plan = '[[file]]\nmodule = "pgk.base"\nsymbols = ["LIMIT"]\n'
    with pytest.raises(PlanError, match='no package "pgk"; did you mean "pkg"'):
        project.plan(plan, "pkg.store")


def test_a_module_that_does_not_parse_is_refused(project: Project) -> None:
    (project.root / "pkg/store.py").write_text("def f(:\n")
    with pytest.raises(PlanError, match=r"pkg/store.py:1: does not parse"):
        project.plan(PLAN)


def test_a_patched_name_is_refused_unless_allowed(project: Project) -> None:
    (project.root / "test_it.py").write_text(
        'from unittest import mock\n\nmock.patch("pkg.store._half")\n'
    )
    with pytest.raises(Refused) as refused:
        project.plan(PLAN)
    assert {f.rule.id for f in refused.value.findings} == {"move-patched"}
    planned = project.plan(PLAN, wish=Wish(allowed=frozenset({Why.PATCHED})))
    assert {f.rule.id for f in planned.findings} == {"patch-misses-moved-code"}


def test_a_call_site_that_nothing_can_follow_is_refused(project: Project) -> None:
    (project.root / "odd.py").write_text(
        "import pkg.store\n\nprint(getattr(pkg.store, 'size'))\n"
    )
    found = project.plan('reexport = ["Reader"]\n' + PLAN).findings
    assert "odd.py" in {each.place.path for each in found}


def test_circular_files_are_refused(tmp_path: Path) -> None:
    text = "def even(n): return not n or odd(n - 1)\n\n\n"
    text += "def odd(n): return n and even(n - 1)\n"
    project = Project.write(tmp_path, {"pkg/__init__.py": "", "pkg/m.py": text})
    plan = '[[file]]\nmodule = "a"\nsymbols = ["even"]\n'
    plan += '[[file]]\nmodule = "b"\nsymbols = ["odd"]\n'
    with pytest.raises(Refused, match="first fails"):
        project.plan(plan, "pkg.m")


def test_each_file_has_its_own_logger_where_that_is_allowed(tmp_path: Path) -> None:
    text = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\n"
    text += "def f():\n    logger.info(1)\n\n\ndef g():\n    logger.info(2)\n"
    project = Project.write(tmp_path, {"pkg/__init__.py": "", "pkg/m.py": text})
    plan = '[[file]]\nmodule = "a"\nsymbols = ["f"]\n'
    plan += '[[file]]\nmodule = "b"\nsymbols = ["g"]\n'
    with pytest.raises(PlanError, match=r"let each file have its own \(--allow"):
        project.plan(plan, "pkg.m")
    planned = project.plan(plan, "pkg.m", Wish(allowed=frozenset({Why.MODULE_NAME})))
    for name in ("a", "b"):
        made = after(planned, f"pkg/m/{name}.py")
        assert made.startswith(
            "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef "
        )
