"""Old names in Python code: whatever `rehome apply` would still change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.home import ModuleHome
from codemods.namemap import NameMap
from codemods.rewrite import Edit, rewrite
from codemods.rules import (
    DYNAMIC_NAME,
    MEMBER_USE,
    MODULE_ESCAPES,
    UNPARSABLE,
    UNREADABLE,
)


@dataclass(frozen=True, slots=True)
class Use:
    """A place in code; `message` is there for what a person must look at, else
    `before` and `after` say what the lines are and what they should be. `is_module`
    where it is the module that is used, and what is read from it cannot be told.
    """

    line: int
    column: int
    before: str = ""
    after: str = ""
    message: str = ""
    fix: str = ""
    unread: bool = False
    is_member: bool = False
    is_module: bool = False


def uses_in(
    data: bytes, names: NameMap, path: str, home: ModuleHome | None
) -> Iterator[Use]:
    """Every use of an old name, and every place where there may be one."""
    found = rewrite(data, names, path=path, home=home)
    for edit in found.edits:
        yield _of_edit(edit)
    for finding in found.findings:
        place = finding.place
        unread = finding.rule in (UNPARSABLE, UNREADABLE)
        yield Use(
            place.line,
            place.column,
            message=finding.message,
            fix=finding.fix,
            unread=unread,
            is_member=finding.rule is MEMBER_USE,
            is_module=finding.rule in (DYNAMIC_NAME, MODULE_ESCAPES),
        )


def _of_edit(edit: Edit) -> Use:
    """The first line that an edit changes."""
    before, after = edit.before.splitlines(), edit.after.splitlines()
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    first = before[same] if same < len(before) else before[-1] if before else ""
    column = len(first) - len(first.lstrip()) + 1
    return Use(edit.line + same, column, edit.before, edit.after)
