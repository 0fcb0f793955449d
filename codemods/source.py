"""A Python file as text that can be edited and written back byte for byte.

`ast` counts columns in UTF-8 bytes of a line whose end it has normalised; this
module turns such positions into offsets of the decoded text, so that an edit
replaces exactly the characters of a node and every other byte stays.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from codemods.trees import trees

_LINE_END = re.compile(r"\r\n|\r|\n")


class SourceError(Exception):
    """A file that cannot be analysed; `parsed` tells decoding from parsing."""

    def __init__(self, message: str, *, line: int, column: int, decoded: bool) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.decoded = decoded


@dataclass(frozen=True)
class Source:
    """The decoded text of one file and how to turn it back into its bytes."""

    text: str
    encoding: str
    bom: bytes

    @classmethod
    def decode(cls, data: bytes) -> Source:
        """Decode `data` as Python does: by its BOM, its coding cookie, or UTF-8.

        Raises `SourceError` when the bytes are not what they declare, or when
        they would not come back the same after an edit.
        """
        bom = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            encoding = "utf-8" if encoding == "utf-8-sig" else encoding
            text = data[len(bom) :].decode(encoding)
            lossless = text.encode(encoding) == data[len(bom) :]
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SourceError(
                f"byte {error.start} is not {error.encoding}",
                line=line,
                column=1,
                decoded=False,
            ) from None
        except (SyntaxError, UnicodeError, LookupError) as error:
            raise SourceError(str(error), line=1, column=1, decoded=False) from None
        if not lossless:
            raise SourceError(
                f"its {encoding} text does not encode back to the same bytes",
                line=1,
                column=1,
                decoded=False,
            )
        return cls(text, encoding, bom)

    def encode(self, text: str) -> bytes:
        """Turn edited text into bytes: same encoding, same BOM."""
        return self.bom + text.encode(self.encoding)

    def parse(self) -> ast.Module:
        """Parse the text; raises `SourceError` with the place of a syntax error.

        The tree may be shared: it must not be changed.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return trees.parse(self.text)
        except SyntaxError as error:
            raise SourceError(
                error.msg or "invalid syntax",
                line=error.lineno or 1,
                column=max(error.offset or 1, 1),
                decoded=True,
            ) from None
        except (ValueError, RecursionError, MemoryError) as error:
            reason = str(error) or "it is nested too deeply"
            raise SourceError(reason, line=1, column=1, decoded=True) from None

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def offset(self, line: int, utf8_column: int) -> int:
        """The text offset of an `ast` position (line from 1, column in bytes)."""
        start = self._line_starts[line - 1]
        head = self.text[start : start + utf8_column]
        if head.isascii():
            return start + utf8_column
        return start + len(head.encode()[:utf8_column].decode(errors="ignore"))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def start(self, node: ast.expr | ast.stmt | ast.alias | ast.arg) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError("the node has no end position")
        return self.offset(node.end_lineno, node.end_col_offset)

    def segment(self, node: ast.expr | ast.stmt | ast.alias) -> str:
        return self.text[self.start(node) : self.end(node)]

    def line_start(self, offset: int) -> int:
        """The offset at which the line of `offset` starts."""
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """The offset after the line of `offset`, its line end included."""
        index = bisect_right(self._line_starts, offset)
        if index < len(self._line_starts):
            return self._line_starts[index]
        return len(self.text)

    def newline_at(self, offset: int) -> str:
        """The line end in use around `offset`."""
        match = _LINE_END.search(self.text, offset) or _LINE_END.search(self.text)
        return match.group() if match else "\n"


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Replace the text between two offsets."""

    start: int
    end: int
    text: str


def splice(text: str, splices: list[Splice]) -> str:
    """Apply replacements that do not overlap; raises `ValueError` if two do."""
    pieces: list[str] = []
    done = 0
    for part in sorted(splices):
        if part.start < done:
            raise ValueError(f"two edits overlap at offset {part.start}")
        pieces += (text[done : part.start], part.text)
        done = part.end
    return "".join((*pieces, text[done:]))
