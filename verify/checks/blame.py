"""Show how much history git blame still finds after a refactor.

For every file that the range adds, renames or moves code into: how many lines plain
`git blame` retains, and `-M`, `-C`, `-C -C -C` and `-w -C`, with git as the judge;
which lines are lost, and what retained lines are credited to. The commits that
`.git-blame-ignore-revs` names are looked through.

\b
rehome blame main..my-branch
rehome blame --min-retained 90 HEAD
rehome blame --min-retained plain=50 --min-retained CCC=95 origin/main...HEAD
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from codemods.finding import Finding, Place, Rule, Severity, verdict_of
from verify.check import CheckResult, Setting, Settings
from verify.git import Range
from verify.history.arrivals import numbers_of
from verify.history.cache import Cache
from verify.history.credits import CREDITS
from verify.history.modes import MODES, Mode, mode_of
from verify.history.survey import FileHistory, Survey, survey
from verify.outcome import Table
from verify.releases import cache_folder

HISTORY_LOST = Rule(
    "history-lost",
    "Git blame retains fewer lines of a file than were asked for.",
    "Who wrote a moved line, and why, cannot be looked up any more.",
    Severity.ERROR,
)

_FIX = (
    "make the move in two commits, the first of which copies the old file here whole,"
    " the second trims both; or ask for less with --min-retained"
)


def read_gates(texts: tuple[str, ...]) -> dict[str, float]:
    """The least percentage for each mode, by its key.

    Raises ValueError where a text is neither `PERCENT` nor `MODE=PERCENT`.
    """
    gates: dict[str, float] = {}
    for text in sorted(texts, key=lambda text: "=" in text):  # for all modes first
        name, _, percent = text.rpartition("=")
        try:
            modes = (mode_of(name),) if name else MODES
            least = float(percent)
        except (KeyError, ValueError):
            least = -1
        if not 0 <= least <= 100 or text.startswith("="):
            keys = ", ".join(mode.key for mode in MODES)
            raise ValueError(
                f"{text!r} is neither PERCENT (0 to 100) nor MODE=PERCENT with a MODE"
                f" of {keys}"
            )
        gates |= {mode.key: least for mode in modes}
    return gates


SETTINGS = (
    Setting(
        "--min-retained",
        "[MODE=]PERCENT",
        "Fail where blame retains less of the lines that a file has from elsewhere: in"
        " every mode, or in MODE (plain, M, C, CCC, wC), which wins.",
        read_gates,
    ),
)


def check(compared: Range, settings: Settings) -> CheckResult:
    """Survey the range. Raises `GitError` where git fails."""
    found = survey(compared, Cache(cache_folder() / "blame"))
    findings = tuple(_findings(found, settings["min_retained"]))
    return CheckResult(
        "blame",
        verdict_of(list(findings)),
        findings,
        (_retained(found), _credited(found), _lost(found)),
        {
            "files": len(found.files),
            "lines": _lines(found),
            "retained": {mode.key: _kept(found, mode) for mode in MODES},
            "with_past": {
                mode.key: sum(file.with_past(mode) for file in found.files)
                for mode in MODES
            },
            "ignored_commits": len(found.ignored),
            "files_left_out": len(found.left_out),
        },
        tuple(_summary(found)),
    )


def _findings(found: Survey, gates: Mapping[str, float]) -> Iterator[Finding]:
    for file in found.files:
        for mode in MODES:
            least = gates.get(mode.key, 0)
            past, kept = file.with_past(mode), len(file.kept[mode].retained)
            if 100 * kept < least * past:
                yield Finding(
                    HISTORY_LOST,
                    Place(file.subject.path),
                    f"{_name(mode)} retains {kept} of the {past} lines that come from"
                    f" elsewhere ({100 * kept // past}%, asked for: {least:g}%)",
                    _FIX,
                )


def _name(mode: Mode) -> str:
    return f"git blame {mode.label}" if mode.flags else "plain git blame"


def _retained(found: Survey) -> Table:
    columns = ("file", "change", "lines", *(mode.label for mode in MODES), "git shows")
    rows = (
        (
            file.subject.path,
            file.subject.kind,
            str(len(file.subject.lines)),
            *(str(len(file.kept[mode].retained)) for mode in MODES),
            file.subject.shown,
        )
        for file in found.files
    )
    return Table("blame", columns, tuple(rows))


def _credited(found: Survey) -> Table:
    rows = []
    for file in found.files:
        for mode in MODES:
            credits = file.kept[mode].credits()
            if credits:
                numbers = (str(credits[credit]) for credit in CREDITS)
                rows.append((file.subject.path, mode.label, *numbers))
    return Table("blame credited to", ("file", "mode", *CREDITS), tuple(rows))


def _lost(found: Survey) -> Table:
    columns = ("file", "lines", "class", "from", "lost under")
    rows = (row for file in found.files for row in _lost_rows(file))
    return Table("blame lost", columns, tuple(rows))


def _lost_rows(file: FileHistory) -> Iterator[tuple[str, ...]]:
    """Runs of lines that were lost alike, and where they stood before."""
    alike: dict[tuple[str, str, str, int], list[int]] = {}
    lost = {mode: file.lost(mode) for mode in MODES}
    for number in sorted(file.subject.lines):
        under = ", ".join(mode.label for mode in MODES if number in lost[mode])
        if under:
            origin = file.subject.origins.get(number)
            path, shift = (origin.path, origin.line - number) if origin else ("", 0)
            key = (file.classes[number], under, path, shift)
            alike.setdefault(key, []).append(number)
    runs = (
        (first, last, *key)
        for key, numbers in alike.items()
        for first, last in numbers_of(numbers)
    )
    for first, last, kind, under, path, shift in sorted(runs):
        source = f"{path}:{_extent(first + shift, last + shift)}" if path else ""
        yield file.subject.path, _extent(first, last), kind, source, under


def _extent(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _summary(found: Survey) -> Iterator[str]:
    if not found.files:
        yield "no file was added or renamed, and none received moved code"
    else:
        kept = ", ".join(f"{mode.label} {_kept(found, mode)}" for mode in MODES)
        files = len(found.files)
        of = f"{_lines(found)} lines of {files} file{'s' * (files != 1)}"
        yield f"git blame retains, of {of}: {kept}"
        yield from _credit_lines(found)
    if found.ignored:
        commits = ", ".join(commit[:12] for commit in found.ignored)
        yield f"looked through, as .git-blame-ignore-revs asks: {commits}"
    if found.left_out:
        yield f"{len(found.left_out)} changed files are no text: left out"


def _credit_lines(found: Survey) -> Iterator[str]:
    for mode in MODES:
        credits: Counter[str] = Counter()
        for file in found.files:
            credits.update(file.kept[mode].credits())
        if credits:
            told = (f"{credits[c]} {c}" for c in CREDITS if credits[c])
            yield f"{mode.label} credits: {', '.join(told)}"


def _lines(found: Survey) -> int:
    return sum(len(file.subject.lines) for file in found.files)


def _kept(found: Survey, mode: Mode) -> int:
    return sum(len(file.kept[mode].retained) for file in found.files)
