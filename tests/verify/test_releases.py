"""What pip is asked for, by the name of a wheel."""

from __future__ import annotations

import pytest

from verify.releases import target_of


@pytest.mark.parametrize(
    ("wheel", "target"),
    [
        ("a-1.0-py3-none-any.whl", ("3", "any")),
        ("A-1.0-py2.py3-none-any.whl", ("3", "any")),
        ("a-1.0-1-cp310-abi3-linux_x86_64.whl", ("310", "linux_x86_64")),
        (
            "a-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            ("311", "manylinux2014_x86_64"),
        ),
    ],
)
def test_target_of(wheel: str, target: tuple[str, str]) -> None:
    assert target_of(wheel) == target
