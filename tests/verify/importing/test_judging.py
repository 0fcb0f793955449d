"""What becomes of the modules of a cycle, beside what Python says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.verify.importing.agreement import disagreement, sources_of
from tests.verify.importing.own_cases import OWN_CASES
from tests.verify.importing.shared_cases import CASES, case
from tests.verify.importing.truth import Truth, truths, write_package
from verify.cli import main
from verify.importing import trials
from verify.importing.judging import judge
from verify.importing.outcomes import Fate
from verify.importing.store import in_folder
from verify.importing.survey import Side, examine

_CLASS = "class K:\n    pass\n"
_HOOK = "def __getattr__(name):\n    if name == 'lazy':\n        from {} import K\n        return K\n    raise AttributeError(name)\n"  # fmt: skip

# How a cycle hides from the edges between modules, or from a single run of a hook.
_HIDDEN = {
    "a hook that an import calls again": case(
        {
            "h1/__init__.py": _HOOK.format("h1.b"),
            "h1/b.py": f"import h1.c\n{_CLASS}",
            "h1/c.py": "from h1 import lazy\n",
            "h1/d.py": "from h1 import lazy\n",
        },
        "h1.b h1.d",
    ),
    "a hook that is still to come": case(
        {
            "h2/__init__.py": "from h2 import a\n" + _HOOK.format("h2.b"),
            "h2/a.py": "from h2 import lazy\n",
            "h2/b.py": _CLASS,
        },
        "h2 h2.a h2.b",
    ),
    "a hook that is asked a second time": case(
        {
            "h3/__init__.py": _HOOK.format("h3.q.c") + "from h3 import lazy\n",
            "h3/q/__init__.py": "import h3.q.c\nx = h3.q.c.v\n",
            "h3/q/c.py": f"v = 1\n{_CLASS}from h3 import lazy\n",
        },
        "h3.q h3.q.c",
    ),
    "a hook that refuses as it is too early": case(
        {
            "h4/__init__.py": "from h4.q import lazy\nv = 1\n",
            "h4/q/__init__.py": _HOOK.format("h4.q.d"),
            "h4/q/d.py": f"{_CLASS}import h4\nx = h4.v\n",
        },
        "h4 h4.q h4.q.d",
    ),
    "a package that asks its package for itself": case(
        {
            "h5/__init__.py": "",
            "h5/q/__init__.py": "import h5.q.c\nx = h5.q.c.v\n",
            "h5/q/c.py": "v = 1\n",
            "h5/a.py": "import h5.q.c\n",
        },
        "h5.a h5.q h5.q.c",
    ),
    "a module that asks for its package": case(
        {
            "h6/__init__.py": "",
            "h6/q/__init__.py": "from h6.q.c import x\n",
            "h6/q/c.py": "import h6.q.d\nx = h6.q.d.v\n",
            "h6/q/d.py": "v = 1\n",
        },
        "h6.q h6.q.c h6.q.d",
    ),
    "a function that is called by another name": case(
        {
            "h7/__init__.py": "",
            "h7/a.py": "def make():\n    from h7.b import K\n    return K\n",
            "h7/b.py": f"from h7.a import make as build\nbuild()\n{_CLASS}",
        },
        "h7.b",
    ),
    # What lies beside a package that runs runs it too, whatever else it does.
    "a leaf in a package of the cycle": case(
        {
            "h8/__init__.py": "",
            "h8/q/__init__.py": f"import h8.a\n{_CLASS}",
            "h8/q/leaf.py": "",
            "h8/a.py": "import h8.q.leaf\nfrom h8.q import K\n",
        },
        "h8.q h8.q.leaf",
    ),
    # The package imports fine, and lacks what failed on the way.
    "a failure that is swallowed in a package": case(
        {
            "h9/__init__.py": "try:\n    import h9.b\nexcept ImportError:\n    pass\n",
            "h9/b.py": "import h9.q.d\nx = h9.q.d.v\nw = 1\n",
            "h9/q/__init__.py": "import h9.q.c\n",
            "h9/q/c.py": "import h9.b\n",
            "h9/q/d.py": "v = 1\nfrom h9.b import w\n",
        },
        "h9.b h9.q.d",
    ),
}
_ALL = {**CASES, **OWN_CASES, **_HIDDEN}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every case in a folder of its own."""
    folder = tmp_path_factory.mktemp("cases")
    for name, each in _ALL.items():
        write_package(folder / name, each.files)
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[tuple[str, str], Truth]:
    """What Python says of every module of every case."""
    entries = [(n, entry) for n, c in _ALL.items() for entry in sources_of(c.files)]
    found = truths((folder / name, entry) for name, entry in entries)
    return dict(zip(entries, found, strict=True))


def _by_a_cycle(truth: Truth) -> bool:
    return "partially initialized" in truth.message or "circular" in truth.message


@pytest.mark.parametrize("name", _ALL)
def test_every_module_of_a_cycle_fares_as_python_says(
    name: str, folder: Path, told: dict[tuple[str, str], Truth]
) -> None:
    side = examine(in_folder(folder / name), processes=1)
    for entry in sources_of(_ALL[name].files):
        truth = told[name, entry]
        if entry in side.results:
            assert disagreement(side.results[entry], truth) == ""
        else:
            assert not _by_a_cycle(truth), entry


@pytest.mark.parametrize("name", [*CASES, *_HIDDEN])
def test_the_command_names_the_statements_that_fail(
    name: str,
    folder: Path,
    told: dict[tuple[str, str], Truth],
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["cycles", "--folder", str(folder / name), "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    fatal = {(f["path"], f["line"]) for f in findings if f["rule"] == "fatal-cycle"}
    failed = {e: t for (n, e), t in told.items() if n == name and t.error}
    assert failed.keys() == _ALL[name].fails
    assert fatal == {(truth.file, truth.line) for truth in failed.values()}


FATAL = {
    "p/__init__.py": "",
    "p/a.py": "from p.b import g\ndef f(): pass\n",
    "p/b.py": "from p.a import f\ndef g(): pass\n",
}


def _examined(folder: Path, files: dict[str, str], cache: Path | None = None) -> Side:
    write_package(folder, files)
    return examine(in_folder(folder), cache, processes=1)


def test_who_leads_to_a_failing_cycle_is_told_too(tmp_path: Path) -> None:
    side = _examined(tmp_path, FATAL | {"p/c.py": "import p.a\n", "p/d.py": ""})
    (judged,) = side.judged
    assert judged.fate is Fate.FATAL
    assert [each.entry for each in judged.failing] == ["p.a", "p.b", "p.c"]
    assert judged.component.modules == ("p.a", "p.b")


def test_what_fails_for_another_reason_is_no_matter_of_the_cycle(
    tmp_path: Path,
) -> None:
    files = {
        "p/__init__.py": "",
        "p/a.py": "import p.b\nundefined\n",
        "p/b.py": "import p.a\n",
    }
    (judged,) = _examined(tmp_path, files).judged
    assert (judged.failing, judged.fate) == ((), Fate.UNDECIDED)
    assert [each.entry for each in judged.untold] == ["p.a", "p.b"]


def test_what_was_told_is_not_simulated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _examined(tmp_path / "f", FATAL, tmp_path / "cache")

    def refuse(*_: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr(trials, "_Trial", refuse)
    again = _examined(tmp_path / "f", FATAL, tmp_path / "cache")
    assert again.results == first.results
    changed = {"p/b.py": "from p.a import f\n"}
    with pytest.raises(AssertionError, match="simulated again"):
        _examined(tmp_path / "f", changed, tmp_path / "cache")


def test_processes_tell_what_one_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path, FATAL | {"q/a.py": "import q.b\n", "q/b.py": "import q.a"})
    alone = examine(in_folder(tmp_path), processes=1)
    monkeypatch.setattr(trials, "_FEW", 0)
    both = [each.component for each in alone.judged]
    judged, _ = judge(alone.loaded, both, processes=2)
    assert [each.results for each in judged] == [each.results for each in alone.judged]


def test_only_a_failing_cycle_through_a_call_counts(tmp_path: Path) -> None:
    lazy = "def f():\n    from p.b import K\n    return K\n"
    files = {"p/__init__.py": "", "p/a.py": lazy, "p/b.py": "from p.a import f\n"}
    ready = {**files, "p/b.py": f"{files['p/b.py']}{_CLASS}f()\n"}
    early = {**files, "p/b.py": f"{files['p/b.py']}f()\n{_CLASS}"}
    assert _examined(tmp_path / "ready", ready).judged == ()
    (judged,) = _examined(tmp_path / "early", early).judged
    assert [each.entry for each in judged.failing] == ["p.b"]
