"""Rewrite the dotted path of a moved name where it stands inside a string.

mock.patch("pkg.old.A.run")   ->   mock.patch("pkg.new.A.run")
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from codemods.draft import Draft
from codemods.finding import Rule
from codemods.name import printable
from codemods.namemap import Moved, NameMap, Removed
from codemods.rules import COMPAT_LIMIT, DYNAMIC_NAME, REMOVED_NAME
from codemods.source import Splice
from codemods.spelling import fate, new_text, pattern

Text = ast.Constant | ast.JoinedStr
# A dotted path, or `module:symbol` as entry points write it.
_BEFORE = r"(?<![\w./:-])"


def propose(draft: Draft) -> None:
    """Replace exact dotted paths in strings; report those that are computed."""
    text = draft.source.text
    if not any(module in text for module in draft.names.old_modules) and not any(
        module.rpartition(".")[2] in text for module in draft.names.old_modules
    ):
        return
    handled = set(_import_module_calls(draft))
    for node in _strings(draft.tree):
        if node not in handled:
            _propose_string(draft, node)


def _strings(tree: ast.AST) -> Iterator[Text]:
    """Every string of a file once, an f-string as a whole."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.JoinedStr):
            yield node
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, (str, bytes)):
                yield node
            continue
        if isinstance(node, ast.JoinedStr):
            # Strings inside the replacement fields are part of its text.
            continue
        pending.extend(ast.iter_child_nodes(node))


# Stands for a replacement field: a letter, so that it continues a name.
_FIELD = "\ua66e"
_NEVER = re.compile(r"(?!)")


def _value(node: Text) -> str:
    """The text of a string, each replacement field of an f-string as a letter."""
    if isinstance(node, ast.Constant):
        value = node.value
        return value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else _FIELD
        for part in node.values
    )


def _inner(node: Text) -> list[str]:
    """The strings inside the replacement fields of an f-string."""
    if isinstance(node, ast.Constant):
        return []
    fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return [
        str(inner.value)
        for part in fields
        for inner in ast.walk(part)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]


def _propose_string(draft: Draft, node: Text) -> None:
    value = _value(node)
    if _follow_code(draft, node, value) or _report_code(draft, node, value):
        return
    found = pattern(draft.names, _BEFORE)
    hits = [m for text in (value, *_inner(node)) for m in found.finditer(text)]
    if hits:
        _propose_paths(draft, node, hits)
    else:
        _report_computed(draft, node, value)


def _propose_paths(draft: Draft, node: Text, hits: list[re.Match[str]]) -> None:
    for hit in hits:
        target = fate(draft.names, hit.group(1))
        if isinstance(target, Removed):
            _report_removed(draft, node, target)
    if all(isinstance(fate(draft.names, h.group(1)), Removed) for h in hits):
        return
    segment = draft.source.segment(node)
    matches = list(pattern(draft.names, _BEFORE).finditer(segment))
    if draft.options.compat:
        why = "a string can name only one of both versions"
        _report(draft, COMPAT_LIMIT, node, hits[0].group(1), why)
        return
    if len(matches) != len(hits) or _is_bytes(node):
        why = "the path is not written in one piece"
        _report(draft, DYNAMIC_NAME, node, hits[0].group(1), why)
        return
    start = draft.source.start(node)
    for match in matches:
        new = new_text(draft.names, match.group(1))
        if new is not None:
            draft.splices.append(
                Splice(start + match.start(1), start + match.end(1), new)
            )


def _is_bytes(node: Text) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bytes)


def _report_removed(draft: Draft, node: Text, target: Removed) -> None:
    draft.report(
        REMOVED_NAME,
        node,
        f"the string names `{target.name.dotted}`, which is gone",
        f"instead: {target.instead}",
    )


def _report(draft: Draft, rule: Rule, node: Text, path: str, why: str) -> None:
    target = new_text(draft.names, path) or path
    draft.report_at(
        rule,
        _offset_of(draft, node, path),
        f"the string names `{path}`, but {why}",
        f"name `{target}` by hand",
    )


def _offset_of(draft: Draft, node: Text, text: str) -> int:
    """Where a string names something: its start, or the place on a later line."""
    start = draft.source.start(node)
    at = draft.source.segment(node).find(text)
    if at < 0 or "\n" not in draft.source.segment(node)[:at]:
        return start
    return start + at


def _follow_code(draft: Draft, node: Text, value: str) -> bool:
    """Rewrite code in a string, or settings that hold some; only if that is asked."""
    options = draft.options
    if not options.text or options.compat or "import" not in value:
        return False
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    from codemods.texts._in_python import follow_string  # imports the codemods

    return follow_string(draft, node)


def _report_code(draft: Draft, node: Text, value: str) -> bool:
    """Report code that stands in a string and imports a moved name."""
    if "import" not in value:
        return False
    for module in sorted(draft.names.old_modules):
        lost = {name.symbol.partition(".")[0] for name in draft.names.lost(module)}
        statement = _code_that_imports(value, module, lost)
        if statement is None:
            continue
        targets = sorted(
            hit.path if isinstance(hit, Moved) else f"{hit.instead} (it is gone)"
            for name in draft.names.lost(module)
            if (hit := draft.names.resolve(name.dotted))
        )
        draft.report_at(
            DYNAMIC_NAME,
            _offset_of(draft, node, statement),
            f"code inside a string imports from `{module}`, which lost names",
            f"rewrite it by hand, the new homes are: {', '.join(targets)}"
            f"{_folds_in(draft, module, value)}",
        )
        return True
    return False


def _folds_in(draft: Draft, module: str, value: str) -> str:
    """The folds that code in a string may need as well, for the fix."""
    return "".join(
        f"; `{printable(fold.pattern)}` is {fold.new.dotted}"
        for fold in draft.names.folds
        if any(f.module == module and f.symbol in value for f in fold.functions)
    )


def _code_that_imports(value: str, module: str, lost: set[str]) -> str | None:
    """The import of a module that lost names, as it is written in a text."""
    path = re.escape(module)
    named = rf"\b(from[ \t]+{path}[ \t]+import\b([^\n(;]*|[ \t]*\([^)]*\)))"
    for match in re.finditer(named, value):
        if lost.intersection(re.findall(r"\w+|\*", match.group(2))) or (
            "*" in match.group(2)
        ):
            return match.group(1).partition("\n")[0]
    plain = re.search(rf"\b(import[ \t]+{path})\b(?!\.)", value)
    return plain.group(1) if plain and lost else None


def _report_computed(draft: Draft, node: Text, value: str) -> None:
    """The path of a module that lost names, from which the rest is computed."""
    whole, continued = _computed_patterns(draft.names)
    match = whole.fullmatch(value) or continued.search(value)
    if match is None:
        return
    module = match.group(1)
    lost = ", ".join(sorted({n.symbol for n in draft.names.lost(module)}))
    draft.report(
        DYNAMIC_NAME,
        node,
        f"the string names the module `{module}`, which lost {lost}",
        "look at what is read from it, and name the new module if it moved",
    )


@lru_cache(maxsize=8)
def _computed_patterns(names: NameMap) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A text that is a module's path, alone or to be continued at run time."""
    modules = sorted((m for m in names.old_modules if names.lost(m)), reverse=True)
    if not modules:
        return _NEVER, _NEVER
    paths = "|".join(map(re.escape, modules))
    whole = re.compile(rf"({paths})[.:]?(?:%.*|\{{.*)?", re.DOTALL)
    continued = re.compile(rf"(?<![\w./:-])({paths})(?:[.:][\w.]*)?{_FIELD}")
    return whole, continued


# importlib.import_module("pkg.old").A


def _import_module_calls(draft: Draft) -> Iterator[ast.Constant]:
    """Handle `import_module` with a literal; yield the literals dealt with."""
    if "import_module" not in draft.source.text:
        return
    around = {
        child: parent
        for parent in ast.walk(draft.tree)
        for child in ast.iter_child_nodes(parent)
    }
    for node in list(around):
        if isinstance(node, ast.Call) and _is_import_module(node.func) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                parent = around[node]
                attribute = parent if isinstance(parent, ast.Attribute) else None
                if _propose_call(draft, node, first, attribute):
                    yield first


def _is_import_module(func: ast.expr) -> bool:
    if isinstance(func, ast.Attribute):
        return func.attr == "import_module"
    return isinstance(func, ast.Name) and func.id == "import_module"


def _propose_call(
    draft: Draft, call: ast.Call, first: ast.Constant, around: ast.Attribute | None
) -> bool:
    module = _absolute(call, str(first.value))
    if module is None or not draft.names.lost(module):
        return False
    hit = draft.names.resolve(f"{module}.{around.attr}") if around else None
    if around is not None and hit is None:
        return True
    if isinstance(hit, Removed):
        _report_removed(draft, first, hit)
        return True
    segment = draft.source.segment(first)
    written_once = segment.count(module) == 1 and not draft.options.compat
    if around is None or not isinstance(hit, Moved) or not written_once:
        lost = ", ".join(sorted({n.symbol for n in draft.names.lost(module)}))
        draft.report(
            DYNAMIC_NAME,
            first,
            f"`import_module` loads `{module}`, which lost {lost}",
            "look at what is read from it, and load the new module if it moved",
        )
        return True
    start = draft.source.start(first) + segment.index(module)
    draft.replace(start, start + len(module), hit.new.module)
    if hit.new.symbol != around.attr:
        end = draft.source.end(around)
        draft.replace(end - len(around.attr), end, hit.new.symbol)
    return True


def _absolute(call: ast.Call, name: str) -> str | None:
    """The absolute module of an `import_module` call, None if it is computed."""
    level = len(name) - len(name.lstrip("."))
    if not level:
        return name
    package = call.args[1] if len(call.args) > 1 else None
    package = package or next(
        (k.value for k in call.keywords if k.arg == "package"), None
    )
    if not isinstance(package, ast.Constant) or not isinstance(package.value, str):
        return None
    parts = package.value.split(".")
    return ".".join([*parts[: len(parts) - level + 1], name[level:]])
