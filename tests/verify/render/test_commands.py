"""The pictures by way of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.verify.importing.truth import write_package
from verify.cli import main

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

CYCLE = {
    "p/__init__.py": "",
    "p/a.py": "from p.b import g\ndef f(): pass\n",
    "p/b.py": "from p.a import f\ndef g(): pass\n",
}


@pytest.mark.parametrize(
    "arguments", [["cycles"], ["verify", "--only", "cycles,moves"]]
)
def test_each_command_that_finds_cycles_draws_them(
    scratch: Scratch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    scratch.commit({"p/__init__.py": ""})
    scratch.commit(CYCLE)
    where = ["--repo", str(scratch.folder), "HEAD~1..HEAD"]
    assert main([*arguments, *where, "--format", "svg"]) == 1
    root = ElementTree.fromstring(capsys.readouterr().out)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "cycle of 2 modules through p.a, which appeared: fatal" in texts
    assert main([*arguments, *where, "--format", "html"]) == 1
    assert "cycle of 2 modules through p.a, which appeared: fatal" in (
        capsys.readouterr().out
    )


def test_a_folder_is_drawn_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(tmp_path, CYCLE)
    where = ["--folder", str(tmp_path), "--format", "svg"]
    assert main(["cycles", *where]) == 1
    assert ElementTree.fromstring(capsys.readouterr().out).get("role") == "img"
