"""The tables and keys of a plan: which definitions go to which file."""

from __future__ import annotations

from codemods.schema import Entry


class File(Entry, frozen=True, rename={"module_text": "module"}):
    """A file, and what goes there.

    `module` is a plain name for a file of the package that the split module becomes,
    a dotted path for a module anywhere else. `header` are the comments that a new
    file begins with, None for those of the source.
    """

    module_text: str
    symbols: tuple[str, ...]
    docstring: str = ""
    header: str | None = None


TABLES: dict[str, type[Entry]] = {"file": File}


class Declared(Entry, frozen=True, rename={"files": "file"}):
    """What a plan says.

    `reexport` are the names that stay importable from the split module, None for
    those that the default keeps; `lazy` makes a module `__getattr__` of them.
    `docstring` and `header` are the source's own where they are None.
    """

    module: str = ""
    files: tuple[File, ...] = ()
    docstring: str | None = None
    header: str | None = None
    reexport: tuple[str, ...] | None = None
    lazy: bool = False
