"""What the formats are held against."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from verify.releases import ReleaseError
from verify.sides.index import fetch_release
from verify.sides.spec import ReleaseSpec

# Its source archive holds the schema of OASIS as it is; nothing of it is run.
HAS_SCHEMA = ReleaseSpec(
    project="sarif-pydantic",
    version="0.6.2",
    is_source=True,
    sha256="634df2784533fcac8e86f0c60a0e45ead1d35452dc2331d32596275595906e7f",
)
SCHEMA = "sarif_pydantic-0.6.2/sarif-schema-2.1.0.json"


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def sarif_schema() -> dict[str, Any]:
    """The official JSON Schema of SARIF 2.1.0, of the package index.

    `$REHOME_SARIF_SCHEMA` may name the file, for machines that cannot reach it.
    """
    given = os.environ.get("REHOME_SARIF_SCHEMA")
    content = Path(given).read_bytes() if given else _fetched()
    schema: dict[str, Any] = json.loads(content)
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version")
    return schema


def _fetched() -> bytes:
    try:
        archive = fetch_release(HAS_SCHEMA).path
    except ReleaseError as error:
        pytest.skip(f"the package index cannot be reached: {error}")
    with tarfile.open(archive) as opened:
        member = opened.extractfile(SCHEMA)
        assert member is not None
        return member.read()
