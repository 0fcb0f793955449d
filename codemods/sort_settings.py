"""Which import order a project asks for: isort's settings, ruff's, or none."""

from __future__ import annotations

import configparser
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from isort import Config

_DEFAULT_WIDTH = 88
_MOST_BYTES = 1 << 20
# Settings of ruff that isort has under the same name, dashes for underscores.
_SAME_NAME = (
    "known-first-party",
    "known-third-party",
    "known-local-folder",
    "extra-standard-library",
    "force-single-line",
    "force-sort-within-sections",
    "force-to-top",
    "order-by-type",
    "case-sensitive",
    "combine-as-imports",
    "no-lines-before",
    "lines-between-types",
    "length-sort",
    "classes",
    "constants",
    "variables",
    "from-first",
)
_SECTIONS = {
    "future": "FUTURE",
    "standard-library": "STDLIB",
    "third-party": "THIRDPARTY",
    "first-party": "FIRSTPARTY",
    "local-folder": "LOCALFOLDER",
}


@dataclass(frozen=True)
class SortSettings:
    """Arguments for isort's `Config`, and the file that it reads besides."""

    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    # Where else first-party modules may lie, besides the folder and its `src`.
    roots: tuple[Path, ...] = ()

    def config(self, indent: int) -> Config | None:
        """isort's settings for a block that is indented so far, None if broken."""
        import warnings

        from isort import Config
        from isort.exceptions import ISortError

        roots = (self.folder, self.folder / "src", *self.roots)
        options = {"src_paths": roots, **self.options}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if self.file is not None:
                    base = Config(settings_file=str(self.file))
                else:
                    base = Config(settings_path=str(self.folder), **options)
                return Config(
                    config=base,
                    line_length=max(base.line_length - indent, 1),
                    lines_after_imports=1,
                    add_imports=frozenset(),
                    # isort would run git, whose settings may name programs.
                    skip_gitignore=False,
                    quiet=True,
                )
        except (ISortError, ValueError, TypeError, OSError, KeyError):
            return None


def settings_above(folder: Path) -> tuple[SortSettings, ...]:
    """The settings that hold in a folder, the likeliest first.

    The nearest file with settings decides; without one, isort's profile for
    black, at the project's line length, and then isort's own default.
    """
    width = _DEFAULT_WIDTH
    folder = Path(folder).absolute()
    for above in (folder, *folder.parents):
        found = _isort_settings(above) or _ruff_settings(above)
        if found is not None:
            return (found,)
        width = _black_width(above) or width
        if (above / ".git").exists():
            break
    black = {"profile": "black", "line_length": width}
    # Without settings nobody says what is first-party: what lies beside or above.
    roots = tuple(folder.parents)[:-1]
    return (SortSettings(folder, black, roots=roots), SortSettings(folder, roots=roots))


def _isort_settings(folder: Path) -> SortSettings | None:
    for name in (".isort.cfg", "pyproject.toml", "setup.cfg", "tox.ini"):
        path = folder / name
        if not _is_small_file(path):
            continue
        has_settings = (
            "isort" in _toml(path).get("tool", {})
            if path.suffix == ".toml"
            else _has_ini_section(path)
        )
        if has_settings:
            return SortSettings(folder, file=path)
    return None


def _has_ini_section(path: Path) -> bool:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(path.read_text("utf-8"))
    except (configparser.Error, OSError, UnicodeDecodeError):
        return False
    names = {"isort", "tool:isort"}
    if path.name == ".isort.cfg":
        names.add("settings")
    return bool(names & set(parser.sections()))


def _ruff_settings(folder: Path) -> SortSettings | None:
    for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
        path = folder / name
        if not _is_small_file(path):
            continue
        table = _ruff_table(path, set())
        if table and _sorts_imports(table):
            return SortSettings(folder, _from_ruff(table))
    return None


def _ruff_table(path: Path, seen: set[Path]) -> dict[str, Any]:
    """Ruff's settings in a file, those that it extends beneath its own."""
    content = _toml(path)
    table = (
        content.get("tool", {}).get("ruff", {})
        if path.name == "pyproject.toml"
        else content
    )
    if not isinstance(table, dict):
        return {}
    base = table.get("extend")
    if isinstance(base, str) and path not in seen:
        other = (path.parent / base).absolute()
        if _is_small_file(other):
            return _merged(_ruff_table(other, {*seen, path}), table)
    return table


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _tables(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The table and its `lint`: ruff takes linter settings from both."""
    yield table
    if isinstance(table.get("lint"), dict):
        yield table["lint"]


def _sorts_imports(table: dict[str, Any]) -> bool:
    for part in _tables(table):
        if "isort" in part:
            return True
        for key in ("select", "extend-select"):
            chosen = part.get(key, [])
            if isinstance(chosen, list) and {"I", "I001", "ALL"} & set(
                map(str, chosen)
            ):
                return True
    return False


def _from_ruff(table: dict[str, Any]) -> dict[str, Any]:
    """isort's settings that give the order of ruff's."""
    options: dict[str, Any] = {
        "profile": "black",
        "line_length": _width_of(table) or _DEFAULT_WIDTH,
        # Ruff sorts by the member's case class first, as isort does by default.
        "force_sort_within_sections": False,
        "combine_as_imports": False,
    }
    isort: dict[str, Any] = {}
    for part in _tables(table):
        if isinstance(part.get("isort"), dict):
            isort.update(part["isort"])
    for name in _SAME_NAME:
        if name in isort:
            options[name.replace("-", "_")] = _plain(isort[name])
    if isort.get("split-on-trailing-comma") is False:
        options["split_on_trailing_comma"] = False
    if "single-line-exclusions" in isort:
        options["single_line_exclusions"] = _plain(isort["single-line-exclusions"])
    if isort.get("relative-imports-order") == "closest-to-furthest":
        options["reverse_relative"] = True
    _add_sections(options, isort)
    return options


def _add_sections(options: dict[str, Any], isort: dict[str, Any]) -> None:
    own = isort.get("sections", {})
    for name, modules in own.items() if isinstance(own, dict) else ():
        options[f"known_{name.replace('-', '_').lower()}"] = _plain(modules)
    order = isort.get("section-order")
    if isinstance(order, list):
        names = [_SECTIONS.get(str(n), str(n).replace("-", "_").upper()) for n in order]
        options["sections"] = tuple(names)
    if "no_lines_before" in options:
        options["no_lines_before"] = tuple(
            _SECTIONS.get(name, name.upper()) for name in options["no_lines_before"]
        )


def _plain(value: Any) -> Any:
    return tuple(map(str, value)) if isinstance(value, list) else value


def _width_of(table: dict[str, Any]) -> int | None:
    width = table.get("line-length")
    return width if isinstance(width, int) and 1 <= width <= 320 else None


def _black_width(folder: Path) -> int | None:
    path = folder / "pyproject.toml"
    if not _is_small_file(path):
        return None
    tools = _toml(path).get("tool", {})
    for name in ("black", "ruff"):
        table = tools.get(name, {}) if isinstance(tools, dict) else {}
        width = _width_of(table) if isinstance(table, dict) else None
        if width:
            return width
    return None


def _is_small_file(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False


def _toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file; a broken one counts as empty."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}
