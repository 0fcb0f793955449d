"""The real releases that the allocators are compared with, as folders of source.

`$REHOME_RELEASES` may name a folder that holds them unpacked, each in a folder named
after its version, for machines that cannot reach the package index.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from verify.releases import (
    AFTER_SPLIT,
    BEFORE_SPLIT,
    Release,
    ReleaseError,
    fetch,
    unpack,
)

# A shell lets what runs in its background ignore Ctrl-C. What is started and interrupted
# here would inherit that, and never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="Write what the formats give now into their golden files.",
    )


@pytest.fixture(scope="session")
def before_split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds `sglang/` of the last release before the split."""
    return _unpacked(BEFORE_SPLIT, tmp_path_factory)


@pytest.fixture(scope="session")
def after_split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds `sglang/` of the first release after the split."""
    return _unpacked(AFTER_SPLIT, tmp_path_factory)


def _unpacked(release: Release, scratch: pytest.TempPathFactory) -> Path:
    given = os.environ.get("REHOME_RELEASES")
    if given:
        folder = Path(given) / release.version
        if not (folder / release.project).is_dir():
            # Asked for by name: to skip would hide a mistake.
            pytest.fail(f"REHOME_RELEASES names {given}, which lacks {release}")
        return folder.resolve()
    try:
        wheel = fetch(release)
    except ReleaseError as error:
        pytest.skip(f"the package index cannot be reached: {error}")
    folder = scratch.mktemp(f"{release.project}-{release.version}")
    unpack(wheel, folder, suffixes=(".py",))
    return folder
