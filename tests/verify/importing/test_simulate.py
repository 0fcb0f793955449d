"""Simulated imports against Python's own, over small packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.importing.agreement import disagreement, sources_of
from tests.verify.importing.own_cases import OWN_CASES
from tests.verify.importing.shared_cases import CASES, Case
from tests.verify.importing.truth import Truth, truths, write_package
from verify.importing.outcomes import Fate
from verify.importing.platforms import Platform
from verify.importing.simulate import Simulator, what_if
from verify.importing.sources import ModuleSource

_ALL = {**CASES, **OWN_CASES}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Truth]:
    """What Python says of every module of every case."""
    folder = tmp_path_factory.mktemp("cases")
    entries: list[tuple[Path, str]] = []
    for name, case in _ALL.items():
        write_package(folder / name, case.files)
        entries += [(folder / name, entry) for entry in sources_of(case.files)]
    found = truths(entries)
    return {entry: truth for (_, entry), truth in zip(entries, found, strict=True)}


@pytest.mark.parametrize("case", _ALL.values(), ids=_ALL)
def test_agrees_with_python_on_every_entry(case: Case, told: dict[str, Truth]) -> None:
    modules = sources_of(case.files)
    simulator = Simulator(modules, complete=True)
    results = {entry: simulator.simulate(entry) for entry in modules}
    wrong = [disagreement(results[entry], told[entry]) for entry in modules]
    assert [one for one in wrong if one] == []
    fatal = {name for name, one in results.items() if one.fate is Fate.FATAL}
    assert fatal == case.fails


def test_a_swallowed_failure_that_leaves_another_value_is_told() -> None:
    """c13: no entry fails, but `g` is None whichever module comes first."""
    simulator = Simulator(sources_of(CASES["c13"].files), complete=True)
    for entry in ("c13.a", "c13.b"):
        (swallowed,) = simulator.simulate(entry).swallowed
        assert swallowed.names == ("g",)
        assert swallowed.handler.module == "c13.a"
        assert swallowed.failure.partial == {"c13.a": "c13.a", "c13.b": "c13.b"}[entry]


def test_a_failure_tells_the_imports_that_led_to_it() -> None:
    simulator = Simulator(sources_of(CASES["c01"].files), complete=True)
    failure = simulator.simulate("c01.allocator.paged").failure
    assert failure is not None
    assert (failure.error, failure.name) == ("ImportError", "Token")
    assert failure.place.text == "from c01.allocator import Token"
    assert [place.text for place in failure.chain] == [
        "from c01.allocator.swa import SWA"
    ]


_NPU = {
    "p/__init__.py": "",
    "p/a.py": "import chip\n\nif chip.is_npu():\n    from p.b import g\n\n\n"
    "def f():\n    return 1\n",
    "p/b.py": "from p.a import f\n\n\ndef g():\n    return f\n",
}


def test_a_condition_that_cannot_be_told_is_tried_both_ways() -> None:
    result = Simulator(sources_of(_NPU)).simulate("p.a")
    assert result.fate is Fate.UNDECIDED
    (failure,) = result.conditional
    assert failure.when == ("chip.is_npu()",)
    assert failure.partial == "p.a"


@pytest.mark.parametrize(("answer", "fate"), [(True, Fate.FATAL), (False, Fate.BENIGN)])
def test_a_fact_settles_a_condition(answer: bool, fate: Fate) -> None:
    platform = Platform(facts={"chip.is_npu()": answer})
    assert Simulator(sources_of(_NPU), platform).simulate("p.a").fate is fate


def test_a_computed_import_is_undecided() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import os\n__import__(os.environ['X'])\n"}
    result = Simulator(sources_of(files)).simulate("p.a")
    assert result.fate is Fate.UNDECIDED
    assert [reason.place.line for reason in result.reasons] == [2]


def test_changes_are_overlaid() -> None:
    modules = sources_of(CASES["c01"].files)
    fixed = b"from c01.allocator.token import Token\n\n\nclass SWA(Token):\n    pass\n"
    results = what_if(modules, {"c01.allocator.swa": ModuleSource(fixed)}, modules)
    assert {result.fate for result in results.values()} == {Fate.BENIGN}


def test_an_unknown_entry_is_refused() -> None:
    with pytest.raises(KeyError):
        Simulator({}).simulate("p")
