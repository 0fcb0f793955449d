"""Every link of the Markdown files leads somewhere, and so does every path in them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it.token import Token

from tests.documentation.pages import MARKDOWN, ROOT, pages

_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ANCHOR = re.compile(r"<[^>]*\b(?:id|name)=[\"']([^\"']+)[\"']")
# What people call by its path: no blanks, patterns, placeholders or arguments.
_PATH = re.compile(r"\.?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)+/?")


def files() -> list[Path]:
    """Every Markdown file that git keeps, or would."""
    if not (ROOT / ".git").exists():
        return pages()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = (ROOT / name for name in listed.split("\0") if name.endswith(".md"))
    return sorted({path for path in found if path.is_file()} - goldens())


def goldens() -> set[Path]:
    """What a command writes, and a test compares, is no page of ours."""
    return {*ROOT.glob("tests/**/golden/*.md")}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tokens(text: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


def links(text: str) -> Iterator[str]:
    for token in tokens(text):
        to = token.attrs.get("href" if token.type == "link_open" else "src")
        if token.type in ("link_open", "image"):
            yield str(to)


def anchors(text: str) -> set[str]:
    """The ids that GitHub and GitLab give to headings, and those that stand there."""
    found: set[str] = set()
    in_heading = False
    for token in MARKDOWN.parse(text):
        if token.type in ("html_block", "html_inline"):
            found.update(_ANCHOR.findall(token.content))
        for child in token.children or ():
            if child.type == "html_inline":
                found.update(_ANCHOR.findall(child.content))
        if token.type == "inline" and in_heading:
            said = "".join(child.content for child in token.children or ())
            found.add(numbered(slug(said), found))
        in_heading = token.type == "heading_open"
    return found


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def numbered(name: str, taken: set[str]) -> str:
    """The name, or the first that is free: name-1, name-2, ..."""
    number = 0
    while (free := f"{name}-{number}" if number else name) in taken:
        number += 1
    return free


@cache
def anchors_of(path: Path) -> set[str]:
    return anchors(path.read_text("utf-8"))


def broken(text: str, path: Path) -> list[str]:
    """The links of a file that lead nowhere, each with the reason."""
    own = anchors(text)
    return [
        f"{link}: {why}"
        for link in links(text)
        if not _EXTERNAL.match(link) and (why := problem(link, own, path))
    ]


def problem(link: str, own: set[str], path: Path) -> str:
    to, _, anchor = unquote(link).partition("#")
    target = (path.parent / to.lstrip("/")).resolve() if to else path
    if not target.is_relative_to(ROOT):
        return "leaves the repository"
    if to.startswith("/") or (to and not target.exists()):
        return "no such file"
    if not anchor:
        return ""
    if target.suffix != ".md":
        return "an anchor in what is no page"
    known = anchors_of(target) if to else own
    return "" if anchor in known else f"no such heading; there are {sorted(known)}"


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert broken(path.read_text("utf-8"), path) == []


@cache
def top_folders() -> frozenset[str]:
    """The first words of a path that can only be one of the repository."""
    ours = ("allocator", "codemods", "verify", "scripts", "tests", ".ci", "docs")
    return frozenset(name for name in ours if (ROOT / name).is_dir())


def missing_paths(text: str) -> list[str]:
    """What stands in `code` as a path of the repository and is not there."""
    said = (t.content for t in tokens(text) if t.type == "code_inline")
    words = (word.rstrip(",;:") for code in said for word in code.split(" "))
    return [
        word
        for word in words
        if _PATH.fullmatch(word)
        and word.partition("/")[0] in top_folders()
        and word.upper() != word
        and not re.search(r"\b(?:ID|NAME)\b", word)
        and not (ROOT / word).exists()
    ]


# The examples of the rules have files of their own: what runs them knows these.
WITHOUT_EXAMPLES = [path for path in pages() if path.name != "rules.md"]


@pytest.mark.parametrize("path", WITHOUT_EXAMPLES, ids=name_of)
def test_every_path_of_the_repository_is_there(path: Path) -> None:
    assert missing_paths(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[a](nothing.md)", "no such file"),
        ("[a](README.md#no-such-place)", "no such heading"),
        ("[a](#no-such-place)", "no such heading"),
        ("[a](../elsewhere.md)", "leaves the repository"),
        ("[a](/README.md)", "no such file"),
        ("[a](pyproject.toml#x)", "an anchor in what is no page"),
        ("![a](nothing.png)", "no such file"),
        ("[a][b]\n\n[b]: nothing.md", "no such file"),
    ],
)
def test_a_link_that_leads_nowhere_is_seen(text: str, why: str) -> None:
    (found,) = broken(text, ROOT / "page.md")
    assert why in found


def test_links_that_lead_somewhere_are_none() -> None:
    text = """\
# A `b`: c, d!
# A `b`: c, d!
<a id="mine"></a>

[a](README.md) [b](#a-b-c-d) [c](#a-b-c-d-1) [d](#mine) [e](https://example.org/x)
"""
    assert broken(text, ROOT / "page.md") == []


def test_a_path_that_is_not_there_is_seen() -> None:
    text = "`verify/nothing.py` `scripts/test` `verify/render/NAME.py` `src/a/b.py`"
    assert missing_paths(text) == ["verify/nothing.py"]
