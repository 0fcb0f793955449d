"""The import statements of one file: bytes in, small values out.

Nothing here depends on where the file lies, so that the answer can be kept under
the object id of its content.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from enum import Enum

import msgspec

# Larger files are tables that a program wrote; parsing one takes a minute.
MAX_BYTES = 4 << 20
# Raise it when what is read off a file changes: answers of older versions count
# no more.
SCHEMA = 2
# So many names of a statement are shown where it is named in passing.
_FEW = 2

_WORD = re.compile(rb"import")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
# Encodings that write `import` as ASCII does.
_PLAIN = frozenset({b"utf-8", b"utf8", b"ascii", b"us-ascii", b"latin-1", b"utf-8-sig"})


class Kind(str, Enum):
    """When an import runs; the values are words for people."""

    EAGER = "eager"  # whenever the module is imported
    GUARDED = "guarded"  # then, under a condition or where its failure is caught
    TYPE_CHECKING = "type-checking"  # never
    LAZY = "lazy"  # when a function is called
    DYNAMIC = "dynamic"  # by a call with a literal, as `import_module("a.b")`
    IMPLICIT = "implicit"  # as the package of what is imported


class Form(str, Enum):
    """How an import is written."""

    IMPORT = "import"
    FROM = "from"
    CALL = "call"
    COMPUTED = "computed"  # a call whose module only a run can tell


class Statement(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One import of one module; `import a, b` makes two.

    `names` are what is taken out of the module, each with the name it is given
    here; for the form `import` the module itself. `function` and `owner` are the
    qualified names of the function and of the class that it stands in, empty at the
    top. `guards` are the conditions around it, outermost first; `caught` says that
    an ImportError here is swallowed in the same file.
    """

    kind: Kind
    form: Form
    line: int
    column: int
    end_line: int
    level: int
    module: str
    names: tuple[tuple[str, str | None], ...] = ()
    function: str = ""
    owner: str = ""
    guards: tuple[str, ...] = ()
    caught: bool = False

    @property
    def runs_at_import(self) -> bool:
        """Whether it runs, or may run, while its module is imported."""
        if self.kind is Kind.DYNAMIC:
            return not self.function
        return self.kind in (Kind.EAGER, Kind.GUARDED)

    @property
    def is_dotted(self) -> bool:
        """Whether it binds a top package, to be asked for the rest: `import a.b`."""
        return self.form is Form.IMPORT and any(
            "." in name and alias is None for name, alias in self.names
        )

    @property
    def text(self) -> str:
        """The statement as one line, written anew."""
        return self._written(len(self.names))

    @property
    def brief(self) -> str:
        """The same, with the first few names only."""
        return self._written(_FEW)

    def _written(self, most: int) -> str:
        source = "." * self.level + self.module
        if self.form is Form.FROM:
            names = [*map(_alias, self.names[:most])]
            names += ["..."] if len(self.names) > most else []
            return f"from {source} import {', '.join(names)}"
        if self.form is Form.IMPORT:
            return f"import {', '.join(map(_alias, self.names))}"
        if self.form is Form.CALL:
            return f'import_module("{source}")'
        return "import_module(...)"


def _alias(pair: tuple[str, str | None]) -> str:
    return f"{pair[0]} as {pair[1]}" if pair[1] else pair[0]


class FileImports(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one file imports; `problem` says why nothing of it is known, empty if it
    is, and `problem_line` where.

    `exports` is what a literal `__all__` lists. `bound` is what the file binds at its
    top level; read only where it has a `__getattr__`, which is asked for the rest.
    """

    statements: tuple[Statement, ...] = ()
    problem: str = ""
    problem_line: int = 0
    exports: tuple[str, ...] = ()
    bound: tuple[str, ...] | None = None
    # The last names of what is called while the file is imported.
    called: tuple[str, ...] = ()

    @property
    def asks_getattr(self) -> bool:
        """Whether names that are not bound are asked of a `__getattr__`."""
        return self.bound is not None


def imports_of(source: bytes) -> FileImports:
    """Parse a file; what is wrong with one that does not parse is in the answer."""
    tree = parse(source)
    if isinstance(tree, FileImports):
        return tree
    try:
        return imports_in(tree, source)
    except RecursionError:
        return FileImports(problem="does not parse: nested too deeply")


def parse(source: bytes) -> ast.Module | FileImports:
    """The tree of a file, or the answer for one that does not parse."""
    if len(source) > MAX_BYTES:
        return FileImports(problem=f"is larger than {MAX_BYTES >> 20} MiB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        problem = f"does not parse: {error.msg}"
        return FileImports(problem=problem, problem_line=error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or "nested too deeply"
        return FileImports(problem=f"does not parse: {reason}")


def imports_in(tree: ast.Module, source: bytes) -> FileImports:
    """The same of a tree that is at hand; `source` is the text that it was made of."""
    from verify.importing.calls import called_at_import
    from verify.importing.reading import Reader

    reader = Reader(_lines_with_imports(source), calls=_has_calls(source))
    reader.block(tree.body)
    exports = _exports(tree) if b"__all__" in source else ()
    bound = _bound_beside_getattr(tree) if b"__getattr__" in source else None
    called = tuple(sorted(called_at_import(tree.body)))
    return FileImports(tuple(reader.found), "", 0, exports, bound, called)


def _has_calls(source: bytes) -> bool:
    return b"import_module" in source or b"__import__" in source


def _lines_with_imports(source: bytes) -> list[int] | None:
    """The lines on which `import` is written, sorted; None where that is not known.

    No statement imports but by that word, so what spans none of these lines needs
    no look: that saves most of the work.
    """
    head = source[:400].split(b"\n", 2)[:2]
    cookie = _COOKIE.search(b"\n".join(head))
    if cookie and cookie[1].lower() not in _PLAIN:
        return None
    if b"\r" in source:
        source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: list[int] = []
    line, before = 1, 0
    for match in _WORD.finditer(source):
        line += source.count(b"\n", before, match.start())
        before = match.start()
        if not found or found[-1] != line:
            found.append(line)
    return found


def spans_one(lines: list[int] | None, first: int, last: int) -> bool:
    """Whether one of `lines` lies within a statement's."""
    if lines is None:
        return True
    index = bisect_left(lines, first)
    return index < len(lines) and lines[index] <= last


def _exports(tree: ast.Module) -> tuple[str, ...]:
    """The texts of the literal lists that `__all__` is bound to or grown by."""
    found: list[str] = []
    for node in tree.body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None or not any(map(_is_all, targets)):
            continue
        for part in ast.walk(node.value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.append(part.value)
    return tuple(dict.fromkeys(found))


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _bound_beside_getattr(tree: ast.Module) -> tuple[str, ...] | None:
    """The names that a module with a `__getattr__` binds; None without one."""
    bound = set(_bindings(tree.body))
    return tuple(sorted(bound)) if "__getattr__" in bound else None


def _bindings(block: list[ast.stmt]) -> list[str]:
    found: list[str] = []
    for node in block:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += (a.asname or a.name.partition(".")[0] for a in node.names)
        else:
            found += (
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            )
            for part in ("body", "orelse", "finalbody"):
                found += _bindings(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                found += _bindings(handler.body)
    return found
