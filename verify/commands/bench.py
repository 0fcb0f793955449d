"""Compare the speed of two versions: slower, faster, unchanged, or too noisy."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.commands._sides import SECONDS, Number, side_options
from verify.report import finish, output_of, start_of

if TYPE_CHECKING:
    from verify.outcome import Outcome

_GATES = ("slower", "faster", "never")


def _read_percent(
    ctx: click.Context, parameter: click.Parameter, percent: float
) -> float:
    return percent / 100


def _writable(
    ctx: click.Context, parameter: click.Parameter, path: Path | None
) -> Path | None:
    """Refuse what cannot be written before the work, not after it."""
    if path is None:
        return None
    folder = path.resolve().parent
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}", ctx, parameter)
    if parameter.name == "save" and path.exists() and not path.is_dir():
        raise click.BadParameter(f"{str(path)!r} is no folder", ctx, parameter)
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise click.BadParameter(f"{str(path)!r} cannot be written", ctx, parameter)
    return path


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="HEAD")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--margin",
    type=Number(0, 100, min_open=True),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    callback=_read_percent,
    help="Differences below this do not matter.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1, 2_000),
    default=None,
    help="Pairs of processes to measure.  [default: 24; 16 on a GPU]",
)
@click.option(
    "--block",
    type=Number(0.001, 3600),
    default=0.04,
    show_default=True,
    metavar="SECONDS",
    help="Time of a benchmark in one pair, both sides together.",
)
@click.option(
    "--until-decided",
    type=SECONDS,
    metavar="SECONDS",
    help="Go on with what is too noisy until it is not, at most so long.",
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda"]),
    default="cpu",
    show_default=True,
    help="Where the work is done: cuda times the device and the host apart.",
)
@click.option(
    "--counter",
    type=click.Choice(["instructions"]),
    help="Count instead of timing, by perf or else under valgrind: a busy machine does"
    " not touch it, memory layout does by a percent or two.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_GATES),
    multiple=True,
    default=("slower",),
    show_default=True,
    help="The verdicts that make the exit status 1.",
)
@click.option("-k", "keyword", default="", metavar="TEXT", help="As pytest's -k.")
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    callback=_writable,
    metavar="FOLDER",
    help="Keep base.json and head.json, as pytest-benchmark writes them.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    metavar="FILE",
    help="Draw intervals and distributions on a page without outside parts.",
)
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    metavar="FILE",
    help="Draw the intervals.",
)
@click.option(
    "--force-baseline",
    is_flag=True,
    help="Take a baseline from another machine; the run can then not pass.",
)
@click.option(
    "--timeout",
    type=SECONDS,
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that imports, a set-up or a round may take.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Of hashes, memory layouts and the order of the sides.",
)
@side_options
@output_of("findings", "cases")
def command(
    base: str,
    head: str,
    format_name: str,
    output: Path | None,
    **options: Any,
) -> None:
    """Run benchmarks on two sides in turn, and tell slower from noise.

    BASE and HEAD are git revisions (git:REF), folders, or releases (pypi:NAME==VERSION,
    sdist:NAME==VERSION); each FILE is a file of pytest-benchmark tests, as it is, or a
    folder of them, and is the same for both. BASE may be a file that --save wrote.
    This runs their code: compare only what you would run.

    \b
    rehome bench git:main . tests/benchmarks
    rehome bench pypi:pkg==1.0 pypi:pkg==1.1 bench.py --margin 2
    rehome bench git:HEAD~1 . bench.py --until-decided 300 --html bench.html

    Both sides alternate in short blocks on one core, in many short processes; a pair of
    processes is one sample. A benchmark is slower or faster only where the whole 99 %
    interval lies beyond the margin, and unchanged only where it lies within.
    """
    if options["counter"] and options["device"] != "cpu":
        raise click.UsageError("--counter counts on the CPU: leave out --device")
    outcome = outcome_of(base, head, options)
    finish(outcome, format_name=format_name, output=output)


def outcome_of(base: str, head: str, options: dict[str, Any]) -> Outcome:
    """What two sides come to, by the command's options under their names.

    Raises click.ClickException where they could not be run.
    """
    from verify.benching.engine import Settings, bench
    from verify.benching.parents import SideFailed
    from verify.benching.saving import BaselineError
    from verify.progress import progress_bar
    from verify.sides.errors import SideError

    try:
        with progress_bar("measuring") as progress:
            outcome = bench(base, head, Settings(**options), progress)
            return replace(outcome, start=start_of())
    except (SideError, SideFailed, BaselineError) as error:
        raise click.ClickException(f"could not tell: {error}") from None
    except OSError as error:
        raise click.ClickException(f"could not tell: {error}") from None
