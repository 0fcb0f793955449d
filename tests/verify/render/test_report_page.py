"""The page of a report: its structure, what it shows, and that it holds alone."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import html5lib
import pytest

from codemods.finding import Finding, Place, Verdict
from tests.verify.render.outcomes import HOSTILE, hostile, rich
from tests.verify.render.reports import (
    RESIDUAL,
    UNCLEAR,
    clean,
    full,
    verified,
)
from tests.verify.render.test_html import Page, page
from verify import check
from verify.gathering import gathered
from verify.outcome import Change, Outcome, Part, Table
from verify.render import render
from verify.render._escape import visible
from verify.terminal import Terminal

OUTLINE = Path(__file__).parents[2] / "cases" / "pictures" / "report.outline"
PAGES = {"full": full(), "clean": clean(), "rich": rich(), "verify": verified()}
PAGES |= {"empty": Outcome("moves", Verdict.OK)}
EACH = pytest.mark.parametrize("outcome", PAGES.values(), ids=[*PAGES])


def html_of(outcome: Outcome) -> str:
    return render(outcome, "html", Terminal())


def outline(found: Page) -> list[str]:
    """Landmarks, headings, tables, pictures and folds, in their order."""
    kept = {"header", "nav", "main", "section", "footer", "figure", "details", "svg"}
    kept |= {"table", "h1", "h2", "h3", "h4"}
    lines = []
    for tag, attributes in found.elements:
        if tag in kept and attributes.get("aria-hidden") != "true":
            names = ("id", "class", "role", "aria-labelledby", "aria-label")
            told = [f"{key}={attributes[key]}" for key in names if key in attributes]
            lines.append(" ".join([tag, *told]))
    return lines


def test_its_structure_is_the_one_that_was_looked_at(update_golden: bool) -> None:
    now = "\n".join(outline(page(full()))) + "\n"
    if update_golden:
        OUTLINE.write_text(now, encoding="utf-8")
    assert now == OUTLINE.read_text(encoding="utf-8"), "is it meant? Look at the page"


# The standard, and whoever cannot see


@EACH
def test_a_strict_parser_finds_no_error(outcome: Outcome) -> None:
    html5lib.HTMLParser(strict=True).parse(html_of(outcome))


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_nor_in_a_hostile_one(name: str) -> None:
    text = html_of(full(name, name))
    html5lib.HTMLParser(strict=True).parse(text)
    assert {char for char in text if not char.isprintable()} <= {"\n", "\t"}
    found, plain = Page(text), page(full())
    assert {tag for tag, _ in found.elements} - {"code"} <= {
        t for t, _ in plain.elements
    }
    assert {k for _, a in found.elements for k in a} <= {
        k for _, a in plain.elements for k in a
    }
    assert "script" not in {tag for tag, _ in found.elements}
    assert all(link.startswith("#") for link in found.values("href"))
    shown = visible(name).strip()
    assert any(shown[:1_900] in each for each in found.texts)


@EACH
def test_headings_go_down_one_step_at_a_time_from_one_first(outcome: Outcome) -> None:
    levels = [int(t[1]) for t, _ in page(outcome).elements if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


@EACH
def test_ids_are_unique_and_every_reference_leads_somewhere(outcome: Outcome) -> None:
    found = page(outcome)
    ids = Counter(found.values("id"))
    assert {*ids.values()} <= {1}
    for value in found.values("aria-labelledby"):
        assert {*value.split()} <= {*ids}
    assert {link.removeprefix("#") for link in found.values("href")} <= {*ids}
    for value in re.findall(r"url\(#([^)]*)\)", html_of(outcome)):
        assert value in ids


@EACH
def test_every_picture_has_a_name_or_is_beside_the_word_that_it_stands_for(
    outcome: Outcome,
) -> None:
    found = page(outcome)
    pictures = [a for tag, a in found.elements if tag == "svg"]
    for each in pictures:
        hidden = each.get("aria-hidden") == "true"
        assert hidden or ("aria-labelledby" in each and "role" in each)
    named = [a for a in pictures if "aria-labelledby" in a]
    titles = [a for tag, a in found.elements if tag == "title" and "id" in a]
    assert len(titles) == len(named)
    assert "img" not in {tag for tag, _ in found.elements}


@EACH
def test_every_table_has_a_name_and_headers_with_a_scope(outcome: Outcome) -> None:
    found = page(outcome)
    tags = Counter(tag for tag, _ in found.elements)
    named = [a for t, a in found.elements if t == "table" and "aria-labelledby" in a]
    assert tags["table"] == tags["caption"] + len(named) == tags["thead"]
    assert all(a.get("scope") in ("col", "row") for t, a in found.elements if t == "th")


@EACH
def test_there_is_one_main_part_and_a_way_to_skip_to_it(outcome: Outcome) -> None:
    found = page(outcome)
    assert [a.get("id") for t, a in found.elements if t == "main"] == ["main"]
    first = next(a for t, a in found.elements if t == "a")
    assert first == {"class": "skip", "href": "#main"}
    assert ("html", {"lang": "en"}) in found.elements


@EACH
def test_nothing_is_fetched_and_nothing_runs(outcome: Outcome) -> None:
    text = html_of(outcome)
    found = Page(text)
    assert not {"script", "link", "iframe", "object"} & {t for t, _ in found.elements}
    assert not {key for _, a in found.elements for key in a if key.startswith("on")}
    assert found.values("src") == []
    assert found.values("content")[0].startswith("default-src 'none'")
    outside = re.findall(r"https?://[^\s\"'<)]+", text)
    assert {*outside} <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in text


def test_the_same_outcome_gives_the_same_page() -> None:
    assert html_of(full()) == html_of(full())


# What it shows


def cards(outcome: Outcome) -> dict[str, str]:
    """The word that stands beside the name of each thing that was asked."""
    text = html_of(outcome)
    found = re.findall(
        r'<p class="name">(?:<a [^>]*>)?([\w.() -]+?)(?:</a>)? <span class="badge (\w+)">',
        text,
    )
    return dict(found)


def test_what_was_not_run_is_never_ok() -> None:
    others = {*check.names(), "behaviour", "bench"} - {"moves"}
    assert cards(clean()) == {"moves": "ok", **dict.fromkeys(others, "missing")}
    texts = page(clean()).texts
    assert texts.count("not run") == len(others)
    assert "1 ok" in texts
    assert f"{len(others)} not run" in texts


def test_every_verdict_is_said_what_failed_first() -> None:
    found = cards(full())
    assert found == {
        **dict.fromkeys(check.names(), "missing"),
        "moves": "fail",
        "behaviour": "fail",
        "cycles": "undecided",
        "blame": "ok",
        "surface": "ok",
        "bench": "ok",
    }
    order = ["fail", "undecided", "ok", "missing"]
    assert [*found.values()] == sorted(found.values(), key=order.index)


def test_a_failure_shows_beside_what_could_not_be_told() -> None:
    undecided = Outcome("bench", Verdict.UNDECIDED, heading=("too noisy",))
    both = gathered([Part("main..mine", verified()), Part("b.json", undecided)])
    assert both.verdict is Verdict.UNDECIDED
    heading = re.search("<h1>.*</h1>", html_of(both))
    assert heading is not None
    assert re.findall('class="badge (\\w+)"', heading[0]) == ["fail", "undecided"]


def test_the_residual_stands_side_by_side_with_the_words_that_differ() -> None:
    text = html_of(full())
    assert '<td class="old">x = 1 or <del>old</del></td>' in text
    assert '<td class="new">x = 1 or <ins>new</ins></td>' in text
    start = text.index('<h3 id="part-1-read-file-2">')
    alone = text[start : text.index("</table>", start)]
    assert "removed</th>" not in alone  # nothing was
    assert '<td class="nr">1</td><td class="new">x = 1</td>' in alone


def test_lines_that_are_not_alike_are_shown_without_marks() -> None:
    columns = ("file", "old line", "removed", "new line", "added")
    rows = (("a.py", "1", "import os", "1", "class Shelf(list[int]):"),)
    tables = (Table("residual", columns, rows),)
    text = html_of(Outcome("moves", Verdict.FAIL, tables=tables))
    assert "import os</td>" in text
    assert "<del>" not in text


def test_nothing_to_read_is_said_only_where_it_is_known() -> None:
    assert "explains each of the 9 changed lines" in html_of(clean())
    facts = {"residual_lines": 0, "changed_lines": 4}
    unread = Finding(UNCLEAR, Place("a.bin"), "it is binary", "look")
    unsure = Outcome("moves", Verdict.UNDECIDED, (unread,), facts=facts)
    assert "explains each" not in html_of(unsure)
    assert "what could not be told" in html_of(unsure)
    unknown = Outcome("moves", Verdict.UNDECIDED)
    assert "must read" not in html_of(unknown)


def test_all_but_nothing_is_not_nothing_and_all_but_one_is_not_all() -> None:
    text = html_of(full())
    row = text[text.index('<th scope="row"><code>p/new.py</code>') :].partition(
        "</tr>"
    )[0]
    figures = re.findall(r'figure">(\d+) <span class="faint">(\d+) %', row)
    assert figures == [("0", "0"), ("1", "1"), ("368", "99")]


def test_the_shrunk_input_is_a_list_of_calls() -> None:
    texts = page(full()).texts
    start = texts.index("The shortest input that shows it")
    assert texts[start : start + 5] == [
        "The shortest input that shows it",
        "size",
        "3",
        'put("x = 1")',
        "take()",
    ]
    assert "int x = 12" in texts


def test_cycles_that_stayed_are_folded_and_the_others_are_not() -> None:
    text = html_of(full())
    fold = text.index("Cycles that were there before, and stayed: 1")
    assert text.index('id="part-1-picture-1"') < fold
    assert text.index('id="part-1-picture-2"') > fold


def test_accepted_findings_are_folded_with_their_reason_and_their_end() -> None:
    texts = page(full()).texts
    start = texts.index("Accepted by the settings: 1")
    assert texts[start + 1] == "p/new.py:9"
    assert "Accepted until 2026-12-31:" in texts[start:]
    assert "p/new.py (pyproject.toml:3)" in texts


def test_many_files_to_read_are_listed_first() -> None:
    columns = ("file", "old line", "removed", "new line", "added")
    rows = tuple((f"m{n}.py", "", "", "1", "x") for n in range(13))
    for number, attributes in ((2, None), (3, {"open": None}), (13, {})):
        tables = (Table("residual", columns, rows[:number]),)
        found = page(Outcome("moves", Verdict.FAIL, tables=tables))
        folds = [a for t, a in found.elements if t == "details"]
        assert folds == ([] if attributes is None else [attributes])
        links = [each for each in found.values("href") if "-file-" in each]
        assert len(links) == (number if number > 2 else 0)


def test_signs_of_git_are_words() -> None:
    assert "git shows a copy of p/old.py, 54 % alike" in html_of(full())


def test_a_table_names_its_rows_and_knows_its_short_columns() -> None:
    columns = ("verdict", "name", "from")
    rows = (("edited", "", "short"), ("verbatim", "Shelf", "long" * 9))
    tables = (Table("moves", columns, rows),)
    text = html_of(Outcome("moves", Verdict.OK, tables=tables))
    assert '<table class="s1 s2">' in text
    assert '<td>verbatim</td><th scope="row">Shelf</th>' in text
    assert "<td>edited</td><td></td>" in text  # no header without a word


# Very much of it


def test_a_very_long_name_is_cut_in_its_middle_and_says_so() -> None:
    name = f"begin{'x' * 5_000}end"
    text = html_of(Outcome("moves", Verdict.OK, heading=(name,)))
    assert "begin" in text
    assert "xend" in text
    assert "4,008 characters are left out" in text
    assert len(text) < 20_000


def test_of_very_many_changed_files_the_last_are_counted() -> None:
    diff = "".join(f"+{n}\n" for n in range(60_000))
    changes = tuple(Change(f"m{n}.py", (), False, diff) for n in range(5))
    text = html_of(Outcome("apply", Verdict.FAIL, changes=changes))
    assert "too large: 3 more files" in text
    assert "m1.py" in text
    assert "m2.py" not in text


def test_the_largest_result_is_no_larger_than_two_megabytes_and_says_what_is_left_out() -> (
    None
):
    columns = ("file", "old line", "removed", "new line", "added")
    line = '    value = some(thing["key"]) & {other}  # <- a comment'
    rows = tuple(
        (
            f"package/module_{n // 60}.py",
            str(n),
            f"{line} {n}",
            str(n),
            f"{line} {n + 1}",
        )
        for n in range(40_000)
    )
    moves = tuple(
        ("verbatim", "class", f"C{n}", "", f"a.py:{n}", f"b{n}.py:1")
        for n in range(5_000)
    )
    flows = tuple(
        ("a.py", f"folder/b{n}.py", "verbatim", str(n)) for n in range(1, 900)
    )
    findings = tuple(
        Finding(RESIDUAL, Place(f"package/module_{n}.py", n, 1), line, "read")
        for n in range(5_000)
    )
    outcome = Outcome(
        "verify",
        Verdict.FAIL,
        findings=findings,
        tables=(
            Table("residual", columns, rows),
            Table(
                "moves", ("verdict", "kind", "name", "new name", "from", "to"), moves
            ),
            Table("flows", ("from", "to", "how", "lines"), flows),
            Table("blame lost", ("file", "lines"), (("a.py", "1"),) * 9_000),
            Table(
                "blame",
                ("file", "change", "lines", "plain", "git shows"),
                tuple((f"folder/b{n}.py", "added", "9", "3", "") for n in range(900)),
            ),
        ),
        facts={"moves_residual_lines": 80_000, "moves_changed_lines": 90_000},
    )
    text = html_of(outcome)
    assert 900_000 < len(text.encode()) < 2_000_000
    shown = len(re.findall('<td class="(?:old|new)">', text))
    parts = re.findall(
        r"([\d,]+) (?:more lines? of this file|lines? of [\d,]+ more file)", text
    )
    assert shown + sum(int(each.replace(",", "")) for each in parts) == 80_000
    assert "Here are the first 300 of 5000" in text
    assert "Here are the first 600 of 5,000" in text
    assert "860 other files" in text


def test_a_hostile_outcome_of_any_command_is_gathered_too() -> None:
    for name in ("<b>", "a\n::error::x", "\udcff"):
        both = gathered([Part(name, hostile(name)), Part(name, hostile(name))])
        html5lib.HTMLParser(strict=True).parse(html_of(both))
