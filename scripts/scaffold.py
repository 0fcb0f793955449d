"""Begin a codemod, a check, a format or a rule: the files, the test, the documentation.

    scripts/scaffold codemod NAME
    scripts/scaffold check NAME
    scripts/scaffold format NAME
    scripts/scaffold rule ID FILE       FILE is the module that holds it

What is written works and passes its test, and does nothing yet: `TODO` stands where the
author goes on. Nothing that is there is overwritten; all is written, or nothing.
"""

from __future__ import annotations

import ast
import json
import keyword
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parent.parent
SKELETONS = Path(__file__).resolve().parent / "skeletons"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_CHANGELOG = "## [Unreleased]\n\n### Added\n\n"
_SCHEMA = "verify/render/schema/rehome-1.json"
_GOLDEN = """\
from pathlib import Path
from tests.verify.render.outcomes import rich
from verify.render import render
from verify.terminal import Terminal
text = render(rich(), {name!r}, Terminal())
Path("tests/verify/render/golden/rich.{name}.txt").write_bytes(text.encode())
"""


class ScaffoldError(Exception):
    """What cannot be begun, and what to do about it, in one line."""


@dataclass(frozen=True)
class Plan:
    """The files to write, by their paths in the tree: `new` must not be there, `edited`
    are there; `renewed` are written by `programs`, which run when the rest stands.
    """

    new: Mapping[str, str]
    edited: Mapping[str, str]
    programs: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()


def main(arguments: list[str]) -> int:
    kind, *words = arguments or [""]
    if len(words) != len(WORDS.get(kind, ())) or kind not in KINDS:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # undone, as by Ctrl-C
    try:
        plan = KINDS[kind](Tree(ROOT), *words)
        write(plan, ROOT)
    except (OSError, ScaffoldError) as error:
        print(f"scripts/scaffold: {error}; nothing was written", file=sys.stderr)
        return 2
    for path in sorted({*plan.new, *plan.edited}):
        print(f"{'new    ' if path in plan.new else 'changed'} {path}")
    print(f"go on where TODO stands: grep -n TODO {' '.join(plan.new)}")
    return 0


@dataclass(frozen=True)
class Tree:
    """The repository as it is."""

    root: Path

    def text(self, path: str) -> str:
        try:
            return (self.root / path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ScaffoldError(f"{path} cannot be read: {error}") from None

    def names(self, folder: str) -> set[str]:
        """The modules of a folder, without helpers."""
        stems = (path.stem for path in (self.root / folder).iterdir())
        return {stem for stem in stems if not stem.startswith("_")}


# What belongs to each kind


def codemod(tree: Tree, name: str) -> Plan:
    _check_name(name)
    _check_free(name, tree.names("codemods/commands"), "codemod")
    samples = "tests/codemods/test_libcst_tool.py"
    sample = f'    "{name}": ("TODO = 1", "TODO", "TODO"),\n'
    return Plan(
        {
            f"codemods/commands/{name}.py": _filled("codemod.py.txt"),
            f"tests/cases/9-{name}/stays.txt": _filled("codemod_case.txt"),
        },
        {
            samples: _with_line(tree.text(samples), "SAMPLES = {\n", sample, samples),
            **_told(tree, f"- `rehome apply`: the codemod `{name}`: TODO."),
        },
    )


def check(tree: Tree, name: str) -> Plan:
    _check_name(name)
    if "_" in name:
        raise ScaffoldError(f"{name!r}: a check is a command, and its name one word")
    taken = tree.names("verify/checks") | tree.names("verify/commands")
    _check_free(name, taken, "check or command")
    words = {"name": name}
    return Plan(
        {
            f"verify/checks/{name}.py": _filled("check.py.txt", words),
            f"tests/verify/checks/test_{name}.py": _filled("test_check.py.txt", words),
        },
        {
            _SCHEMA: _with_facts(tree.text(_SCHEMA), name),
            **_told(tree, f"- `rehome {name}`, a check: TODO."),
        },
        *_reference(tree),
    )


def format_(tree: Tree, name: str) -> Plan:
    _check_name(name)
    _check_free(name, tree.names("verify/render"), "format")
    goldens = "tests/verify/render/test_golden.py"
    hostile = "tests/verify/render/test_hostile.py"
    golden = f"tests/verify/render/golden/rich.{name}.txt"
    line = f'    "{name}": "{name}.txt",\n'
    programs, renewed = _reference(tree)
    return Plan(
        {f"verify/render/{name}.py": _filled("format.py.txt"), golden: ""},
        {
            goldens: _with_line(tree.text(goldens), "SUFFIXES = {\n", line, goldens),
            hostile: _hostile(tree.text(hostile), name, hostile),
            **_told(tree, f"- `--format {name}`: TODO."),
        },
        (_GOLDEN.format(name=name), *programs),
        renewed,
    )


def rule(tree: Tree, rule_id: str, file: str) -> Plan:
    if len(rule_id) > _LONGEST or not _ID.fullmatch(rule_id):
        raise ScaffoldError(
            f"{rule_id!r} is no id of a rule: words like `cycle-untold`"
        )
    path = _module_path(tree, file)
    module = path.removesuffix(".py").replace("/", ".")
    book = "verify/settings/rulebook.py"
    told = re.search(
        rf'^    "{re.escape(module)}": \("(\w+)"', tree.text(book), re.MULTILINE
    )
    if told is None:
        raise ScaffoldError(
            f"{book} does not say who tells the rules of {module}: add it to HOMES"
        )
    _check_free(rule_id, tree.names("verify/explaining/rules"), "rule")
    constant = rule_id.upper().replace("-", "_")
    text = tree.text(path)
    if re.search(rf'^{constant}\b|^ *"{rule_id}",$', text, re.MULTILINE):
        raise ScaffoldError(f"{path} has {constant} already")
    words = {"id": rule_id, "constant": constant, "teller": told[1]}
    edited = _after_last_rule(text, _filled("rule.py.txt", words), path)
    return Plan(
        {f"verify/explaining/rules/{rule_id}.md": _filled("rule.md.txt", words)},
        {path: edited, **_told(tree, f"- A rule, `{rule_id}`: TODO.")},
        *_reference(tree),
    )


KINDS: dict[str, Callable[..., Plan]] = {
    "codemod": codemod,
    "check": check,
    "format": format_,
    "rule": rule,
}
# What each takes.
WORDS = {
    "codemod": ("NAME",),
    "check": ("NAME",),
    "format": ("NAME",),
    "rule": ("ID", "FILE"),
}


def _check_name(name: str) -> None:
    if len(name) > _LONGEST or not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ScaffoldError(
            f"{name!r} is no name of a module: lower-case words, joined by underscores"
        )


def _check_free(name: str, taken: set[str], what: str) -> None:
    if name in taken:
        raise ScaffoldError(f"there is a {what} {name!r} already: choose another name")


def _module_path(tree: Tree, file: str) -> str:
    path = (Path.cwd() / file).resolve()
    if not path.is_relative_to(tree.root) or path.suffix != ".py" or not path.is_file():
        raise ScaffoldError(f"{file!r} is no module of this repository")
    return path.relative_to(tree.root).as_posix()


def _filled(skeleton: str, words: Mapping[str, str] | None = None) -> str:
    text = (SKELETONS / skeleton).read_text("utf-8")
    return Template(text).substitute(words or {})


def _with_line(text: str, start: str, line: str, path: str) -> str:
    """The text with a line more among those of a literal, which are in order."""
    at = text.find(start)
    if at < 0:
        raise ScaffoldError(
            f"{path} has no {start.strip()!r}: add {line.strip()} to it"
        )
    begin = at + len(start)
    place = begin
    for there in re.finditer(
        r'^    (["\'])\w+\1: .*\n|^\}', text[begin:], re.MULTILINE
    ):
        place = begin + there.start()
        if there.group().startswith("}") or there.group() > line:
            break
    return f"{text[:place]}{line}{text[place:]}"


def _with_facts(text: str, name: str) -> str:
    """The schema of the JSON output with the facts of one more check."""
    document = json.loads(text)
    definitions = document["$defs"]
    whole = definitions["facts-of-verify"]["properties"]
    facts = {key: whole[key] for key in ("range", "base", "head", "diverged")}
    own = {"$ref": "#/$defs/count", "description": "Files that differ."}
    whole[f"{name}_verdict"] = {
        "$ref": "#/$defs/verdict",
        "description": f"The answer of the check `{name}`.",
    }
    whole[f"{name}_files_changed"] = own
    definitions[f"facts-of-{name}"] = {
        "type": "object",
        "additionalProperties": False,
        "required": sorted([*facts, "files_changed"]),
        "properties": {**facts, "files_changed": own},
    }
    condition = {"properties": {"command": {"const": name}}, "required": ["command"]}
    reference = {"$ref": f"#/$defs/facts-of-{name}"}
    document["allOf"].append(
        {"if": condition, "then": {"properties": {"facts": reference}}}
    )
    return json.dumps(document, indent=2) + "\n"


def _after_last_rule(text: str, made: str, path: str) -> str:
    """The text of a module with a rule more, beside those that it has."""
    ends = [
        node.end_lineno or 0
        for node in ast.parse(text).body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "Rule"
    ]
    if not ends:
        raise ScaffoldError(f"{path} makes no rule at its top level: add it by hand")
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: ends[-1]], made, *lines[ends[-1] :]])


def _hostile(text: str, name: str, path: str) -> str:
    start = "CHECKS: dict[str, Callable[[str, str], None]] = {\n"
    text = _with_line(text, start, f'    "{name}": check_{name},\n', path)
    made = _filled("format_hostile.txt", {"name": name})
    text = text.replace(start, made + start)
    return re.sub(
        r"^from verify\.render\._escape import visible$",
        "from verify.render._escape import inert, visible",
        text,
        flags=re.MULTILINE,
    )


def _told(tree: Tree, line: str) -> dict[str, str]:
    """The change log with a line more."""
    path = "CHANGELOG.md"
    text = tree.text(path)
    if _CHANGELOG not in text:
        raise ScaffoldError(f"{path} has no {_CHANGELOG.split()[1]} with ### Added")
    return {path: text.replace(_CHANGELOG, f"{_CHANGELOG}{line}\n", 1)}


def _reference(tree: Tree) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What writes the reference anew, and the files that it writes."""
    if not (tree.root / "scripts/reference.py").is_file():
        return (), ()
    program = (
        "import runpy; runpy.run_path('scripts/reference.py', run_name='__main__')"
    )
    pages = sorted((tree.root / "docs/reference").glob("*.md"))
    return (program,), tuple(page.relative_to(tree.root).as_posix() for page in pages)


# Writing


def write(plan: Plan, root: Path) -> None:
    """Write all of a plan. Raises ScaffoldError or OSError, and leaves nothing then."""
    for path in plan.new:
        if os.path.lexists(root / path):
            raise ScaffoldError(f"{path} is there already")
    with _undone_on_error(plan, root):
        for path, text in {**plan.new, **plan.edited}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        for program in plan.programs:
            _run(program, root)


def _run(program: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise ScaffoldError(f"what is written does not run: {said[-1]}")


@contextmanager
def _undone_on_error(plan: Plan, root: Path) -> Iterator[None]:
    before = {p: (root / p).read_bytes() for p in (*plan.edited, *plan.renewed)}
    folders = {f for p in plan.new for f in (root / p).parents if not f.exists()}
    try:
        yield
    except BaseException:
        for path in plan.new:
            (root / path).unlink(missing_ok=True)
        for path, data in before.items():
            (root / path).write_bytes(data)
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):  # others may have put something there
                folder.rmdir()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
