"""What commands that look into versions of a package share: the options."""

from __future__ import annotations

from pathlib import Path

import click

paths_argument = click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(exists=True, path_type=Path),
)

repository_option = click.option(
    "--repo",
    "repository",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="The repository of git:REF.  [default: the current folder]",
)
