"""What a user can name, in every place of an outcome and through every format: it is
shown, and it is text.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest

from tests.verify.render.outcomes import HOSTILE, hostile
from tests.verify.render.test_html import Page
from tests.verify.test_markdown import OURS, inline
from verify.render import formats, render
from verify.render._escape import visible
from verify.render._page.text import cut
from verify.terminal import Terminal

PLAIN = "plain.py"
PIPE = Terminal()
SCREEN = Terminal(width=100, colour=True)


# What GitHub's runner, Azure Pipelines and TeamCity obey wherever a line has it.
RUNNER = re.compile(r"##(?=[A-Za-z]*\[)")


def shown(name: str, format_name: str, terminal: Terminal = PIPE) -> str:
    return render(hostile(name), format_name, terminal)


def check_json(name: str, text: str) -> None:
    assert text.isascii()
    assert RUNNER.search(text) is None
    document = json.loads(text)
    first, second = document["findings"]
    assert {first["path"], second["path"]} == {name}
    assert {first["message"], second["message"]} == {name, f"`{name}`"}
    assert [c["name"] for c in document["cases"]] == [name] * 4
    assert {c["path"] for c in document["changes"]} == {name}
    assert document["tables"] == {name: [{"name": name, "other": name}]}
    assert document["listings"] == {name: f"{name}\n::error::{name}\n"}


def literal(message: str) -> str:
    """What a message of SARIF says, read as section 3.11 of the standard has it."""
    assert re.search(r"(?<!\{)(\{\{)*\{\d+\}", message) is None, "a placeholder"
    assert re.search(r"(?<!\\)(\\\\)*\[[^]]*(?<!\\)\]\(", message) is None, "a link"
    if "\\](" in message:
        message = re.sub(r"\\([\\\[\]])", r"\1", message)
    return message.replace("{{", "{").replace("}}", "}")


def check_sarif(name: str, text: str) -> None:
    assert text.isascii()
    assert RUNNER.search(text) is None
    (run,) = json.loads(text)["runs"]
    assert len(run["results"]) == 4
    by_rule: dict[str, Any] = {each["ruleId"]: each for each in run["results"]}
    for result in run["results"]:
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert re.fullmatch(r"(file:///)?[A-Za-z0-9%/._~-]+", artifact["uri"])
        raw = unquote_to_bytes(artifact["uri"].removeprefix("file://"))
        path = raw.decode("utf-8", "surrogateescape")
        if not path.isprintable() and "\ud800" in name:
            path = raw.decode("utf-8", "surrogatepass")
        assert path == posixpath.normpath(name)
    assert literal(by_rule["moved"]["message"]["text"]) == "\n".join(
        [visible(name)] * 2
    )
    assert literal(by_rule["untold"]["message"]["text"]) == visible(f"`{name}`")
    halves = any("\ud800" <= char <= "\udfff" for char in name)
    assert ("fixes" not in by_rule["would-change"]) == halves
    if not halves:
        (change,) = by_rule["would-change"]["fixes"][0]["artifactChanges"]
        (replacement,) = change["replacements"]
        assert replacement["insertedContent"]["text"].strip() == name.strip()


def check_junit(name: str, text: str) -> None:
    assert RUNNER.search(text) is None
    root = ElementTree.fromstring(text)
    plain = ElementTree.fromstring(shown(PLAIN, "junit"))
    assert [e.tag for e in root.iter()] == [e.tag for e in plain.iter()]
    assert [[*e.keys()] for e in root.iter()] == [[*e.keys()] for e in plain.iter()]
    assert {case.get("name") for case in root.iter("testcase")} == {visible(name)}
    assert [e.get("message") for e in root.iter("failure")] == [visible(name)]
    assert [e.text for e in root.iter("error")] == [visible(name)]


def check_gitlab(name: str, text: str) -> None:
    assert text.isascii()
    assert RUNNER.search(text) is None
    issues, plain = json.loads(text), json.loads(shown(PLAIN, "gitlab"))
    assert [[*each] for each in issues] == [[*each] for each in plain]
    assert {each["location"]["path"] for each in issues} == {visible(name)}
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    assert any(visible(name) in each["description"] for each in issues)


def check_html(name: str, text: str) -> None:
    page, plain = Page(text), Page(shown(PLAIN, "html"))
    # How a picture is laid out, what stands between backticks, and whether there is room
    # for what is to do is up to the name.
    free = {"a", "g", "path", "text", "tspan", "rect", "title", "code", "strong"}
    ours = [each for each in page.shape() if each[0] not in free]
    assert ours == [each for each in plain.shape() if each[0] not in free]
    assert {tag for tag, _ in page.shape()} == {tag for tag, _ in plain.shape()}
    keys = {key for _, attributes in page.shape() for key in attributes}
    assert keys == {key for _, attributes in plain.shape() for key in attributes}
    assert {link[:1] for link in page.values("href")} == {"#"}
    assert visible(cut(name)).strip() in page.texts


def check_svg(name: str, text: str) -> None:
    root = ElementTree.fromstring(text)
    plain = ElementTree.fromstring(shown(PLAIN, "svg"))
    assert {e.tag for e in root.iter()} == {e.tag for e in plain.iter()}
    keys = {key for e in root.iter() for key in e.attrib}
    assert keys == {key for e in plain.iter() for key in e.attrib}
    assert {e.get("href", "#")[:1] for e in root.iter()} == {"#"}


def check_github(name: str, text: str) -> None:
    lines, plain = text.split("\n"), shown(PLAIN, "github").split("\n")
    assert len(lines) == len(plain)
    for line, other in zip(lines, plain, strict=True):
        command = re.match("::[a-z]+ ", other)
        if command is None:
            assert not line.lstrip().startswith("::")
            assert RUNNER.search(line) is None
            continue
        assert line.startswith(command.group())
        properties = line.removeprefix(command.group()).partition("::")[0]
        assert re.fullmatch(
            r"file=[^:,]*(,line=\d+)?(,col=\d+)?,title=[^:,]*", properties
        )
        assert re.search(r"%(?!25|0A|0D|3A|2C)", line) is None


def check_markdown(name: str, text: str) -> None:
    assert len(text) < 65_536
    assert RUNNER.search(text) is None
    tokens = [*inline(text)]
    html = [t.content for t in tokens if t.type in ("html_inline", "html_block")]
    assert [each for each in html if not OURS.fullmatch(each)] == []
    assert not {"link_open", "image", "em_open", "s_open"} & {t.type for t in tokens}
    assert [t.type for t in tokens].count("heading_open") == 1


def check_text(name: str, text: str) -> None:
    on_screen = shown(name, "text", SCREEN)
    for lines in (text, re.sub(r"\x1b\[[0-9;]*m", "", on_screen)):
        assert {char for char in lines if not char.isprintable()} <= {"\n"}
        starts = [line.lstrip()[:2] for line in lines.split("\n")]
        assert "::" not in starts
        assert RUNNER.search(lines) is None
    assert RUNNER.sub(r"#\\x23", visible(name))[2:] in text


CHECKS: dict[str, Callable[[str, str], None]] = {
    "github": check_github,
    "gitlab": check_gitlab,
    "html": check_html,
    "json": check_json,
    "junit": check_junit,
    "markdown": check_markdown,
    "sarif": check_sarif,
    "svg": check_svg,
    "text": check_text,
}


@pytest.mark.parametrize("format_name", formats())
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_a_hostile_name_is_shown_and_is_text(name: str, format_name: str) -> None:
    text = shown(name, format_name)
    assert {char for char in text if not char.isprintable()} <= {"\n"}
    assert text.encode("utf-8")
    assert text.endswith("\n")
    CHECKS[format_name](name, text)
