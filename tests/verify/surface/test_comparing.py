"""What of base cannot be imported from head, on trees of a few lines."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from codemods.migration import loads
from verify.movement.sources import Files
from verify.surface.answer import Fate, Surface
from verify.surface.comparing import compare
from verify.surface.modules import MAX_BYTES
from verify.surface.scope import Standing

Tree = Mapping[str, str]

GONE, ALIASED = Fate.GONE, Fate.ALIASED
CONDITIONAL, UNTOLD = Fate.CONDITIONAL, Fate.UNTOLD


def surface(
    base: Tree, head: Tree, moves: Mapping[str, str] | None = None, migration: str = ""
) -> Surface:
    sides = [
        Files(
            {
                path: text.encode("utf-8", "surrogateescape")
                for path, text in each.items()
            }
        )
        for each in (base, head)
    ]
    changed = [
        path for path in sorted({*base, *head}) if base.get(path) != head.get(path)
    ]
    migrations = [loads(migration, "m.toml")] if migration else []
    return compare(sides[0], sides[1], changed, moves or {}, migrations)


def lost(
    base: Tree, head: Tree, moves: Mapping[str, str] | None = None
) -> dict[str, Fate]:
    """The public names that changed, by their fate."""
    found = surface(base, head, moves)
    return {
        str(loss.name): loss.fate
        for loss in found.losses
        if loss.standing is Standing.PUBLIC
    }


def of_module(before: str, after: str, **others: str) -> dict[str, Fate]:
    """The names that a package's module loses, without the module's own name."""
    same = {"pkg/__init__.py": "", **{f"pkg/{k}.py": v for k, v in others.items()}}
    found = lost({**same, "pkg/m.py": before}, {**same, "pkg/m.py": after})
    assert all(name.startswith("pkg.m:") for name in found)
    return {name.removeprefix("pkg.m:"): fate for name, fate in found.items()}


@pytest.mark.parametrize(
    "statement",
    [
        "def X(): pass",
        "async def X(): pass",
        "class X: pass",
        "X = 1",
        "X: int = 1",
        "A, (X, *B) = f()",
        "X = Y = 1",
        "(X := 1)",
        "f(X := 1)",
        "[X := each for each in y]",
        "if (X := 1): pass",
        "with open(a) as X: pass",
        "with open(a) as (X, Z): pass",
        "while (X := 1): break",
        "try:\n    X = 1\nfinally:\n    pass",
        "if a:\n    X = 1\nelse:\n    X = 2",
        "if not TYPE_CHECKING:\n    X = 1",
        "match a:\n    case [X]: pass\n    case X: pass",
        "@(X := f)\ndef g(): pass",
        "def g(a=(X := 1)): pass",
        "lambda a=(X := 1): a",
        "try:\n    X = 1\nexcept E:\n    raise",
        "try:\n    pass\nexcept E:\n    X = 1\nelse:\n    X = 2",
    ],
)
def test_whatever_binds_a_name_makes_it_importable(statement: str) -> None:
    assert of_module(f"{statement}\n", "\n").get("X") is GONE
    assert of_module("X = 1\n", f"{statement}\n") == {}


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "X: int",
        "if TYPE_CHECKING:\n    X = 1",
        "if typing.TYPE_CHECKING:\n    from a import X",
        "if False:\n    X = 1",
        "if __name__ == '__main__':\n    X = 1",
        "X = 1\ndel X",
        "def f():\n    X = 1",
        "class C:\n    X = 1",
        "[X for X in y]",
        "lambda X: X",
        "try:\n    pass\nexcept E as X:\n    pass",
        "raise E\nX = 1",
        "X.y = 1",
        "X[0] = 1",
        "print(X)",
        "import X.y as z",
        "from X import y",
        "global_ = 'global X'",
    ],
)
def test_what_binds_nothing_at_run_time_does_not_count(statement: str) -> None:
    found = of_module("X = 1\n", f"{statement}\n")
    assert found.get("X") is GONE
    assert of_module(f"{statement}\n", "\n").get("X") is None


@pytest.mark.parametrize(
    "statement",
    [
        "if a:\n    X = 1",
        "if a:\n    X = 1\nelif b:\n    X = 2",
        "for X in y:\n    pass",
        "for a in y:\n    X = 1",
        "while a:\n    X = 1",
        "try:\n    X = 1\nexcept E:\n    pass",
        "try:\n    pass\nexcept E:\n    X = 1",
        "try:\n    f()\n    X = 1\nexcept E:\n    pass",
        "with suppress(E):\n    X = 1",
        "with contextlib.suppress(E):\n    X = 1",
        "match a:\n    case 1:\n        X = 1",
        "match a:\n    case [X]: pass",
        "X = 1\nif a:\n    del X",
        "def f():\n    global X\n    X = 1",
        "if a:\n    from os import path as X",
    ],
)
def test_a_condition_is_reported_only_where_there_was_none(statement: str) -> None:
    assert of_module("X = 1\n", f"{statement}\n") == {"X": CONDITIONAL}
    assert of_module(f"{statement}\n", f"{statement}\nY = 1\n") == {}
    assert of_module(f"{statement}\n", "X = 1\n").get("X") is None


def test_a_fallback_import_is_as_good_as_the_first() -> None:
    after = "try:\n    from pkg.none import X\nexcept ImportError:\n    X = None\n"
    assert of_module("X = 1\n", after) == {}


# Star imports and __all__


def star(a: str, new_a: str, init: str = "from .a import *\n") -> dict[str, Fate]:
    base = {"pkg/__init__.py": init, "pkg/a.py": a}
    return lost(base, {**base, "pkg/a.py": new_a})


def test_a_star_import_in_an_unchanged_file_loses_what_its_source_loses() -> None:
    assert star("def f(): 1\nY = 1\n", "Y = 1\n") == {"pkg:f": GONE, "pkg.a:f": GONE}


def test_stars_are_followed_as_often_as_they_stand() -> None:
    base = {
        "pkg/__init__.py": "from .b import *\n",
        "pkg/b.py": "from pkg.c import *\n",
        "pkg/c.py": "from .d import *\n",
        "pkg/d.py": "def f(): pass\n",
    }
    gone = lost(base, {**base, "pkg/d.py": ""})
    assert gone == {f"pkg{m}:f": GONE for m in ("", ".b", ".c", ".d")}


def test_a_star_takes_no_underscores_without_all() -> None:
    assert star("_f = 1\n", "") == {}


@pytest.mark.parametrize(
    "listing",
    [
        '__all__ = ["f"]',
        '__all__ = ("f",)',
        '__all__: list[str] = ["f"]',
        '__all__ = ["g"]\n__all__ += ["f"]',
        '__all__ = ["g"]\n__all__.append("f")',
        '__all__ = ["g"]\n__all__.extend(["f"])',
        '__all__ = ["g"]\n__all__.extend(("f",))',
        '__all__ = ["g"] + ["f"]',
        '__all__ = ["g", *["f"]]',
        '__all__ = list({"f"})',
        '__all__ = sorted(["f"])',
        '_mine = ["f"]\n__all__ = _mine',
        '_mine = ["f"]\n__all__ = ["g", *_mine]',
        '__all__ = ["f"]\n__all__ = __all__ + ["g"]',
    ],
)
def test_all_in_whatever_form_it_is_written(listing: str) -> None:
    before = f"def f(): pass\ndef g(): pass\n{listing}\n"
    after = 'def f(): pass\ndef g(): pass\n__all__ = ["g"]\n'
    assert star(before, after) == {"pkg:f": GONE}
    assert star("def f(): pass\ndef g(): pass\n", before).get("pkg:f") is None


def test_what_all_no_longer_lists_is_no_longer_brought() -> None:
    all_ = '__all__ = ["f", "g"]\n'
    cut = '__all__.remove("f")\n'
    text = "def f(): pass\ndef g(): pass\n"
    assert star(text + all_, text + all_ + cut) == {"pkg:f": GONE}


def test_all_taken_over_from_other_modules() -> None:
    init = (
        "from . import a\nfrom .a import *\nfrom .m import *\n"
        "__all__ = a.__all__ + m.__all__\n"
    )
    base = {
        "pkg/__init__.py": init,
        "pkg/a.py": '__all__ = ["f"]\nf = 1\n',
        "pkg/m.py": '__all__ = ["g"]\ng = 1\n',
        "top.py": "from pkg import *\n",
    }
    found = lost(base, {**base, "pkg/m.py": "__all__ = []\n"})
    assert found == {"pkg:g": GONE, "pkg.m:g": GONE, "top:g": GONE}


@pytest.mark.parametrize(
    "computed",
    ["__all__ = names()", "__all__ = [n for n in dir()]", "__all__ += more"],
)
def test_a_computed_all_is_not_guessed(computed: str) -> None:
    found = star("def f(): pass\n", f"def f(): pass\n__all__ = []\n{computed}\n")
    assert found == {"pkg:f": UNTOLD}


def test_a_star_of_what_is_installed_may_bring_anything() -> None:
    assert of_module("X = 1\n", "from torch import *\n") == {"X": UNTOLD}


# Re-exports


def test_a_reexport_by_name_breaks_the_module_that_has_it() -> None:
    base = {
        "pkg/__init__.py": "from .a import f, g\n",
        "pkg/a.py": "def f(): pass\ndef g(): pass\n",
    }
    found = surface(base, {**base, "pkg/a.py": "def g(): pass\n"})
    assert [(b.path, b.line, b.module, b.name) for b in found.broken] == [
        ("pkg/__init__.py", 1, "pkg.a", "f")
    ]
    assert [str(loss.name) for loss in found.losses] == ["pkg.a:f"]


def test_a_lost_name_is_followed_through_files_that_did_not_change() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/api.py": "from pkg.mid import *\n",
        "pkg/mid.py": "from pkg.low import *\n",
        "pkg/low.py": "X = 1\n",
        "use.py": "def late():\n    from pkg.api import X\n",
    }
    found = surface(base, {**base, "pkg/low.py": ""})
    assert {str(loss.name) for loss in found.losses} == {
        "pkg.api:X",
        "pkg.low:X",
        "pkg.mid:X",
    }
    assert [(b.path, b.at_import) for b in found.broken] == [("use.py", False)]


@pytest.mark.parametrize(
    "user",
    [
        "from pkg.m import X",
        "from pkg.m import (\n    A,\n    X,\n)",
        "from pkg.m import (A,  # )\n    X)",
        "from pkg.m import A, \\\n    X",
        "from pkg . m import X",
        "from pkg.m import X as y",
        "from .m import X",
        "from . m import X",
        "from\\\n pkg.m import X",
        "class C:\n    from pkg.m import X",
    ],
)
def test_every_spelling_of_an_import_is_seen(user: str) -> None:
    base = {"pkg/__init__.py": "", "pkg/m.py": "X = A = 1\n", "pkg/u.py": f"{user}\n"}
    found = surface(base, {**base, "pkg/m.py": "A = 1\n"})
    assert [b.path for b in found.broken] == ["pkg/u.py"]


@pytest.mark.parametrize(
    "user",
    [
        "try:\n    from pkg.m import X\nexcept ImportError:\n    X = None",
        "try:\n    from pkg.m import X\nexcept:\n    X = None",
        "if TYPE_CHECKING:\n    from pkg.m import X",
        "from pkg.m import A",
        "from other.m import X",
        "# from pkg.m import X",
        "'from pkg.m import X'",
    ],
)
def test_an_import_that_cannot_fail_is_not_broken(user: str) -> None:
    base = {"pkg/__init__.py": "", "pkg/m.py": "X = A = 1\n", "pkg/u.py": f"{user}\n"}
    assert surface(base, {**base, "pkg/m.py": "A = 1\n"}).broken == []


def test_an_import_that_is_still_good_is_not_reported() -> None:
    base = {
        "pkg/__init__.py": "from .a import X\n",
        "pkg/a.py": "X = 1\n",
        "pkg/b.py": "",
    }
    head = {**base, "pkg/a.py": "from .b import X\n", "pkg/b.py": "X = 1\n"}
    found = surface(base, head, {"pkg.a:X": "pkg.b:X"})
    assert found.broken == []
    assert {str(x.name): x.fate for x in found.losses} == {"pkg.a:X": ALIASED}


# Moves


BEFORE = {"pkg/__init__.py": "", "pkg/a.py": "class X: pass\nY = 1\n"}
AFTER = {**BEFORE, "pkg/a.py": "Y = 1\n", "pkg/b.py": "class X: pass\n"}
MOVE = {"pkg.a:X": "pkg.b:X"}


def test_a_move_without_an_alias_knows_the_new_place() -> None:
    (loss,) = surface(BEFORE, AFTER, MOVE).losses
    assert (loss.fate, str(loss.new), loss.published) == (GONE, "pkg.b:X", "")


@pytest.mark.parametrize(
    "alias",
    [
        "from .b import X\n",
        "from pkg.b import X as X\n",
        "from .b import *\n",
        "from . import b\nX = b.X\n",
        "def __getattr__(name):\n    if name == 'X':\n        from .b import X\n"
        "        return X\n    raise AttributeError(name)\n",
    ],
)
def test_a_move_with_an_alias_is_fine(alias: str) -> None:
    head = {**AFTER, "pkg/a.py": f"{alias}Y = 1\n"}
    assert lost(BEFORE, head, MOVE) == {"pkg.a:X": ALIASED}


def test_a_migration_covers_a_move_and_a_removal() -> None:
    head = '\nid = "m"\ntitle = "t"\npackage = "pkg"\nsince = "1"\n'
    move = f'{head}[[move]]\nfrom = "pkg.a:X"\nto = "pkg.b:X"\n'
    (loss,) = surface(BEFORE, AFTER, {}, move).losses
    assert loss.published == "m"
    removed = f'{head}[[removed]]\nname = "pkg.a:X"\ninstead = "nothing"\n'
    (loss,) = surface(BEFORE, {**BEFORE, "pkg/a.py": "Y = 1\n"}, {}, removed).losses
    assert loss.published == "m"


def test_a_migration_to_a_name_that_is_not_there_covers_nothing() -> None:
    text = 'id = "m"\ntitle = "t"\npackage = "pkg"\nsince = "1"\n'
    text += '[[move]]\nfrom = "pkg.a:X"\nto = "pkg.c:X"\n'
    (loss,) = surface(BEFORE, AFTER, {}, text).losses
    assert loss.published == ""


def test_a_removed_name_has_its_nearest_candidate() -> None:
    head = {**AFTER, "pkg/b.py": "class X2: pass\nclass other: pass\n"}
    base = {**BEFORE, "pkg/a.py": "class X1: pass\nY = 1\n"}
    (loss,) = surface(base, head).losses
    assert (loss.new, loss.near) == (None, "")
    head = {**AFTER, "pkg/b.py": "class X: pass\n"}
    (loss,) = surface(BEFORE, head).losses
    assert loss.near == "pkg.b:X"


def test_a_move_to_where_nothing_is_counts_as_none() -> None:
    (loss,) = surface(BEFORE, AFTER, {"pkg.a:X": "pkg.b:Z"}).losses
    assert loss.new is None


# Modules


def test_a_module_that_is_gone_is_one_loss() -> None:
    head = {"pkg/__init__.py": ""}
    (loss,) = surface(BEFORE, head).losses
    assert str(loss.name) == "pkg.a"
    assert [str(inner.name) for inner in loss.inside] == ["pkg.a:X", "pkg.a:Y"]


def test_a_package_that_is_gone_is_one_loss() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/sub/__init__.py": "A = 1\n",
        "pkg/sub/m.py": "B = 1\n",
        "pkg/sub/deep/n.py": "C = 1\n",
    }
    (loss,) = surface(base, {"pkg/__init__.py": ""}).losses
    assert str(loss.name) == "pkg.sub"
    assert {str(i.name) for i in loss.inside} == {
        "pkg.sub:A",
        "pkg.sub.m",
        "pkg.sub.deep.n",
    }


def test_a_module_that_became_a_package_is_still_there() -> None:
    head = {"pkg/__init__.py": "", "pkg/a/__init__.py": "class X: pass\nY = 1\n"}
    assert lost(BEFORE, head) == {}
    head["pkg/a/__init__.py"] = "from .inner import X, Y\n"
    head["pkg/a/inner.py"] = "class X: pass\nY = 1\n"
    assert lost(BEFORE, head, {"pkg.a:X": "pkg.a.inner:X"}) == {"pkg.a:X": ALIASED}
    head["pkg/a/__init__.py"] = ""
    assert lost(BEFORE, head) == {"pkg.a:X": GONE, "pkg.a:Y": GONE}


def test_a_submodule_is_a_name_of_its_package() -> None:
    base = {"pkg/__init__.py": "sub = 1\n", "pkg/other.py": ""}
    head = {"pkg/__init__.py": "", "pkg/other.py": "", "pkg/sub.py": ""}
    assert lost(base, head) == {}


def test_whoever_imports_a_module_that_is_gone_is_broken() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/a.py": "X = 1\n",
        "one.py": "import pkg.a\n",
        "two.py": "from pkg import a\n",
        "three.py": "from pkg.a import X\n",
        "four.py": "import pkg\n",
        "pkg/five.py": "from . import a\n",
    }
    found = surface(base, {p: t for p, t in base.items() if p != "pkg/a.py"})
    assert [b.path for b in found.broken] == [
        "one.py",
        "pkg/five.py",
        "three.py",
        "two.py",
    ]


def test_folders_without_init_hold_modules_too() -> None:
    base = {
        "python/pkg/__init__.py": "",
        "python/pkg/ns/deep/m.py": "X = 1\n",
        "python/pkg/api.py": "from pkg.ns.deep.m import *\n",
    }
    head = {**base, "python/pkg/ns/deep/m.py": ""}
    assert lost(base, head) == {"pkg.ns.deep.m:X": GONE, "pkg.api:X": GONE}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/pkg/m.py", "pkg.m:X"),
        ("python/pkg/m.py", "pkg.m:X"),
        ("pkg/m.py", "pkg.m:X"),
        ("some-project/src/pkg/m.py", "pkg.m:X"),
        ("m.py", "m:X"),
    ],
)
def test_the_layouts_that_modules_lie_in(path: str, name: str) -> None:
    assert lost({path: "X = 1\n"}, {path: "\n"}) == {name: GONE}


# __getattr__ and what the text does not tell


@pytest.mark.parametrize(
    "body",
    [
        "if name == 'X':\n        return 1\n    raise AttributeError(name)",
        "if name in ('X', 'Z'):\n        return 1\n    raise AttributeError",
        "if name in _TABLE:\n        return 1\n    raise AttributeError",
        "if name not in _TABLE:\n        raise AttributeError(name)\n    return 1",
        "match name:\n        case 'X':\n            return 1\n    raise AttributeError",
    ],
)
def test_a_getattr_that_knows_its_names(body: str) -> None:
    text = f"_TABLE = {{'X': '.a'}}\ndef __getattr__(name):\n    {body}\n"
    assert of_module("X = 1\n", text) == {}
    assert of_module("Y = 1\n", text) == {"Y": GONE}
    assert of_module(text, "")["X"] is GONE


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(name):\n    return load(name)\n",
        "def __getattr__(name):\n    if name == 'Z':\n        return 1\n    return f()\n",
        "from other import __getattr__\n",
        "__getattr__ = make()\n",
        "globals()['a' + b] = 1\n",
        "globals().update(names)\n",
        "for n in names:\n    globals()[n] = 1\n",
        "exec(code)\n",
        "import sys\nsys.modules[__name__] = Lazy()\n",
        "import sys\nsetattr(sys.modules[__name__], n, 1)\n",
    ],
)
def test_what_the_text_does_not_tell_is_not_guessed(text: str) -> None:
    assert of_module("X = 1\n", text).get("X") is UNTOLD


def test_a_getattr_that_imports_what_is_gone_gives_nothing() -> None:
    lazy = (
        "def __getattr__(name):\n    if name == 'X':\n        from .b import X\n"
        "        return X\n    raise AttributeError(name)\n"
    )
    base = {"pkg/__init__.py": lazy, "pkg/b.py": "X = 1\n"}
    assert lost(base, {**base, "pkg/b.py": ""})["pkg.b:X"] is GONE


def test_reading_globals_hides_nothing() -> None:
    assert of_module("X = 1\n", "a = globals()['b']\nprint(vars())\n") == {"X": GONE}


MAKER = "globals()['made'] = 1\n"


@pytest.mark.parametrize(
    ("maker", "taken"),
    [
        ({}, "numpy"),
        ({"pkg/y.py": MAKER}, "pkg.y"),
        ({"pkg/y.py": "from pkg.z import *\n", "pkg/z.py": MAKER}, "pkg.z"),
    ],
)
def test_names_that_came_by_a_star_and_have_no_text(
    maker: dict[str, str], taken: str
) -> None:
    source = "pkg.y" if maker else "numpy"
    base = {"pkg/__init__.py": "", **maker, "pkg/m.py": f"from {source} import *\n"}
    [loss] = surface(base, {**base, "pkg/m.py": "X = 1\n"}).losses
    assert (str(loss.name), loss.fate) == ("pkg.m", Fate.UNTOLD)
    assert loss.why == f"it no longer takes all names of `{taken}`"
    assert (
        surface(base, {**base, "pkg/m.py": f"{base['pkg/m.py']}Y = 1\n"}).losses == []
    )


def test_a_star_that_all_names_are_known_of() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/y.py": f"{MAKER}__all__ = []\n",
        "pkg/m.py": "from pkg.y import *\n",
    }
    assert surface(base, {**base, "pkg/m.py": "X = 1\n"}).losses == []


# What does not parse


def test_a_module_that_does_not_parse_is_said_so() -> None:
    base = {"pkg/__init__.py": "", "pkg/m.py": "X = 1\n"}
    found = surface(base, {**base, "pkg/m.py": "X = (\n"})
    assert [(u.path, u.line) for u in found.unread] == [("pkg/m.py", 1)]
    found = surface({**base, "pkg/m.py": "X = (\n"}, base)
    assert [u.path for u in found.unread] == ["pkg/m.py"]


def test_what_comes_out_of_a_module_that_does_not_parse_is_not_guessed() -> None:
    base = {"pkg/__init__.py": "from .a import *\n", "pkg/a.py": "X = 1\n"}
    head = {"pkg/__init__.py": "from .b import *\n", "pkg/a.py": "", "pkg/b.py": "(\n"}
    assert lost(base, head)["pkg:X"] is UNTOLD


def test_bytes_that_are_no_text() -> None:
    base = {"pkg/__init__.py": "", "pkg/m.py": "X = 1\n"}
    found = surface(base, {**base, "pkg/m.py": "X = '\udcff'\n"})
    assert [u.path for u in found.unread] == ["pkg/m.py"]


def test_imports_in_circles_end() -> None:
    base = {
        "pkg/__init__.py": "from .a import *\nfrom .b import *\n",
        "pkg/a.py": "from .b import *\nX = 1\n",
        "pkg/b.py": "from .a import *\nfrom pkg import *\nY = 1\n",
    }
    found = lost(base, {**base, "pkg/a.py": "from .b import *\n"})
    assert found["pkg.a:X"] is GONE
    assert "pkg.b:Y" not in found


# Standing


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_m.py",
        "test/m.py",
        "docs/conf.py",
        "examples/m.py",
        "benchmark/m.py",
        "scripts/m.py",
        "pkg/tests/m.py",
        "setup.py",
        "conftest.py",
        ".github/m.py",
    ],
)
def test_tests_and_scripts_are_left_out_and_counted(path: str) -> None:
    base = {"pkg/__init__.py": "", path: "X = 1\n"}
    found = surface(base, {**base, path: "\n"})
    assert (found.losses, found.aside) == ([], 1)


@pytest.mark.parametrize(
    ("path", "text", "standing"),
    [
        ("pkg/m.py", "_X = 1", Standing.PRIVATE),
        ("pkg/_m.py", "X = 1", Standing.PRIVATE),
        ("pkg/m.py", "import os", Standing.INCIDENTAL),
        ("pkg/m.py", "from os import path", Standing.INCIDENTAL),
        ("pkg/m.py", "from os import path as path", Standing.PUBLIC),
        ("pkg/m.py", "from os import path\n__all__ = ['path']", Standing.PUBLIC),
        ("pkg/m.py", "_X = 1\n__all__ = ['_X']", Standing.PUBLIC),
        ("pkg/__init__.py", "import os", Standing.INCIDENTAL),
        ("pkg/__init__.py", "from .m import X", Standing.PUBLIC),
        ("pkg/__init__.py", "from pkg.m import X", Standing.PUBLIC),
        ("pkg/__init__.py", "from .m import X\n__all__ = []", Standing.INCIDENTAL),
    ],
)
def test_whom_a_name_is_for(path: str, text: str, standing: Standing) -> None:
    base = {"pkg/__init__.py": "", "pkg/other.py": "", path: text}
    if path.endswith("__init__.py"):
        base["pkg/m.py"] = "X = 1\n"
    found = surface(base, {**base, path: ""})
    names = [loss for loss in found.losses if loss.name.symbol not in ("__all__",)]
    assert [loss.standing for loss in names] == [standing]


# Members


def members(before: str, after: str, **others: str) -> dict[str, Fate]:
    return of_module(before, after, **others)


def test_a_method_that_is_gone_is_reported() -> None:
    before = "class C:\n    def f(self): pass\n    def g(self): pass\n    a = 1\n    b: int\n"
    after = "class C:\n    def g(self): pass\n"
    assert members(before, after) == {"C.a": GONE, "C.b": GONE, "C.f": GONE}


def test_private_members_and_private_classes_are_not() -> None:
    before = "class C:\n    def _f(self): pass\nclass _D:\n    def f(self): pass\n"
    assert members(before, "class C: pass\nclass _D: pass\n") == {}


@pytest.mark.parametrize(
    "after",
    [
        "class C:\n    def __init__(self):\n        self.f = 1\n",
        "class B:\n    def f(self): pass\nclass C(B): pass\n",
        "class A:\n    def f(self): pass\nclass B(A): pass\nclass C(B): pass\n",
        "from .o import B\nclass C(B): pass\n",
        "from . import o\nclass C(o.B): pass\n",
        "import pkg.o\nclass C(pkg.o.B): pass\n",
        "class C:\n    f = property(g)\n",
        "class C:\n    f: int\n",
        "class C:\n    if a:\n        def f(self): pass\n",
        "class B(Generic[T]):\n    def f(self): pass\nclass C(B[int]): pass\n",
    ],
)
def test_a_member_that_is_had_in_another_way_is_not_gone(after: str) -> None:
    before = "class C:\n    def f(self): pass\n"
    others = {"o": "class B:\n    def f(self): pass\n"}
    assert members(before, after, **others).get("C.f") is None


def test_a_base_class_that_is_gone_takes_its_members_along() -> None:
    before = "class B:\n    def f(self): pass\nclass C(B): pass\n"
    after = "class B:\n    def f(self): pass\nclass C: pass\n"
    assert members(before, after) == {"C.f": GONE}


def test_a_member_lost_by_a_base_class_is_reported_once() -> None:
    before = "class B:\n    def f(self): pass\nclass C(B): pass\n"
    assert members(before, "class B: pass\nclass C(B): pass\n") == {"B.f": GONE}


def test_an_installed_base_class_may_have_it() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/m.py": "class C(nn.Module):\n    def f(self): pass\n",
    }
    found = surface(base, {**base, "pkg/m.py": "class C(nn.Module): pass\n"})
    (loss,) = found.losses
    assert (loss.fate, "nn.Module" in loss.why) == (GONE, True)


def test_members_of_a_class_that_moved_are_compared_with_its_new_place() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/a.py": "class C:\n    def f(self): pass\n    def g(self): pass\n",
        "pkg/b.py": "",
    }
    head = {**base, "pkg/a.py": "", "pkg/b.py": "class C:\n    def g(self): pass\n"}
    assert lost(base, head, {"pkg.a:C": "pkg.b:C"}) == {
        "pkg.a:C": GONE,
        "pkg.a:C.f": GONE,
    }
    head["pkg/a.py"] = "from .b import C\n"
    assert lost(base, head, {"pkg.a:C": "pkg.b:C"}) == {
        "pkg.a:C": ALIASED,
        "pkg.a:C.f": GONE,
    }


# Stubs


def test_a_stub_alone_is_the_module() -> None:
    base = {"pkg/__init__.py": "", "pkg/native.pyi": "def f() -> int: ...\n"}
    assert lost(base, {**base, "pkg/native.pyi": ""}) == {"pkg.native:f": GONE}


def test_a_stub_beside_a_module_speaks_for_type_checkers_only() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/m.py": "def f(): pass\n",
        "pkg/m.pyi": "def f(): ...\ndef g(): ...\n",
    }
    assert lost(base, {**base, "pkg/m.pyi": ""}) == {"pkg.m:f": Fate.UNTYPED}
    assert lost(base, {**base, "pkg/m.py": "", "pkg/m.pyi": ""}) == {"pkg.m:f": GONE}


def test_nothing_changed() -> None:
    found = surface(BEFORE, BEFORE)
    assert (found.losses, found.broken, found.unread, found.examined) == ([], [], [], 0)


def test_what_a_package_hands_on_has_the_new_place_of_its_definition() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/old/__init__.py": "from pkg.old.impl import X, f\n",
        "pkg/old/impl.py": "class X: pass\ndef f(): pass\n",
    }
    head = {"pkg/__init__.py": "", "pkg/new.py": "class X: pass\n"}
    found = surface(base, head, {"pkg.old.impl:X": "pkg.new:X"})
    (package,) = found.losses
    inside = {str(each.name): each.new and str(each.new) for each in package.inside}
    assert inside == {
        "pkg.old:X": "pkg.new:X",
        "pkg.old:f": None,
        "pkg.old.impl": None,
    }


def test_an_import_that_goes_leads_to_what_it_imported() -> None:
    same = {"pkg/impl.py": "class X: pass\n"}
    base = {"pkg/__init__.py": "from pkg.impl import X as Y\n", **same}
    (loss,) = surface(base, {"pkg/__init__.py": "", **same}).losses
    assert (str(loss.name), str(loss.new)) == ("pkg:Y", "pkg.impl:X")


def test_replacing_what_is_there_binds_no_name() -> None:
    wrapped = "globals()[name] = wrap(globals()[name], 1)\n"
    maybe = "globals()[name] = flag and globals()[name]\n"
    loop = "for name in names:\n    "
    assert of_module(f"X = 1\n{loop}{wrapped}", f"{loop}{wrapped}") == {"X": GONE}
    assert of_module(f"X = 1\n{loop}{maybe}", f"{loop}{maybe}") == {"X": UNTOLD}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("exec('X = 1')\n", ""),
        ("globals()['X'] = 1\n", "globals()['Y'] = 1\n"),
        ("def __getattr__(name):\n    return TABLE[name]\n", ""),
    ],
)
def test_names_that_no_text_has_are_not_forgotten(before: str, after: str) -> None:
    same = {"pkg/__init__.py": ""}
    found = lost({**same, "pkg/m.py": before}, {**same, "pkg/m.py": after})
    assert found["pkg.m"] is UNTOLD
    kept = lost({**same, "pkg/m.py": before}, {**same, "pkg/m.py": f"{before}Z = 1\n"})
    assert kept == {}


def test_a_new_import_of_what_is_nowhere() -> None:
    base = {"pkg/__init__.py": "", "pkg/a.py": "X = 1\n", "pkg/b.py": ""}
    head = {
        **base,
        "pkg/b.py": "from pkg.a import X, Z\nfrom pkg import _built\nimport other\n"
        "try:\n    from pkg.a import W\nexcept ImportError:\n    pass\n",
    }
    (broken,) = surface(base, head).broken
    assert (broken.path, broken.line, broken.name) == ("pkg/b.py", 1, "Z")
    assert broken.never
    later = {**head, "pkg/b.py": f"{head['pkg/b.py']}y = 1\n"}
    assert surface(head, later).broken == []


def test_a_file_that_is_too_large_is_not_told() -> None:
    text = f"X = 1\n# {'x' * MAX_BYTES}\n"
    same = {"pkg/__init__.py": ""}
    found = surface({**same, "pkg/m.py": text}, {**same, "pkg/m.py": ""})
    (unread,) = found.unread
    assert unread.reason == "is larger than 4 MiB (at base)"
