"""What a reviewer sees first: the verdict, what to do, and the answers with their links."""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.finding import Finding, Place, Verdict
from tests.verify.render.reports import NOTED, RESIDUAL, benched, clean, full, verified
from tests.verify.render.test_html import page
from verify.gathering import gathered
from verify.outcome import Case, Outcome, Part
from verify.render import render
from verify.terminal import Terminal

OK = (Case("checks", "moves", Verdict.OK, "0 lines to read"),)


def html_of(outcome: Outcome) -> str:
    return render(outcome, "html", Terminal())


def test_what_to_do_stands_first_by_severity_and_leads_to_the_findings() -> None:
    text = html_of(full())
    start = text.index('<ol class="todo">')
    first = text[start : text.index("</ol>", start)]
    assert re.findall('href="#([^"]+)">([^<]+) <code>([^<]+)', first) == [
        ("rule-1", "1 error of", "step-differs"),
        ("rule-2", "2 warnings of", "residual"),
        ("rule-3", "1 warning of", "unclear"),
    ]
    assert "Lines are left. <strong>To do:</strong> read them</li>" in first
    assert '</a> in <code class="place">driver.py</code>: A step differs.' in first
    assert text.index("<h1>") < start < text.index('<ul class="cards">')
    for name in ("rule-1", "rule-2", "rule-3"):
        assert f'<div class="rule" id="{name}">' in text[start:]


def test_of_many_rules_the_first_five_are_to_do_and_the_others_are_counted() -> None:
    findings = tuple(
        Finding(replace(RESIDUAL, id=f"r{n}"), Place("a.py"), "m", "f")
        for n in range(9)
    )
    text = html_of(Outcome("moves", Verdict.FAIL, findings=findings))
    assert text.count(" of <code>r") == 5
    assert 'And <a href="#findings">4 more rules</a>' in text


def test_the_heading_says_what_was_looked_at() -> None:
    for facts, title in (
        ({"range": "a..b", "base": "1", "head": "2"}, "a..b"),
        ({"base": "git:a", "head": "."}, "git:a to ."),
        ({"revision": "HEAD"}, "HEAD"),
        ({"folder": "src"}, "src"),
    ):
        text = html_of(Outcome("cycles", Verdict.OK, facts=facts))
        assert f"<h1>{title} <span" in text
        assert f"<title>rehome cycles: ok: {title}</title>" in text


def test_a_long_way_to_mend_it_stands_with_the_findings_alone() -> None:
    finding = Finding(RESIDUAL, Place("a.py"), "m", "cut " * 60)
    text = html_of(Outcome("moves", Verdict.FAIL, (finding,)))
    assert text.count("To do:") == 1
    assert text.index("To do:") > text.index("Findings</h2>")


def test_nothing_is_to_do_where_notes_are_all_there_is() -> None:
    notes = (Finding(NOTED, Place("a.py"), "m", "f"),)
    assert "What to do" not in html_of(Outcome("moves", Verdict.OK, findings=notes))
    assert "What to do" not in html_of(clean())


def test_a_card_asks_a_question_and_leads_to_what_must_be_read_if_it_failed() -> None:
    text = html_of(full())
    moves = text[text.index('<a href="#part-1-read">moves</a>') :].partition("</li>")[0]
    assert "Did code only move" in moves
    assert '<a href="#moves">moves</a>' in html_of(
        gathered([Part("a..b", replace(verified(), verdict=Verdict.OK, cases=OK))])
    )
    unknown = (Case("checks", "mine", Verdict.OK, "all well"),)
    alone = html_of(replace(verified(), cases=unknown))
    assert '<p class="name">mine <' in alone


def test_a_heading_is_told_once_where_the_page_is_of_one_result() -> None:
    heading = "git:main to .: 1 slower, 1 faster, 1 unchanged, 1 too noisy"
    assert page(benched()).texts.count(heading) == 1
