"""The page of all rules, in groups by who tells them."""

from __future__ import annotations

from collections.abc import Iterator

from verify.explaining.pages import markdown_of
from verify.explaining.telling import Told, told_rules

_INTRODUCTION = """\
# Rules

A finding names its rule in brackets: `error[other-meaning]`. `rehome rules` lists all
rules, `rehome rules RULE` shows what stands here of one.

An **error** and a **warning** fail a run (exit status 1). A **note** fails no check; in
`rehome apply`, `upgrade`, `doctor` and `hoist` every finding counts. A rule that is
*undecided* says that something could not be told: the run ends with 2, and nothing
accepts it. `rehome verify` and `rehome report` tell what the checks tell. In the
examples, `base` and `head` are two commits."""

# Who tells most of a group first.
_GROUPS = (
    ("moves", "rehome moves"),
    ("surface", "rehome surface"),
    ("cycles", "rehome cycles"),
    ("blame", "rehome blame"),
    ("leftovers", "rehome leftovers"),
    ("apply", "rehome apply and rehome upgrade"),
    ("doctor", "rehome doctor and rehome upgrade"),
    ("move", "rehome move and rehome split"),
    ("behaviour", "rehome behaviour"),
    ("bench", "rehome bench"),
    ("", "Settings, migrations and reports"),
)
_RUN = "<!-- elsewhere: tests/verify/explaining runs it -->\n```sh\n"


def page() -> str:
    """The page. Raises ValueError for a rule without a text."""
    parts = [_INTRODUCTION, *_contents()]
    for key, title in _GROUPS:
        parts.append(f"## {title}")
        parts += [_rule(told) for told in _of_group(key)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _of_group(key: str) -> list[Told]:
    keys = [known for known, _ in _GROUPS if known]

    def group(told: Told) -> str:
        if told.is_of_settings:
            return ""
        return told.by[0] if told.by[0] in keys else ""

    return [told for told in told_rules().values() if group(told) == key]


def _contents() -> Iterator[str]:
    for key, title in _GROUPS:
        links = (f"[{t.rule.id}](#{t.rule.id})" for t in _of_group(key))
        yield f"**{title}**: {', '.join(links)}"


def _rule(told: Told) -> str:
    text = markdown_of(told.rule.id, level=3)
    if text is None:
        raise ValueError(
            f"the rule {told.rule.id} has no text: write"
            f" verify/explaining/rules/{told.rule.id}.md"
        )
    return text.replace("```sh\n", _RUN).replace("```markdown\n", "```text\n")
