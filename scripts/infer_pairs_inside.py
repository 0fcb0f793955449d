"""Import names of one release, those of each module in a process of its own.

Runs apart, with the release on its path and none of this project: reads a JSON object
from its input (`paths`, and `names` as pairs of a module and a symbol) and writes a
list of answers: "" where the name is there, else what failed. A failure that is not
the release's own (another package is missing) begins with "!".
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import warnings
from typing import Any

_SECONDS = 60


def main() -> None:
    asked = json.load(sys.stdin)
    sys.path[:0] = asked["paths"]
    tops = {module.partition(".")[0] for module, _ in asked["names"]}
    symbols: dict[str, list[str]] = {}
    for module, symbol in asked["names"]:
        symbols.setdefault(module, []).append(symbol)
    answers = {
        module: dict(zip(wanted, apart(module, wanted, tops), strict=True))
        for module, wanted in symbols.items()
    }
    told = [answers[module][symbol] for module, symbol in asked["names"]]
    sys.stdout.write(json.dumps(told))


def apart(module: str, symbols: list[str], tops: set[str]) -> list[str]:
    """The answers of a process of its own, which may end as it likes."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        signal.alarm(_SECONDS)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            found = [look_up(module, symbol, tops)[:300] for symbol in symbols]
            with os.fdopen(write, "w", encoding="utf-8") as file:
                json.dump(found, file)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(child, 0)
    try:
        answers: list[str] = json.loads(text)
    except ValueError:
        return ["!it ended Python, or took too long"] * len(symbols)
    return answers


def look_up(module: str, symbol: str, tops: set[str]) -> str:
    warnings.simplefilter("ignore")
    found: Any
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        own = (error.name or "").partition(".")[0] in tops
        missing = f"{module}.".startswith(f"{error.name}.")
        return f"{'' if own and missing else '!'}{error}"
    except BaseException as error:
        return f"!{type(error).__name__}: {error}"
    for part in filter(None, symbol.split(".")):
        if _is_of_metaclass(found, part):
            return f"{found.__name__} has no {part} of its own"
        try:
            found = getattr(found, part)
        except AttributeError as error:
            return str(error)
        except BaseException as error:
            return f"!{type(error).__name__}: {error}"
    return ""


def _is_of_metaclass(found: object, part: str) -> bool:
    """Whether a class has a special method, `__call__` for one, of `type` alone."""
    if not isinstance(found, type) or not part.startswith("__"):
        return False
    return not any(part in vars(each) for each in found.__mro__[:-1])


if __name__ == "__main__":
    main()
