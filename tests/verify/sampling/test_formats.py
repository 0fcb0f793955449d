"""What each format tells of the four faults, read as its readers read it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import html5lib
import pytest
from junitparser import Failure, JUnitXml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.verify.sampling.conftest import Told
from tests.verify.sampling.shop import FAULTS
from verify.render import formats
from verify.render.markdown import LARGEST

Found = set[tuple[str, str, int]]  # rules and places; 0 for a whole file

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+))?(?::\d+)?")
_SVG = "{http://www.w3.org/2000/svg}"


def placed(rule: str, place: str) -> tuple[str, str, int]:
    """A rule and a place that is written as `path:line:column`."""
    found = _PLACE.fullmatch(place)
    assert found is not None, place
    return rule, found["path"], int(found["line"] or 0)


def of_json(text: str) -> Found:
    findings = json.loads(text)["findings"]
    return {(each["rule"], each["path"], each["line"]) for each in findings}


def of_sarif(text: str) -> Found:
    """A whole file is its first line: GitHub shows no result without one."""
    (run,) = json.loads(text)["runs"]
    found = set()
    for result in run["results"]:
        (location,) = result["locations"]
        where: dict[str, Any] = location["physicalLocation"]
        line = where["region"]["startLine"]
        path = unquote(where["artifactLocation"]["uri"])
        found.add((result["ruleId"], path, line if line > 1 else 0))
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
    return found


def of_gitlab(text: str) -> Found:
    """A whole file is its first line, here too."""
    found = set()
    for issue in json.loads(text):
        where = issue["location"]
        line = where["lines"]["begin"]
        found.add((issue["check_name"], where["path"], line if line > 1 else 0))
    return found


def of_github(text: str) -> Found:
    found = set()
    for line in text.splitlines():
        told = re.fullmatch(r"::(error|warning|notice) (.*?)::(.+)", line)
        if told is None:
            continue
        pairs = (pair.partition("=") for pair in told[2].split(","))
        values = {key: unquote(value) for key, _, value in pairs}
        found.add((values["title"], values["file"], int(values.get("line", 0))))
    return found


def of_text(text: str) -> Found:
    lines = re.findall(r"^(\S+): (?:error|warning|note)\[(.+?)\] ", text, re.MULTILINE)
    return {placed(rule, place) for place, rule in lines}


def of_markdown(text: str) -> Found:
    """Each item names a rule, and each item in it a place: by the first piece of code
    in them.
    """
    assert len(text) <= LARGEST
    found: Found = set()
    rules: list[str] = []
    depth = 0
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        depth += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type != "inline" or not depth:
            continue
        code = next(_codes(token), "")
        if depth == 1:
            rules.append(code)
        else:
            found.add(placed(rules[-1], code))
    return found


def _codes(token: Token) -> Iterator[str]:
    return (each.content for each in token.children or () if each.type == "code_inline")


def of_html(text: str) -> Found:
    """A rule is a heading's piece of code, and each place below it one of a class."""
    page = html5lib.parse(text, namespaceHTMLElements=False)
    found = set()
    for rule in page.iterfind(".//*[@class='rule']"):
        name = "".join(rule.find("h3/code").itertext())
        for place in rule.iterfind(".//*[@class='place']"):
            found.add(placed(name, "".join(place.itertext())))
    return found


READERS: dict[str, Callable[[str], Found]] = {
    "github": of_github,
    "gitlab": of_gitlab,
    "html": of_html,
    "json": of_json,
    "markdown": of_markdown,
    "sarif": of_sarif,
    "text": of_text,
}


@pytest.mark.parametrize("name", READERS)
def test_all_four_are_told_by_rule_and_place(everything: Told, name: str) -> None:
    found = READERS[name](everything.formats[name])
    assert {each for each in found if each[0] != "residual"} == {
        (fault.rule, fault.path, fault.line) for fault in FAULTS
    }


@pytest.mark.parametrize("name", READERS)
def test_nothing_is_told_of_what_is_clean(nothing: Told, name: str) -> None:
    assert READERS[name](nothing.formats[name]) == set()


def failures(text: str) -> dict[str, str]:
    """What JUnit says of each case that failed, by its name."""
    return {
        case.name: str(result.text)
        for suite in JUnitXml.fromstring(text.encode())
        for case in suite
        for result in case.result
        if isinstance(result, Failure)
    }


def test_junit_tells_all_four(everything: Told, nothing: Told) -> None:
    found = failures(everything.formats["junit"])
    benchmark = "benchmarks/test_totals.py::test_settled [cpu]"
    assert {*found} == {*(fault.part for fault in FAULTS), benchmark}
    assert "verdict: slower" in found[benchmark].splitlines()
    for fault in FAULTS:
        if fault.part != "bench":
            lines = found[fault.part]
            assert (fault.rule, fault.path, fault.line) in of_text(lines)
    assert failures(nothing.formats["junit"]) == {}


def test_the_picture_shows_the_cycle_and_names_all_that_failed(
    everything: Told,
) -> None:
    """It draws what can be drawn; its description has the verdicts."""
    root = ElementTree.fromstring(everything.formats["svg"])
    description = "".join(root.find(f"{_SVG}desc").itertext())  # type: ignore[union-attr]
    failed = re.search("fail: ([a-z, ]+);", description)
    assert failed is not None
    assert {*failed[1].split(", ")} == {fault.part for fault in FAULTS}
    texts = {"".join(each.itertext()) for each in root.iter(f"{_SVG}text")}
    (cycle,) = (fault for fault in FAULTS if fault.part == "cycles")
    assert f"fails first: ImportError at {cycle.path}:{cycle.line}" in texts


def test_a_format_without_a_reader_names_them(everything: Told) -> None:
    """One that was added a moment ago."""
    for name in {*formats()} - {*READERS, "junit", "svg"}:
        told = everything.formats[name]
        assert [fault.rule for fault in FAULTS if fault.rule not in told] == []
