"""The blocks of code in a text on a rule: files, commands, and what they tell.

A block's info string says what it is:

    ```python base/pkg/a.py      a file of the base; `head/` one of the head
    ```python here/pkg/a.py      a file of the only side there is
    ```python fixed/pkg/a.py     the same file without the problem
    ```bytes head/a.bin          a file that is no text, as Python spells bytes
    ```gone head/pkg/a.py        a file that the head no longer has
    ```sh                        commands, the last of which tells the finding
    ```text                      the finding, as the last command prints it

Files of the head that are not named are those of the base. In the example the two
sides are the commits `base` and `head`. Commands in the section on how to fix it are
run after those of the example. An example that no test can run says why in a comment:
`<!-- not run: REASON -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from verify.explaining.explanation import Explanation, ExplanationError, fence_of

SIDES = {
    "base": "before",
    "head": "after",
    "here": "",
    "fixed": "fixed",
}
COMMANDS = "sh"
TOLD = "text"
BYTES = "bytes"
GONE = "gone"
_NOT_RUN = re.compile(r"<!-- not run: (.+?) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: `language` and `path` are its info string, where the path may
    be empty.
    """

    language: str
    path: str
    text: str

    @property
    def caption(self) -> str:
        """What to write above it where only its text is shown."""
        side, _, path = self.path.partition("/")
        if side not in SIDES:
            return ""
        if self.language == GONE:
            return f"`{path}` is gone"
        when = f", {SIDES[side]}" if SIDES[side] else ""
        if not self.text:
            return f"`{path}`{when}, is empty"
        what = ", as Python spells bytes" if self.language == BYTES else ""
        return f"`{path}`{when}{what}:"


Sides = Mapping[str, Mapping[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Example:
    """What a test needs to run an example. `sides` has the files of each side by
    path, None for one that is gone; `told` is the finding as lines of text, `remedy`
    the commands that mend it; `not_run` says why no test runs it.
    """

    rule_id: str
    sides: Sides
    commands: tuple[str, ...]
    told: str
    remedy: tuple[str, ...] = ()
    not_run: str = ""
    blocks: tuple[Block, ...] = field(default=(), repr=False)

    @property
    def command(self) -> str:
        """The command that tells the finding."""
        return self.commands[-1]


def pieces(markdown: str) -> Iterator[str | Block]:
    """Prose and blocks of code, in order; comments are left out."""
    prose: list[str] = []
    block: list[str] = []
    fence = info = ""
    for line in markdown.splitlines():
        if fence and line == fence:
            language, _, path = info.partition(" ")
            yield Block(language, path, "".join(f"{each}\n" for each in block))
            fence = ""
        elif fence:
            block.append(line)
        elif fence_of(line):
            yield from _prose(prose)
            fence = fence_of(line)
            info = line.removeprefix(fence)
            prose, block = [], []
        else:
            prose.append(line)
    yield from _prose(prose)


def _prose(lines: list[str]) -> Iterator[str]:
    text = _NOT_RUN.sub("", "\n".join(lines)).strip()
    if text:
        yield text


def example_of(explanation: Explanation) -> Example:
    """The example of a text. Raises ExplanationError where it says too little."""
    shown = [each for each in pieces(explanation.example) if isinstance(each, Block)]
    mended = [each for each in pieces(explanation.fix) if isinstance(each, Block)]
    commands = _commands(shown)
    told = "".join(each.text for each in shown if each.language == TOLD)
    reason = _NOT_RUN.search(explanation.example)
    if reason is None and not (commands and told):
        raise ExplanationError(
            f"{explanation.rule_id}: the example has no command, or not what it tells;"
            " give both, or say `<!-- not run: REASON -->`"
        )
    return Example(
        explanation.rule_id,
        _files(explanation.rule_id, [*shown, *mended]),
        commands,
        told,
        _commands(mended),
        reason[1] if reason else "",
        tuple(shown),
    )


def _commands(blocks: list[Block]) -> tuple[str, ...]:
    lines = (b.text.splitlines() for b in blocks if b.language == COMMANDS)
    return tuple(line for each in lines for line in each)


def _files(rule_id: str, blocks: list[Block]) -> Sides:
    found: dict[str, dict[str, bytes | None]] = {}
    for block in blocks:
        if not block.path:
            continue
        side, _, path = block.path.partition("/")
        if side not in SIDES or not path:
            sides = ", ".join(f"{each}/" for each in SIDES)
            raise ExplanationError(
                f"{rule_id}: {block.path!r} begins with none of {sides}"
            )
        if path in found.setdefault(side, {}):
            raise ExplanationError(f"{rule_id}: {block.path!r} is there twice")
        found[side][path] = _content(block)
    return found


def _content(block: Block) -> bytes | None:
    if block.language == GONE:
        return None
    if block.language == BYTES:
        spelled = block.text.strip().encode("ascii")
        return spelled.decode("unicode_escape").encode("latin-1")
    return block.text.encode()
