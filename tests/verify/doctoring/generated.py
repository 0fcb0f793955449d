"""Generated packages, and what code may want of them, for comparison with Python."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d", "_e")
# `p.n` is a folder without an `__init__`.
MODULES = ("p", "p.a", "p.b", "p.q", "p.q.c", "p.q.d", "p.n.b")
PACKAGES = frozenset({"p", "p.q"})
PLACES = (*MODULES, "p.n")

names = st.sampled_from(NAMES)
two_names = st.permutations(NAMES).map(lambda each: each[:2])
places = st.sampled_from(PLACES)
relative = st.sampled_from((".", "..", ".a", ".b", ".q", ".q.c", "..b", "..q", ".n"))

_LAZY = (
    "def __getattr__(name):\n    if name == '{}':\n        return 1\n"
    "    raise AttributeError(name)"
)
_LAZY_IMPORT = (
    "def __getattr__(name):\n    if name == '{0}':\n        from {1} import {0}\n"
    "        return {0}\n    raise AttributeError(name)"
)
_LAZY_TABLE = (
    "_T = {{'{}': 1, '{}': 2}}\ndef __getattr__(name):\n    if name not in _T:\n"
    "        raise AttributeError(name)\n    return _T[name]"
)
_LAZY_MODULES = (
    "def __getattr__(name):\n    if name in ('{}', '{}'):\n        import importlib\n"
    "        return importlib.import_module('.' + name, __name__)\n"
    "    raise AttributeError(name)"
)

plain = st.one_of(
    st.builds("{} = 1".format, names),
    st.builds("def {}(): pass".format, names),
    st.builds("class {}: {} = 1".format, names, names),
    st.builds("from {} import {}".format, places, names),
    st.builds("from {} import {} as {}".format, places, names, names),
    st.builds("from {} import {}".format, relative, names),
    st.builds("from {} import {} as {}".format, relative, names, names),
    st.builds("from {} import *".format, places),
    st.builds("from {} import *".format, relative),
    st.builds("import {}".format, places),
    st.builds("import {} as {}".format, places, names),
    st.builds("import {0}\n{1} = {0}".format, places, names),
    st.builds(
        lambda place, two: f"from {place} import {two[0]}\n{two[1]} = {two[0]}",
        places,
        two_names,
    ),
    st.builds("from {0} import {1}\ndel {1}".format, places, names),
    st.builds("{0} = 1\ndel {0}".format, names),
    st.builds("try:\n    del {}\nexcept NameError:\n    pass".format, names),
    st.builds("__all__ = ['{}', '{}']".format, names, names),
    st.builds("__all__ = ['{}']\n__all__ += ['{}']".format, names, names),
    st.builds("__all__ = []\n__all__.append('{}')".format, names),
    st.builds("from {0} import *\nfrom {0} import __all__".format, places),
    st.just("def __getattr__(name): return 1"),
    st.builds("globals()['{}'] = 1".format, names),
    st.builds("def f():\n    global {0}\n    {0} = 1".format, names),
    st.builds("def f():\n    global {0}\n    {0} = 1\nf()".format, names),
    st.builds("{}: int".format, names),
    st.builds(_LAZY.format, names),
    st.builds(_LAZY_IMPORT.format, names, places),
    st.builds(_LAZY_TABLE.format, names, names),
    st.builds(_LAZY_MODULES.format, names, names),
)


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.split("\n"))


def _around(head: str) -> st.SearchStrategy[str]:
    return plain.map(lambda one: f"{head}:\n{indented(one)}")


def _both(text: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda one, other: text.format(indented(one), indented(other)), plain, plain
    )


compound = st.one_of(
    plain,
    plain,
    _both("try:\n{}except ImportError:\n{}"),
    _both("try:\n{}except Exception:\n{}"),
    _both("try:\n    import nowhere\n{}except ImportError:\n{}"),
    _both("try:\n    pass\nexcept ImportError:\n{}else:\n{}"),
    _both("try:\n{}finally:\n{}"),
    _both("if len('x') > 1:\n{}else:\n{}"),
    _both("if len('x') == 1:\n{}else:\n{}"),
    _both("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n{}else:\n{}"),
    _both("import typing\nif not typing.TYPE_CHECKING:\n{}else:\n{}"),
    _around("if len('x') > 1"),
    _around("if len('x') == 1"),
    _around("from typing import TYPE_CHECKING\nif TYPE_CHECKING"),
    _around("for _ in ()"),
    _around("for _ in (1,)"),
    _around("from contextlib import suppress\nwith suppress(ImportError)"),
    _around("with open(__file__)"),
    _around("match 1:\n  case 2"),
)
bodies = st.lists(compound, max_size=4).map("\n".join)
packages = st.fixed_dictionaries(dict.fromkeys(MODULES, bodies))

_first = st.one_of(
    st.builds("import {}".format, places),
    st.builds("from {} import {} as other".format, places, names),
)
_one = st.one_of(
    st.builds("import {}.{}".format, places, names),
    st.builds("from {} import {}".format, places, names),
    st.builds("import {0}\n{0}.{1}".format, places, names),
    st.builds("import {0}\n{0}.{1}.{2}".format, places, names, names),
    st.builds("import {} as m\nm.{}".format, places, names),
    st.builds("import {} as m\nm.{}.{}".format, places, names, names),
    st.builds("from {} import {} as m\nm.{}".format, places, names, names),
    st.builds("from {} import {} as m\nm.{}.{}".format, places, names, names, names),
    st.builds("import p\n{}.{}".format, places, names),
    st.builds("import p\np.{}.{}.{}".format, names, names, names),
    st.builds("from {} import *\n{}".format, places, names),
    st.builds("from {} import *\n{}, {}".format, places, names, names),
    st.builds(
        "try:\n    from {} import {} as m\nexcept ImportError:\n"
        "    from {} import {} as m\nm.{}".format,
        places,
        names,
        places,
        names,
        names,
    ),
    st.builds(
        "def f():\n    from {} import {} as m\n    m.{}\nf()".format,
        places,
        names,
        names,
    ),
)
wants = st.one_of(_one, st.builds("{}\n{}".format, _first, _one))
