"""What settings accept does not count, is told, and is never what nobody could tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from codemods.finding import Finding, Place, Related, Rule, Severity, Verdict
from tests.verify.render.outcomes import HOSTILE
from tests.verify.settings.conftest import Write
from verify.check import CheckResult
from verify.movement.rules import EDITED_MOVE, RESIDUAL, UNREAD
from verify.outcome import Case, Change, Edit, Outcome
from verify.settings.accepting import Project, settle, settle_check
from verify.settings.reading import find

TODAY = date(2026, 6, 1)
NOTE = Rule("a-note", "n", "n", Severity.NOTE)
ENTRY = '[[tool.rehome.accepted]]\nrule = "residual"\nreason = "on purpose"\n'


def residual(path: str, message: str = "3 lines of `p.a:C`") -> Finding:
    return Finding(RESIDUAL, Place(path, 1, 1), message, "read them")


def project(write: Write, body: str, start: Path | None = None) -> Project:
    file = write(body)
    return Project(find(file.parent), start or file.parent, TODAY)


def check_result(*findings: Finding, verdict: Verdict = Verdict.FAIL) -> CheckResult:
    return CheckResult("moves", verdict, findings, summary=("3 of 9",))


def ids(result: CheckResult | Outcome) -> list[str]:
    return [each.rule.id for each in result.findings]


def test_an_accepted_finding_does_not_count_and_is_told(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\nuntil = 2026-06-01\n')
    made = settle_check(known, check_result(residual("src/a.py")))
    assert made.verdict is Verdict.OK
    assert made.findings == ()
    (accepted,) = made.accepted
    assert accepted.finding == residual("src/a.py")
    assert (accepted.reason, accepted.until) == ("on purpose", "2026-06-01")
    assert accepted.where == "pyproject.toml:5"
    assert made.summary == (
        "3 of 9",
        "1 finding accepted, as pyproject.toml asks",
        "the verdict is ok; without the settings it is fail",
    )


@pytest.mark.parametrize(
    ("where", "is_meant"),
    [
        ('path = "a.py"', True),
        ('path = "/src/a.py"', True),
        ('path = "src/"', True),
        ('path = "*.py"', True),
        ('path = "/a.py"', False),
        ('path = "b.py"', False),
        ('symbol = "p.a:C"', True),
        ('symbol = "p.?:*"', True),
        ('symbol = "C"', False),
        ('symbol = "3 lines*"', False),
        ('path = "a.py"\nsymbol = "p.a:C"', True),
        ('path = "a.py"\nsymbol = "p.b:C"', False),
        ('path = "b.py"\nsymbol = "p.a:C"', False),
    ],
)
def test_path_and_symbol_say_which(write: Write, where: str, is_meant: bool) -> None:
    known = project(write, f"{ENTRY}{where}\n")
    made = settle_check(known, check_result(residual("src/a.py")))
    assert bool(made.accepted) is is_meant
    assert ids(made) == ([] if is_meant else ["residual", "acceptance-unused"])
    assert made.verdict is (Verdict.OK if is_meant else Verdict.FAIL)


def test_another_rule_and_another_finding_stay(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    edited = Finding(EDITED_MOVE, Place("a.py", 1, 1), "edited", "read")
    made = settle_check(known, check_result(residual("a.py"), residual("b.py"), edited))
    assert ids(made) == ["residual", "edited-move"]
    assert made.verdict is Verdict.FAIL


def test_what_could_not_be_told_is_not_accepted(write: Write) -> None:
    body = f'{ENTRY}path = "a.py"\n'.replace("residual", UNREAD.id)
    untold = Finding(UNREAD, Place("a.py"), "does not parse", "")
    made = settle_check(
        project(write, body), check_result(untold, verdict=Verdict.UNDECIDED)
    )
    assert made.verdict is Verdict.UNDECIDED
    assert made.accepted == ()
    assert ids(made) == [UNREAD.id, "acceptance-void"]


def test_what_is_over_counts_again_and_is_a_finding(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\nuntil = 2026-05-31\n')
    made = settle_check(known, check_result(residual("a.py")))
    assert ids(made) == ["residual", "acceptance-expired"]
    assert made.findings[1].place == Place("pyproject.toml", 5, 1)
    alone = settle_check(known, check_result(verdict=Verdict.OK))
    assert ids(alone) == ["acceptance-expired"]
    assert alone.verdict is Verdict.FAIL


def test_an_entry_that_is_over_does_not_hide_one_that_is_not(write: Write) -> None:
    body = f'{ENTRY}path = "a.py"\nuntil = 2026-05-31\n{ENTRY}path = "a.py"\n'
    made = settle_check(project(write, body), check_result(residual("a.py")))
    assert [each.where for each in made.accepted] == ["pyproject.toml:10"]
    assert ids(made) == ["acceptance-expired"]


def test_one_that_matched_nothing_is_a_note_of_its_own_command(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    made = settle_check(known, check_result(verdict=Verdict.OK))
    assert ids(made) == ["acceptance-unused"]
    assert made.verdict is Verdict.OK
    other = CheckResult("blame", Verdict.OK)
    assert settle_check(known, other) == other


def test_notes_do_not_count_in_a_check(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    note = Finding(NOTE, Place("a.py"), "n", "")
    made = settle_check(known, check_result(residual("a.py"), note))
    assert made.verdict is Verdict.OK


def test_a_verdict_for_another_reason_stays(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    made = settle_check(
        known, check_result(residual("a.py"), verdict=Verdict.UNDECIDED)
    )
    assert made.verdict is Verdict.UNDECIDED
    assert len(made.accepted) == 1


def test_paths_start_where_the_findings_do(write: Write, tmp_path: Path) -> None:
    body = f'{ENTRY}path = "/src/a.py"\n'
    inside = project(write, body, tmp_path / "src")
    assert settle_check(inside, check_result(residual("a.py"))).accepted
    assert not settle_check(inside, check_result(residual("src/a.py"))).accepted
    absolute = check_result(residual(str(tmp_path / "src" / "a.py")))
    assert settle_check(inside, absolute).accepted
    above = check_result(residual("../../elsewhere/src/a.py"))
    assert not settle_check(inside, above).accepted
    anywhere = project(write, f'{ENTRY}path = "a.py"\n', tmp_path / "src")
    assert not settle_check(anywhere, above).accepted
    assert settle_check(anywhere, check_result(residual("b/a.py"))).accepted


def test_ignored_paths_are_left_out_and_counted(write: Write) -> None:
    known = project(write, 'ignore = ["third_party/"]\n')
    made = settle_check(
        known, check_result(residual("third_party/a.py"), residual("b.py"))
    )
    assert [each.place.path for each in made.findings] == ["b.py"]
    assert made.summary[-1] == (
        "1 finding in ignored paths left out, as pyproject.toml asks"
    )


def test_what_leads_out_of_an_ignored_path_counts(write: Write) -> None:
    known = project(write, 'ignore = ["third_party/"]\n')
    cycle = residual("third_party/a.py")
    inside = replace(cycle, related=(Related(Place("third_party/b.py"), "imports"),))
    outside = replace(cycle, related=(*inside.related, Related(Place("c.py"), "too")))
    assert settle_check(known, check_result(inside, outside)).findings == (outside,)


def test_what_a_command_was_told_to_read_counts(write: Write) -> None:
    known = project(write, 'ignore = ["third_party/"]\n')
    named = replace(outcome(residual("third_party/a.py")), command="doctor")
    made = settle(known, named)
    assert (made.verdict, made.findings) == (Verdict.FAIL, named.findings)


@pytest.mark.parametrize(
    "pattern", ["a.py", "*.py", "/src/a.py", "src/**"], ids=lambda pattern: pattern
)
def test_a_name_with_a_newline_more_is_another(write: Write, pattern: str) -> None:
    known = project(write, f'ignore = ["{pattern}"]\n{ENTRY}path = "{pattern}"\n')
    made = settle_check(known, check_result(residual("src/a.py\n")))
    assert "residual" in ids(made)
    assert made.accepted == ()


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_hostile_names_are_matched_as_text(write: Write, name: str) -> None:
    known = project(write, f'ignore = ["third_party/"]\n{ENTRY}path = "zzz.py"\n')
    finding = residual(name, f"`{name}`")
    made = settle_check(known, check_result(finding))
    assert made.findings[0] == finding
    assert made.verdict is Verdict.FAIL


# Outcomes


def outcome(*findings: Finding, otherwise: Verdict | None = Verdict.OK) -> Outcome:
    verdicts = [otherwise or Verdict.OK, Verdict.FAIL if findings else Verdict.OK]
    return Outcome(
        "moves",
        max(verdicts, key=lambda verdict: verdict.exit_status),
        findings,
        heading=("one",),
        otherwise=otherwise,
    )


def test_an_outcome_says_that_its_verdict_changed(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    made = settle(known, outcome(residual("a.py")))
    assert made.verdict is Verdict.OK
    assert made.heading == (
        "one",
        "1 finding accepted, as pyproject.toml asks",
        "the verdict is ok; without the settings it is fail",
    )


def test_files_that_would_change_still_fail(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    change = Change("b.py", (Edit(1, "a", "b"),), written=False)
    would = replace(
        outcome(residual("a.py"), otherwise=Verdict.FAIL), changes=(change,)
    )
    made = settle(known, would)
    assert made.verdict is Verdict.FAIL
    assert len(made.accepted) == 1


def test_an_outcome_whose_verdict_is_not_explained_is_left_alone(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    closed = outcome(residual("a.py"), otherwise=None)
    assert settle(known, closed) is closed


def test_where_notes_count_they_still_do(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    note = Finding(NOTE, Place("b.py"), "n", "")
    assert settle(known, outcome(residual("a.py"), note)).verdict is Verdict.FAIL


def test_cases_that_failed_are_skipped_where_all_is_accepted(write: Write) -> None:
    known = project(write, f'{ENTRY}path = "a.py"\n')
    cases = (Case("t", "a", Verdict.FAIL, "slow"), Case("t", "b", Verdict.OK))
    made = settle(known, replace(outcome(residual("a.py")), cases=cases))
    assert [each.verdict for each in made.cases] == [None, Verdict.OK]
    assert made.cases[0].message == "accepted: slow"
    both = outcome(residual("a.py"), residual("b.py"))
    assert settle(known, replace(both, cases=cases)).cases == cases


def test_without_settings_nothing_changes(write: Write) -> None:
    known = project(write, "jobs = 1\n")
    result, made = check_result(residual("a.py")), outcome(residual("a.py"))
    assert settle_check(known, result) is result
    assert settle(known, made) is made
