"""`rehome-hook`: `rehome`, called by pre-commit, which ends each command with files.

    rehome-hook apply --check sglang FILE...
    rehome-hook verify --only moves

No name of a file is taken for an option or for a migration. Commands of a range get
that of what is pushed.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping, Sequence

import click

from verify.cli import main as rehome

# Commands whose last argument is a range.
_OF_RANGES = frozenset({"blame", "cycles", "leftovers", "moves", "surface", "verify"})
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"
_PUSHED = "PRE_COMMIT_LOCAL_BRANCH"
_OPTION = re.compile(r"-[A-Za-z]|--[a-z-]*")


def main() -> int:
    """Run `rehome` with what pre-commit gives, and return its exit status."""
    command, *arguments = sys.argv[1:] or [""]
    if command in _OF_RANGES:
        return _of_pushed(command, arguments, os.environ)
    files = {text for text in arguments if _is_file_here(text)}
    doubtful = sorted(filter(_OPTION.fullmatch, files))
    if doubtful:
        return _ended(
            f"a file has the name of an option, {doubtful[0]!r}: rename it, or leave it"
            " out by `exclude`"
        )
    # What begins with a dot and a slash is a path to everyone.
    return rehome([command, *(f"./{t}" if t in files else t for t in arguments)])


def _is_file_here(text: str) -> bool:
    if "/" in text:
        return False
    try:
        return not stat.S_ISDIR(os.lstat(text).st_mode)
    except (OSError, ValueError):
        return False


def _of_pushed(
    command: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> int:
    base, head = environment.get(_FROM), environment.get(_TO)
    if base and head:
        return rehome([command, *arguments, "--", f"{base}...{head}"])
    if environment.get(_PUSHED):
        # pre-commit names no range where the first commit of all is pushed as well.
        return _ended("the whole history is pushed: nothing to compare it with", 0)
    return _ended(
        "no range to look at: run this hook at the stage pre-push, or by `pre-commit"
        " run --hook-stage pre-push --from-ref BASE --to-ref HEAD`"
    )


def _ended(message: str, status: int = 2) -> int:
    click.echo(f"rehome: {message}", err=True)
    return status
