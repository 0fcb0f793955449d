"""List the rules of all findings, and explain one: what it means, how to fix it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from click.shell_completion import CompletionItem

from verify.outcome import Listing, Outcome, Table
from verify.report import finish, output_of, save_text
from verify.terminal import Terminal

if TYPE_CHECKING:
    from verify.explaining.telling import Told

    _Text = click.ParamType[str]
else:  # generic since click 8.2 only
    _Text = click.ParamType


_COLUMNS = ("rule", "severity", "told by", "title")


class RuleId(_Text):
    """The id of a rule; whether there is such a one is told where it is used."""

    name = "rule"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from verify.explaining.explanation import explained

        return [
            CompletionItem(id_) for id_ in explained() if id_.startswith(incomplete)
        ]


@click.command()
@click.argument("rule_id", metavar="[RULE]", type=RuleId(), default="")
@output_of("tables", "listings")
def command(rule_id: str, format_name: str, output: Path | None) -> None:
    """List every rule, or explain RULE: what a finding of it means, why it matters, an
    example, how to fix it and how to accept it.

    \b
    rehome rules
    rehome rules other-meaning
    rehome rules --format markdown --output rule.md fatal-cycle
    rehome rules --format json
    """
    if rule_id:
        _explain(rule_id, format_name, output)
    finish(_every_rule(), format_name=format_name, output=output)


def _every_rule() -> Outcome:
    from codemods.finding import Verdict
    from verify.explaining.telling import told_rules

    rows = tuple(_row(told) for told in told_rules().values())
    return Outcome(
        command="rules",
        verdict=Verdict.OK,
        tables=(Table("rules", _COLUMNS, rows),),
        summary=(f"{len(rows)} rules; rehome rules RULE explains one",),
    )


def _row(told: Told) -> tuple[str, ...]:
    from verify.check import names

    undecided = ", undecided" if told.rule.undecided else ""
    severity = f"{told.rule.severity.value}{undecided}"
    by = ", ".join(told.by)
    if told.is_of_settings:
        by = "the checks" if told.by == names() else "all that settings judge"
    return told.rule.id, severity, by, told.rule.title


def _explain(rule_id: str, format_name: str, output: Path | None) -> NoReturn:
    from verify.explaining.pages import markdown_of
    from verify.explaining.plain import WIDTH, plain
    from verify.explaining.telling import told_rules

    told = told_rules().get(rule_id)
    text = markdown_of(rule_id)
    if told is None or text is None:
        raise click.UsageError(_no_rule(rule_id))
    if format_name not in ("markdown", "text"):
        finish(_of_one(told, text), format_name=format_name, output=output)
    width = min(Terminal.of(sys.stdout).width or WIDTH, WIDTH)
    shown = text if format_name == "markdown" else plain(text, width=width)
    if output is None:
        click.echo(shown, nl=False)
    else:
        save_text(output, shown)
    click.get_current_context().exit(0)


def _no_rule(rule_id: str) -> str:
    from codemods.name import nearest, quoted
    from verify.explaining.telling import told_rules

    hint = nearest(rule_id, told_rules()) or "`rehome rules` lists them"
    return f"there is no rule {quoted(rule_id)}: {hint}"


def _of_one(told: Told, text: str) -> Outcome:
    from codemods.finding import Verdict

    rule = told.rule
    return Outcome(
        command="rules",
        verdict=Verdict.OK,
        heading=(f"{rule.id}: {rule.title}",),
        tables=(Table("rules", _COLUMNS, (_row(told),)),),
        listings=(Listing(f"{rule.id}.md", "markdown", text),),
    )
