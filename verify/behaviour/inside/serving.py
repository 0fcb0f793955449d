"""Serve a driver in a side's process: run what is asked, report every step.

Requests and answers are lines of JSON. A step is reported as `{"o": OPERATION,
"r": RESULT}`, both as digests, in a replay also with the tree of the result as `v`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .encoding import Encoder, Tree, Undescribed, digest
from .reach import Reach

if TYPE_CHECKING:
    from verify.sides.inside.start import Started

_DRIVER = "rehome_driver"
_SKIPPED: Tree = ["skipped"]
_USUAL_LENGTH = 100
# The episodes in which it is looked what runs, which may take twice the time.
_LOOKED_AT = 2
_LOOK_EVERY = 16


def main(started: Started) -> int:
    told = started.arguments
    server = Server(started, told["driver"], Reach(told["watch"]), told["seed"])
    with open(told["read"], "rb") as asked, open(told["write"], "wb") as answers:

        def answer(message: dict[str, Any]) -> None:
            answers.write(json.dumps(message).encode("ascii") + b"\n")
            answers.flush()

        for line in asked:
            for message in server.answers(json.loads(line)):
                answer(message)
    return 0


class Server:
    """The driver of one side, and what may be asked of it."""

    def __init__(self, started: Started, driver: str, reach: Reach, seed: int) -> None:
        self._started = started
        self._path = driver
        self._reach = reach
        self._seed = seed
        self._driver: Any = None
        self._cases: list[Any] = []
        places = [
            (started.folder, "<side>"),
            (os.path.realpath(started.folder), "<side>"),
        ]
        places += [(os.environ["TMPDIR"], "<tmp>")]
        own = (*started.provided, _DRIVER)
        self._encoder = Encoder(places, own, self._describe)

    def answers(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """All answers to one request; the last one has `end`."""
        method = getattr(self, f"_{asked['do']}")
        try:
            yield from method(asked)
        except MemoryError:
            yield {"end": "memory"}
        except Undescribed as unknown:
            yield {"end": "undescribed", "type": str(unknown)}
        except RecursionError:
            yield {"end": "undescribed", "type": "value that is nested too deeply"}

    def _load(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Import the driver, and with it the side."""
        self._reach.start()
        try:
            self._driver = _import(self._path)
            lacking = _lacking(getattr(self._driver, "NEEDS", ()))
            self._cases = list(getattr(self._driver, "CASES", [None]))
        except (Exception, SystemExit) as error:
            yield {"end": "failed", "error": self._encoder.error(error)}
            return
        length = int(getattr(self._driver, "LENGTH", _USUAL_LENGTH))
        yield {
            "end": "ready",
            "cases": len(self._cases),
            "length": length,
            "lacking": lacking,
            "names": [json.dumps(case) for case in self._cases],
        }

    def _run(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Generate operations and do them on a fresh subject."""
        operations = self._generated(asked)
        looks = asked["episode"] < _LOOKED_AT or not asked["episode"] % _LOOK_EVERY
        (self._reach.start if looks else self._reach.pause)()
        yield from self._episode(asked, operations, full=False)

    def _replay(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Do the operations that are given on a fresh subject."""
        yield from self._episode(asked, asked["operations"], full=True)

    def _list(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The operations that `run` would do; the side is not touched."""
        yield {"end": "listed", "operations": [*self._generated(asked)]}

    def _close(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What is only known at the end: where the modules came from, what ran."""
        yield {
            "end": "closed",
            "strangers": self._started.strangers(),
            "own": self._started.own(),
            "reached": self._reach.reached(),
        }

    def _generated(self, asked: dict[str, Any]) -> Iterator[Any]:
        """Operations as JSON has them, so that a replay does the very same."""
        number, count = asked["case"], asked["count"]
        case = self._cases[number]
        # By the case itself: the other side may count its cases otherwise.
        text = f"{self._seed}/{json.dumps(case)}/{asked['episode']}"
        made = self._driver.operations(random.Random(text), case)
        for operation, _ in zip(made, range(count), strict=False):
            yield json.loads(json.dumps(operation))

    def _episode(
        self, asked: dict[str, Any], operations: Iterable[Any], *, full: bool
    ) -> Iterator[dict[str, Any]]:
        _fix_seeds(self._seed)
        case = self._cases[asked["case"]]
        try:
            subject = self._driver.build(json.loads(json.dumps(case)))
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise MemoryError from None
            told = self._encoder.error(error)
            importing = isinstance(error, ImportError)
            yield {"end": "unbuilt", "error": told, "importing": importing}
            return
        for operation in operations:
            name = digest(operation)
            yield {"o": name}  # in case that it is the last thing this process does
            tree = self._result(subject, operation)
            step = {"r": digest(tree), "skipped": tree == _SKIPPED}
            yield {**step, "v": tree} if full else step
        yield {"end": "done"}

    def _result(self, subject: Any, operation: Any) -> Tree:
        try:
            value = self._driver.step(subject, operation)
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise MemoryError from None
            return ["raised", self._encoder.error(error)]
        if value is NotImplemented:
            return _SKIPPED
        return ["returned", self._encoder.encode(value)]

    def _describe(self, value: Any) -> Any:
        describe = getattr(self._driver, "describe", None)
        return NotImplemented if describe is None else describe(value)


def _import(path: str) -> Any:
    """Import the driver under a name of its own; its folder is not on the path."""
    spec = importlib.util.spec_from_file_location(_DRIVER, path)
    if spec is None or spec.loader is None:
        raise ImportError("the driver is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_DRIVER] = module
    spec.loader.exec_module(module)
    return module


def _lacking(needs: Iterable[str]) -> list[str]:
    """What of a driver's needs this machine does not have; `cuda` is the one known."""
    lacking = []
    for need in needs:
        torch: Any = sys.modules.get("torch")
        has_cuda = torch is not None and torch.cuda.is_available()
        if need != "cuda" or not has_cuda:
            lacking.append(str(need))
    return lacking


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether torch says so: its errors are no `MemoryError`."""
    is_cpu = isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    return is_cpu or type(error).__name__ == "OutOfMemoryError"


def _fix_seeds(seed: int) -> None:
    """Begin every episode with the same global generators."""
    random.seed(seed)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(seed % (1 << 32))
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(seed)
