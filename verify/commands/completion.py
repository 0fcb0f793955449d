"""Print the script that completes rehome's commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "fish", "zsh")
VARIABLE = "_REHOME_COMPLETE"  # which `verify.cli` answers to


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that completes commands, options and their values in SHELL.

    Each is one line in the file that the shell reads when it starts: ~/.bashrc,
    ~/.zshrc, and for fish ~/.config/fish/completions/rehome.fish.

    \b
    eval "$(rehome completion bash)"
    eval "$(rehome completion zsh)"
    rehome completion fish | source
    """
    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    assert kind is not None
    script = kind(root, {}, "rehome", VARIABLE)
    # `source` would run bash to learn its version, of which all since 2016 will do.
    click.echo(script.source_template % script.source_vars())
