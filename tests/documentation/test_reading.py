"""What a page must not be, what it says, and how what it shows is compared."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.documentation.outputs import differences
from tests.documentation.pages import (
    ROOT,
    BadPage,
    Commands,
    File,
    Output,
    parse,
)
from tests.documentation.running import Failed, Machine, Place, play, setup_named
from tests.documentation.shell import commands_of

PAGE = ROOT / "docs" / "page.md"

GOOD = """\
# Title

<!-- setup: empty -->
<!-- file: a/plan.toml -->

```toml
x = 1
```

<!-- exit: 1 -->
```sh
cat a/plan.toml missing
```

- in a list

  <!-- output -->
  ```text
  x = 1
  ```

```sh
export WORD=here
cd a
```

```sh
echo "$WORD" "$(basename "$PWD")" "$TMPDIR"
```

<!-- output -->
```text
here a ...
```

<!-- elsewhere: a
     GPU -->
```sh
rehome demo
```

<!-- output -->
```text
seen elsewhere
```

<!-- setup: project -->
"""


def test_a_page_is_groups_of_steps() -> None:
    page = parse(GOOD, PAGE)
    (group,) = page.groups
    assert group.name == "docs/page.md:3 empty"
    assert [type(step) for step in group.steps] == [
        *(File, Commands, Output, Commands, Commands, Output)
    ]
    commands = [step for step in group.steps if isinstance(step, Commands)]
    assert [step.status for step in commands] == [1, 0, 0]
    assert [(c.text, c.elsewhere) for c in page.elsewhere] == [
        ("rehome demo\n", "a GPU")
    ]


BAD = {
    "no set-up": "```sh\nls\n```",
    "no set-up: ": "<!-- file: a -->\n```toml\n```",
    "no marker: 'set up: x'": "<!-- set up: x -->",
    "no marker: 'todo'": "<!-- todo -->",
    "within a paragraph": "words <!-- setup: empty -->",
    "a block of console": "```console\nls\n```",
    "a block of bash": "```bash\nls\n```",
    "a block of nothing": "```\nls\n```",
    "an indented block": "words\n\n    ls\n",
    "in a block that is not `sh`": "```text\n$ rehome demo\n```",
    "`exit` is not followed by a block": "<!-- exit: 1 -->\nwords",
    "`elsewhere` is not followed": "<!-- elsewhere: a -->\n",
    "`file` is not followed": "<!-- file: a -->\n<!-- setup: empty -->\n",
    "wants a value": "<!-- elsewhere -->\n```sh\nls\n```",
    "`exit` twice": "<!-- exit: 1 -->\n<!-- exit: 2 -->",
    "no exit status": "<!-- setup: empty -->\n<!-- exit: no -->\n```sh\nls\n```",
    "are for `sh` blocks": "<!-- exit: 1 -->\n```text\nls\n```",
    "is not for `sh` blocks": "<!-- output -->\n```sh\nls\n```",
    "a file or an output": "<!-- output -->\n<!-- file: a -->\n```text\nls\n```",
    "without commands before": "<!-- setup: empty -->\n<!-- output -->\n```text\n```",
    "no stream": "<!-- setup: empty -->\n<!-- output: all -->\n```text\n```",
    "no exit status: '0 or 2'": "<!-- exit: 0 or 2 -->\n```sh\nls\n```",
    "for one command": "<!-- setup: empty -->\n<!-- exit: 1 -->\n```sh\nls\nfalse\n```",
}


@pytest.mark.parametrize(("why", "text"), BAD.items(), ids=[*BAD])
def test_what_is_written_otherwise_is_refused(why: str, text: str) -> None:
    with pytest.raises(BadPage) as raised:
        parse(text, PAGE)
    assert why in str(raised.value)


def run(text: str, scratch: Path, machine: Machine) -> str:
    (group,) = parse(text, PAGE).groups
    return play(group, scratch, machine).stdout


def test_steps_go_on_where_the_ones_before_ended(
    tmp_path: Path, tree_machine: Machine
) -> None:
    assert run(GOOD, tmp_path, tree_machine).startswith("here a ")


WRONG = {
    "exit status 1, the page says 0": "```sh\nfalse\n```",
    "exit status 0, the page says 1": "<!-- exit: 1 -->\n```sh\ntrue\n```",
    "-one\n+two": "```sh\necho two\n```\n<!-- output -->\n```text\none\n```",
    "TREE: unbound variable": '```sh\necho "$TREE"\n```',
    "exit status 3, the page says 0": """\
<!-- exit: 0 or 3: luck -->
```sh
exit 3
```""",
    "-one": """\
<!-- exit: 0 or 3: luck -->
```sh
echo luck
```
<!-- output -->
```text
one
```""",
    "'Traceback (most recent call last)'": """\
<!-- exit: 1 -->
```sh
python -c "1 / 0"
```""",
    "is not in the folder": "<!-- file: ../../a -->\n```text\n```",
    "exit status 22": "```sh\ntrue | (exit 22) | true\n```",
}


@pytest.mark.parametrize(("why", "text"), WRONG.items(), ids=[*WRONG])
def test_what_is_not_so_is_seen(
    why: str, text: str, tmp_path: Path, tree_machine: Machine
) -> None:
    with pytest.raises(Failed) as raised:
        run(f"<!-- setup: empty -->\n\n{text}\n", tmp_path, tree_machine)
    assert why in str(raised.value)


def test_what_ends_by_luck_has_to_say_so(tmp_path: Path, tree_machine: Machine) -> None:
    text = """<!-- setup: empty -->
<!-- exit: 0 or 3: luck -->
```sh
bash -c "echo bad luck >&2; exit 3"
```
<!-- output -->
```text
not compared
```
"""
    assert run(text, tmp_path, tree_machine) == ""


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    variables = {"PATH": os.environ["PATH"], "PWD": str(tmp_path)}
    place = Place(tmp_path, tmp_path, variables, seconds=0.5)
    with pytest.raises(Failed, match=r"not done after 0\.5 s"):
        place.run("sleep 600 & wait")


def test_an_unknown_setup_is_named_with_those_there_are() -> None:
    with pytest.raises(Failed, match=r"no set-up 'nonsense'; there are .*'project'"):
        setup_named("nonsense")


def test_the_commands_are_those_of_this_tree(
    tmp_path: Path, tree_machine: Machine
) -> None:
    text = """<!-- setup: empty -->
```sh
command -v rehome
python -c "import verify; print(verify.__file__)"
```
"""
    found, imported = run(text, tmp_path, tree_machine).splitlines()
    assert found.startswith(tree_machine.path.partition(":")[0])
    assert imported == str(ROOT / "verify" / "__init__.py")


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "\na  \nb\n\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\nb\n", "a\nb\nc\n", False),
        ("a\n...\nc\n", "a\nc\n", True),
        ("a\n...\nc\n", "a\n1\n2\nc\n", True),
        ("a\n...\nc\n", "a\n1\n2\n", False),
        ("a ... s\n", "a 1.5 s\n", True),
        ("a ... s\n", "a 1.5\n s\n", False),
        ("a (b)\n", "a (b)\n", True),
        ("a.c\n", "abc\n", False),
        ("...\n", "", True),
    ],
)
def test_points_stand_for_what_is_left_out(
    shown: str, printed: str, same: bool
) -> None:
    assert (differences(shown, printed) == "") is same


def test_the_commands_of_a_block_are_told_apart() -> None:
    text = """\
# a comment
rehome apply sglang \\
    src/   # and another
A=1 rehome migrations list | head -1 && cd x > /dev/null 2>&1
(rehome demo; "rehome" 'bench' "a b") < in
"""
    assert [*commands_of(text)] == [
        ["rehome", "apply", "sglang", "src/"],
        ["rehome", "migrations", "list"],
        ["head", "-1"],
        ["cd", "x"],
        ["rehome", "demo"],
        ["rehome", "bench", "a b"],
    ]
