"""The text of import statements: LibCST takes them apart and puts them together.

Everything here works on one statement at a time, dedented and without its line
end, so that comments, parentheses and spacing survive and no other line of the
file is ever touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from codemods.draft import Entry
from codemods.home import ModuleHome

# Comments that tools read: after a split they hold for both parts.
PRAGMA = re.compile(
    r"#\s*(noqa|type:\s*ignore|pyright:|pylint:|isort:\s*skip|mypy:|ruff:|pragma:|nosec)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """One import statement as LibCST sees it."""

    line: cst.SimpleStatementLine
    node: cst.Import | cst.ImportFrom

    @classmethod
    def parse(cls, text: str) -> Statement:
        line = cst.parse_statement(text)
        if not isinstance(line, cst.SimpleStatementLine):
            raise ValueError("not a simple statement")
        (node,) = line.body
        if not isinstance(node, (cst.Import, cst.ImportFrom)):
            raise ValueError("not an import statement")
        return cls(line, node)

    @property
    def aliases(self) -> list[cst.ImportAlias]:
        names = self.node.names
        return [] if isinstance(names, cst.ImportStar) else list(names)

    @property
    def code(self) -> str:
        line = self.line.with_changes(body=[self.node])
        return cst.Module([line]).code.removesuffix("\n")

    @property
    def trailing_comment(self) -> str:
        comment = self.line.trailing_whitespace.comment
        return comment.value if comment else ""

    @property
    def has_inner_comments(self) -> bool:
        return "#" in cst.Module([]).code_for_node(self.node)

    @property
    def spans_lines(self) -> bool:
        return "\n" in cst.Module([]).code_for_node(self.node)

    def with_opening_comment_last(self) -> Statement:
        """The same, with a comment beside `(` moved to the end of the statement."""
        lpar = self.node.lpar if isinstance(self.node, cst.ImportFrom) else None
        comment = _comment_in(lpar.whitespace_after) if lpar else ""
        if lpar is None or not comment or self.trailing_comment:
            return self
        opened = lpar.with_changes(whitespace_after=_bare(lpar.whitespace_after))
        ending = cst.TrailingWhitespace(
            whitespace=cst.SimpleWhitespace("  "), comment=cst.Comment(comment)
        )
        line = self.line.with_changes(trailing_whitespace=ending)
        return Statement(line, self.node.with_changes(lpar=opened))

    def with_node(self, node: cst.Import | cst.ImportFrom) -> Statement:
        return Statement(self.line, node)

    def from_module(self, module: str) -> Statement:
        """The same from-import, of another module (leading dots included)."""
        assert isinstance(self.node, cst.ImportFrom)
        name = module.lstrip(".")
        dots = [cst.Dot() for _ in range(len(module) - len(name))]
        after_from = self.node.whitespace_after_from
        # `from.old import A` is legal, `frompkg.new import A` is not.
        if not dots and after_from.empty:
            after_from = cst.SimpleWhitespace(" ")
        before_import = self.node.whitespace_before_import
        if name and before_import.empty:
            before_import = cst.SimpleWhitespace(" ")
        return self.with_node(
            self.node.with_changes(
                module=_dotted(name) if name else None,
                relative=dots,
                whitespace_after_from=after_from,
                whitespace_before_import=before_import,
            )
        )

    def with_alias(self, index: int, module: str, asname: str | None) -> Statement:
        """The same `import`, with another module (and alias) at `index`."""
        aliases = self.aliases
        alias = aliases[index]
        old_asname = alias.asname.name.value if alias.asname else None  # type: ignore[union-attr]
        new = alias.with_changes(name=_dotted(module))
        if asname != old_asname:
            new = new.with_changes(
                asname=cst.AsName(cst.Name(asname)) if asname else None
            )
        aliases[index] = new
        return self.with_node(self.node.with_changes(names=aliases))

    def with_name(self, name: str, asname: str | None) -> Statement:
        """The same from-import, with one more name at its end.

        Raises `ValueError` where a comment stands in the way.
        """
        if self.has_inner_comments or isinstance(self.node, cst.Import):
            raise ValueError("a comment stands where the new name would go")
        *others, last = self.aliases
        one = cst.ImportAlias(
            cst.Name(name),
            asname=cst.AsName(cst.Name(asname)) if asname else None,
        )
        between: Whitespace = cst.SimpleWhitespace(" ")
        opening = self.node.lpar.whitespace_after if self.node.lpar else between
        if isinstance(opening, cst.ParenthesizedWhitespace):
            between = opening
        comma = cst.Comma(whitespace_after=between)
        names = [*others, last.with_changes(comma=comma)]
        one = one.with_changes(comma=last.comma)
        return self.with_node(self.node.with_changes(names=[*names, one]))

    def without(self, gone: set[int]) -> Statement:
        """The same statement less the aliases at those positions."""
        aliases = self.aliases
        kept = [alias for i, alias in enumerate(aliases) if i not in gone]
        last, closing = kept[-1], aliases[-1].comma
        node = self.node
        if len(aliases) - 1 in gone:
            if isinstance(closing, cst.Comma):
                space = _with_comment(closing.whitespace_after, _comment_of(last))
                kept[-1] = last.with_changes(
                    comma=closing.with_changes(whitespace_after=space)
                )
            elif _comment_of(last) and isinstance(node, cst.ImportFrom) and node.rpar:
                space = _with_comment(node.rpar.whitespace_before, _comment_of(last))
                kept[-1] = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
                rpar = node.rpar.with_changes(whitespace_before=space)
                node = node.with_changes(rpar=rpar)
            else:
                kept[-1] = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        shorter = self.with_node(node.with_changes(names=kept))
        # Parentheses around what is one name on one line now say nothing.
        if len(kept) == 1 and not shorter.spans_lines:
            return shorter.collapsed()
        return shorter

    def collapsed(self) -> Statement:
        """The same statement on one line, without parentheses."""
        aliases = [
            alias.with_changes(
                comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            )
            for alias in self.aliases
        ]
        aliases[-1] = aliases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        node = self.node.with_changes(names=aliases)
        if isinstance(node, cst.ImportFrom):
            node = node.with_changes(
                lpar=None,
                rpar=None,
                whitespace_after_import=cst.SimpleWhitespace(" "),
            )
        return self.with_node(node)

    def fitted(self, width: int) -> Statement:
        """On one line when only its length had kept it on several."""
        if not self.spans_lines or self.has_inner_comments or not self.aliases:
            return self
        collapsed = self.collapsed()
        return collapsed if len(collapsed.code) <= width else self

    def comment_beside(self, index: int) -> str:
        """The comment at the end of an alias' line inside the parentheses."""
        if not self.aliases:
            return ""
        alias = self.aliases[index]
        comment = _comment_of(alias)
        if comment or index < len(self.aliases) - 1:
            return comment
        rpar = getattr(self.node, "rpar", None)
        return _comment_in(rpar.whitespace_before) if rpar else ""

    def comments_above(self, index: int) -> list[str]:
        """The comments on lines of their own above an alias in parentheses."""
        if not self.aliases or not isinstance(self.node, cst.ImportFrom):
            return []
        before: object = self.node.lpar
        if index:
            before = self.aliases[index - 1].comma
        space = getattr(before, "whitespace_after", None)
        lines = getattr(space, "empty_lines", ())
        return [line.comment.value for line in lines if line.comment]


def render(
    entries: list[Entry], home: ModuleHome | None, comment: str, width: int
) -> str:
    """The text of a new import statement, wrapped when it is too long.

    The entries are names of one module, or one entry without a name.
    """
    tail = f"  {comment}" if comment else ""
    first = entries[0]
    names = [
        (entry.name or entry.module) + (f" as {entry.asname}" if entry.asname else "")
        for entry in entries
    ]
    if first.name is None:
        return f"import {names[0]}{tail}"
    head = f"from {module_text(first, home)} import "
    if first.name == "*" or len(head + ", ".join(names)) <= width:
        return f"{head}{', '.join(names)}{tail}"
    inner = "".join(f"    {name},\n" for name in names)
    return f"{head}({tail}\n{inner})"


def module_text(entry: Entry, home: ModuleHome | None) -> str:
    """The module as the statement names it: with leading dots where asked for."""
    if not entry.relative or home is None:
        return entry.module
    own = home.package.split(".")
    parts = entry.module.split(".")
    common = 0
    while common < min(len(own), len(parts)) and own[common] == parts[common]:
        common += 1
    if common == 0:
        return entry.module
    return "." * (len(own) - common + 1) + ".".join(parts[common:])


def _dotted(name: str) -> cst.Name | cst.Attribute:
    first, *others = name.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for other in others:
        node = cst.Attribute(node, cst.Name(other))
    return node


Whitespace = cst.BaseParenthesizableWhitespace


def _comment_in(space: Whitespace) -> str:
    if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment:
        return space.first_line.comment.value
    return ""


def _comment_of(alias: cst.ImportAlias) -> str:
    if isinstance(alias.comma, cst.Comma):
        return _comment_in(alias.comma.whitespace_after)
    return ""


def _with_comment(space: Whitespace, comment: str) -> Whitespace:
    """The same white space with `comment` in place of the one that it had."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    line = space.first_line.with_changes(
        comment=cst.Comment(comment) if comment else None,
        whitespace=cst.SimpleWhitespace("  " if comment else ""),
    )
    return space.with_changes(first_line=line)


def _bare(space: Whitespace) -> Whitespace:
    return _with_comment(space, "")
