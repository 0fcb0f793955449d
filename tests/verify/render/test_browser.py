"""Pages in a real browser, where there is one: axe-core, and that all of it fits.

`$REHOME_AXE` may name axe-core's script, for machines that cannot reach the index.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from markupsafe import Markup

from tests.verify.render import browser
from tests.verify.render.outcomes import HOSTILE, hostile, rich
from tests.verify.render.reports import benched, clean, full
from verify.outcome import Outcome
from verify.releases import ReleaseError
from verify.render import render
from verify.render._page.sections import Section
from verify.render.html import page_of
from verify.sides.index import fetch_release
from verify.sides.spec import ReleaseSpec
from verify.terminal import Terminal

# Its wheel holds axe-core 4.12.1 as it is; nothing else of it is used.
HAS_AXE = ReleaseSpec(
    project="axe-playwright-python",
    version="0.1.8",
    is_source=False,
    sha256="fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8",
)
SCRIPT = "axe_playwright_python/axe.min.js"
OPEN = "for (const each of document.querySelectorAll('details')) each.open = true;"
RUN = """
axe.run(document, {resultTypes: ['violations']}).then(found => answer(JSON.stringify({
    passed: found.passes.length,
    violations: found.violations.map(each =>
        [each.id, each.nodes.map(node => node.target + ': ' + node.failureSummary)]),
})), error => answer(JSON.stringify({error: String(error)})));
"""
OVERFLOW = """
const wide = document.documentElement.clientWidth;
answer(JSON.stringify([wide, document.documentElement.scrollWidth,
    [...document.querySelectorAll('body *')]
        .filter(each => each.getBoundingClientRect().right > wide + 1
            && !each.closest('.wide') && !each.closest('svg')
            && getComputedStyle(each).position !== 'absolute')
        .map(each => each.outerHTML.slice(0, 200))]));
"""
LINES = """
answer(JSON.stringify([...document.querySelectorAll('table.diff td.old, table.diff td.new')]
    .map(each => [each.textContent, getComputedStyle(each, '::before').content.trim(),
        Math.round(each.getBoundingClientRect().width)])));
"""
PAGES = {
    "full": full(),
    "clean": clean(),
    "rich": rich(),
    "hostile": hostile(HOSTILE[0]),
}
EACH = pytest.mark.parametrize("outcome", PAGES.values(), ids=[*PAGES])


@pytest.fixture(scope="module")
def chromium() -> str:
    found = browser.installed()
    if found is None:
        names = ", ".join(browser.NAMES)
        pytest.skip(f"no browser: install one of {names}, or name it by REHOME_BROWSER")
    return found


@pytest.fixture(scope="module")
def axe() -> str:
    given = os.environ.get("REHOME_AXE")
    if given:
        return Path(given).read_text(encoding="utf-8")
    try:
        wheel = fetch_release(HAS_AXE).path
    except ReleaseError as error:
        pytest.skip(f"the package index cannot be reached: {error}")
    with zipfile.ZipFile(wheel) as opened:
        return opened.read(SCRIPT).decode("utf-8")


def distributions() -> str:
    """The section that a page of `rehome bench --html` has besides."""
    svg = (
        '<svg role="img" width="420" height="110" viewBox="0 0 420 110"'
        ' aria-labelledby="t"><title id="t">times</title><path d="M0 0H420V90Z"/></svg>'
    )
    view = {"figures": [("test_name" * 30, Markup(svg))] * 3}
    section = Section("times", "Times of a call", "distributions.html", view)
    return page_of(benched(), [section])


def html_of(outcome: Outcome) -> str:
    return render(outcome, "html", Terminal())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500])
@EACH
def test_axe_finds_nothing(
    chromium: str, axe: str, tmp_path: Path, outcome: Outcome, width: int, dark: bool
) -> None:
    script = f"{axe};{OPEN}{RUN}"
    page = html_of(outcome)
    told = browser.asked(chromium, page, script, tmp_path, width=width, dark=dark)
    found = json.loads(told)
    assert found["passed"] > 15
    assert found["violations"] == []


def test_axe_would_find_something(chromium: str, axe: str, tmp_path: Path) -> None:
    page = html_of(clean()).replace("--faint: #595959", "--faint: #cccccc")
    page = page.replace('<html lang="en">', "<html>")
    script = f"{axe};{OPEN}{RUN}"
    told = browser.asked(chromium, page, script, tmp_path, width=1280)
    rules = {rule for rule, _ in json.loads(told)["violations"]}
    assert rules == {"color-contrast", "html-has-lang"}


@pytest.mark.parametrize("width", [1280, 500, 360, 320])
@pytest.mark.parametrize("name", ["p/new.py", "long" * 400], ids=["short", "long"])
def test_nothing_but_pictures_and_tables_is_wider_than_the_window(
    chromium: str, tmp_path: Path, width: int, name: str
) -> None:
    page = html_of(full(name, f"x = '{name}'"))
    told = browser.asked(chromium, page, OPEN + OVERFLOW, tmp_path, width=width)
    wide, whole, beyond = json.loads(told)
    assert wide == width
    assert beyond == []
    assert whole == wide


@pytest.mark.parametrize("width", [1280, 360])
def test_nor_are_the_pictures_of_a_benchmark(
    chromium: str, tmp_path: Path, width: int
) -> None:
    told = browser.asked(chromium, distributions(), OVERFLOW, tmp_path, width=width)
    wide, whole, beyond = json.loads(told)
    assert (wide, whole, beyond) == (width, width, [])


@pytest.mark.parametrize(("width", "least"), [(1280, 400), (360, 200)])
def test_an_empty_line_that_went_has_its_place_and_its_sign(
    chromium: str, tmp_path: Path, width: int, least: int
) -> None:
    told = browser.asked(chromium, html_of(full()), LINES, tmp_path, width=width)
    minus, plus = '"\N{MINUS SIGN} "', '"+ "'
    lines = json.loads(told)
    assert [line[:2] for line in lines] == [
        ["x = 1 or old", minus],
        ["x = 1 or new", plus],
        ["x = 1", minus],
        ["", minus],
        ["x = 1", plus],
        ["x = 1", plus],
    ]
    assert all(line[2] > least for line in lines)


def test_it_prints(chromium: str, tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(html_of(full()), encoding="utf-8")
    browser.run(chromium, page, f"--print-to-pdf={pdf}", dark=True)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") < 12
