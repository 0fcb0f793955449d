"""The picture as SVG: what it shows, and that nothing else gets in."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codemods.finding import Verdict
from tests.verify.render.diagrams import (
    diagram,
    drawn,
    edge,
    everything,
    layered,
    outcome_of,
    pair_of_modules,
)
from tests.verify.test_render import HOSTILE, PIPE
from verify.diagram import Diagram
from verify.outcome import Outcome
from verify.render import render
from verify.render._escape import visible

CASES = Path(__file__).parents[2] / "cases" / "pictures"
MARKUP = [
    "<script>alert(1)</script>",
    "</text></svg><svg onload='x'>",
    '"><a href="javascript:x">',
    "]]>&lt;&amp;<!--",
    "{{ 7 * 7 }}{% raw %}",
    "\u05d0\u05d1/\u0627",
    "\N{PILE OF POO}\N{COMBINING ACUTE ACCENT}",
]
NAMESPACE = "{http://www.w3.org/2000/svg}"


def svg(*diagrams: Diagram) -> str:
    return render(drawn(*diagrams), "svg", PIPE)


def root_of(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def texts_of(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{NAMESPACE}text")]


@pytest.mark.parametrize(
    ("name", "picture"),
    [("pair", pair_of_modules()), ("everything", everything())],
)
def test_a_picture_is_the_one_that_was_looked_at(
    name: str, picture: Diagram, tmp_path: Path
) -> None:
    now = tmp_path / f"{name}.svg"
    now.write_text(svg(picture), encoding="utf-8")
    expected = (CASES / f"{name}.svg").read_text(encoding="utf-8")
    assert now.read_text(encoding="utf-8") == expected, f"look at {now}, then keep it"


@pytest.mark.parametrize("picture", [everything(), layered(40), layered(61)])
def test_the_order_of_nodes_and_edges_makes_no_difference(picture: Diagram) -> None:
    other = replace(picture, nodes=picture.nodes[::-1], edges=picture.edges[::-1])
    assert svg(other) == svg(picture)


@pytest.mark.parametrize("size", [2, 3, 9, 40, 61, 600])
def test_it_is_xml_whose_ids_are_unique_and_whose_references_lead_somewhere(
    size: int,
) -> None:
    root = root_of(svg(layered(size), everything(), pair_of_modules()))
    ids = Counter(each.get("id") for each in root.iter() if each.get("id"))
    assert set(ids.values()) == {1}
    named = [each.get("aria-labelledby") for each in root.iter(f"{NAMESPACE}svg")]
    assert len(named) == 5  # the page, the legend and three pictures
    for each in named:
        assert each is not None
        assert {*each.split()} <= {*ids}


def test_every_picture_is_an_image_with_a_title_and_a_description() -> None:
    root = root_of(svg(everything()))
    pictures = [*root.iter(f"{NAMESPACE}svg")]
    assert [each.get("role") for each in pictures] == ["img"] * 3
    for each in pictures:
        assert (each.findtext(f"{NAMESPACE}title") or "").strip()
        assert (each.findtext(f"{NAMESPACE}desc") or "").strip()
    told = pictures[2].findtext(f"{NAMESPACE}desc")
    assert told == (
        "5 modules, 5 imports, 2 of them to cut.\np.x.b fails when imported first."
        "\na note"
    )


def test_an_edge_tells_its_statements_and_each_kind_has_dashes_of_its_own() -> None:
    text = svg(everything())
    root = root_of(text)
    told = [each.text or "" for each in root.iter(f"{NAMESPACE}title")]
    assert "p.x.b imports p.x.c (guarded, new)\np/x/b.py:3 import p.x.c" in told
    assert (
        "p.x.c imports p.x.a (implicit, new, to be cut)\np/x/c.py:3 import p.x.a"
        in (told)
    )
    dashes = re.findall(r"\.r-[\w-]+ \{ stroke-dasharray: ([\d. ]+) \}", text)
    assert len(dashes) == len({*dashes}) == 6


def test_the_edges_to_cut_have_numbers_and_are_listed_by_them() -> None:
    texts = texts_of(root_of(svg(everything())))
    assert "1  p/x/c.py:3  import p.x.a" in texts
    assert "2  p/y/d.py:3  import p.x.b" in texts
    assert {"1 new", "2", "new", "gone"} <= {*texts}


def test_a_module_that_fails_names_the_statement() -> None:
    texts = texts_of(root_of(svg(everything())))
    assert "fails first: ImportError at p/x/b.py:7" in texts
    assert "  from p.x.c import value" in texts
    assert "all names begin with p." in texts
    assert "x.b" in texts


def test_the_legend_tells_only_of_what_is_there() -> None:
    small = " ".join(texts_of(root_of(svg(pair_of_modules()))))
    assert "guarded: " in small
    for absent in ("lazy: ", "new: ", "gone: ", "thick frame"):
        assert absent not in small
    whole = " ".join(texts_of(root_of(svg(everything()))))
    for present in ("lazy: inside a function; no part of the cycle", "gone: ", "new: "):
        assert present in whole


def test_what_a_large_picture_leaves_out_is_said() -> None:
    texts = " ".join(texts_of(root_of(svg(layered(600)))))
    assert "only a part is drawn: 60 of 600 modules" in texts
    assert "by way of others: " in texts


def test_of_very_many_cycles_the_last_are_counted() -> None:
    many = [pair_of_modules()] * 43
    root = root_of(svg(*many))
    assert "Not drawn: 3 more, the last ones." in texts_of(root)
    assert len([*root.iter(f"{NAMESPACE}svg")]) == 42


def test_no_diagram_is_said_too() -> None:
    text = render(Outcome("moves", Verdict.OK, heading=("a..b: ok",)), "svg", PIPE)
    texts = texts_of(root_of(text))
    assert texts[:2] == ["rehome moves", "a..b: ok"]
    assert "nothing to draw" in texts[2]


def test_it_stays_within_its_frame() -> None:
    """Every box, line of text and arc lies inside its own picture."""
    for picture in (everything(), layered(9), layered(60), layered(300)):
        for part in root_of(svg(picture)).iter(f"{NAMESPACE}svg"):
            wide, tall = (float(part.get(side, "0")) for side in ("width", "height"))
            for each in part.iter(f"{NAMESPACE}rect"):
                right = float(each.get("x", "0")) + float(each.get("width", "0"))
                assert 0 <= float(each.get("x", "0")) <= right <= wide + 0.2
                assert float(each.get("y", "0")) <= tall
            for each in part.iter(f"{NAMESPACE}text"):
                assert float(each.get("y", "0")) <= tall


def test_long_names_keep_their_ends_and_show_that_they_are_cut() -> None:
    long = f"p.{'deep_' * 40}end"
    texts = texts_of(root_of(svg(diagram([edge("p.a", long), edge(long, "p.a")]))))
    (shown,) = [text for text in texts if text.endswith("_end")]
    assert "\N{HORIZONTAL ELLIPSIS}" in shown
    assert len(shown) == 92


def _shape(element: ElementTree.Element) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.tag, tuple(sorted(each.keys()))) for each in element.iter()]


@pytest.mark.parametrize("name", [*HOSTILE, *MARKUP])
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    text = render(outcome_of(name), "svg", PIPE)
    assert {char for char in text if not char.isprintable()} <= {"\n"}
    root = root_of(text)
    assert _shape(root) == _shape(root_of(render(outcome_of("plain"), "svg", PIPE)))
    titles = [each.text or "" for each in root.iter(f"{NAMESPACE}title")]
    assert any(title.startswith(f"{visible(name)} imports other (") for title in titles)
    for each in root.iter():
        assert not any(key.startswith("on") or "href" in key for key in each.attrib)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = svg(everything(), layered(600))
    assert "script" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert re.findall(r"https?://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
