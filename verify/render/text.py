"""Lines for a person to read, with colour where the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING

from codemods.finding import Finding, Severity
from verify.cases import line_of_accepted
from verify.outcome import Accepted, Change, Listing, Outcome, Table
from verify.render._escape import inert, visible
from verify.render._problems import rank
from verify.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

# A line is made of pieces of text, each with the name of a rich style.
Line = tuple[tuple[str, str], ...]

_BLANK: Line = ()
_SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "cyan",
}
_UNLIMITED = 10_000  # columns, for colour without a terminal
_DIFF_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return the outcome as lines, which are never wrapped; only the tables
    of a terminal keep to its width.
    """
    blocks: list[list[Line | Table]] = [
        [*_plain(outcome.heading, "bold")],
        [line for change in outcome.changes for line in _change(change)],
        [line for finding in outcome.findings for line in _finding(finding)],
        [_accepted(each) for each in outcome.accepted],
    ]
    tables = [table for table in outcome.tables if table.rows]
    for table in tables:
        blocks.append([_title(table.name), table] if len(tables) > 1 else [table])
    blocks += [[*_listing(listing)] for listing in outcome.listings]
    blocks.append([*_plain(outcome.summary, "")])
    if terminal.width is not None:
        blocks.append([*_more_of(outcome.findings)])
    shown = [block for block in blocks if block]
    if terminal.width is None and not terminal.colour:
        return "\n".join("".join(map(_uncoloured, block)) for block in shown)
    return _coloured(shown, terminal)


def _plain(texts: tuple[str, ...], style: str) -> Iterator[Line]:
    return (((visible(text), style),) for text in texts)


def _listing(listing: Listing) -> Iterator[Line]:
    """A file to be saved, without a mark that would have to be taken off again."""
    yield _title(listing.name)
    for line in listing.text.removesuffix("\n").split("\n"):
        yield ((visible(line, keep="\t"), ""),)


def _title(name: str) -> Line:
    return ((f"{visible(name)}:", "bold"),)


def _change(change: Change) -> Iterator[Line]:
    if change.diff is not None:
        yield from map(_diff_line, change.diff.removesuffix("\n").split("\n"))
        return
    number = len(change.edits)
    edits = "1 edit" if number == 1 else f"{number} edits"
    yield (visible(change.path), "bold"), (f": {edits}", "")


def _diff_line(line: str) -> Line:
    style = next((_DIFF_STYLES[m] for m in _DIFF_STYLES if line.startswith(m)), "")
    return ((visible(line.removesuffix("\r"), keep="\t"), style),)


def _finding(finding: Finding) -> Iterator[Line]:
    place = finding.place
    position = f":{place.line}:{place.column}" if place.line else ""
    yield (
        (visible(place.path), "bold"),
        (f"{position}: ", ""),
        (finding.severity.value, _SEVERITY_STYLES[finding.severity]),
        (f"[{finding.rule.id}] {visible(finding.message)}", ""),
    )
    if finding.fix:
        yield (("    " + visible(finding.fix), "dim"),)


def _more_of(findings: tuple[Finding, ...]) -> Iterator[Line]:
    """Where a person finds more of a rule: one line, for the worst finding's."""
    from verify.explaining.explanation import explained

    ids = {each.rule.id for each in findings} & {*explained()}
    known = [each for each in findings if each.rule.id in ids]
    if known:
        worst = min(known, key=lambda each: rank(each.severity))
        yield ((f"rehome rules {worst.rule.id} tells more of this rule", "dim"),)


def _accepted(each: Accepted) -> Line:
    return ((visible(line_of_accepted(each)), "dim"),)


def _uncoloured(part: Line | Table) -> str:
    lines = _columns(part) if isinstance(part, Table) else [_joined(part)]
    return "".join(f"{line}\n" for line in lines)


def _joined(line: Line) -> str:
    return inert("".join(text for text, _ in line))


def _columns(table: Table) -> Iterator[str]:
    """Lay a table out in columns of equal width, the last one as it comes."""
    rows = [table.columns, *(tuple(map(visible, row)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield inert("  ".join(cells).rstrip())


def _coloured(blocks: list[list[Line | Table]], terminal: Terminal) -> str:
    from rich.console import Console

    console = Console(
        file=StringIO(),
        force_terminal=True,
        color_system="standard" if terminal.colour else None,
        no_color=not terminal.colour,
        width=terminal.width or _UNLIMITED,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as capture:
        for number, block in enumerate(blocks):
            if number:
                console.print()
            for part in block:
                console.print(_rich(part), soft_wrap=not isinstance(part, Table))
    return capture.get()


def _rich(part: Line | Table) -> RenderableType:
    from rich.table import Table as RichTable
    from rich.text import Text

    if not isinstance(part, Table):
        harmless = _joined(part)
        same = harmless == "".join(text for text, _ in part)
        return Text.assemble(*part) if same else Text(harmless)
    table = RichTable(*part.columns, box=None, pad_edge=False)
    for row in part.rows:
        table.add_row(*(Text(inert(visible(cell)), overflow="fold") for cell in row))
    return table
