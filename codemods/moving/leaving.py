"""The source after a move: less what moved, with an import of it where it is used."""

from __future__ import annotations

from codemods.draft import Entry
from codemods.moving.dying import dying
from codemods.moving.editing import with_needs, without
from codemods.moving.exporting import without_exports
from codemods.moving.following import Following
from codemods.moving.needing import Need
from codemods.moving.request import Request

_LAZY = """

def __getattr__(name: str) -> object:
    moved = {moved}
    if name not in moved:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    from importlib import import_module
{warning}
    return getattr(import_module(moved[name]), name)
"""
_WARNING = """    from warnings import warn

    text = f"{{__name__}}.{{name}} is deprecated since {version}: import it from"
    warn(f"{{text}} {{moved[name]}}", DeprecationWarning, stacklevel=2)
"""


def left_of(request: Request, following: Following) -> str:
    """The new text of the source; raises ValueError where it cannot be written."""
    source = request.source
    aliases, branches = dying(request, following)
    gone = {*following.gone, *branches}
    names = set(request.moves) - request.kept
    more = list(without_exports(source, names)) if names else []
    text = without(source, gone, aliases, request.sorter, more)
    text = with_needs(text, _back(request, following), source.home, request.sorter)
    if is_by_getattr(request):
        text = text.rstrip("\r\n") + "\n" if text.strip() else ""
        newline = source.source.newline_at(0)
        text += _lazy(request).replace("\n", newline)
    return text


def used_back(request: Request, following: Following) -> set[str]:
    """The names that moved and that the source still uses."""
    source = request.source
    return {
        name
        for name in request.moves
        if any(piece not in following.gone for piece in source.users.get(name, ()))
    }


def is_by_getattr(request: Request) -> bool:
    """Whether the source gives what it keeps through its `__getattr__`."""
    if request.is_bare:
        return False
    return bool(request.kept) and (bool(request.deprecated_in) or request.is_lazy)


def _back(request: Request, following: Following) -> list[Need]:
    relative = request.source.prefers_relative
    used = used_back(request, following)
    found = [
        Need(Entry(request.moves[name], name, relative=relative))
        for name in request.moves
        if name in used
    ]
    if not request.is_bare and not is_by_getattr(request):
        found += [
            Need(
                Entry(request.moves[name], name, relative=relative),
                comment="# noqa: F401",
            )
            for name in request.moves
            if name in request.kept - used
        ]
    return found


def _lazy(request: Request) -> str:
    moves = ((n, home) for n, home in request.moves.items() if n in request.kept)
    lines = (f'        "{name}": "{home}",\n' for name, home in moves)
    moved = "{\n" + "".join(lines) + "    }"
    version = request.deprecated_in
    warning = _WARNING.format(version=version) if version else ""
    return _LAZY.format(moved=moved, warning=warning)
