"""The rewriter against `tests/cases`: one file, one case, byte for byte.

How a case is written stands in `tests/cases/README.md`. Groups run in the order
of their names, so the refusals come first.
"""

from __future__ import annotations

import ast
import fnmatch
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from codemods import rules
from codemods.analysed import AnalysedFiles
from codemods.finding import Finding, Rule
from codemods.home import ModuleHome
from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rehoming.modules import Modules
from codemods.rewrite import Options, Rewritten, rewrite
from codemods.sorting import sorter_for

CASES = Path(__file__).parent.parent / "cases"
WORLDS = CASES / "worlds"
KEYS = {"title", "migration", "world", "path", "run", "python", "encoding"}
SECTION = re.compile(r"^=== (.+)\n", re.MULTILINE)
SECTIONS = {
    "before",
    "after",
    "findings",
    "compat after",
    "compat findings",
    "older findings",
    "settings",
}
WORLD_SECTION = re.compile(r"(?:(old|new) )?world (\S+)")
EXPECTED_FINDING = re.compile(r"(\d+|\*):(\d+|\*) ([a-z-]+)(?: (.+))?")


class BadCase(Exception):
    """A case file that does not say what it must."""


@dataclass(frozen=True)
class Expected:
    """One line of a findings section; `text` must be in its message or its fix."""

    line: str
    column: str
    rule: str
    text: str

    def matches(self, finding: Finding) -> bool:
        place = finding.place
        return (
            fnmatch.fnmatch(str(place.line), self.line)
            and fnmatch.fnmatch(str(place.column), self.column)
            and finding.rule.id == self.rule
            and self.text in f"{finding.message}\n{finding.fix}"
        )


@dataclass(frozen=True)
class Case:
    """One case, in one of the two modes: plain or with `--compat`."""

    name: str
    header: dict[str, str]
    before: bytes
    after: bytes
    findings: tuple[Expected, ...]
    compat: bool
    settings: str
    world_files: tuple[tuple[str, str, str], ...]

    @property
    def path(self) -> str:
        return self.header.get("path", "user.py")

    @property
    def module(self) -> str:
        """The dotted name of the file, empty where it can have none."""
        parts = list(Path(self.path).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        return ".".join(parts) if all(map(str.isidentifier, parts)) else ""

    @property
    def home(self) -> ModuleHome | None:
        if not self.module:
            return None
        return ModuleHome(self.module, is_package=Path(self.path).stem == "__init__")

    @property
    def names(self) -> NameMap:
        return name_map(self.header.get("migration", "symbols"))

    @property
    def runs(self) -> bool:
        return self.header.get("run") == "yes" and not self.is_older_python

    @property
    def is_older_python(self) -> bool:
        """Whether this Python is older than the syntax of the case."""
        needed = self.header.get("python", "3.10")
        return sys.version_info < tuple(map(int, needed.split(".")))

    @property
    def is_refused(self) -> bool:
        return self.before == self.after and bool(self.findings)


@cache
def name_map(migration: str) -> NameMap:
    file = CASES / f"{migration}.toml"
    return NameMap.compose([loads(file.read_text(encoding="utf-8"), file.name)])


def read_cases(file: Path) -> list[Case]:
    """The plain and the `--compat` case of a file, whichever it has sections for."""
    head, *pieces = SECTION.split(file.read_text(encoding="utf-8"))
    header = dict(read_header(file, head))
    sections = dict(zip(pieces[::2], pieces[1::2], strict=True))
    unknown = [
        s for s in sections if s not in SECTIONS and not WORLD_SECTION.fullmatch(s)
    ]
    if unknown or "before" not in sections or len(sections) != len(pieces) // 2:
        raise BadCase(f"{file}: wrong, missing or repeated sections {unknown}")
    is_compat = {"compat after", "compat findings"} & sections.keys()
    is_plain = not is_compat or {"after", "findings"} & sections.keys()
    modes = [False] * bool(is_plain) + [True] * bool(is_compat)
    return [read_case(file, header, sections, compat=mode) for mode in modes]


def read_header(file: Path, head: str) -> list[tuple[str, str]]:
    pairs = []
    for line in head.splitlines():
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS:
            raise BadCase(f"{file}: unknown header line {line!r}")
        pairs.append((key, value.strip()))
    return pairs


def read_case(
    file: Path, header: dict[str, str], sections: dict[str, str], *, compat: bool
) -> Case:
    def content(section: str) -> bytes:
        return read_content(sections[section], header.get("encoding", ""))

    def findings(section: str) -> tuple[Expected, ...]:
        lines = sections.get(section, "").split("\n")
        return tuple(read_expected(file, line) for line in lines if line.strip())

    prefix = "compat " if compat else ""
    result = prefix + "after"
    before = content("before")
    case = Case(
        name=f"{file.parent.name}/{file.stem}{'-compat' if compat else ''}",
        header=header,
        before=before,
        after=content(result) if result in sections else before,
        findings=findings(prefix + "findings"),
        compat=compat,
        settings=sections.get("settings", ""),
        world_files=tuple(
            (match[1] or "", match[2], text)
            for section, text in sections.items()
            if (match := WORLD_SECTION.fullmatch(section))
        ),
    )
    if case.is_older_python:
        older = findings("older findings")
        return replace(case, after=before, findings=older)
    return case


def read_content(section: str, encoding: str) -> bytes:
    """The bytes of a section: its lines and one line end, or as its escapes say."""
    if encoding == "escaped":
        escaped = section.replace("\n", "")
        return escaped.encode("ascii").decode("unicode_escape").encode("latin-1")
    return (section.strip("\n") + "\n").encode()


def read_expected(file: Path, line: str) -> Expected:
    match = EXPECTED_FINDING.fullmatch(line)
    if match is None:
        raise BadCase(f"{file}: no finding: {line!r}")
    return Expected(match[1], match[2], match[3], match[4] or "")


FILES = sorted(CASES.glob("[0-9]-*/*.txt"))
ALL = [case for file in FILES for case in read_cases(file)]
each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def apply(case: Case, source: bytes, project: Path) -> Rewritten:
    """Rewrite `source` as the file of the case in a project with its settings."""
    file = project / case.path
    file.parent.mkdir(parents=True, exist_ok=True)
    (project / "pyproject.toml").write_text(case.settings, encoding="utf-8")
    return rewrite(
        source,
        case.names,
        path=case.path,
        home=case.home,
        sorter=sorter_for(file),
        options=Options(compat=case.compat),
        modules=modules_of(case, source, file, project),
    )


def modules_of(case: Case, source: bytes, file: Path, project: Path) -> Modules | None:
    """The file of the case, and those that both worlds have; only for attributes, as
    isort would take what is there for the project's own.
    """
    if not case.names.rehomed:
        return None
    file.write_bytes(source)
    files = [file]
    for only, path, text in case.world_files:
        if not only:
            other = project / path
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_text(text, encoding="utf-8")
            files.append(other)
    return AnalysedFiles(files).seen_from(file)


def shown(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{f.place.line}:{f.place.column} {f.rule.id} ({f.message} | {f.fix})"
        for f in findings
    ]


@each_case
def test_bytes_and_findings(case: Case, tmp_path: Path) -> None:
    result = apply(case, case.before, tmp_path)
    assert result.new.decode("latin-1") == case.after.decode("latin-1")
    matched = [
        expected.matches(finding)
        for expected, finding in zip(case.findings, result.findings, strict=False)
    ]
    assert all(matched), (case.findings, shown(result.findings))
    assert len(result.findings) == len(case.findings), shown(result.findings)
    assert result.old == case.before
    assert result.changed == bool(result.edits) == (case.before != case.after)
    for finding in result.findings:
        assert finding.place.path == case.path
        assert finding.message.isprintable()
        assert finding.fix.isprintable()


@each_case
def test_a_second_run_changes_nothing(case: Case, tmp_path: Path) -> None:
    first = apply(case, case.before, tmp_path)
    second = apply(case, first.new, tmp_path)
    assert second.new.decode("latin-1") == first.new.decode("latin-1")
    assert not second.changed
    assert not second.edits
    assert [f.rule.id for f in second.findings] == [f.rule.id for f in first.findings]


@each_case
def test_the_case_itself_is_python(case: Case) -> None:
    if any(f.rule in {"unparsable", "unreadable"} for f in case.findings):
        with pytest.raises((SyntaxError, ValueError)):
            ast.parse(case.before)
    else:
        ast.parse(case.before)
        ast.parse(case.after)


# Cases that are run


def execute(case: Case, source: bytes, age: str, root: Path) -> str:
    """Import `source` as the case's module in the old or the new world.

    Returns what it printed as errors, empty when it ran to its end.
    """
    world = case.header.get("world", case.header.get("migration", "symbols"))
    shutil.copytree(WORLDS / world / ("before" if age == "old" else "after"), root)
    files = [(path, text) for only, path, text in case.world_files if only in ("", age)]
    for path, text in [*files, (case.path, None)]:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(
            source if text is None else (text.strip("\n") + "\n").encode()
        )
    program = (
        "import importlib, sys; sys.path.insert(0, sys.argv[1]);"
        " importlib.import_module(sys.argv[2])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program, str(root), case.module],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr if done.returncode else ""


RUN = [case for case in ALL if case.runs]
each_run = pytest.mark.parametrize("case", RUN, ids=lambda case: case.name)


@each_run
def test_the_input_runs_in_the_old_world(case: Case, tmp_path: Path) -> None:
    assert b"assert " in case.before
    assert execute(case, case.before, "old", tmp_path / "world") == ""


@each_run
def test_the_output_runs_in_the_new_world(case: Case, tmp_path: Path) -> None:
    result = apply(case, case.before, tmp_path / "project").new
    errors = execute(case, result, "new", tmp_path / "world")
    if case.is_refused:
        assert errors, "what works in the new world needs no finding"
    else:
        assert errors == ""


@pytest.mark.parametrize(
    "case", [c for c in RUN if c.compat], ids=lambda case: case.name
)
def test_compat_output_runs_in_the_old_world_too(case: Case, tmp_path: Path) -> None:
    result = apply(case, case.before, tmp_path / "project").new
    assert execute(case, result, "old", tmp_path / "world") == ""


# What the cases have to cover

PEER_FAILURES = [f"l{n:02}" for n in range(1, 15)] + [f"r{n:02}" for n in range(1, 14)]
# The failures among them of which the output was executed and found wrong.
BROKE_CODE = [
    *("l01", "l02", "l03", "l04", "l05", "l07", "l08", "l09", "l10", "l11", "l13"),
    *("l14", "r02", "r04", "r05", "r06", "r07", "r08", "r09", "r10", "r13"),
]
# These come from the files around a rewrite, not from the rewrite itself.
NOT_OF_REWRITE = {
    rules.GENERATED_FILE,
    *(rules.TEXT_REFERENCE, rules.TEXT_UNSURE, rules.KEPT_LOCAL),
}


def test_there_are_cases_enough() -> None:
    assert len(FILES) >= 60
    assert [file for file in CASES.glob("*/*.txt") if file not in FILES] == []


def test_refusals_come_first() -> None:
    assert FILES[0].parent.name == "0-refusals"
    assert sorted(FILES) == FILES


def test_every_case_says_what_it_shows() -> None:
    titles = [read_cases(file)[0].header.get("title", "") for file in FILES]
    assert [title for title in titles if not title.endswith(".")] == []


@pytest.mark.parametrize("failure", PEER_FAILURES)
def test_every_failure_of_other_tools_is_a_case(failure: str) -> None:
    cases = [c for c in ALL if c.name.partition("/")[2].startswith(f"{failure}_")]
    assert cases
    assert failure not in BROKE_CODE or any(case.runs for case in cases)


@pytest.mark.parametrize(
    "rule",
    [r for r in rules.RULES if r not in NOT_OF_REWRITE],
    ids=lambda rule: rule.id,
)
def test_every_rule_has_a_case(rule: Rule) -> None:
    assert rule.id in {f.rule for case in ALL for f in case.findings}


def test_every_expected_rule_exists() -> None:
    known = {rule.id for rule in rules.RULES}
    assert {f.rule for case in ALL for f in case.findings} <= known


@pytest.mark.parametrize(
    "migration", sorted(CASES.glob("*.toml")), ids=lambda f: f.stem
)
def test_every_migration_has_a_case(migration: Path) -> None:
    used = {case.header.get("migration", "symbols") for case in ALL}
    assert migration.stem in used
