"""The example of each rule is real: it tells the rule, and what mends it does.

After a change of a message that is meant: `pytest tests/verify/explaining
--update-golden` writes what is told now into the texts.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import verify.explaining
from tests.verify.explaining.runs import Runner, finding_in
from verify.explaining.accepting import can_accept
from verify.explaining.example import Example, example_of
from verify.explaining.explanation import explained, explanation_of
from verify.explaining.telling import told_rules

RULES = Path(verify.explaining.__file__).parent / "rules"
TOLD = re.compile(r"(?<=^```text\n)(?:.*\n)*?(?=```$)", re.MULTILINE)


def example(rule_id: str) -> Example:
    explanation = explanation_of(rule_id)
    assert explanation is not None
    return example_of(explanation)


def is_run(rule_id: str) -> bool:
    return not example(rule_id).not_run


RUN = [rule_id for rule_id in explained() if is_run(rule_id)]
MENDED = [r for r in RUN if "fixed" in example(r).sides or example(r).remedy]


@pytest.mark.parametrize("rule_id", explained())
def test_the_command_is_one_that_is_said_to_tell_it(rule_id: str) -> None:
    command = example(rule_id).command.split()[1]
    assert command in told_rules()[rule_id].by


def is_like(told: str, expected: str) -> bool:
    """Whether a finding is as it should be, where `...` stands for anything."""
    pattern = ".*".join(map(re.escape, expected.split("...")))
    return re.fullmatch(pattern, told) is not None


@pytest.fixture
def runner(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Runner:
    return Runner(tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("rule_id", RUN)
def test_it_tells_the_rule(rule_id: str, runner: Runner, update_golden: bool) -> None:
    each = example(rule_id)
    status, output = runner.run_all(runner.built(each), each)
    told = finding_in(output, rule_id)
    assert told, f"{each.command} tells no {rule_id}, but:\n{output}"
    if update_golden and not is_like(told, each.told):
        path = RULES / f"{rule_id}.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(TOLD.sub(lambda _: told, text, count=1), encoding="utf-8")
        return
    assert is_like(told, each.told), told
    if told_rules()[rule_id].rule.undecided:
        assert status == 2


ENTRY = """
[[tool.rehome.accepted]]
rule = "{rule}"
path = "*"
reason = "it is an example"
"""


def has_settings(rule_id: str) -> bool:
    """Whether an example is about settings of its own."""
    return any("pyproject.toml" in files for files in example(rule_id).sides.values())


def takes_long(rule_id: str) -> bool:
    """Whether both sides are run: then only what can be accepted is tried."""
    runs = example(rule_id).command.split()[1] in ("behaviour", "bench", "report")
    return runs and not can_accept(told_rules()[rule_id])


ACCEPTED = [r for r in RUN if not (has_settings(r) or takes_long(r))]


@pytest.mark.parametrize("rule_id", ACCEPTED)
def test_it_is_accepted_or_not_as_the_text_says(
    rule_id: str, runner: Runner, tmp_path: Path
) -> None:
    each, told = example(rule_id), told_rules()[rule_id]
    settings = tmp_path / "accepting.toml"
    settings.write_text(ENTRY.format(rule=rule_id), encoding="utf-8")
    folder = runner.built(each)
    settings = settings.rename(folder / "accepting.toml")
    _, output = runner.run_all(folder, each, "--settings", "accepting.toml")
    counts = bool(finding_in(output, rule_id))
    if rule_id in KEPT_ALL_THE_SAME or not can_accept(told):
        assert counts, output
    else:
        assert not counts, output
        assert f"[{rule_id}]" in output, "it is told, as accepted"


# Its text says so: what comes after the first step that differs is not known.
KEPT_ALL_THE_SAME = {"step-differs"}


def test_what_only_some_commands_let_accept() -> None:
    """`rehome move` tells rules of `rehome apply` too, and nothing accepts them there."""
    assert can_accept(told_rules()["dynamic-name"])
    assert not can_accept(told_rules()["split-order"])


@pytest.mark.parametrize("rule_id", MENDED)
def test_what_mends_it_does(rule_id: str, runner: Runner) -> None:
    each = example(rule_id)
    folder = runner.built(each, fixed=True)
    if each.remedy:
        runner.run_all(folder, each)
    for command in each.remedy:
        assert runner.run(folder, command)[0] == 0
    _, output = runner.run(folder, each.command)
    assert not finding_in(output, rule_id), output
