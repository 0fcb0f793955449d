"""Numbers that nothing can be done with are a mistake of the user, told as one."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from verify.commands.behaviour import command as behaviour
from verify.commands.bench import command as bench


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--timeout", "nan"),
        ("--timeout", "inf"),
        ("--until-decided", "nan"),
        ("--until-decided", "inf"),
        ("--margin", "nan"),
        ("--block", "nan"),
        ("--memory", "99999999999999999999"),
    ],
)
def test_bench_refuses(option: str, text: str) -> None:
    done = CliRunner().invoke(bench, [".", ".", __file__, option, text])
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.output


@pytest.mark.parametrize("text", ["nan", "inf", "0"])
def test_behaviour_refuses(text: str) -> None:
    done = CliRunner().invoke(behaviour, [".", ".", "--step-timeout", text])
    assert done.exit_code == 2
    assert "Invalid value for '--step-timeout'" in done.output
