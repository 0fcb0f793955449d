"""What is known of this installation of rehome: its version, its documentation."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

_DOCUMENTATION = "documentation"


@cache
def _metadata() -> PackageMetadata | None:
    try:
        return metadata("rehome")
    except PackageNotFoundError:  # run from its source
        return None


def version() -> str | None:
    """The installed version; None where rehome runs from its source."""
    known = _metadata()
    return known["Version"] if known is not None else None


def documentation() -> str | None:
    """The address that the package declares as its `Documentation`, or None."""
    known = _metadata()
    for line in (known.get_all("Project-URL") if known is not None else None) or ():
        label, _, address = str(line).partition(",")
        if label.strip().lower() == _DOCUMENTATION and address.strip():
            return str(address).strip()
    return None
