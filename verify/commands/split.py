"""Split a module into several, as a plan says; its names stay importable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from verify.commands._authoring import (
    Shell,
    authoring_options,
    carry_out,
    version_of,
    wish_options,
)

if TYPE_CHECKING:
    from verify.moving.changes import Planned
    from verify.moving.trees import WorkTree
    from verify.splitting.plan import Plan
    from verify.splitting.planning import Wish


@click.command(options_metavar="[OPTIONS]")
@click.argument("module", metavar="MODULE")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="PLAN",
    help="The plan: a TOML file that says which definitions go to which file; - for"
    " stdin.",
)
@click.option(
    "--propose",
    is_flag=True,
    help="Print a first plan, to be edited, and change nothing.",
)
@click.option(
    "--rewrite",
    is_flag=True,
    help="Name the new homes at all call sites, not only where the old ones are gone.",
)
@wish_options
@authoring_options
def command(
    module: str,
    into: Path | None,
    propose: bool,
    rewrite: bool,
    since: str,
    text: bool,
    allow: tuple[str, ...],
    **shell: Any,
) -> None:
    """Split MODULE (`pkg.module`, or its file) into the files that a plan names.

    With a file inside it, it becomes a package of the same dotted path, and its
    public names stay importable from there. A split that would change behaviour is
    refused, with every reason, and nothing is written.

    \b
    rehome split pkg.allocator --propose > plan.toml
    rehome split pkg.allocator --into plan.toml --dry-run
    rehome split pkg.allocator --into plan.toml --history
    """
    if propose == (into is not None):
        raise click.UsageError(
            "name a plan with --into, or ask for a first one with --propose"
        )
    how = Shell(**shell)
    if propose:
        from codemods.discovery import leave_out

        with leave_out(lambda path: False):  # which shows a plan and changes nothing
            _propose(module, how)
        return
    from codemods.moving.request import Why
    from verify.splitting.planning import Wish

    assert into is not None
    content = _text_of(into)
    wish = Wish(rewrite, frozenset(map(Why, allow)), version_of(since) or "0", text)

    def plan(root: Path) -> Planned:
        return _planned(root, module, content, str(into), wish)

    name = module.removesuffix(".py").replace("/", ".").rpartition(".")[2]
    carry_out("split", f"Split {name}", plan, how)


def _text_of(into: Path) -> str:
    from codemods.toml_schema import read_text

    try:
        if str(into) == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return read_text(into, "plan")
    except UnicodeDecodeError:
        raise click.ClickException("stdin: is not UTF-8") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _planned(root: Path, module: str, text: str, where: str, wish: Wish) -> Planned:
    from verify.moving.trees import WorkTree
    from verify.releases import cache_folder
    from verify.splitting.plan import PlanError, loads
    from verify.splitting.planning import plan_split

    tree = WorkTree(root)
    try:
        plan: Plan = loads(text, where, _dotted(tree, module))
        return plan_split(tree, plan, wish, cache_folder() / "imports")
    except PlanError as error:
        raise click.ClickException(str(error)) from None


def _propose(module: str, shell: Shell) -> None:
    from codemods.source import Source, SourceError
    from verify.moving.trees import WorkTree
    from verify.settings.force import is_flag_given
    from verify.splitting.files import path_of_module
    from verify.splitting.inventory import inventory_of
    from verify.splitting.proposing import plan_text, propose
    from verify.surface.modules import Modules

    tree = WorkTree(shell.project)
    dotted = _dotted(tree, module)
    try:
        path = path_of_module(Modules(tree, tree), dotted)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    try:
        inventory = inventory_of(dotted, Source.decode(tree.read(path) or b""))
    except SourceError as error:
        message = f"{path}:{error.line}: {error.message}"
        raise click.ClickException(message) from None
    clusters = propose(inventory)
    if not clusters:
        raise click.ClickException(f"{dotted} has no definition that could move")
    text = plan_text(inventory, clusters)
    if shell.format_name != "text" and is_flag_given("format_name"):
        _tell_plan(text, shell)
    elif shell.output is not None:
        from verify.report import save_text

        save_text(shell.output, text)
    else:
        click.echo(text, nl=False)


def _tell_plan(text: str, shell: Shell) -> NoReturn:
    """The plan in a format for programs, as `rehome infer` tells its migration."""
    from codemods.finding import Verdict
    from verify.outcome import Listing, Outcome
    from verify.report import finish

    outcome = Outcome(
        command="split",
        verdict=Verdict.OK,
        facts={"findings": 0, "written": False},
        summary=("a plan to be edited, for `rehome split --into`",),
        listings=(Listing("plan.toml", "toml", text),),
    )
    finish(outcome, format_name=shell.format_name, output=shell.output)


def _dotted(tree: WorkTree, module: str) -> str:
    """The dotted path of a module that is named by it, or by its file."""
    from codemods.name import Name, quoted
    from verify.surface.modules import Modules

    if module.endswith(".py"):
        try:
            inner = Path(module).resolve().relative_to(tree.root.resolve()).as_posix()
        except (ValueError, OSError):
            inner = ""
        if inner not in tree.paths():
            where = quoted(str(tree.root))
            message = f"{quoted(module)} is no file of the project at {where}"
            raise click.ClickException(message)
        return Modules(tree, tree).name_of(inner)
    try:
        name = Name.parse(module)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not name.is_module:
        raise click.UsageError(f"{name} is a symbol; name a module to split")
    return name.module
