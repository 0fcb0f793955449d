"""Find import cycles that are new, and tell which of them fail.

Reads every module of both revisions, simulates in which order they run from each
module of a cycle, and compares. Fails on a cycle that makes an import fail and did
not before; with --no-new on any new cycle.

\b
rehome cycles main..my-branch
"""

from __future__ import annotations

from codemods.finding import verdict_of_check
from verify.check import CheckResult, Setting, Settings
from verify.git import GitError, Range
from verify.importing.packages import NoPackage
from verify.importing.picturing import diagrams_of
from verify.importing.store import at_revision
from verify.importing.survey import Both, Side, examine_both
from verify.importing.telling import (
    facts_of,
    findings_of,
    summary_of,
    table_of,
)
from verify.progress import progress_bar
from verify.releases import cache_folder


def read_packages(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The packages that `--package` names; ValueError where a text names none."""
    for text in texts:
        if not text.strip("./"):
            raise ValueError(f"{text!r} names no package")
    return texts


APART = True

SETTINGS = (
    Setting(
        "--package",
        "PACKAGE",
        "Look at this package alone: by its name, or by its folder. Without one, at"
        " every Python file; of BASE..HEAD, at the packages that changed and at what"
        " they import.",
        read_packages,
    ),
    Setting(
        "--no-new",
        "",
        "Fail on any import cycle that is new or grew, whether or not it fails.",
        bool,
        is_flag=True,
    ),
)


def check(compared: Range, settings: Settings) -> CheckResult:
    """Compare base and head. Raises `GitError` where git cannot answer, or the head
    has no such package.
    """
    packages = settings.get("package", ())
    repository = compared.repository
    try:
        named = bool(packages)
        head_files = at_revision(repository, compared.head, packages, required=named)
    except NoPackage as error:
        raise GitError(str(error)) from None
    base_files = at_revision(repository, compared.base, packages, required=False)
    changed = None if named else [each.path for each in compared.changes()]
    with progress_bar("reading imports") as progress:
        cache = cache_folder() / "imports"
        both = examine_both(base_files, head_files, changed, cache, progress=progress)
    return result_of(both.head, both, no_new=bool(settings.get("no_new")))


def result_of(
    side: Side, both: Both | None = None, *, no_new: bool = False
) -> CheckResult:
    """The answer on a revision as findings, a table and a summary."""
    findings = tuple(findings_of(side, both, no_new=no_new))
    return CheckResult(
        "cycles",
        verdict_of_check(findings),
        findings,
        (table_of(side, both),),
        facts_of(side, both),
        tuple(summary_of(side, both)),
        diagrams=diagrams_of(side, both),
    )
