"""Honour `.gitignore` files where git itself does not say what is ignored."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.files import FileProblem, read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STARS = re.compile(r"\*+")
_MOST_STARS = 3


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules for what lies in `folder`; those of a deeper folder win."""

    folder: str
    spec: GitIgnoreSpec
    above: IgnoreRules | None = None

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path below the folder is ignored; it must not lie in a
        folder that is ignored itself.
        """
        rules: IgnoreRules | None = self
        while rules is not None:
            inner = os.path.relpath(path, rules.folder)
            verdict = rules.spec.check_file(f"{inner}/" if is_folder else inner)
            if verdict.include is not None:
                return verdict.include
            rules = rules.above
        return False


def rules_within(folder: str, above: IgnoreRules | None) -> IgnoreRules | None:
    """The rules that hold in a folder: its own `.gitignore`, and those above."""
    path = os.path.join(folder, ".gitignore")
    if not os.path.lexists(path):
        return above
    try:
        text = os.fsdecode(read_regular(Path(path)))
    except FileProblem:
        return above
    return IgnoreRules(folder, spec_of(text.splitlines()), above)


def rules_above(top: str, folder: str) -> IgnoreRules | None:
    """The rules that folders from `top` down to the parent of `folder` set.

    None if they ignore `folder` itself: then it was named in spite of them.
    """
    rules: IgnoreRules | None = None
    current = top
    for part in Path(folder).relative_to(top).parts:
        rules = rules_within(current, rules)
        current = os.path.join(current, part)
        if rules is not None and rules.ignores(current, is_folder=True):
            return None
    return rules


def spec_of(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns as in a `.gitignore` file; those that are none, or would take too long
    to match, are passed over.
    """
    from pathspec import GitIgnoreSpec

    sane = [line for line in lines if not is_costly(line)]
    try:
        return GitIgnoreSpec.from_lines(sane)
    except ValueError:
        return GitIgnoreSpec.from_lines(_valid(sane))


def is_costly(line: str) -> bool:
    """Whether matching could take for ever: each star multiplies the time by the
    length of a name. No pattern that people write has so many.
    """
    segments = line.split("/")
    return segments.count("**") > _MOST_STARS or any(
        len(_STARS.findall(segment)) > _MOST_STARS for segment in segments
    )


def _valid(lines: Iterable[str]) -> list[str]:
    """The lines that are patterns; git passes over the others as well."""
    from pathspec import GitIgnoreSpec

    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        valid.append(line)
    return valid
