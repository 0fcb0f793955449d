"""What a user may call a side, and what is refused."""

from __future__ import annotations

import pytest

from verify.sides.errors import SideError
from verify.sides.spec import FolderSpec, GitSpec, ReleaseSpec, parse

HASH = "0" * 64


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("git:HEAD~1", GitSpec("HEAD~1")),
        ("git:a:b", GitSpec("a:b")),
        ("src", FolderSpec("src")),
        ("./git:x", FolderSpec("./git:x")),
        ("C:folder", FolderSpec("C:folder")),
        ("pypi:Some_Thing==1.0", ReleaseSpec("some-thing", "1.0", is_source=False)),
        ("sdist:a==2", ReleaseSpec("a", "2", is_source=True)),
        (
            f"pypi:a==2#sha256={HASH}",
            ReleaseSpec("a", "2", is_source=False, sha256=HASH),
        ),
    ],
)
def test_what_a_side_may_be_called(text: str, spec: object) -> None:
    assert parse(text) == spec


@pytest.mark.parametrize(
    "text",
    [
        "",
        "git:",
        "a\0b",
        "pypi:",
        "pypi:a",
        "pypi:a>=1",
        "pypi:--index-url==1",
        "pypi:a==",
        "pypi:a==1 --pre",
        "pypi:a==1#sha256=12",
        "pypi:a==1#md5=0",
        "pypi:../a==1",
        "sdist:a b==1",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(SideError):
        parse(text)
