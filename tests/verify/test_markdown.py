"""Markdown for a pull request: what it shows, and that no text becomes markup."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from verify.outcome import Case, Change, Edit, Listing, Outcome, Part, Table
from verify.render._escape import visible
from verify.render.markdown import LARGEST, escaped, prose, render
from verify.terminal import Terminal

TAB = "\t"
RULE = Rule("star-import", "title", "why", Severity.ERROR)

HOSTILE = [
    "*bold* _it_ **b** __b__ ~~s~~",
    "[text](http://example.org) ![image](x.png) [ref]: x",
    "<script>alert(1)</script><img src=x onerror=y>",
    "</code></details><h1>x</h1>",
    "<!-- comment --> --> <![CDATA[x]]> <?php",
    "`code` ``more``",
    "a | b | c",
    "@someone @org/team a@example.org",
    "#1 user/repo#2 GH-3",
    "http://example.org www.example.org ftp://x mailto:a",
    "# heading",
    "- item",
    "1. item",
    "12) item",
    "> quote",
    "    code",
    "~~~",
    "===",
    "---",
    "+ x",
    "$x$ :smile: \\* &lt; &#42;",
    "trailing\\",
    "rtl\u202e \x1b[2J \n## heading \r\n\n- x",
    "\udcff.py",
    "",
]


def outcome_of(text: str) -> Outcome:
    """An outcome with the text in every place that a user's text can come to."""
    return Outcome(
        command="verify",
        verdict=Verdict.FAIL,
        findings=(Finding(RULE, Place(text, 1, 2), text, text),),
        changes=(Change(text, (Edit(4, text, text),), written=False, diff=text),),
        tables=(Table("names", ("name", text or "none"), ((text, text),)),),
        heading=(text,),
        summary=(text,),
        listings=(Listing(text, text, f"{text}\n```\n{text}"),),
    )


def rendered(outcome: Outcome) -> str:
    return render(outcome, terminal=Terminal())


def inline(markdown: str) -> Iterator[Token]:
    for token in (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    ):
        yield from (token.children or ()) if token.type == "inline" else [token]


OURS = re.compile(
    r"</?code>|<br>|<!-- -->|<details><summary>[^<>]*(?:<!-- -->[^<>]*)*</summary>\n|</details>\n|<!-- -->\n"
)
KINDS = {
    "text",
    "html_inline",
    "html_block",
    "strong_open",
    "strong_close",
    "code_inline",
    "fence",
}
BLOCKS = re.compile(
    r"(heading|paragraph|bullet_list|list_item|table|thead|tbody|tr|th|td)_(open|close)"
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    shown = visible(text)
    quoted = [*shown.split("`")[1::2], *map(visible, text.split("\n"))]
    ours = {"rehome verify", "--format json", RULE.id, shown, f"{shown}:1", *quoted}
    tokens = [*inline(rendered(outcome_of(text)))]
    for token in tokens:
        if token.type in ("html_inline", "html_block"):
            assert OURS.fullmatch(token.content), token.content
        assert token.type in KINDS | {"softbreak"} or BLOCKS.fullmatch(token.type), (
            token.type
        )
        if token.type == "code_inline":
            assert token.content in ours, token.content
        if token.type == "fence":
            lines = f"{text}\n```\n{text}".removesuffix("\n").split("\n")
            assert token.content == "".join(
                f"{visible(each, keep=TAB)}\n" for each in lines
            )
    count = [token.type for token in tokens].count
    assert count("heading_open") == 1
    assert count("strong_open") == 1  # the severity
    assert count("fence") == 1
    assert count("table_open") == 1
    assert count("td_open") == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_an_answer_becomes_markup(text: str) -> None:
    cases = tuple(Case("report", text, verdict, text) for verdict in (Verdict.OK, None))
    part = Part(text, Outcome("bench", Verdict.OK))
    outcome = Outcome(
        "report", Verdict.OK, heading=("", text), cases=cases, parts=(part,)
    )
    quoted = [visible(text), *visible(text).split("`")[1::2], "rehome report"]
    kinds = Counter[str]()
    for token in inline(rendered(outcome)):
        kinds[token.type] += 1
        assert token.type in KINDS or BLOCKS.fullmatch(token.type), token.type
        if token.type in ("html_inline", "html_block"):
            assert OURS.fullmatch(token.content), token.content
        if token.type == "code_inline":
            assert token.content in quoted
    expected = {"heading_open": 1, "table_open": 1, "td_open": 6, "strong_open": 0}
    assert {kind: kinds[kind] for kind in expected} == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_left_for_github_to_link(text: str) -> None:
    """Its links are made of what the page shows, entities or not."""
    tokens = inline(rendered(outcome_of(text)))
    body = "\n".join(
        t.content for t in tokens if t.type not in ("code_inline", "fence")
    )
    pieces = [html.unescape(piece) for piece in body.split("<!-- -->")]
    for piece in pieces:
        assert not re.search(
            r"@\w|#\d|://|www\.\w|:\w+:|GH-\d|mailto:\w", piece, re.IGNORECASE
        )


@given(st.text(max_size=60))
def test_a_text_reads_as_it_is(text: str) -> None:
    shown = MarkdownIt("commonmark").enable("table").renderInline(escaped(text))
    assert html.unescape(shown.replace("<!-- -->", "")) == visible(text)


@given(st.text(alphabet="ab`<@#|\\&_*:/ .-\n", max_size=40))
def test_a_sentence_reads_as_it_is_but_for_the_marks_of_code(text: str) -> None:
    cells = render_cells(prose(text))
    marks = text.count("`") % 2 == 0
    expected = visible(text).replace("`", "") if marks else visible(text)
    assert cells == re.sub(" +", " ", expected).strip()


def render_cells(markdown: str) -> str:
    """What the cell of a table shows, blanks as a browser shows them."""
    table = f"| {markdown} | x |\n| --- | --- |\n| {markdown} | x |\n"
    page = MarkdownIt("commonmark").enable("table").render(table)
    header, first, *others = re.findall(r"<t[hd]>(.*?)</t[hd]>", page)
    assert others == [header, "x"]
    shown = re.sub(r"<!-- -->|</?code>", "", header)
    assert first == "x"
    return re.sub(" +", " ", html.unescape(shown)).strip()


@given(st.text(alphabet="`*_[]()<>!#|~-+.1 a:/@\\&;=\"'", max_size=12))
def test_no_text_is_a_block(text: str) -> None:
    kinds = {token.type for token in inline(f"{escaped(text)}\n\n- {escaped(text)}\n")}
    assert (
        not kinds
        - KINDS
        - {
            f"{block}_{side}"
            for block in ("paragraph", "bullet_list", "list_item")
            for side in ("open", "close")
        }
    )


def test_the_verdict_leads_and_the_rest_is_folded() -> None:
    outcome = Outcome(
        "verify",
        Verdict.UNDECIDED,
        (Finding(RULE, Place("pkg/a.py", 3, 1), "it is hidden", "write it out"),),
        tables=(Table("moves", ("from", "to"), (("a", "b"), ("c", "d"))),),
        heading=("main..x; 7 of 20 lines to read",),
        summary=("moves: ok",),
    )
    assert rendered(outcome) == (
        "### `rehome verify`: \N{BLACK QUESTION MARK ORNAMENT} undecided\n\n"
        "main..x; 7 of 20 lines to read\n\n"
        "- **error** `star-import`: title<br>To do: write it out\n"
        "  - `pkg/a.py:3`: it is hidden\n\n"
        "<!-- -->\n\n"
        "- moves: ok\n\n"
        "<details><summary>moves: 2 rows</summary>\n\n"
        "| from | to |\n| --- | --- |\n| a | b |\n| c | d |\n\n"
        "</details>\n"
    )


def test_several_answers_are_a_table_and_the_summary_is_folded() -> None:
    cases = (
        Case("checks", "moves", Verdict.OK, "0 of 20 lines | to read"),
        Case("checks", "blame", Verdict.UNDECIDED, "`git` cannot"),
        Case("checks", "cycles", Verdict.FAIL, "1 cycle"),
    )
    text = rendered(
        Outcome("verify", Verdict.UNDECIDED, summary=("moves: ok",), cases=cases)
    )
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert table == [
        "| verdict | check | found |",
        "| --- | --- | --- |",
        "| \N{CROSS MARK} fail | cycles | 1 cycle |",
        "| \N{BLACK QUESTION MARK ORNAMENT} undecided | blame | `git` cannot |",
        "| \N{WHITE HEAVY CHECK MARK} ok | moves | 0 of 20 lines &#124; to read |",
    ]
    assert "<summary>summary: 1 line</summary>\n\n- moves: ok\n" in text


def test_what_two_findings_of_a_rule_ask_for_is_said_once() -> None:
    same = [Finding(RULE, Place("a.py", n, 1), f"it is {n}", "mend") for n in (2, 1)]
    text = rendered(Outcome("verify", Verdict.FAIL, tuple(same)))
    assert text.endswith(
        "- **error** `star-import`: title<br>To do: mend\n"
        "  - `a.py:1`: it is 1\n  - `a.py:2`: it is 2\n"
    )
    other = Finding(RULE, Place("b.py"), "it is 3", "leave")
    text = rendered(Outcome("verify", Verdict.FAIL, (*same, other)))
    assert text.endswith(
        "- **error** `star-import`: title\n"
        "  - `a.py:1`: it is 1<br>To do: mend\n"
        "  - `a.py:2`: it is 2<br>To do: mend\n"
        "  - `b.py`: it is 3<br>To do: leave\n"
    )


def test_findings_and_summary_are_two_lists() -> None:
    kinds = [token.type for token in inline(rendered(outcome_of("x")))]
    # The rules, with the findings of one, and the changes.
    assert kinds.count("bullet_list_open") == 4


def test_a_comment_is_never_too_large_and_says_what_is_left_out() -> None:
    findings = tuple(
        Finding(RULE, Place(f"{'*' * 900}{n}.py", n, 1), "|" * 900, "_" * 900)
        for n in range(500)
    )
    tables = tuple(Table(f"table {n}", ("a",), (("#" * 900,),) * 500) for n in range(9))
    text = rendered(Outcome("verify", Verdict.FAIL, findings, tables=tables))
    assert len(text) <= LARGEST < 65_536
    assert "`--format json` has all" in text
    assert re.search(
        r"and 4\d\d more \(4\d\d errors\), which `--format json` lists", text
    )
    (note,) = re.findall("Left out, to fit a comment: (.*)", text)
    left = {f"table table {n}" for n in range(9) if f"<summary>table {n}:" not in text}
    assert left
    assert set(note.partition(". `")[0].split(", ")) == left
    assert "fail" in text.splitlines()[0]
    few = rendered(
        Outcome("verify", Verdict.FAIL, tables=(Table("t", ("a",), (("b",),) * 70),))
    )
    assert few.count("| b |") == 60
    assert "10 more rows" in few


def test_names_are_code_and_files_can_be_copied() -> None:
    text = rendered(
        Outcome(
            "surface",
            Verdict.FAIL,
            (Finding(RULE, Place("a.py"), "`pkg:A` is `pkg:B` now", "x"),),
            listings=(Listing("pkg.toml", "toml", 'a = "@b"\n````\n'),),
        )
    )
    assert "- `a.py`: `pkg:A` is `pkg:B` now" in text
    (fence,) = (token for token in inline(text) if token.type == "fence")
    assert (fence.info, fence.markup) == ("toml", "`````")
    assert fence.content == 'a = "@b"\n````\n'


def test_a_long_file_is_cut_and_says_so() -> None:
    listing = Listing("pkg.toml", "toml", "x\n" * 1000)
    text = rendered(Outcome("surface", Verdict.FAIL, listings=(listing,)))
    assert text.count("\nx") == 400
    assert "600 more lines: `--format json` has all" in text


def test_a_long_diff_is_cut_and_says_so() -> None:
    diff = "--- a/x.py\n+++ b/x.py\n" + "+y\n" * 70
    change = Change("x.py", (Edit(1, "", "y\n"),), written=False, diff=diff)
    text = rendered(Outcome("apply", Verdict.FAIL, changes=(change,)))
    assert text.count("<br>`+y`") == 58
    assert "12 more lines: `--format json` has all" in text


def test_the_worst_findings_are_the_last_to_be_left_out() -> None:
    note = Rule("known", "title", "why", Severity.NOTE)
    notes = [Finding(note, Place("a.py", n), "it was so", "") for n in range(150)]
    worst = Finding(RULE, Place("z.py", 1), "the worst", "mend it")
    text = rendered(Outcome("verify", Verdict.FAIL, (*notes, worst)))
    first = next(line for line in text.splitlines() if line.startswith("- "))
    assert first == "- **error** `star-import`: title<br>To do: mend it"
    assert "  - `z.py:1`: the worst\n" in text
    assert "- and 51 more (51 notes), which `--format json` lists" in text
    assert "<br>\n" not in text
