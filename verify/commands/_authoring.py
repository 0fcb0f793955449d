"""What commands that change a project share: their options, and the way they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from verify.lineage.options import history_options
from verify.report import finish, output_of, save_text, start_of

if TYPE_CHECKING:
    from verify.lineage import Form, Written
    from verify.moving.changes import Planned

_ALLOWABLE = ("annotations", "module-name", "patched", "side-effects")


AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


@dataclass(frozen=True)
class Shell:
    """How a change is to be written, whatever it is."""

    migration: Path | None
    allow_dirty: bool
    dry_run: bool
    diff: bool
    root: Path | None
    history: Form | None
    check_commit: str | None
    format_name: str
    output: Path | None

    @property
    def shows(self) -> bool:
        """Whether nothing is written."""
        return self.dry_run or self.diff

    @property
    def project(self) -> Path:
        """The folder of the project."""
        from codemods.worktree import top_of
        from verify.importing.moving import project_of

        if self.root is not None:
            return self.root.resolve()
        here = Path.cwd()
        top = top_of(str(here))
        return Path(top) if top is not None else project_of(here)


_OPTIONS = (
    click.option(
        "--migration",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the migration for code that imports the old names.",
    ),
    click.option(
        "--allow-dirty",
        is_flag=True,
        help="Change files that have changes which are not committed.",
    ),
    click.option("--dry-run", is_flag=True, help="Show the plan and write nothing."),
    click.option("--diff", is_flag=True, help="Show a unified diff and write nothing."),
    click.option(
        "--root",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="The project.  [default: the repository, or project, of the current"
        " folder]",
    ),
    history_options,
    output_of("findings", "changes"),
)

_WISH_OPTIONS = (
    click.option(
        "--since",
        default="",
        metavar="VERSION",
        help="The release that the migration names.",
    ),
    click.option(
        "--text",
        is_flag=True,
        help="Rewrite dotted paths in other files too: YAML, Markdown, notebooks, ...",
    ),
    click.option(
        "--allow",
        multiple=True,
        type=click.Choice(_ALLOWABLE),
        help="Do not refuse for this reason.",
    ),
)


def wish_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters `since`, `text` and `allow`, values of `Why`."""
    for option in reversed(_WISH_OPTIONS):
        function = option(function)
    return function


def authoring_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters that make a `Shell`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def version_of(text: str) -> str:
    """A version as it is written in full; raises click.UsageError for none."""
    from packaging.version import InvalidVersion, Version

    from codemods.name import quoted

    try:
        return str(Version(text)) if text else ""
    except InvalidVersion:
        raise click.UsageError(f"{quoted(text)} is not a version like 2.0") from None


def carry_out(
    command: str, title: str, plan: Callable[[Path], Planned], shell: Shell
) -> NoReturn:
    """Plan a change of the project, write it as it was asked for, and end the command.

    `title` is the subject of the last commit. Raises click.ClickException where
    nothing could be planned or written; then nothing is changed.
    """
    from codemods.discovery import TEXTS_BY_SETTINGS
    from verify.moving.publishing import migration_text
    from verify.moving.refusing import NotMovable, Refused
    from verify.moving.telling import outcome_of, refusal_of, with_history
    from verify.moving.writing import NotWritten, recover

    root = shell.project
    written: Written | None = None
    try:
        told = recover(root)
        if told:
            click.echo(f"rehome: {told}", err=True)
        planned, left_out = _planned(root, plan)
        if not shell.shows and shell.history is not None:
            written = _commit(shell, planned, shell.history, title)
        elif not shell.shows:
            _write(root, planned, allow_dirty=shell.allow_dirty)
    except (NotMovable, NotWritten) as error:
        raise click.ClickException(str(error)) from None
    except Refused as refused:
        outcome = replace(refusal_of(command, refused), start=start_of(root))
        finish(outcome, format_name=shell.format_name, output=shell.output)
    published = migration_text(planned)
    if shell.migration is not None and not shell.shows:
        save_text(shell.migration, published)
    shown = published if shell.shows or shell.migration is None else ""
    outcome = outcome_of(
        command, planned, migration=shown, diff=shell.diff, written=not shell.shows
    )
    if written is not None:
        outcome = with_history(outcome, written)
    outcome = replace(outcome, start=start_of(root))
    if left_out:
        told = f"left out: {left_out} {TEXTS_BY_SETTINGS}"
        outcome = replace(outcome, summary=(*outcome.summary, told))
    finish(outcome, format_name=shell.format_name, output=shell.output)


def _planned(root: Path, plan: Callable[[Path], Planned]) -> tuple[Planned, int]:
    """The plan, and how many files the settings left out of it: texts alone, since code
    that they ignore breaks as any other where a name that it imports goes. Raises
    click.ClickException where such code would have to change.
    """
    from codemods.discovery import SUFFIXES, leave_out
    from codemods.name import quoted
    from verify.settings.force import loaded, project

    ignores = project(root).ignores
    left_out: set[str] = set()

    def is_left_out(path: str) -> bool:
        if path.endswith(SUFFIXES) or not ignores(path):
            return False
        left_out.add(path)
        return True

    with leave_out(is_left_out):
        planned = plan(root)
    ignored = [each.path for each in planned.changes if ignores(each.path)]
    if ignored:
        more = f" and {len(ignored) - 1} more" if len(ignored) > 1 else ""
        raise click.ClickException(
            f"{quoted(ignored[0])}{more} would have to change, which"
            f" {loaded().place('ignore')} leaves out: nothing was changed; take it out"
            " there, or run rehome --no-settings"
        )
    return planned, len(left_out)


def _write(root: Path, planned: Planned, *, allow_dirty: bool) -> None:
    from codemods.name import quoted
    from verify.moving.standing import uncommitted
    from verify.moving.writing import NotWritten, write

    dirty = () if allow_dirty else uncommitted(root, planned.changes)
    if dirty:
        raise NotWritten(
            f"{quoted(dirty[0])} has changes that are not committed, so that git could"
            " not bring them back; commit them first, or give --allow-dirty"
        )
    write(root, planned.changes)


def _commit(shell: Shell, planned: Planned, history: Form, title: str) -> Written:
    from verify.gitprocess import GitError
    from verify.lineage import LineageError, write
    from verify.sides.errors import SideError

    try:
        return write(
            shell.project,
            planned,
            history,
            title=title,
            check_commit=shell.check_commit,
        )
    except (LineageError, GitError, SideError) as error:
        raise click.ClickException(str(error)) from None
