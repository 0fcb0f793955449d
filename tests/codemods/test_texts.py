"""References in texts against `tests/texts`: one file, one case, byte for byte.

How a case is written stands in `tests/texts/README.md`. Groups run in the order of
their names, so the refusals come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from codemods.finding import Finding
from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rewrite import Options, Rewritten, rewrite
from codemods.rules import RULES, TEXT_REFERENCE, TEXT_UNSURE
from codemods.texts import kind_of, kinds, rewrite_text

CASES = Path(__file__).parent.parent / "texts"
MIGRATIONS = Path(__file__).parent.parent / "cases"
SECTION = re.compile(r"^=== (.+)\n", re.MULTILINE)
SECTIONS = {"before", "after", "findings", "plain findings", "compat findings"}
KEYS = {"title", "path", "migration", "encoding"}
EXPECTED = re.compile(r"(\d+):(\d+) ([a-z-]+)(?: (.+))?")


@dataclass(frozen=True)
class Case:
    """One case; `findings` reads a section's lines as place, rule and text."""

    name: str
    header: dict[str, str]
    sections: dict[str, str]

    @property
    def path(self) -> str:
        return self.header["path"]

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def before(self) -> bytes:
        return self.content("before")

    @property
    def after(self) -> bytes:
        return self.content("after" if "after" in self.sections else "before")

    @property
    def names(self) -> NameMap:
        return name_map(self.header.get("migration", "symbols"))

    def content(self, section: str) -> bytes:
        text = self.sections[section]
        if self.header.get("encoding") == "escaped":
            escaped = text.replace("\n", "").encode("ascii")
            return escaped.decode("unicode_escape").encode("latin-1")
        return (text.strip("\n") + "\n").encode()

    def findings(self, section: str) -> list[re.Match[str]]:
        lines = self.sections.get(section, "").split("\n")
        found = [EXPECTED.fullmatch(line) for line in lines if line.strip()]
        assert None not in found, (self.name, lines)
        return [each for each in found if each is not None]


@cache
def name_map(migration: str) -> NameMap:
    file = MIGRATIONS / f"{migration}.toml"
    return NameMap.compose([loads(file.read_text(encoding="utf-8"), file.name)])


def read_case(file: Path) -> Case:
    head, *pieces = SECTION.split(file.read_text(encoding="utf-8"))
    lines = [line.partition(":") for line in head.splitlines() if line.strip()]
    header = {key: value.strip() for key, _, value in lines}
    sections = dict(zip(pieces[::2], pieces[1::2], strict=True))
    assert header.keys() <= KEYS, file
    assert sections.keys() <= SECTIONS, file
    return Case(f"{file.parent.name}/{file.stem}", header, sections)


ALL = [read_case(file) for file in sorted(CASES.glob("*/*.txt"))]
each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def apply(
    case: Case, source: bytes, *, text: bool = True, compat: bool = False
) -> Rewritten:
    options = Options(text=text, compat=compat)
    if case.is_python:
        return rewrite(source, case.names, path=case.path, options=options)
    return rewrite_text(source, case.names, path=case.path, options=options)


def shown(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{f.place.line}:{f.place.column} {f.rule.id} ({f.message} | {f.fix})"
        for f in findings
    ]


def check(case: Case, section: str, result: Rewritten) -> None:
    expected = case.findings(section)
    fits = [
        f"{found.place.line}:{found.place.column}" == f"{each[1]}:{each[2]}"
        and found.rule.id == each[3]
        and (each[4] or "") in f"{found.message}\n{found.fix}"
        for each, found in zip(expected, result.findings, strict=False)
    ]
    assert all(fits), shown(result.findings)
    assert len(expected) == len(result.findings), shown(result.findings)
    for finding in result.findings:
        assert finding.place.path == case.path
        assert finding.message.isprintable()
        assert finding.fix.isprintable()


@each_case
def test_bytes_and_findings(case: Case) -> None:
    result = apply(case, case.before)
    assert result.new.decode("latin-1") == case.after.decode("latin-1")
    assert result.changed == bool(result.edits) == (case.before != case.after)
    check(case, "findings", result)


@each_case
def test_a_second_run_changes_nothing(case: Case) -> None:
    first = apply(case, case.before)
    second = apply(case, first.new)
    assert second.new == first.new
    assert not second.edits
    assert [f.rule for f in second.findings] == [f.rule for f in first.findings]


@each_case
def test_without_the_option_nothing_changes_and_everything_is_told(case: Case) -> None:
    result = apply(case, case.before, text=False)
    assert result.new == case.before
    if "plain findings" in case.sections:
        check(case, "plain findings", result)
        return
    if case.before != case.after:
        assert TEXT_REFERENCE in {f.rule for f in result.findings}
    if not case.is_python:
        wanted = apply(case, case.before).findings
        doubts = [f for f in result.findings if f.rule is TEXT_UNSURE]
        assert doubts == [f for f in wanted if f.rule is TEXT_UNSURE]


@pytest.mark.parametrize(
    "case", [c for c in ALL if "compat findings" in c.sections], ids=lambda c: c.name
)
def test_a_text_names_one_version_only(case: Case) -> None:
    result = apply(case, case.before, compat=True)
    assert result.new == case.before
    check(case, "compat findings", result)


@each_case
def test_the_quick_search_leaves_nothing_out(case: Case) -> None:
    result = apply(case, case.before)
    if not case.is_python and (result.changed or result.findings):
        assert case.names.mentioned(case.before)


# What the cases have to cover


def test_there_are_cases_enough() -> None:
    assert len(ALL) >= 40
    assert sum(case.name.startswith("0-refusals/") for case in ALL) >= 20


def test_every_case_says_what_it_shows() -> None:
    assert [c.name for c in ALL if not c.header["title"].endswith(".")] == []


def test_every_expected_rule_exists() -> None:
    sections = ("findings", "plain findings", "compat findings")
    told = {each[3] for c in ALL for s in sections for each in c.findings(s)}
    assert told <= {rule.id for rule in RULES}
    assert {TEXT_REFERENCE.id, TEXT_UNSURE.id} <= told


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_case(kind: str) -> None:
    assert kind in {kind_of(case.path).name for case in ALL}
