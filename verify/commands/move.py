"""Move definitions to another module; their imports and call sites follow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.commands._authoring import (
    Shell,
    authoring_options,
    carry_out,
    version_of,
    wish_options,
)

if TYPE_CHECKING:
    from codemods.name import Name
    from verify.moving.changes import Planned


@click.command(options_metavar="[OPTIONS]")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--to", required=True, metavar="MODULE", help="Where they go.")
@click.option(
    "--before", default="", metavar="NAME", help="Put them before NAME there."
)
@click.option("--after", default="", metavar="NAME", help="Put them after NAME there.")
@click.option(
    "--keep-alias", is_flag=True, help="Leave an import of them in the old module."
)
@click.option(
    "--deprecate",
    default="",
    metavar="VERSION",
    help="Leave a way to them in the old module, with a warning that names VERSION.",
)
@wish_options
@authoring_options
def command(
    names: tuple[str, ...],
    to: str,
    before: str,
    after: str,
    keep_alias: bool,
    deprecate: str,
    since: str,
    text: bool,
    allow: tuple[str, ...],
    **shell: Any,
) -> None:
    """Move each NAME to the module given with --to.

    A NAME is `pkg.module:Symbol`, or `pkg.module` for all of a module, which --to
    then names anew. What moved code needs goes along or is imported; what the old
    module no longer needs leaves it; call sites in the project follow. A move that
    would change behaviour is refused, with every reason, and nothing is written.

    \b
    rehome move --diff pkg.tools:Reader --to pkg.io.reader
    rehome move pkg.tools:Reader pkg.tools:open_all --to pkg.io --deprecate 2.0
    """
    from codemods.moving.request import Why
    from verify.moving.planning import Wish, plan
    from verify.releases import cache_folder

    if before and after:
        raise click.UsageError("--before and --after go together badly: give one")
    if keep_alias and deprecate:
        raise click.UsageError("--deprecate keeps the old name too: give one of both")
    wish = Wish(
        tuple(map(_name, names)),
        _module(to),
        before,
        after,
        keep_alias,
        version_of(deprecate),
        frozenset(map(Why, allow)),
        version_of(since) or "0",
        text,
    )

    def planned(root: Path) -> Planned:
        return plan(root, wish, cache_folder() / "imports")

    first = wish.names[0]
    title = f"Move {first.symbol or first.module} to {wish.to}"
    carry_out("move", title, planned, Shell(**shell))


def _name(text: str) -> Name:
    from codemods.name import Name

    try:
        return Name.parse(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _module(text: str) -> str:
    name = _name(text)
    if not name.is_module:
        raise click.UsageError(f"--to names a module, and {name} is a symbol")
    return name.module
