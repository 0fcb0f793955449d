from __future__ import annotations

from pathlib import Path

import pytest

from codemods.source import Source
from verify.splitting.inventory import inventory_of
from verify.splitting.plan import Plan, PlanError, load, loads

MODULE = """\
import json
from typing import Any

LIMIT = 3
low, high = 1, 2


class Reader:
    def read(self) -> Any:
        return json.loads("1")


class Writer(Reader):
    pass


def helper() -> int:
    return LIMIT
"""
HEAD = 'module = "pkg.store"\n'


def file(module: str, *symbols: str, more: str = "") -> str:
    listed = ", ".join(f'"{name}"' for name in symbols)
    return f'[[file]]\nmodule = "{module}"\nsymbols = [{listed}]\n{more}'


def checked(text: str) -> Plan:
    plan = loads(text, "plan.toml")
    plan.check(inventory_of("pkg.store", Source.decode(MODULE.encode())))
    return plan


def refusal(text: str) -> str:
    with pytest.raises(PlanError) as error:
        checked(text)
    return str(error.value)


def test_names_lead_to_modules() -> None:
    plan = checked(
        HEAD + file("base", "Reader") + file("pkg.other.w", "Writer", "helper")
    )
    assert plan.homes == {
        "Reader": "pkg.store.base",
        "Writer": "pkg.other.w",
        "helper": "pkg.other.w",
    }
    assert plan.makes_package


def test_files_elsewhere_leave_a_module() -> None:
    assert not checked(HEAD + file("pkg.base", "Reader")).makes_package


def test_a_plan_need_not_name_the_module_that_is_asked_for() -> None:
    plan = loads(file("base", "Reader"), "plan.toml", "pkg.store")
    assert plan.homes == {"Reader": "pkg.store.base"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (file("base", "Reader"), "plan.toml:1: module: say which module is split"),
        (HEAD, "plan.toml:1: moves nothing; add a [[file]] with its symbols"),
        (
            HEAD + "files = 1",
            'plan.toml:2: files: there is no such key; did you mean "file"?',
        ),
        (
            HEAD + file("base", "Reader", more='docstrng = "x"'),
            'plan.toml:5: file[1].docstrng: there is no such key; did you mean "docstring"?',
        ),
        (
            HEAD + '[[file]]\nmodule = "a"',
            'plan.toml:2: file[1]: the key "symbols" is missing; add it',
        ),
        (
            HEAD + "reexport = [1]",
            "plan.toml:2: reexport: expected a string, got an integer",
        ),
        (HEAD + "lazy = 1", "plan.toml:2: lazy: expected a boolean, got an integer"),
        (
            HEAD + '[file]\nmodule = "a"',
            "plan.toml:2: file: write each entry under [[file]], in two brackets",
        ),
        (HEAD + "[[file", "plan.toml:2: is not valid TOML"),
        (
            'module = "pkg.store:Reader"\n' + file("a", "Reader"),
            "is a symbol; name a module",
        ),
        ('module = "pkg..store"\n' + file("a", "Reader"), "is not a dotted name"),
        (HEAD + file("__init__", "Reader"), "has a special name; take another"),
        (HEAD + file("pkg.store", "Reader"), "is the module that is split"),
        (HEAD + file("x.y", "Reader").replace("x.y", "pkg.store.a:b"), "is a symbol"),
        (
            HEAD + file("base"),
            "plan.toml:4: file[1].symbols: is empty; name what goes to this file",
        ),
        (
            HEAD + file("base", "Reader.read"),
            "is a member; `rehome move` takes a member out of its class",
        ),
        (HEAD + file("base", "Rea der"), '"Rea der" is not a name'),
        (
            HEAD + file("base", "Reader") + file("token", "Reader"),
            "plan.toml:7: file[2].symbols: Reader goes to pkg.store.base as well; name it once",
        ),
        (
            HEAD + file("base", "Reader") + file("Base", "Writer"),
            "plan.toml:6: file[2].module: pkg.store.Base is the module of file[1] as well; join the two",
        ),
        (
            HEAD + file("base", "Raeder"),
            'plan.toml:4: file[1].symbols: pkg.store has no "Raeder"; did you mean "Reader"?',
        ),
        (
            HEAD + file("base", "json"),
            "plan.toml:4: file[1].symbols: pkg.store imports json from json; it is defined there",
        ),
        (
            HEAD + file("base", "low") + file("top", "high"),
            "plan.toml:4: file[1].symbols: low is bound together with high; name both in one file",
        ),
        (
            HEAD + file("helper", "Reader"),
            "plan.toml:3: file[1].module: helper is a name of the module as well",
        ),
        (
            HEAD + 'reexport = ["Raeder"]\n' + file("base", "Reader"),
            'plan.toml:2: reexport: pkg.store has no "Raeder"; did you mean "Reader"?',
        ),
        (
            'module = "pkg.sub.store"\n' + file("pkg.sub", "Reader"),
            "pkg.sub is a package that holds pkg.sub.store",
        ),
        (HEAD + 'docstring = "a\\u001b[1m"\n' + file("a", "Reader"), "no plain text"),
        (HEAD + 'docstring = \'a"""b\'\n' + file("a", "Reader"), "say it without"),
        (HEAD + 'header = "import os"\n' + file("a", "Reader"), "is no comment"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    assert message in refusal(text)


def test_another_module_than_the_one_asked_for_is_refused() -> None:
    with pytest.raises(PlanError, match=r"pkg\.other is asked for"):
        loads(HEAD + file("base", "Reader"), "plan.toml", "pkg.other")


def test_hostile_names_are_shown_harmlessly() -> None:
    text = refusal('module = "a\\u001b[31m\\nb"\n' + file("a", "Reader"))
    assert "\x1b" not in text
    assert "\n" not in text


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read: No such file"):
        load(tmp_path / "plan.toml")
    with pytest.raises(PlanError, match="is a folder; name a plan file in it"):
        load(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PlanError, match=r"binary.toml:1: is not UTF-8"):
        load(tmp_path / "binary.toml")
