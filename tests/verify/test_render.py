"""Every format: what it shows, and that hostile names stay harmless in it."""

from __future__ import annotations

import json
import re

import pytest

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from verify.outcome import Change, Edit, Listing, Outcome, Table
from verify.render import formats, render
from verify.terminal import Terminal

PIPE = Terminal()
SCREEN = Terminal(width=40, colour=True)
STAR = Rule("star-import", "title", "why")
BROKEN = Rule("unparsable", "title", "why", Severity.ERROR, undecided=True)

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07.py",
    "a\n::error file=x::owned.py",
    "a\r::add-mask::x.py",
    "::stop-commands::token",
    "  ::error::x",
    "##[add-mask]x.py",
    "[red]markup[/red] [link=http://x]y[/link].py",
    ":smile:.py",
    "rtl\u202egnp.py",
    "\udcff\udc80.py",
    "100%0A::error::x,line=7:col=8",
    "\u2028::error::x\x85y",
    "-rf",
    "a/../../etc/passwd",
    "C1\x9b31m",
]


def finding(
    path: str = "a.py", line: int = 3, rule: Rule = STAR, message: str = "it is hidden"
) -> Finding:
    return Finding(rule, Place(path, line, 5 if line else 0), message, "write it out")


def outcome_of(name: str) -> Outcome:
    """An outcome with `name` in every place that a user's text can come to."""
    return Outcome(
        command="apply",
        verdict=Verdict.FAIL,
        findings=(Finding(STAR, Place(name, 1, 2), f"found {name}", name),),
        changes=(
            Change(name, (Edit(4, name, name),), written=False),
            Change(name, (), written=True, diff=f"--- a/{name}\n+{name}\n {name}\n"),
        ),
        tables=(Table("names", ("name", "other"), ((name, name),)),),
        heading=(name,),
        summary=(name,),
        listings=(Listing(name, name, f"{name}\n::error::{name}\n"),),
    )


def plain(text: str) -> str:
    """Take the colours, which are ours, out of a text."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_formats_are_the_files_of_the_folder() -> None:
    assert {"github", "html", "json", "markdown", "svg", "text"} <= set(formats())
    assert not any(name.startswith("_") for name in formats())


@pytest.mark.parametrize("format_name", ["github", "json", "text"])
def test_an_empty_outcome_renders(format_name: str) -> None:
    text = render(Outcome("apply", Verdict.OK), format_name, PIPE)
    assert text == "" or text.endswith("}\n")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("terminal", [PIPE, SCREEN], ids=["pipe", "screen"])
@pytest.mark.parametrize("format_name", ["github", "json", "markdown", "text"])
def test_no_control_character_survives(
    format_name: str, terminal: Terminal, name: str
) -> None:
    text = plain(render(outcome_of(name), format_name, terminal))
    bad = {char for char in text if not char.isprintable() and char != "\n"}
    assert bad == set()
    assert text.encode("utf-8")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("terminal", [PIPE, SCREEN], ids=["pipe", "screen"])
def test_text_never_starts_an_annotation_command(terminal: Terminal, name: str) -> None:
    lines = plain(render(outcome_of(name), "text", terminal)).split("\n")
    assert not [line for line in lines if line.lstrip().startswith("::")]
    assert not [line for line in lines if "##[" in line]


@pytest.mark.parametrize("name", HOSTILE)
def test_github_gets_the_commands_we_mean_and_no_other(name: str) -> None:
    lines = render(outcome_of(name), "github", PIPE).splitlines()
    commands = [line.split(" ")[0] for line in lines if line.lstrip().startswith("::")]
    assert commands == ["::warning", "::error"]
    assert len(lines) == 5  # a finding, an edit, lines of heading, summary and listing
    for line in lines[:2]:
        properties = line.removeprefix(commands[0]).partition("::")[0]
        assert re.fullmatch(r" ?[^:]*", properties.removeprefix("::error"))


@pytest.mark.parametrize("name", HOSTILE)
def test_json_gives_a_name_back_as_it_was(name: str) -> None:
    document = json.loads(render(outcome_of(name), "json", PIPE))
    assert document["findings"][0]["path"] == name
    assert document["changes"][0]["edits"] == [
        {"line": 4, "before": name, "after": name}
    ]
    assert document["tables"] == {"names": [{"name": name, "other": name}]}


def test_github_escapes_as_the_runner_unescapes() -> None:
    hostile = finding("50%,a:b.py", message="100% sure,\nreally: yes")
    assert render(Outcome("apply", Verdict.FAIL, (hostile,)), "github", PIPE) == (
        "::warning file=50%25%2Ca%3Ab.py,line=3,col=5,title=star-import"
        "::100%25 sure,%0Areally: yes%0Awrite it out\n"
    )


def test_github_names_no_line_for_a_whole_file() -> None:
    outcome = Outcome("apply", Verdict.UNDECIDED, (finding(line=0, rule=BROKEN),))
    text = render(outcome, "github", PIPE)
    assert text.startswith("::error file=a.py,title=unparsable::")


def test_github_marks_what_would_change_as_an_error_and_what_did_as_a_notice() -> None:
    edits = (Edit(7, "from a import x", "from b import x"),)
    would, did = Change("a.py", edits, written=False), Change("a.py", edits, True)
    lines = render(Outcome("apply", Verdict.FAIL, changes=(would, did)), "github", PIPE)
    assert lines.splitlines() == [
        "::error file=a.py,line=7,title=rehome apply"
        "::would be rewritten:%0Afrom a import x%0Afrom b import x",
        "::notice file=a.py,line=7,title=rehome apply"
        "::rewritten:%0Afrom a import x%0Afrom b import x",
    ]


def test_github_shows_the_worst_and_the_log_says_that_there_are_more() -> None:
    many = tuple(finding(line=n) for n in range(1, 12))
    worst = finding("z.py", 0, BROKEN)
    text = render(Outcome("apply", Verdict.FAIL, (*many, worst)), "github", PIPE)
    lines = text.splitlines()
    assert lines[0].startswith("::error file=z.py")
    assert [line[:9] for line in lines[1:12]] == ["::warning"] * 11
    assert lines[12:] == [
        "GitHub shows the first 10 of each kind on the lines they are about;"
        " this log has all: 11 warnings"
    ]
    few = render(Outcome("apply", Verdict.FAIL, (*many[:10], worst)), "github", PIPE)
    assert len(few.splitlines()) == 11


def test_text_shows_files_then_findings_then_the_summary() -> None:
    outcome = Outcome(
        "apply",
        Verdict.UNDECIDED,
        findings=(finding(), finding("b.py", 0, BROKEN, "it does not parse")),
        changes=(
            Change("a.py", (Edit(1, "a", "b"), Edit(2, "a", "b")), written=True),
            Change("c.py", (Edit(1, "a", "b"),), written=True),
        ),
        summary=("2 files read",),
    )
    assert render(outcome, "text", PIPE) == (
        "a.py: 2 edits\n"
        "c.py: 1 edit\n"
        "\n"
        "a.py:3:5: warning[star-import] it is hidden\n"
        "    write it out\n"
        "b.py: error[unparsable] it does not parse\n"
        "    write it out\n"
        "\n"
        "2 files read\n"
    )


def test_text_shows_a_diff_in_place_of_the_count() -> None:
    diff = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-\tx = 1\r\n+\tx = 2\r\n"
    change = Change("a.py", (Edit(1, "1", "2"),), written=False, diff=diff)
    text = render(Outcome("apply", Verdict.OK, changes=(change,)), "text", PIPE)
    assert text == diff.replace("\r", "")


def test_text_is_never_wrapped_and_has_no_colour_in_a_pipe() -> None:
    long = finding("deep/" * 60 + "a.py", message="word " * 80 + "end")
    text = render(Outcome("apply", Verdict.FAIL, (long,)), "text", PIPE)
    assert len(text.splitlines()) == 2
    assert "\x1b" not in text


def test_text_on_a_screen_says_the_same_as_in_a_pipe() -> None:
    """But for the last line, which says where a person finds more of a rule."""
    outcome = Outcome(
        "apply", Verdict.FAIL, (finding("d/" * 40),), summary=("1 file [b]read[/b]",)
    )
    on_screen = render(outcome, "text", SCREEN)
    assert "\x1b[" in on_screen
    said, _, more = plain(on_screen).partition("\nrehome rules ")
    assert said == render(outcome, "text", PIPE)
    assert more == f"{outcome.findings[0].rule.id} tells more of this rule\n"


def test_text_without_colour_has_no_escape_on_a_screen() -> None:
    outcome = Outcome("apply", Verdict.FAIL, (finding(),))
    assert "\x1b" not in render(outcome, "text", Terminal(width=80, colour=False))


def test_a_table_keeps_to_the_width_of_a_screen_and_aligns_in_a_pipe() -> None:
    table = Table("moves", ("from", "to"), (("a" * 50, "b"), ("c", "d" * 50)))
    outcome = Outcome("migrations", Verdict.OK, tables=(table,))
    assert max(map(len, plain(render(outcome, "text", SCREEN)).splitlines())) <= 40
    assert render(outcome, "text", PIPE).splitlines() == [
        "from".ljust(50) + "  to",
        "a" * 50 + "  b",
        "c".ljust(50) + "  " + "d" * 50,
    ]


def test_text_names_tables_where_there_are_several_and_gives_files_as_they_are() -> (
    None
):
    tables = (
        Table("moves", ("a", "b"), (("1", "2"),)),
        Table("none", ("a",), ()),
        Table("lost", ("c",), (("3",),)),
    )
    listing = Listing("p.toml", "toml", '[[move]]\nfrom = "a"\n')
    outcome = Outcome("x", Verdict.OK, tables=tables, listings=(listing,))
    assert render(outcome, "text", PIPE) == (
        'moves:\na  b\n1  2\n\nlost:\nc\n3\n\np.toml:\n[[move]]\nfrom = "a"\n'
    )
    assert json.loads(render(outcome, "json", PIPE))["listings"] == {
        "p.toml": listing.text
    }


def test_json_has_a_version_and_the_same_text_for_the_same_facts() -> None:
    one, two = finding("a.py"), finding("b.py")
    this = Outcome("apply", Verdict.FAIL, (one, two), facts={"files_read": 2, "b": {}})
    that = Outcome("apply", Verdict.FAIL, (two, one), facts={"b": {}, "files_read": 2})
    text = render(this, "json", PIPE)
    assert text == render(that, "json", SCREEN)
    document = json.loads(text)
    assert document["schema_version"] == 1
    assert document["verdict"] == "fail"
    assert document["facts"] == {"files_read": 2, "b": {}}
    assert document["findings"][0] == {
        "rule": "star-import",
        "severity": "warning",
        "path": "a.py",
        "line": 3,
        "column": 5,
        "message": "it is hidden",
        "fix": "write it out",
        "related": [],
    }
