"""Infer what changed between two versions of a package, and rewrite call sites."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.commands._versions import paths_argument, repository_option
from verify.commands.apply import Rewriting, rewriting_options
from verify.progress import progress_bar
from verify.report import finish, output_of

if TYPE_CHECKING:
    from codemods.migration import Migration
    from verify.doctoring.examining import Examined
    from verify.outcome import Outcome
    from verify.releasing.release import Release
    from verify.upgrading.joining import Joined
    from verify.upgrading.upgrading import Versions


@click.command(options_metavar="[OPTIONS]")
@paths_argument
@click.option("--package", metavar="NAME", required=True, help="As it is installed.")
@click.option(
    "--from",
    "since",
    metavar="VERSION",
    required=True,
    help="The version that the code was written for; or a wheel, a folder, git:REF.",
)
@click.option(
    "--to",
    "until",
    metavar="VERSION",
    required=True,
    help="The version to move it to; or a wheel, a folder, git:REF.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="A top-level name to look for.  [default: all that the versions have]",
)
@repository_option
@rewriting_options
@output_of("findings", "changes")
def command(
    paths: tuple[Path, ...],
    package: str,
    since: str,
    until: str,
    names: tuple[str, ...],
    repository: Path,
    format_name: str,
    output: Path | None,
    **how: Any,
) -> None:
    """Bring the code in each PATH from one version of a package to another.

    What moved is inferred from the two versions, and only what is sure is applied;
    built-in migrations count for more. Then everything that the code imports is
    looked up in the newer version, as `rehome doctor` does.

    \b
    rehome upgrade src/ --package sglang --from 0.5.12.post1 --to 0.5.13
    rehome upgrade . --check --diff --package networkx --from 2.8.8 --to 3.0
    """
    from codemods.migration import MigrationError
    from verify.inferring.engine import CannotInfer
    from verify.releases import cache_folder
    from verify.releasing.opening import NoRelease
    from verify.upgrading.upgrading import look_again, names_between, open_versions

    rewriting = Rewriting(**how)
    try:
        texts = since, until
        versions = open_versions(package, texts, repository=repository, names=names)
        joined = names_between(versions, _infer)
    except (NoRelease, CannotInfer) as error:
        raise click.ClickException(str(error)) from None
    except MigrationError as error:
        raise click.UsageError(str(error)) from None
    report = rewriting.run(list(paths), joined.names)
    cache = cache_folder() / "surfaces"
    examined = look_again(paths, versions, report, cache=cache)
    outcome = _outcome(rewriting.outcome_of(report), report, joined, examined, versions)
    finish(outcome, format_name=format_name, output=output)


def _infer(old: Release, new: Release, package: str) -> Migration | None:
    from verify.inferring.engine import infer
    from verify.inferring.writing import to_migration

    with progress_bar("comparing versions") as progress:
        return to_migration(infer(old, new, package=package, progress=progress))


def _outcome(
    applied: Outcome,
    report: Any,
    joined: Joined,
    examined: Examined,
    versions: Versions,
) -> Outcome:
    """What the rewrite did, and what is left after it."""
    from codemods.finding import verdict_of
    from verify.check import fold
    from verify.commands.doctor import outcome_of
    from verify.upgrading.upgrading import not_told_yet

    left = not_told_yet(examined, report)
    doctored = outcome_of(examined)
    findings = sorted(
        (*applied.findings, *left),
        key=lambda finding: (finding.place, finding.rule.id, finding.message),
    )
    verdict = fold([applied.verdict, verdict_of(left)])
    summary = (
        f"{versions.old.title} to {versions.new.title}: {joined.inferred} entries"
        f" inferred, {joined.built_in} built in ({joined.covered} of them inferred too)"
    )
    return replace(
        applied,
        command="upgrade",
        verdict=verdict,
        findings=tuple(findings),
        tables=doctored.tables,
        facts={
            **applied.facts,
            "findings": len(findings),
            "inferred": joined.inferred,
            "built_in": joined.built_in,
            "covered": joined.covered,
            "contradictions": len(joined.contradictions),
            **{f"doctor_{key}": value for key, value in doctored.facts.items()},
        },
        heading=(summary, *joined.contradictions),
        summary=(*applied.summary, *doctored.summary),
    )
