"""The page for people: what it shows, for whom, and that nothing else gets in."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from tests.verify.render.diagrams import (
    RULE,
    drawn,
    everything,
    layered,
    outcome_of,
    pair_of_modules,
)
from tests.verify.render.test_svg import MARKUP
from tests.verify.test_render import HOSTILE, PIPE
from verify.outcome import Outcome
from verify.render import render
from verify.render._escape import visible

CASES = Path(__file__).parents[2] / "cases" / "pictures"
VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.texts.append(data.strip())

    def values(self, key: str) -> list[str]:
        return [a[key] or "" for _, a in self.elements if key in a]

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(sorted(attrs))) for tag, attrs in self.elements]


def page(outcome: Outcome) -> Page:
    found = Page(render(outcome, "html", PIPE))
    assert found.open == []
    return found


def test_a_page_is_the_one_that_was_looked_at(update_golden: bool) -> None:
    now = render(drawn(everything()), "html", PIPE)
    golden = CASES / "everything.html"
    if update_golden:
        golden.write_text(now, encoding="utf-8")
    assert now == golden.read_text(encoding="utf-8"), "is it meant? Look at it, then"


@pytest.mark.parametrize("size", [2, 9, 61, 600])
def test_ids_are_unique_and_every_reference_leads_somewhere(size: int) -> None:
    found = page(drawn(layered(size), everything(), pair_of_modules()))
    ids = Counter(found.values("id"))
    assert set(ids.values()) == {1}
    for value in found.values("aria-labelledby"):
        assert {*value.split()} <= {*ids}
    links = found.values("href")
    assert links
    assert {link.removeprefix("#") for link in links} <= {*ids}


def test_all_edges_and_modules_are_in_tables_however_many_there_are() -> None:
    whole = layered(600)
    found = page(drawn(whole))
    texts = Counter(found.texts)
    for each in whole.nodes:
        assert texts[each.name] >= 1
    rows = [v for v in found.values("id") if v.startswith("picture-1-edge-")]
    assert len(rows) == len(whole.edges)
    assert f"All imports between its modules: {len(whole.edges)}" in texts


def test_the_tables_tell_the_cuts_the_chain_and_what_fails() -> None:
    texts = page(drawn(everything())).texts
    assert "a note" in texts
    assert texts.count("to be cut, new") == 3  # among the cuts, the chain and all
    assert "ImportError: cannot import name 'value' from 'p.x.c'" in texts
    assert "from p.x.c import value" in texts
    start = texts.index("Imports to cut")
    assert texts[start + 8 : start + 11] == ["1", "p.x.c", "p.x.a"]
    start = texts.index("A shortest cycle")
    assert texts[start + 7 : start + 9] == ["p.x.a", "p.x.b"]


def test_keys_reach_what_scrolls_and_no_part_of_a_picture() -> None:
    found = page(drawn(everything()))
    scrolling = [a for _, a in found.elements if a.get("tabindex") == "0"]
    assert all(a.get("role") == "group" for a in scrolling)
    assert all("aria-labelledby" in a or "aria-label" in a for a in scrolling)
    drawn_links = [a for t, a in found.elements if t == "a" and "tabindex" in a]
    assert len(drawn_links) == len(everything().edges)
    assert {a["tabindex"] for a in drawn_links} == {"-1"}
    assert "p/x/a.py:3" in found.values("aria-label")


def test_every_table_has_a_caption_and_column_headers() -> None:
    found = page(outcome_of("plain"))
    tags = Counter(tag for tag, _ in found.elements)
    assert tags["table"] == tags["caption"] == tags["thead"] == 6
    scopes = [a.get("scope") for t, a in found.elements if t == "th"]
    assert {*scopes} == {"col", "row"}
    assert ("html", {"lang": "en"}) in found.elements


def test_findings_stand_before_notes() -> None:
    note = Rule("cycle", "title", "why", Severity.NOTE)
    findings = (
        Finding(note, Place("n.py", 1, 1), "a cycle", "leave it"),
        Finding(RULE, Place("f.py"), "`a` fails", "cut"),
    )
    texts = page(Outcome("cycles", Verdict.FAIL, findings)).texts
    assert texts.index("f.py") < texts.index("Notes: 1") < texts.index("n.py:1")
    assert "a" in texts  # code, without its backticks


def test_an_empty_outcome_is_a_page_too() -> None:
    texts = page(Outcome("moves", Verdict.OK)).texts
    assert texts == ["rehome moves: ok", "Skip to the result", "rehome moves", "ok"]


def test_of_very_many_cycles_the_last_have_tables_alone() -> None:
    found = page(drawn(*[pair_of_modules()] * 42))
    drawn_ones = [a for t, a in found.elements if t == "svg" and "role" in a]
    assert len(drawn_ones) == 41  # the legend and forty pictures
    assert found.texts.count("Imports to cut") == 42
    assert (
        found.texts.count("Not drawn, since there are very many: see the tables.") == 2
    )


@pytest.mark.parametrize("name", [*HOSTILE, *MARKUP])
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    text = render(outcome_of(name), "html", PIPE)
    assert {char for char in text if not char.isprintable()} <= {"\n"}
    found, plain = page(outcome_of(name)), page(outcome_of("plain"))
    assert found.shape() == plain.shape()
    assert visible(name).strip() in found.texts
    assert {link[:1] for link in found.values("href")} == {"#"}


def test_nothing_is_fetched_and_nothing_runs() -> None:
    found = page(drawn(everything(), layered(600)))
    assert "script" not in {tag for tag, _ in found.elements}
    assert not {key for _, a in found.elements for key in a if key.startswith("on")}
    assert found.values("src") == []
    assert found.values("content")[0].startswith("default-src 'none'")
