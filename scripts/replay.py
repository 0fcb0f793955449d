"""Print how `rehome apply` fares against a refactor as it was merged.

Exit status: 0 when every call-site file is byte-identical to the merge, 1 when
one is not, 2 when the clone cannot be replayed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from codemods.catalogue import find
from verify.replay import Replayed, ReplayError, replay

# Migration and the commit that merged it.
MERGED = {"sglang-26676": "1af53f67b24aeb8e8e39e9326304c452a76c35e7"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clone", type=Path, help="a clone of SGLang, whole history")
    clone = parser.parse_args().clone
    identical = True
    for migration, commit in MERGED.items():
        try:
            files = replay(clone, commit, find(migration)[0])
        except ReplayError as error:
            print(f"replay: {error}", file=sys.stderr)
            return 2
        show(migration, commit, files)
        identical &= all(file.outcome == "identical" for file in files)
    return 0 if identical else 1


def show(migration: str, commit: str, files: list[Replayed]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"{migration} at the parent of {commit[:9]}")
    for column in ("call-site file", "outcome", "first line that differs"):
        table.add_column(column, overflow="fold")
    for file in files:
        table.add_row(escape(file.path), file.outcome, escape(file.first_difference))
    # A pipe has no width of its own to keep to.
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    count = Counter(file.outcome for file in files)
    sites = sum(file.is_call_site for file in files)
    rewritten = sum(file.is_call_site and file.rewritten for file in files)
    console.print(
        f"{rewritten} of {sites} call-site files rewritten, {count['missed']} missed,"
        f" {count['wrongly touched']} wrongly touched;"
        f" {count['identical']} byte-identical to the merged PR"
    )


if __name__ == "__main__":
    sys.exit(main())
