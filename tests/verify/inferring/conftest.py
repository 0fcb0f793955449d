"""Small packages in two versions, written in the test that looks at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import dedent

import pytest

from verify.inferring.answer import Inferred
from verify.inferring.engine import infer
from verify.releasing.files import HeldFiles
from verify.releasing.release import Release

Sources = Mapping[str, str]
Infer = Callable[..., Inferred]


def release(
    version: str,
    sources: Sources,
    *,
    others: frozenset[str] = frozenset(),
    package: str = "pkg",
) -> Release:
    """A wheel of the package; of `others` there is no text."""
    contents = {path: dedent(text).encode() for path, text in sources.items()}
    files = HeldFiles(contents, others)
    text = f"{package}=={version}"
    return Release(text, text.replace("==", " "), version, files, True, (package,))


@pytest.fixture
def between() -> Infer:
    """What became of the names between two versions of `pkg`."""

    def compare(
        old: Sources,
        new: Sources,
        *,
        compiled: frozenset[str] = frozenset(),
        private: bool = False,
    ) -> Inferred:
        before = release("1.0", {"pkg/__init__.py": "", **old})
        after = release("2.0", {"pkg/__init__.py": "", **new}, others=compiled)
        return infer(before, after, private=private, jobs=1)

    return compare
