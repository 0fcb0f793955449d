"""A driver: the file that knows how to exercise the code under comparison.

It is a Python module that both sides import, each in its own process:

    CASES = [{"page_size": 1}, {"page_size": 16}]   # JSON; optional, default [None]
    LENGTH = 60              # steps between two fresh subjects; optional, default 100
    ENVIRONMENT = {"TRITON_INTERPRET": "1"}   # set before Python starts; a literal
    CODE = ["pkg.module"]    # whose functions should be reached; a literal; optional
    NEEDS = ["cuda"]         # what the machine must have; optional

    def build(case):                   # a fresh subject, made of the side's code
    def operations(random, case):      # yields JSON values, from `random` alone
    def step(subject, operation):      # does one operation; what it returns is compared
    def describe(value):               # optional: plain values for what is not known

`operations` cannot see the subject: so both sides get the same, and any part of them
can be replayed. Where an operation depends on what was returned before (free what was
allocated), it carries a number that `step` takes modulo what there is. A `step` that
has nothing to do returns NotImplemented, and does not count. What it raises is compared
by type and text.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.sides.errors import SideError


@dataclass(frozen=True, slots=True)
class Driver:
    """What is known of a driver before it runs; `name` is what the user calls it."""

    path: Path
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    code: tuple[str, ...] = ()


EXAMPLES = Path(__file__).parent / "examples"

_REQUIRED = ("build", "operations", "step")


def read_driver(path: Path) -> Driver:
    """Read a driver's settings off its source; raises `SideError`.

    The name of an example, `allocators` for one, stands for its file.
    """
    name = str(path)
    example = EXAMPLES / f"{path}.py"
    if path.name == name and not path.exists() and example.is_file():
        path = example
    try:
        source = path.read_bytes()
        tree = ast.parse(source, str(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SideError(f"the driver {str(path)!r} cannot be read: {reason}") from None
    except (SyntaxError, ValueError, RecursionError) as error:
        raise SideError(f"the driver {str(path)!r} does not parse: {error}") from None
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    lacking = [name for name in _REQUIRED if name not in defined]
    if lacking:
        raise SideError(
            f"the driver {str(path)!r} has no function `{lacking[0]}`: a driver has"
            " build(case), operations(random, case) and step(subject, operation)"
        )
    environment = _literal(tree, "ENVIRONMENT", path) or {}
    code = _literal(tree, "CODE", path) or []
    if not isinstance(environment, dict) or not _all_text(environment.items()):
        raise SideError(f"ENVIRONMENT of {str(path)!r} must map texts to texts")
    if not isinstance(code, (list, tuple)) or not _all_text([code]):
        raise SideError(f"CODE of {str(path)!r} must be a list of module names")
    return Driver(path.resolve(), name, environment, tuple(code))


def _all_text(rows: Any) -> bool:
    return all(isinstance(each, str) for row in rows for each in row)


def _literal(tree: ast.Module, name: str, path: Path) -> Any:
    """The value of a name at the top of a module, where it is a literal."""
    for statement in tree.body:
        targets = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            try:
                return ast.literal_eval(statement.value)  # type: ignore[attr-defined]
            except ValueError:
                raise SideError(f"{name} of {str(path)!r} must be a literal") from None
    return None
