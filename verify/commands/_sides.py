"""What commands that run two sides share: their options, and numbers that are ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


class Number(click.FloatRange):
    """A range without `nan`, which every comparison lets through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail("nan is no number", param, ctx)
        return number


# What a system call can wait for.
SECONDS = Number(0, 10_000_000, min_open=True)

_OPTIONS = (
    click.option(
        "--memory",
        type=click.IntRange(16, 1 << 40),
        metavar="MIB",
        help="The most address space that a process of a side may have.",
    ),
    click.option(
        "--root",
        "roots",
        multiple=True,
        metavar="FOLDER",
        help="A folder of the sides that is on their import path. "
        " [default: python, src, lib, and the top]",
    ),
    click.option("--python", metavar="FILE", help="The interpreter of both sides."),
    click.option(
        "--repo",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="FOLDER",
        help="Where git revisions are looked up.  [default: the current folder]",
    ),
)


def side_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters `memory`, `roots`, `python` and `repo`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
