"""Replacing a global in a module that moved code no longer reads it from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from codemods.home import ModuleHome
from verify.leftovers.patches import Copied, Patches, copied_names
from verify.movement.engine import examine
from verify.movement.sources import Files
from verify.surface.modules import Modules

FETCH = "def fetch(url):\n    started = now()\n    return url, started, limit(url)\n"
NET = "def now():\n    return 1\n\n\ndef limit(url):\n    return url\n"
BASE = {"pkg/__init__.py": "", "pkg/net.py": f"{NET}\n\n{FETCH}"}
HEAD = {
    "pkg/__init__.py": "",
    "pkg/net.py": NET,
    "pkg/fetching.py": f"from pkg.net import limit, now\n\n\n{FETCH}",
}
NOW = Copied("pkg.net", "now", "pkg.fetching", "fetch")
LIMIT = Copied("pkg.net", "limit", "pkg.fetching", "fetch")


def sources(tree: Mapping[str, str]) -> Files:
    return Files({path: text.encode() for path, text in tree.items()})


def copied(
    base: Mapping[str, str] = BASE, head: Mapping[str, str] = HEAD
) -> list[Copied]:
    old, new = sources(base), sources(head)
    changed = sorted(
        path for path in {*base, *head} if base.get(path) != head.get(path)
    )
    movement = examine(old, new, changed)
    return list(copied_names(movement, Modules(old, new), Modules(new, old)))


def test_what_moved_code_reads_in_both_modules() -> None:
    assert copied() == [LIMIT, NOW]


def test_a_name_that_is_read_through_the_old_module_is_reached() -> None:
    through = FETCH.replace("now()", "net.now()").replace("limit(", "net.limit(")
    head = {**HEAD, "pkg/fetching.py": f"from pkg import net\n\n\n{through}"}
    assert copied(head=head) == []


def test_a_name_that_moved_with_its_reader_is_told_as_an_old_name() -> None:
    kept = "KEPT = 1\n"
    head = {
        "pkg/__init__.py": "",
        "pkg/net.py": kept,
        "pkg/fetching.py": f"{NET}\n\n{FETCH}",
    }
    assert copied({**BASE, "pkg/net.py": f"{kept}\n\n{BASE['pkg/net.py']}"}, head) == []


def test_a_name_that_moved_and_is_still_imported_at_its_old_place() -> None:
    again = "from pkg.fetching import now\n\nprint(now)\n"
    head = {
        "pkg/__init__.py": "",
        "pkg/net.py": again,
        "pkg/fetching.py": f"{NET}\n\n{FETCH}",
    }
    assert copied(head=head) == [NOW]


def test_a_local_of_that_name_is_no_global() -> None:
    local = "def fetch(url, now):\n    limit = now()\n    return limit(url), url, now\n"
    base = {**BASE, "pkg/net.py": f"{NET}\n\n{local}"}
    head = {
        **HEAD,
        "pkg/fetching.py": f"from pkg.net import limit, now\n\n\n{local}",
    }
    assert copied(base, head) == []


def names(text: str, home: ModuleHome | None = None) -> list[tuple[int, str]]:
    patches = Patches([NOW, LIMIT])
    return [(p.line, p.copied.name) for p in patches.found_in(text.encode(), home)]


@pytest.mark.parametrize(
    "line",
    [
        'mock.patch("pkg.net.now")',
        'patch("pkg.net.now", return_value=1)',
        'monkeypatch.setattr("pkg.net.now", f)',
        'mock.patch.object(net, "now")',
        'setattr(net, "now", f)',
        'monkeypatch.delattr(net, "now")',
        "net.now = f",
        "net.now: object = f",
        "del net.now",
        "net.now, other = f, g",
        "with f as net.now: pass",
    ],
)
def test_ways_to_replace(line: str) -> None:
    assert names(f"from pkg import net\n{line}\n") == [(2, "now")]


@pytest.mark.parametrize(
    "line",
    [
        'print("pkg.net.now")',
        'mock.patch("pkg.net.other")',
        'mock.patch("pkg.net.now.cache")',
        'mock.patch("pkg.fetching.now")',
        'mock.patch.object(other, "now")',
        "mock.patch.object(net, name)",
        "net.now == f",
        "net.now.attribute = f",
        "self.now = f",
        "print(net.now)",
    ],
)
def test_what_replaces_nothing_there(line: str) -> None:
    assert names(f"from pkg import net\n{line}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "import pkg.net\npkg.net.now = 1\n",
        "import pkg.net as n\nn.now = 1\n",
        "from pkg import net as n\nn.now = 1\n",
        "from . import net\nnet.now = 1\n",
    ],
)
def test_ways_to_have_the_module(text: str) -> None:
    assert names(text, ModuleHome("pkg.other")) == [(2, "now")]


def test_the_old_module_itself_is_no_stranger() -> None:
    text = "import pkg.net\npkg.net.now = 1\n"
    assert names(text, ModuleHome("pkg.net")) == []


def test_a_file_that_does_not_parse_has_none() -> None:
    assert names('mock.patch("pkg.net.now"\n') == []
