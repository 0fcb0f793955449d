"""Walk a tree for its imports, and keep account of what stands around each."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from verify.importing.statements import Form, Kind, Statement, spans_one

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CALLS = frozenset({"import_module", "__import__"})
_CATCHES_IMPORT_ERRORS = frozenset(
    {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
)
_LONGEST_GUARD = 80


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a statement."""

    function: str = ""
    owner: str = ""
    guards: tuple[str, ...] = ()
    guarded: bool = False
    never: bool = False
    caught: bool = False


class Reader:
    """Collects the imports of blocks into `found`, in the order of the text."""

    def __init__(self, lines: list[int] | None, *, calls: bool) -> None:
        self.found: list[Statement] = []
        self._lines = lines
        self._calls = calls
        self._around = Around()

    def block(self, statements: Iterable[ast.stmt]) -> None:
        lines = self._lines
        for node in statements:
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif spans_one(lines, _first_line(node), node.end_lineno or node.lineno):
                self._other(node)

    # Statements that import

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            names = ((alias.name, alias.asname),)
            self._add(node, Form.IMPORT, 0, alias.name, names)

    def _import_from(self, node: ast.ImportFrom) -> None:
        names = tuple((alias.name, alias.asname) for alias in node.names)
        self._add(node, Form.FROM, node.level, node.module or "", names)

    def _add(
        self,
        node: ast.stmt | ast.expr,
        form: Form,
        level: int,
        module: str,
        names: tuple[tuple[str, str | None], ...] = (),
    ) -> None:
        around = self._around
        found = Statement(
            _kind(around, form),
            form,
            node.lineno,
            node.col_offset + 1,
            node.end_lineno or node.lineno,
            level,
            module,
            names,
            around.function,
            around.owner,
            around.guards,
            around.caught,
        )
        self.found.append(found)

    # Statements around them

    def _other(self, node: ast.stmt) -> None:
        if isinstance(node, _DEFINITIONS):
            self._definition(node)
        elif isinstance(node, ast.If):
            self._if(node)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            self._try(node)  # type: ignore[arg-type]
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            self._with(node)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self._loop(node)
        elif isinstance(node, ast.Match):
            self._match(node)
        elif self._calls:
            self._expressions([node])

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) -> None:
        outer = self._around
        inside = outer.owner or outer.function
        inside = outer.function if len(outer.function) > len(inside) else inside
        name = f"{inside}.{node.name}" if inside else node.name
        if isinstance(node, ast.ClassDef):
            self._expressions([*node.decorator_list, *node.bases, *node.keywords])
            within = replace(outer, owner=name)
        else:
            self._expressions([*node.decorator_list, node.args])
            within = replace(outer, function=name, caught=False)
        with self._within(within):
            self.block(node.body)

    def _if(self, node: ast.If) -> None:
        text = ""
        branch: ast.stmt | None = node
        while isinstance(branch, ast.If):  # `elif` by `elif`, however many
            self._expressions([branch.test])
            now = _outcome(branch.test)
            guard = f"if {_text(branch.test)}"
            self._branch(branch.body, (text, guard), now)
            text = f"{text}, else of {guard}" if text else f"else of {guard}"
            text = text[-_LONGEST_GUARD:]
            rest = branch.orelse
            is_elif = now is None and len(rest) == 1 and isinstance(rest[0], ast.If)
            if not is_elif:
                self._branch(rest, (text,), None if now is None else not now)
                return
            branch = rest[0]

    def _branch(
        self, block: list[ast.stmt], guards: tuple[str, ...], runs: bool | None
    ) -> None:
        """Read a branch that runs always, never, or nobody knows."""
        around = self._around
        texts = tuple(filter(None, guards))
        with self._within(
            replace(
                around,
                guards=around.guards if runs else (*around.guards, *texts),
                guarded=around.guarded or runs is None,
                never=around.never or runs is False,
            )
        ):
            self.block(block)

    def _try(self, node: ast.Try) -> None:
        around = self._around
        if not node.handlers:
            self.block([*node.body, *node.finalbody])
            return
        caught = any(map(_catches_import_errors, node.handlers))
        kinds = ", ".join(_handled(handler) for handler in node.handlers)
        guarded = replace(around, guarded=True)
        body = replace(
            guarded,
            guards=(*around.guards, f"try: ... except {kinds}"),
            caught=around.caught or caught,
        )
        with self._within(body):
            self.block(node.body)
        for handler in node.handlers:
            text = f"except {_handled(handler)}"
            with self._within(replace(guarded, guards=(*around.guards, text))):
                self.block(handler.body)
        text = f"else of try: ... except {kinds}"
        with self._within(replace(guarded, guards=(*around.guards, text))):
            self.block(node.orelse)
        self.block(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        self._expressions(item.context_expr for item in node.items)
        around = self._around
        for item in node.items:
            suppressed = _suppressed(item.context_expr)
            if suppressed is not None:
                around = replace(
                    around,
                    guards=(*around.guards, f"with {_text(item.context_expr)}"),
                    guarded=True,
                    caught=around.caught or suppressed,
                )
        with self._within(around):
            self.block(node.body)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if isinstance(node, ast.While):
            head, text = node.test, f"while {_text(node.test)}"
        else:
            head = node.iter
            text = f"for {_text(node.target)} in {_text(node.iter)}"
        self._expressions([head])
        self._branch(node.body, (text,), None)
        self._branch(node.orelse, (f"else of {text}",), None)

    def _match(self, node: ast.Match) -> None:
        self._expressions([node.subject])
        for case in node.cases:
            text = f"match {_text(node.subject)}: case {_text(case.pattern)}"
            self._branch(case.body, (text,), None)

    @contextmanager
    def _within(self, around: Around) -> Iterator[None]:
        before, self._around = self._around, around
        yield
        self._around = before

    # Calls that import

    def _expressions(self, nodes: Iterable[ast.AST]) -> None:
        if not self._calls:
            return
        for node in nodes:
            if isinstance(node, ast.Call):
                self._call(node)
            if isinstance(node, ast.Lambda):
                function = f"{self._around.function}.<lambda>".lstrip(".")
                with self._within(replace(self._around, function=function)):
                    self._expressions([node.body])
                self._expressions([node.args])
            else:
                self._expressions(ast.iter_child_nodes(node))

    def _call(self, node: ast.Call) -> None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else ""
        name = function.id if isinstance(function, ast.Name) else name
        if name not in _CALLS:
            return
        arguments = dict(zip(_PARAMETERS[name], node.args, strict=False))
        arguments |= {k.arg: k.value for k in node.keywords if k.arg}
        module = _literal(arguments.get("name"))
        if not isinstance(module, str) or not module:
            self._add(node, Form.COMPUTED, 0, "")
        elif name == "__import__":
            level = _literal(arguments.get("level"))
            listed = _literal(arguments.get("fromlist"))
            listed = listed if isinstance(listed, (list, tuple)) else ()
            names = tuple((each, None) for each in listed if isinstance(each, str))
            self._add(
                node, Form.CALL, level if isinstance(level, int) else 0, module, names
            )
        else:
            self._import_module(node, module, arguments.get("package"))

    def _import_module(
        self, node: ast.Call, module: str, package: ast.expr | None
    ) -> None:
        name = module.lstrip(".")
        level = len(module) - len(name)
        if not level:
            self._add(node, Form.CALL, 0, name)
            return
        anchor = _literal(package)
        if isinstance(anchor, str):
            parts = anchor.split(".")
            kept = parts[: len(parts) - level + 1]
            self._add(node, Form.CALL, 0, ".".join([*kept, name]).strip("."))
        elif isinstance(package, ast.Name) and package.id in _OWN_PACKAGE:
            self._add(node, Form.CALL, level, name)
        else:
            self._add(node, Form.COMPUTED, 0, "")


_PARAMETERS = {
    "import_module": ("name", "package"),
    "__import__": ("name", "globals", "locals", "fromlist", "level"),
}
_OWN_PACKAGE = frozenset({"__package__", "__name__"})


def _kind(around: Around, form: Form) -> Kind:
    if around.never:
        return Kind.TYPE_CHECKING
    if form in (Form.CALL, Form.COMPUTED):
        return Kind.DYNAMIC
    if around.function:
        return Kind.LAZY
    return Kind.GUARDED if around.guarded else Kind.EAGER


def _outcome(test: ast.expr) -> bool | None:
    """Whether a condition holds at run time, None where it depends.

    `TYPE_CHECKING` never does, whatever module it was taken from.
    """
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, (ast.Name, ast.Attribute)):
        name = test.id if isinstance(test, ast.Name) else test.attr
        return False if name == "TYPE_CHECKING" else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _outcome(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        decisive = isinstance(test.op, ast.Or)
        parts = [_outcome(part) for part in test.values]
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    return None


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type
    if kinds is None:
        return True
    each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    names = (n.id if isinstance(n, ast.Name) else getattr(n, "attr", "") for n in each)
    return any(name in _CATCHES_IMPORT_ERRORS for name in names)


def _handled(handler: ast.ExceptHandler) -> str:
    return _text(handler.type) if handler.type is not None else "anything"


def _suppressed(context: ast.expr) -> bool | None:
    """Whether `with suppress(...)` swallows import errors; None for another one."""
    if not isinstance(context, ast.Call):
        return None
    function = context.func
    name = function.attr if isinstance(function, ast.Attribute) else ""
    name = function.id if isinstance(function, ast.Name) else name
    if name != "suppress":
        return None
    names = (getattr(n, "id", getattr(n, "attr", "")) for n in context.args)
    return any(each in _CATCHES_IMPORT_ERRORS for each in names)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST_GUARD else f"{text[: _LONGEST_GUARD - 3]}..."


def _literal(node: ast.expr | None) -> object:
    if node is None:
        return None
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value


def _first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators counted in."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])
