"""What the Markdown pages say to a test: commands, files, output and set-ups.

CONTRIBUTING.md tells how a page is written. Read by a parser of CommonMark, so that a
block is what a reader sees as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NoReturn

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.documentation.shell import commands_of

ROOT = Path(__file__).resolve().parents[2]
MARKDOWN = MarkdownIt("commonmark").enable("table")

# What a block may hold: commands in `sh` alone, everything else is read, not run.
LANGUAGES = frozenset({"sh", "text", "diff", "python", "toml", "yaml", "json", "ini"})
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_MARKER = re.compile(r"([a-z]+)(?::\s*(.*))?", re.DOTALL)
_REMARK = "Written by "  # of a page that a program writes
_STATUS = re.compile(r"(\d+)(?: or (\d+): (.+))?")
_PROMPT = re.compile(r"^\s*[$%>] (rehome|git|pip|python|scripts)\b", re.MULTILINE)
_NEEDED = frozenset({"setup", "exit", "elsewhere", "file"})  # they say what of
MARKERS = _NEEDED | {"output"}


class BadPage(Exception):
    """A page that does not follow the convention; the text says where and how."""


@dataclass(frozen=True)
class Commands:
    """An `sh` block: run, unless `elsewhere` says why no test can.

    Where it may end with `other` as well, by luck, it has to say so in the words of
    `saying`.
    """

    text: str
    line: int
    status: int = 0
    other: int | None = None
    saying: str = ""
    elsewhere: str = ""


@dataclass(frozen=True)
class File:
    """A block that is the content of a file in the folder of its group."""

    text: str
    line: int
    path: str


@dataclass(frozen=True)
class Output:
    """What a reader is told that the commands before it print."""

    text: str
    line: int
    stream: str


Step = Commands | File | Output


@dataclass
class Group:
    """What happens in one folder: from one `setup` of a page to the next."""

    page: Path
    line: int
    setup: str
    steps: list[Step] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line} {self.setup}"


@dataclass(frozen=True)
class Page:
    """A page: the groups whose commands are run, and the blocks that are not."""

    groups: tuple[Group, ...]
    elsewhere: tuple[Commands, ...]


def pages() -> list[Path]:
    """The pages that people are told to read."""
    return [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    ]


@cache
def read(path: Path) -> Page:
    """Read a page; raises `BadPage`."""
    return parse(path.read_text("utf-8"), path)


def readable(path: Path) -> Page:
    """Read a page, or none of it where it is written otherwise: a test says so."""
    try:
        return read(path)
    except BadPage:
        return Page((), ())


def parse(text: str, path: Path) -> Page:
    """Read the text of a page; raises `BadPage`."""
    reading = _Reading(path)
    for token in MARKDOWN.parse(text):
        reading.take(token)
    reading.end()
    groups = tuple(group for group in reading.groups if group.steps)
    return Page(groups, tuple(reading.elsewhere))


class _Reading:
    """A page on the way from its first token to its last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.groups: list[Group] = []
        self.elsewhere: list[Commands] = []
        self.marks: dict[str, str] = {}  # of the block that comes next
        self.line = 1
        self.shown_elsewhere = False  # whether the last commands are not run

    def take(self, token: Token) -> None:
        if token.map:
            self.line = token.map[0] + 1
        if token.type == "html_block":
            for name, value in self.markers(token.content):
                self.mark(name, value)
        elif token.type == "fence":
            self.block(token.info.partition(" ")[0], token.content)
            self.marks = {}
        elif token.type == "code_block":
            self.fail("an indented block: fence it, and say what it holds")
        elif token.type == "inline" and _COMMENT.search(token.content):
            self.fail("a comment within a paragraph: it wants lines of its own")
        elif self.marks and token.type.endswith("_open"):
            self.end()

    def fail(self, what: str) -> NoReturn:
        raise BadPage(f"{self.path}:{self.line}: {what}")

    def end(self) -> None:
        if self.marks:
            self.fail(f"`{next(iter(self.marks))}` is not followed by a block")

    def markers(self, html: str) -> Iterator[tuple[str, str]]:
        for comment in _COMMENT.findall(html):
            said = comment.strip()
            if said.startswith(_REMARK):
                continue
            marker = _MARKER.fullmatch(said)
            if marker is None or marker[1] not in MARKERS:
                self.fail(f"no marker: {said!r}; there are {sorted(MARKERS)}")
            yield marker[1], " ".join((marker[2] or "").split())

    def mark(self, name: str, value: str) -> None:
        if name in _NEEDED and not value:
            self.fail(f"`{name}` wants a value: <!-- {name}: ... -->")
        if name in self.marks:
            self.fail(f"`{name}` twice")
        if name == "setup":
            self.end()
            self.groups.append(Group(self.path, self.line, value))
        else:
            self.marks[name] = value

    def block(self, language: str, text: str) -> None:
        if language not in LANGUAGES:
            self.fail(
                f"a block of {language or 'nothing'}: commands stand in `sh`, all else"
                f" in one of {sorted(LANGUAGES)}"
            )
        if language == "sh":
            self.commands(text)
            return
        if _PROMPT.search(text):
            self.fail("a command in a block that is not `sh`")
        if self.marks.keys() & {"exit", "elsewhere"}:
            self.fail("`exit` and `elsewhere` are for `sh` blocks")
        if len(self.marks) > 1:
            self.fail("one block is a file or an output, not both")
        if "file" in self.marks:
            self.group().steps.append(File(text, self.line, self.marks["file"]))
        if "output" in self.marks:
            self.output(text)

    def group(self) -> Group:
        if not self.groups:
            self.fail("no set-up: <!-- setup: NAME --> stands before")
        return self.groups[-1]

    def commands(self, text: str) -> None:
        status = self.marks.pop("exit", "0")
        elsewhere = self.marks.pop("elsewhere", "")
        if self.marks:
            self.fail(f"`{next(iter(self.marks))}` is not for `sh` blocks")
        told = _STATUS.fullmatch(status)
        if told is None:
            self.fail(f"no exit status: {status!r}; as 1, or 0 or 2: WHAT IT SAYS THEN")
        if status != "0" and len([*commands_of(text)]) != 1:
            self.fail("`exit` is for one command")
        self.shown_elsewhere = bool(elsewhere)
        other = int(told[2]) if told[2] else None
        commands = Commands(
            text, self.line, int(told[1]), other, told[3] or "", elsewhere
        )
        if elsewhere:
            self.elsewhere.append(commands)
        else:
            self.group().steps.append(commands)

    def output(self, text: str) -> None:
        stream = self.marks["output"] or "stdout"
        if stream not in ("stdout", "stderr"):
            self.fail(f"no stream: {stream!r}; there are stdout and stderr")
        if self.shown_elsewhere:
            return  # what cannot be run cannot be compared
        steps = self.group().steps
        if not any(isinstance(step, Commands) for step in steps):
            self.fail("an output without commands before it")
        steps.append(Output(text, self.line, stream))
