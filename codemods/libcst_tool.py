"""The codemods as commands of LibCST's own tool, one class for each.

    python -m libcst.tool codemod libcst_tool.FromImports --migration sglang src/

needs `modules: ['codemods']` in `.libcst.codemod.yaml`. The tool gives no paths
of modules to orient relative imports by; `rehome apply` does, and is faster.
"""

from __future__ import annotations

import argparse
from typing import ClassVar

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from codemods.catalogue import find
from codemods.commands import codemods
from codemods.home import ModuleHome
from codemods.namemap import NameMap
from codemods.rewrite import Options, rewrite


class RehomeCommand(CodemodCommand):
    """Rewrite the call sites of what a migration moved, by one codemod."""

    DESCRIPTION = "Rewrite the call sites of names that moved."
    codemod: ClassVar[str]

    @staticmethod
    def add_args(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--migration",
            required=True,
            help="the id of a migration, a package, or a TOML file",
        )
        parser.add_argument(
            "--text",
            action="store_true",
            help="follow comments, and code in strings, as well",
        )

    def __init__(
        self, context: CodemodContext, migration: str, text: bool = False
    ) -> None:
        super().__init__(context)
        self.text = text
        self.names = NameMap.compose(find(migration))

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        name = self.context.full_module_name
        result = rewrite(
            tree.bytes,
            self.names,
            path=self.context.filename or "<source>",
            home=ModuleHome(name) if name else None,
            options=Options(only=frozenset({self.codemod}), text=self.text),
        )
        for finding in result.findings:
            self.warn(f"line {finding.place.line}: {finding.message}: {finding.fix}")
        return cst.parse_module(result.new) if result.changed else tree


def _command(name: str) -> type[RehomeCommand]:
    class_name = "".join(part.capitalize() for part in name.split("_"))
    return type(class_name, (RehomeCommand,), {"codemod": name})


globals().update({c.__name__: c for c in map(_command, codemods())})
