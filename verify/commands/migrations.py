"""List, show and validate migrations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.finding import Finding, Place, Rule, Severity, Verdict, verdict_of
from codemods.rules import UNREADABLE
from verify.outcome import Outcome, Table
from verify.report import finish, output_of, output_options, start_of

if TYPE_CHECKING:
    from codemods.migration import Migration

INVALID_MIGRATION = Rule(
    "invalid-migration",
    "A migration file cannot be used.",
    "It breaks the schema, or it contradicts itself or another one.",
    Severity.ERROR,
)

Row = tuple[str, ...]


class _ListByDefault(click.Group):
    """A group whose subcommand is `list` where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names_none = not args or args[0].startswith("-")
        if ctx.resilient_parsing:  # a shell asks what may follow
            return super().parse_args(ctx, args)
        if names_none and not {*args} & {*ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault, name="migrations")
def command() -> None:
    """List the built-in migrations (without a COMMAND), show one, or validate files.

    \b
    rehome migrations
    rehome migrations show sglang
    """


@command.command("list")
@output_of("tables")
def list_(format_name: str, output: Path | None) -> None:
    """List the built-in migrations.

    \b
    rehome migrations list --format json
    """
    from codemods.catalogue import builtin

    columns = ("id", "package", "since", "upstream", "title")
    rows = tuple((m.id, m.package, m.since, m.upstream, m.title) for m in builtin())
    outcome = Outcome(
        command="migrations list",
        verdict=Verdict.OK,
        tables=(Table("migrations", columns, rows),),
    )
    finish(outcome, format_name=format_name, output=output)


@command.command()
@click.argument("migration")
@output_of("tables")
def show(migration: str, format_name: str, output: Path | None) -> None:
    """Show what MIGRATION declares.

    MIGRATION is an id, a package name (all that are built in for it), or a TOML
    file.

    \b
    rehome migrations show sglang-26676
    """
    from codemods.catalogue import find
    from codemods.migration import MigrationError

    try:
        found = find(migration)
    except MigrationError as error:
        raise click.UsageError(str(error)) from None
    columns = ("migration", "change", "from", "to", "note")
    rows = tuple((m.id, *row) for m in found for row in changes_of(m))
    outcome = Outcome(
        command="migrations show",
        verdict=Verdict.OK,
        heading=tuple(map(_headline, found)),
        tables=(Table("changes", columns, rows),),
    )
    finish(outcome, format_name=format_name, output=output)


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@output_options
def validate(files: tuple[Path, ...], format_name: str, output: Path | None) -> None:
    """Check each FILE by itself, and that they fit together.

    \b
    rehome migrations validate migrations/split.toml
    """
    findings = tuple(problems_of(files))
    number = "1 file" if len(files) == 1 else f"{len(files)} files"
    bad = len({finding.place.path for finding in findings})
    outcome = Outcome(
        command="migrations validate",
        verdict=verdict_of(list(findings)),
        findings=findings,
        facts={"files_read": len(files)},
        summary=(f"{number} read; {bad or 'none'} cannot be used",),
        start=start_of(),
    )
    finish(outcome, format_name=format_name, output=output)


def _headline(migration: Migration) -> str:
    upstream = f", {migration.upstream}" if migration.upstream else ""
    since = f"{migration.package} {migration.since}"
    return f"{migration.id}: {migration.title} ({since}{upstream})"


def changes_of(migration: Migration) -> Iterator[Row]:
    """Yield what a migration declares as rows: change, from, to, note."""
    for move in migration.moves:
        yield "move", str(move.old), str(move.new), move.note
    for rehome in migration.rehomes:
        members = f"members: {', '.join(rehome.members)}"
        keeps = f"; keeps: {', '.join(rehome.keeps)}" if rehome.keeps else ""
        yield "rehome", rehome.old, rehome.new, members + keeps
    for fold in migration.folds:
        yield "fold", fold.pattern, str(fold.new), ""
    for gone in migration.removals:
        yield "removed", str(gone.name), "", f"instead: {gone.instead}"


def problems_of(files: Iterable[Path]) -> Iterator[Finding]:
    """Yield a finding for each file that cannot be used, alone or with the others."""
    from codemods.migration import MigrationError, load
    from codemods.namemap import NameMap

    sound: list[Migration] = []
    for path in files:
        unreadable = _reading_fails(path)
        if unreadable is not None:
            yield unreadable
            continue
        try:
            migration = load(path)
            NameMap.compose([migration])
            NameMap.compose([*sound, migration])
        except MigrationError as error:
            yield _finding(path, str(error))
        else:
            sound.append(migration)


def _reading_fails(path: Path) -> Finding | None:
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fix = "name a migration file that can be read"
        return Finding(UNREADABLE, Place(str(path)), f"cannot be read: {reason}", fix)
    return None


def _finding(path: Path, message: str) -> Finding:
    """Take the place that a message begins with out of it."""
    line = 0
    at = re.match(r":(\d+): (?=.)", message.removeprefix(str(path)))
    if message.startswith(str(path)) and at is not None:
        line = int(at.group(1))
        message = message.removeprefix(str(path))[at.end() :]
    fix = "correct the file, then validate it again"
    return Finding(
        INVALID_MIGRATION, Place(str(path), line, int(line > 0)), message, fix
    )
