"""Writing the commits: everything is made first, then the branch moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from verify.git import Range, Repository
from verify.lineage.importing import Importing
from verify.lineage.measuring import measure
from verify.lineage.objects import TreeWriter, advance, commit_of
from verify.lineage.shaping import Shaper
from verify.lineage.standing import CommitFiles, Standing, refuse_unsettled, standing
from verify.lineage.steps import BASE, Course, Form, Kind
from verify.lineage.telling import Commit, Written, findings_of, message_of
from verify.lineage.trying import refuse_failing
from verify.moving.changes import Planned
from verify.render._escape import visible
from verify.sides.workplace import Workplace


def write(
    root: Path,
    planned: Planned,
    form: Form = Form.LINEAR,
    *,
    title: str,
    check_commit: str | None = None,
) -> Written:
    """Write a plan as commits that keep history, and move the branch to the last.

    The files and the index follow, as in a fast-forward; what the user has changed
    elsewhere stays as it is. `root` is the folder that the plan's paths begin in: a
    work tree, or a folder of it. `title` is the subject of the last commit;
    `check_commit` a command that has to pass at each commit, in a work tree of it.

    Raises `LineageError`, and `GitError` and `SideError` where git or the place for
    the work fails. Then, and if this process is killed, the branch is where it was.
    """
    title = visible(title)
    stands = standing(root)
    planned = _from_the_top(planned, stands.prefix)
    opened = Repository.open(stands.root)
    try:
        tree = opened.tree(stands.old)
        files = CommitFiles(opened, tree)
        refuse_unsettled(stands, planned, files)
        modes = {path: entry.mode for path, entry in tree.items() if entry.is_file}
        course = Shaper(planned, files, modes).shape(form)
        importing = Importing(opened, stands.old, files)
        findings = [
            *findings_of(course),
            *importing.findings(course, tried=check_commit is not None),
        ]
        with Workplace() as place:
            commits = _commits(stands, course, title, place)
            new = commits[-1].oid
            if check_commit is not None:
                refuse_failing(place, stands, commits, check_commit)
            compared = Range(opened, stands.old, new, f"{stands.old}..{new}")
            kept = tuple(measure(compared, _measured(course)))
            advance(stands, new, title)
    finally:
        opened.close()
    return Written(
        stands.old,
        new,
        stands.branch,
        tuple(commits),
        kept,
        tuple(findings),
        check_commit is not None,
        course.is_fragile,
    )


def _from_the_top(planned: Planned, prefix: str) -> Planned:
    """The plan with paths that begin in the work tree's own folder."""
    if not prefix:
        return planned
    changes = (replace(c, path=prefix + c.path) for c in planned.changes)
    lineages = (
        replace(
            each,
            source=prefix + each.source,
            targets=tuple(prefix + target for target in each.targets),
        )
        for each in planned.lineages
    )
    return replace(planned, changes=tuple(changes), lineages=tuple(lineages))


def _commits(
    stands: Standing, course: Course, title: str, place: Workplace
) -> list[Commit]:
    commits: list[Commit] = []
    trees = TreeWriter(stands.root, stands.old, place.scratch)
    for step in course.steps:
        tree = trees.write(step.contents)
        parents = [stands.old if n == BASE else commits[n].oid for n in step.parents]
        message = message_of(step, title)
        oid = commit_of(stands.root, tree, parents, message)
        commits.append(Commit(oid, message.partition("\n")[0]))
    return commits


def _measured(course: Course) -> Iterator[str]:
    """The files whose history is at stake, each once: sources, and their targets."""
    found: dict[str, None] = {}
    for step in course.steps:
        if step.kind is Kind.COPY:
            for source, targets in step.copies:
                found |= dict.fromkeys((*targets, source))
    yield from found
