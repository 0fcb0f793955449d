"""Every place where a file names an attribute, and which of two objects it means there.

An attribute was split in two: `old` stays and `new` is beside it. Of two versions of
a file, each use in the first is followed into the second (`verify.landing`), and its
meaning read off there: an attribute or the string of a `getattr` mean what they say,
and a local means what is assigned to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from codemods.source import Source
from verify.landing import Landings, Word

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


class Form(str, Enum):
    """How the word stands in the text."""

    ATTRIBUTE = "attribute"
    STRING = "string"
    NAME = "name"
    TEXT = "text"


class Meaning(str, Enum):
    """Which object a use means; `GONE` where nothing stands for it any more."""

    OLD = "old"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Pair:
    """The attribute that stays and the one beside it."""

    old: str
    new: str

    def meaning(self, word: str) -> Meaning | None:
        return {self.old: Meaning.OLD, self.new: Meaning.NEW}.get(word)


@dataclass(eq=False)
class Reading:
    """One version of a file, as far as the two attributes go."""

    text: str
    pair: Pair

    @cached_property
    def source(self) -> Source:
        return Source(self.text, "utf-8", b"")

    @cached_property
    def tree(self) -> ast.Module:
        return self.source.parse()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return [*ast.walk(self.tree)]

    @cached_property
    def calls(self) -> list[tuple[int, int, ast.Call]]:
        """Every call, with where it starts and ends."""
        calls = (node for node in self.nodes if isinstance(node, ast.Call))
        return [(self.source.start(n), self.source.end(n), n) for n in calls]

    @cached_property
    def statements(self) -> list[range]:
        """The lines of every statement, of a compound one those of its head."""
        return [_head_of(node) for node in self.nodes if isinstance(node, ast.stmt)]

    @cached_property
    def docstrings(self) -> list[range]:
        return [
            range(self.source.start(node), self.source.end(node))
            for node in self.nodes
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ]

    def starts(self) -> Iterator[int]:
        """Where the old word stands, in code, strings and comments."""
        for found in re.finditer(rf"\b{self.pair.old}\b", self.text):
            yield found.start()

    def form(self, word: Word) -> Form:
        before = self.text[: word.start].rstrip()
        around = self.text[word.start - 1 : word.start + len(word.text) + 1]
        if before.endswith("."):
            return Form.ATTRIBUTE
        if around[:1] in "'\"" and around[:1] == around[-1:]:
            return Form.STRING
        line = self.text.rfind("\n", 0, word.start) + 1
        if "#" in self.text[line : word.start] or self._in_docstring(word.start):
            return Form.TEXT
        return Form.NAME

    def meaning(self, word: Word) -> Meaning:
        """What a word that is one of the pair means where it stands."""
        said = self.pair.meaning(word.text)
        assert said is not None
        if self.form(word) is not Form.NAME:
            return said
        bound = self.bound(word)
        return said if bound is None else bound

    def bound(self, word: Word) -> Meaning | None:
        """What is assigned to a local, None where no assignment tells."""
        line = self.source.place(word.start)[0]
        found = {self.told_by(value) for value in self.values(word.text, line)}
        return found.pop() if len(found) == 1 else None

    def values(self, name: str, line: int) -> list[ast.expr]:
        """What is assigned to a name in the innermost function that does so."""
        for scope in reversed(self._around(line)):
            found = [*_assigned(scope, name)]
            if found:
                return found
        return []

    def value_start(self, word: Word) -> int | None:
        """Where the attribute stands that a local is assigned from, once."""
        values = self.values(word.text, self.source.place(word.start)[0])
        if len(values) != 1 or self.told_by(values[0]) is None:
            return None
        node = values[0]
        start, end = self.source.start(node), self.source.end(node)
        name = self.pair.old if self.told_by(node) is Meaning.OLD else self.pair.new
        found = [*re.finditer(rf"\b{name}\b", self.text[start:end])]
        return start + found[-1].start() if found else None

    def call_around(self, start: int) -> str | None:
        """The smallest call that holds a place, spelt with its locals replaced by
        what is assigned to them and both attributes as one; None where none does.
        """
        inside = [each for each in self.calls if each[0] <= start < each[1]]
        if not inside:
            return None
        smallest = min(inside, key=lambda each: each[1] - each[0])[2]
        line = self.source.place(start)[0]
        return ast.dump(_Spelt(self, line).visit(smallest))

    def statement_lines(self, start: int) -> range:
        """The lines of the smallest statement around a place, of a compound one
        those of its head; the line alone where no statement is.
        """
        line = self.source.place(start)[0]
        around = [lines for lines in self.statements if line in lines]
        return min(around, key=len, default=range(line, line + 1))

    def told_by(self, value: ast.expr) -> Meaning | None:
        if isinstance(value, ast.Attribute):
            return self.pair.meaning(value.attr)
        match value:
            case ast.Call(
                func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]
            ):
                return self.pair.meaning(name)
        return None

    def _around(self, line: int) -> list[_Scope]:
        return [
            node
            for node in self.nodes
            if isinstance(node, _FUNCTIONS)
            and (
                isinstance(node, ast.Module)
                or node.lineno <= line <= (node.end_lineno or 0)
            )
        ]

    def _in_docstring(self, start: int) -> bool:
        return any(start in span for span in self.docstrings)


def _head_of(node: ast.stmt) -> range:
    body = getattr(node, "body", None)
    end = node.end_lineno or node.lineno
    if isinstance(body, list) and body:
        end = max(node.lineno, body[0].lineno - 1)
    return range(node.lineno, end + 1)


def _assigned(scope: _Scope, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            yield node.value


class _Spelt(ast.NodeTransformer):
    """Copies an expression; the tree that it is of stays as it is."""

    def __init__(self, reading: Reading, line: int) -> None:
        self.reading, self.line = reading, line
        self.within: list[ast.expr] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        parts = {name: self._copied(part) for name, part in ast.iter_fields(node)}
        return type(node)(**parts)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        is_one = self.reading.pair.meaning(node.attr) is not None
        attribute = "both" if is_one else node.attr
        return ast.Attribute(self.visit(node.value), attribute, ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if self.reading.pair.meaning(node.id) is None:
            return self.generic_visit(node)
        values = self.reading.values(node.id, self.line)
        is_told = len(values) == 1 and self.reading.told_by(values[0]) is not None
        if is_told and values[0] not in self.within:
            self.within.append(values[0])
            spelt: ast.AST = self.visit(values[0])
            self.within.pop()
            return spelt
        return ast.Name("local", ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        is_one = self.reading.pair.meaning(str(node.value)) is not None
        return ast.Constant("both" if is_one else node.value)

    def _copied(self, part: object) -> object:
        if isinstance(part, list):
            return [self._copied(each) for each in part]
        return self.visit(part) if isinstance(part, ast.AST) else part


@dataclass(frozen=True, slots=True)
class Use:
    """A use in a file, and what it became in another version of the file.

    `value` is the place of the attribute that a local is assigned from; `reshaped`
    says that the call around the use is another one.
    """

    start: int
    line: int
    column: int
    form: Form
    meaning: Meaning
    word: str
    reshaped: bool
    value: int | None


def followed(before: Reading, after: Reading) -> list[Use]:
    """Each use in `before`, with what it became in `after`."""
    pair = before.pair
    landings = Landings(before.text, after.text, frozenset((pair.old, pair.new)))
    return [_use(before, after, start, landings.of(start)) for start in before.starts()]


def _use(before: Reading, after: Reading, start: int, landed: Word | None) -> Use:
    word = Word(start, before.pair.old)
    line, column = before.source.place(start)
    form = before.form(word)
    value = before.value_start(word) if form is Form.NAME else None
    if landed is None or before.pair.meaning(landed.text) is None:
        return Use(start, line, column, form, Meaning.GONE, "", True, value)
    calls = before.call_around(start), after.call_around(landed.start)
    return Use(
        start,
        line,
        column,
        form,
        after.meaning(landed),
        landed.text,
        calls[0] != calls[1],
        value,
    )
