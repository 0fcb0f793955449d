"""Print the JSON Schema of what `--format json` writes."""

from __future__ import annotations

import click

from verify.render.json import schema


@click.command()
def command() -> None:
    """Print the JSON Schema of what `--format json` writes, of every command.

    It has an entry for each key; what a command says in `facts` is there by its name.

    \b
    rehome schema > rehome.schema.json
    rehome verify --format json --output result.json HEAD
    check-jsonschema --schemafile rehome.schema.json result.json
    """
    click.echo(schema(), nl=False)
