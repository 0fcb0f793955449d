"""Python code inside other files: notebooks, and code blocks of documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>.*)$")
_PYTHON = re.compile(
    r"\{?[.\s]*(?:python|py|python3|pycon|ipython\d?)\b", re.IGNORECASE
)
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\.[ \t]+(?:code-block|code|sourcecode|ipython|testcode)::"
    r"[ \t]*(?:python|pycon|ipython|py)?3?[ \t]*$"
)
_OPTION = re.compile(r"^[ \t]+:[\w-]+:")
_PROMPT = re.compile(r"^([ \t]*)(?:>>>|\.\.\.|In \[\d*\]:) ?")
# What is no Python in a cell of a notebook.
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$|^([ \t]*)[\w.]+\?{1,2}[ \t]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """Code, with the line of the file for each of its lines."""

    text: str
    lines: tuple[int, ...]

    def line(self, number: int) -> int:
        """The line of the file for a line of the code, both from 1."""
        return self.lines[min(number, len(self.lines)) - 1] if self.lines else 0


def fenced(text: str) -> Iterator[Block]:
    """The Python blocks of Markdown and reStructuredText."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        fence = _FENCE.match(lines[index])
        directive = _DIRECTIVE.match(lines[index])
        if fence:
            end = _end_of_fence(lines, index, fence["fence"])
            if _PYTHON.match(fence["info"]):
                yield _block(lines, range(index + 1, end))
            index = end
        elif directive:
            end = _end_of_directive(lines, index, len(directive["indent"]))
            yield _block(lines, range(index + 1, end))
            index = end - 1
        index += 1


def _end_of_fence(lines: list[str], start: int, fence: str) -> int:
    for index in range(start + 1, len(lines)):
        stripped = lines[index].strip(" \t>")
        if stripped.startswith(fence) and not stripped.strip(fence[0]):
            return index
    return len(lines)


def _end_of_directive(lines: list[str], start: int, indent: int) -> int:
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return index
    return len(lines)


def _block(lines: list[str], numbers: range) -> Block:
    """The code on some lines: prompts, options and common indentation removed."""
    kept = [n for n in numbers if not _OPTION.match(lines[n])]
    prompted = any(lines[n].lstrip().startswith(">>>") for n in kept)
    if prompted:
        kept = [n for n in kept if _PROMPT.match(lines[n])]
    code = [_PROMPT.sub(r"\1", lines[n]) if prompted else lines[n] for n in kept]
    margin = min((_indent(line) for line in code if line.strip()), default=0)
    text = "".join(f"{line[margin:]}\n" for line in code)
    return Block(without_magic(text), tuple(n + 1 for n in kept))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def without_magic(text: str) -> str:
    """Code with a `pass` for every command of IPython."""
    lines = (_MAGIC.sub(r"\1\2pass", line) for line in text.split("\n"))
    return "\n".join(lines)


def cells(text: str) -> Block | None:
    """All code cells of a notebook as one module, None if it is no notebook."""
    try:
        data = json.loads(text)
        found = [c["source"] for c in data["cells"] if c["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    code: list[str] = []
    for source in found:
        whole = source if isinstance(source, str) else "".join(map(str, source))
        if not whole.lstrip().startswith("%%"):
            code += whole.splitlines()
    joined = without_magic("".join(f"{line}\n" for line in code))
    return Block(joined, tuple(_lines_in_json(text, code)))


def _lines_in_json(text: str, code: list[str]) -> Iterator[int]:
    """Where each line of code is written in the file, in order."""
    at, line = 0, 1
    for each in code:
        for written in (json.dumps(each), json.dumps(each, ensure_ascii=False)):
            found = text.find(written[1:-1], at) if each else at
            if found >= 0:
                line += text.count("\n", at, found)
                at = found
                break
        yield line
