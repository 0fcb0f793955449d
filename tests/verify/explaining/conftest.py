"""What the tests of texts on rules share."""

from __future__ import annotations

import pytest


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write what is told now into the texts."""
    return bool(request.config.getoption("--update-golden"))
