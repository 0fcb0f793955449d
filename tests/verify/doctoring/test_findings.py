"""What is reported of a file, by the text of the file and of the version."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.doctoring.examining import Examined, examine
from verify.doctoring.judging import State
from verify.releasing.opening import open_release

RELEASE = {
    "__init__.py": "from thing.core import run\nVERSION = 1\n",
    "core.py": "import os\ndef run(): ...\nclass Engine:\n    def go(self): ...\n",
    "moved/__init__.py": "",
    "moved/home.py": "class Wanderer: ...\ndef helper(): ...\n",
    "lone.py": "def alone(): ...\n",
    "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from thing.core import Engine\n",
    "lazy.py": "def __getattr__(name):\n    return compute(name)\n",
    "known.py": "def __getattr__(name):\n    if name == 'late':\n        return 1\n    raise AttributeError(name)\n",
    "late.py": "import sys\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .core import Engine, lost\nelse:\n    sys.modules[__name__] = lazy(__name__)\n",
    "star.py": "from thing.core import *\n",
    "outer.py": "from elsewhere import *\n",
    "either.py": "import sys\nif sys.platform == 'win32':\n    def maybe(): ...\n",
    "shadow.py": "from thing.core import run as lone\n",
    "gone_in.py": "from thing.core import vanished\n",
    "trial.py": "try:\n    from thing.core import vanished\nexcept ImportError:\n    vanished = None\n",
    "broken.py": "def (:\n",
    "stub.pyi": "x: int\n",
}


def doctored(tmp_path: Path, text: str, name: str = "user.py") -> Examined:
    for path, content in RELEASE.items():
        target = tmp_path / "release" / "thing" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    target = tmp_path / "code" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return examine([tmp_path / "code"], open_release(str(tmp_path / "release")))


def told(done: Examined) -> list[tuple[int, str]]:
    return [(f.place.line, f.rule.id) for f in done.findings]


@pytest.mark.parametrize(
    "text",
    [
        "import thing",
        "import thing.core as c\nc.run(), c.Engine.nothing_told",
        "from thing import run, core, VERSION",
        "from thing.core import run as r, os",
        "import thing.moved.home\nthing.moved.home.helper()",
        "from thing.moved import home\nhome.Wanderer",
        "from thing.known import late",
        "from thing.star import run, Engine",
        "from thing.trial import vanished",
        "from thing.core import __name__, __doc__",
        "from things import nothing\nimport something.thing",
        "thing = 1\nthing.nothing",
        "import thing.lone\ndef f(thing):\n    return thing.nothing",
        "import thing\nthing.new = 1",
        "from .thing import nothing",
        "from thing.core import *\nrun(), Engine, len, __file__",
        "if False:\n    from thing import nothing",
        "text = 'from thing import nothing'",
    ],
)
def test_what_is_there_is_not_reported(tmp_path: Path, text: str) -> None:
    assert told(doctored(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import thing.nothing", [(1, "missing-module")]),
        ("import thing.nothing as n\nn.a.b", [(1, "missing-module")]),
        ("from thing.nothing import a, b", [(1, "missing-module")] * 2),
        ("from thing import nothing", [(1, "missing-name")]),
        ("from thing.core import (\n    run,\n    gone,\n)", [(3, "missing-name")]),
        ("from thing.typed import Engine", [(1, "missing-name")]),
        ("from thing.known import early", [(1, "missing-name")]),
        ("from thing.gone_in import vanished", [(1, "missing-name")]),
        ("from thing.stub import x", [(1, "import-untold")]),
        ("def f():\n    from thing import nothing", [(2, "missing-name")]),
        ("import thing\nthing.nothing", [(2, "missing-attribute")]),
        ("import thing.core\nthing.core.gone.b", [(2, "missing-attribute")]),
        ("from thing import core as c\nc.gone()", [(2, "missing-attribute")]),
        ("import thing.core\nf'{thing.core.gone}'", [(2, "missing-attribute")]),
        (
            "import thing.core\nx: 'thing.core.Gone' = 1",
            [(2, "missing-for-types")],
        ),
        (
            "from __future__ import annotations\nimport thing.core as c\n"
            "def f(x: c.Gone) -> c.Gone: ...\ny: c.Gone = c.Gone",
            [
                (3, "missing-for-types"),
                (3, "missing-for-types"),
                (4, "missing-for-types"),
                (4, "missing-attribute"),
            ],
        ),
        ("import thing.core as c\nx: c.Gone = 1", [(2, "missing-attribute")]),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from thing import nothing",
            [(3, "missing-for-types")],
        ),
        ("from thing.lazy import anything", [(1, "import-untold")]),
        ("from thing.outer import anything", [(1, "import-untold")]),
        ("from thing.broken import anything", [(1, "import-untold")]),
        ("from thing.core import *\nrun(), gone()", [(1, "import-untold")]),
        ("from thing.nothing import *", [(1, "missing-module")]),
        (
            "import importlib\nimportlib.import_module('thing.gone')",
            [(2, "missing-module")],
        ),
        (
            "from mock import patch\npatch('thing.core.gone')",
            [(2, "missing-attribute")],
        ),
        ("import thing.core as c\nc = c or None\nc.gone", [(3, "import-untold")]),
        ("import thing\ndef (", [(2, "unparsable")]),
    ],
)
def test_what_is_not_there_is(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:
    assert told(doctored(tmp_path, text)) == expected


FALLBACK = "try:\n    from thing.core import gone\nexcept {}:\n    {}\n"


@pytest.mark.parametrize(
    ("error", "handler", "expected"),
    [
        ("ImportError", "from thing.core import run as gone", []),
        ("(KeyError, ImportError)", "from thing.core import run as gone", []),
        ("Exception", "from thing.core import run as gone", []),
        ("ImportError", "gone = None", [(2, "fallback-taken")]),
        ("ImportError", "pass", [(2, "fallback-taken")]),
        ("ImportError", "raise RuntimeError", [(2, "missing-name")]),
        ("KeyError", "gone = None", [(2, "missing-name")]),
        # The module is there: this handler does not take what is raised.
        ("ModuleNotFoundError", "gone = None", [(2, "missing-name")]),
        (
            "ImportError",
            "from thing.core import lost as gone",
            [(2, "missing-name"), (4, "missing-name")],
        ),
    ],
)
def test_a_guard_counts_for_what_it_catches(
    tmp_path: Path, error: str, handler: str, expected: list[tuple[int, str]]
) -> None:
    assert told(doctored(tmp_path, FALLBACK.format(error, handler))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "try:\n    from thing.core import run\nexcept ImportError:\n"
            "    from thing.old import run",
            [],
        ),
        (
            "try:\n    import unrelated\nexcept ImportError:\n"
            "    from thing.old import run",
            [(4, "missing-module")],
        ),
        (
            "from contextlib import suppress\nwith suppress(ImportError):\n"
            "    from thing import gone",
            [(3, "fallback-taken")],
        ),
        (
            "from thing import VERSION\nif VERSION > 1:\n    from thing import gone\n"
            "else:\n    from thing import run as gone",
            [],
        ),
        (
            "from thing import FLAG_OF_MINE\nif other():\n    from thing import gone",
            [(1, "missing-name"), (3, "missing-name")],
        ),
        (
            "try:\n    def f():\n        from thing import gone\nexcept ImportError:\n"
            "    pass",
            [(3, "missing-name")],
        ),
        (
            "import thing\ntry:\n    thing.gone\nexcept AttributeError:\n    pass",
            [(3, "fallback-taken")],
        ),
        (
            "import thing\ntry:\n    thing.gone\nexcept ImportError:\n    pass",
            [(3, "missing-attribute")],
        ),
        (
            "try:\n    from thing.a import x\nexcept ImportError:\n    try:\n"
            "        from thing.b import x\n    except ImportError:\n"
            "        from thing.core import run as x",
            [],
        ),
        (
            "try:\n    import thing.old as t\nexcept ImportError:\n"
            "    import thing.core as t\nt.run, t.gone",
            [(5, "missing-attribute")],
        ),
    ],
)
def test_guards_in_other_shapes(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:
    assert told(doctored(tmp_path, text)) == expected


def test_types_tell_what_a_lazy_module_gives_out(tmp_path: Path) -> None:
    done = doctored(tmp_path, "from thing.late import Engine, lost, other\n")
    states = [(j.wanted.name, j.state) for _, j in done.judged]
    assert states == [
        ("Engine", State.DEPENDS),
        ("lost", State.UNTOLD),
        ("other", State.UNTOLD),
    ]


def test_what_depends_is_no_finding_and_not_called_found(tmp_path: Path) -> None:
    text = "from thing.either import maybe\nimport thing\nthing.lone.alone()\n"
    done = doctored(tmp_path, text)
    assert told(done) == []
    states = [(j.wanted.line, j.state) for _, j in done.judged if j.why]
    assert states == [(1, State.DEPENDS), (3, State.DEPENDS)]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "from thing.old import Wanderer",
            "`Wanderer` is defined in `thing.moved.home`",
        ),
        ("from thing.core import helper", "`helper` is defined in `thing.moved.home`"),
        ("from thing.core import Engines", "did you mean `Engine` of `thing.core`?"),
        ("import thing.home", "there is `thing.moved.home`"),
        ("import thing.old\nthing.old.x", "nothing of that name is in this version"),
    ],
)
def test_where_it_may_be_now(tmp_path: Path, text: str, hint: str) -> None:
    (finding,) = doctored(tmp_path, text).findings
    assert finding.fix.startswith(hint)


def test_a_package_s_own_files_have_relative_imports(tmp_path: Path) -> None:
    text = "from . import core, gone\nfrom .core import run, lost\nfrom .. import x\n"
    done = doctored(tmp_path, text, "thing/inner.py")
    (tmp_path / "code/thing/__init__.py").touch()
    assert told(examine([tmp_path / "code"], done.release)) == [
        (1, "missing-name"),
        (2, "missing-name"),
    ]


def test_a_folder_of_the_same_name_is_somebody_else_s(tmp_path: Path) -> None:
    assert told(doctored(tmp_path, "from .helpers import x\n", "thing/t.py")) == []


def test_a_second_run_tells_the_same(tmp_path: Path) -> None:
    """From the cache, and with an entry that is damaged."""
    import zipfile

    text = "from thing.core import run, gone\nimport thing\nthing.lone.alone\n"
    release = doctored(tmp_path, text).release
    path = tmp_path / "thing-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in release.paths():
            archive.writestr(name, release.read(name) or b"")
    cache = tmp_path / "cache"
    runs = []
    for _ in range(3):
        done = examine([tmp_path / "code"], open_release(str(path)), cache=cache)
        runs.append((told(done), [j.state for _, j in done.judged]))
        (kept,) = cache.iterdir()
        if len(runs) == 2:
            kept.write_bytes(b"\x93nonsense")
    assert runs[0] == runs[1] == runs[2]
    assert runs[0][0] == [(1, "missing-name")]


def test_many_files_are_read_by_several_processes(tmp_path: Path) -> None:
    filler = "# " + "x" * 4000 + "\n"
    done = doctored(tmp_path, "from thing import gone\n")
    for number in range(300):
        (tmp_path / "code" / f"f{number}.py").write_text(
            f"{filler}from thing import gone\n"
        )
    again = examine([tmp_path / "code"], done.release, jobs=2)
    assert len(again.findings) == 301
    assert [f.place for f in again.findings] == sorted(f.place for f in again.findings)
