"""Python code inside another text: through the rewriter of Python, line by line back.

The text says how its lines are written (`Line`), and what to do where the code has
more lines, or fewer, than before.
"""

from __future__ import annotations

import io
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from codemods.draft import Options
from codemods.finding import Finding
from codemods.rewrite import Edit, Rewritten, rewrite
from codemods.rules import TEXT_REFERENCE, UNPARSABLE, UNREADABLE, UNSAFE_REWRITE
from codemods.source import Splice, splice
from codemods.texts import _imports
from codemods.texts._draft import TextDraft
from codemods.texts._hit import Hit
from codemods.texts._search import search

_ELSEWHERE = "what the rest of the text reads from it cannot be told"
_UNPARSED = "the code around it does not parse"


@dataclass(frozen=True)
class Line:
    """A line of code in a text: `code` as the rewriter sees it, which differs for what
    is no Python, `text` as it stands; `at` tells where a column is written and
    `spell` how a new piece is; `group` is the same for lines that can be edited
    together.
    """

    code: str
    text: str
    at: Callable[[int], int]
    spell: Callable[[str], str]
    group: int


# The lines that are replaced by others, and these: where and how to write them.
Grow = Callable[[Sequence[Line], list[str]], "Splice | None"]


def follow(draft: TextDraft, lines: Sequence[Line], grow: Grow) -> bool:
    """Follow the call sites in some lines of code and the references in comments.

    Returns False, with nothing said, where the code does not parse.
    """
    revised = [line.code for line in lines]
    said = _follow_comments(draft, lines, revised)
    if draft.names.relevant("\n".join(revised).encode()):
        done = _rewritten(draft, revised)
        if done is None:
            return False
        _take(draft, lines, revised, done, grow)
    else:
        _take_comments(draft, lines, revised, set())
    for hit in said:
        draft.take(hit)
    for line in lines:
        if line.code != line.text:
            in_line(draft, line)
    return True


def _follow_comments(
    draft: TextDraft, lines: Sequence[Line], revised: list[str]
) -> list[Hit]:
    """Revise the comments, if that is wanted; return what else is to say of them."""
    said: list[Hit] = []
    plain = draft.options.text and not draft.options.compat
    for row, column, comment in comments("".join(f"{line}\n" for line in revised)):
        line, pieces = lines[row - 1], []
        for hit in search(comment, draft.names):
            if hit.new is None or not plain:
                said.append(_moved(hit, line, column))
            else:
                pieces.append(Splice(hit.start, hit.end, hit.new))
        if pieces:
            revised[row - 1] = line.code[:column] + splice(comment, pieces)
    return said


def _take_comments(
    draft: TextDraft, lines: Sequence[Line], revised: list[str], rows: set[int]
) -> None:
    """Take over the comments of lines that nothing else changes."""
    for row, (line, new) in enumerate(zip(lines, revised, strict=True), 1):
        if row not in rows and line.code == line.text:
            draft.splices += _in_line(line, new)


def _take(
    draft: TextDraft,
    lines: Sequence[Line],
    revised: list[str],
    done: Rewritten,
    grow: Grow,
) -> None:
    rows: set[int] = set()
    for edit in done.edits:
        rows |= _take_edit(draft, lines, edit, grow)
    _take_comments(draft, lines, revised, rows)
    for finding in done.findings:
        _pass_on(draft, lines, finding)
    if not done.findings:
        _report_modules(draft, lines, done, rows)


def in_line(draft: TextDraft, line: Line, why: str = "") -> None:
    """Follow the references in a line that is no Python; `why` makes all of them
    doubtful.
    """
    for hit in search(line.text, draft.names):
        draft.take(_moved(hit.doubted(why) if why else hit, line, 0))


def unparsed(draft: TextDraft, lines: Sequence[Line]) -> None:
    """Report what code that does not parse names."""
    whole = "\n".join(line.text for line in lines)
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    for hit in search(whole, draft.names):
        index = bisect_right(starts, hit.start) - 1
        where = lines[index].at(hit.start - starts[index])
        draft.take(replace(hit.doubted(_UNPARSED), start=where, end=where))


def comments(code: str) -> list[tuple[int, int, str]]:
    """Row (from 1), column and text of each comment; none where it is no Python."""
    if "#" not in code:
        return []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    found = (token for token in tokens if token.type == tokenize.COMMENT)
    return [(*token.start, token.string) for token in found]


def _moved(hit: Hit, line: Line, column: int) -> Hit:
    start, end = line.at(column + hit.start), line.at(column + hit.end)
    new = None if hit.new is None else line.spell(hit.new)
    return replace(hit, start=start, end=end, new=new)


def _rewritten(draft: TextDraft, revised: list[str]) -> Rewritten | None:
    code = "".join(f"{line}\n" for line in revised).encode()
    options = Options(compat=draft.options.compat, text=draft.options.text)
    done = rewrite(code, draft.names, path=draft.path, options=options)
    broken = {UNPARSABLE, UNREADABLE}
    return None if any(f.rule in broken for f in done.findings) else done


def _pass_on(draft: TextDraft, lines: Sequence[Line], finding: Finding) -> None:
    row = min(max(finding.place.line, 1), len(lines))
    draft.report(finding.rule, lines[row - 1].at(0), finding.message, finding.fix)


def _report_modules(
    draft: TextDraft, lines: Sequence[Line], done: Rewritten, rows: set[int]
) -> None:
    """Report modules that are still imported whole: other code may read them."""
    if not _imports.wholes(done.new.decode(), draft.names):
        return
    code = done.old.decode()
    for hit in _imports.wholes(code, draft.names):
        row = code.count("\n", 0, hit.start) + 1
        if row not in rows:
            where = lines[row - 1].at(0)
            draft.take(replace(hit.doubted(_ELSEWHERE), start=where, end=where))


def _take_edit(
    draft: TextDraft, lines: Sequence[Line], edit: Edit, grow: Grow
) -> set[int]:
    """Take over what the rewriter changed; return the rows that it is about."""
    before, after = edit.before.split("\n")[:-1], edit.after.split("\n")[:-1]
    first = edit.line - 1
    while before and after and before[0] == after[0]:
        before, after, first = before[1:], after[1:], first + 1
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    part = lines[first : first + len(before)]
    at = (part or lines[first - 1 : first])[0].at(0)
    what = "; ".join(line.strip() for line in before)
    message = f"code in the text has an old name: {what}"
    hint = "; ".join(line.strip() for line in after)
    rows = set(range(first + 1, first + 1 + len(before)))
    splices = _splices(part, after, grow)
    if not draft.options.text:
        fix = f"write `{hint}`, or run with --text"
        draft.report(TEXT_REFERENCE, at, message, fix)
    elif splices is None:
        draft.report(UNSAFE_REWRITE, at, message, f"write by hand: {hint}")
    else:
        draft.splices += splices
    return rows


def _splices(part: Sequence[Line], after: list[str], grow: Grow) -> list[Splice] | None:
    """How to write some lines anew, None where that cannot be told."""
    if len({line.group for line in part}) != 1:
        return None
    if any(line.code != line.text for line in part):
        return None
    if len(part) == len(after):
        changes = (_in_line(line, new) for line, new in zip(part, after, strict=True))
        return [each for change in changes for each in change]
    grown = grow(part, after)
    return None if grown is None else [grown]


def _in_line(line: Line, new: str) -> list[Splice]:
    """The change of one line, as small as it can be."""
    old = line.text
    if old == new:
        return []
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    piece = new[start : len(new) - end]
    return [Splice(line.at(start), line.at(len(old) - end), line.spell(piece))]
