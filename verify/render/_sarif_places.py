"""Places and edits as SARIF says them: URIs, regions and replacements.

Columns are in characters, as those of findings are: a program that counts in UTF-16
reads of `columnKind` that these are not.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import quote

from codemods.finding import Place
from verify.outcome import Edit

BASE = "%SRCROOT%"
_LINE_END = re.compile(r"\r\n|\n|\r")

Object = dict[str, Any]


def location_of(place: Place, edit: Edit | None = None) -> Object:
    """Where a problem is; the first line where it is of a whole file, since GitHub
    shows no result without a line.
    """
    region = {
        "startLine": max(place.line, 1),
        "startColumn": max(place.column, 1),
        "endLine": max(place.line, 1),
    }
    if edit is not None:
        region = _lines_of(edit)
    return {
        "physicalLocation": {
            "artifactLocation": artifact_of(place.path),
            "region": region,
        }
    }


def artifact_of(path: str) -> Object:
    """A file as a URI, below `BASE` unless it lies elsewhere."""
    path = posixpath.normpath(path)
    uri = quote(_bytes(path), safe="/")
    if path.startswith("/"):
        return {"uri": f"file:///{uri.lstrip('/')}"}
    if path.startswith("../") or path == "..":
        return {"uri": uri}
    return {"uri": uri, "uriBaseId": BASE}


def _bytes(path: str) -> bytes:
    """The bytes of a path, as the file system has them."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def fix_of(place: Place, edit: Edit | None) -> Object | None:
    """The replacement that an edit makes; None where JSON cannot hold its text."""
    if edit is None or not _is_text(edit.before + edit.after):
        return None
    region, inserted = _lines_of(edit), edit.after
    end = _end_of(edit.before)
    if end and _end_of(inserted) == end:
        inserted = inserted.removesuffix(end)
    elif end:
        region |= {"endLine": region["endLine"] + 1, "endColumn": 1}
    replacement = {"deletedRegion": region, "insertedContent": {"text": inserted}}
    change = {
        "artifactLocation": artifact_of(place.path),
        "replacements": [replacement],
    }
    return {"artifactChanges": [change]}


def _lines_of(edit: Edit) -> dict[str, int]:
    """The lines before the edit, up to the end of the last one's text."""
    lines = _LINE_END.split(edit.before.removesuffix(_end_of(edit.before)))
    return {
        "startLine": max(edit.line, 1),
        "startColumn": 1,
        "endLine": max(edit.line, 1) + len(lines) - 1,
        "endColumn": len(lines[-1]) + 1,
    }


def _end_of(text: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if text.endswith(end)), "")


def _is_text(text: str) -> bool:
    """Whether it has no half of a pair, which only some programs read."""
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)
