"""More small packages: every other way in which imports may or may not fail."""

from __future__ import annotations

from tests.verify.importing.shared_cases import Case, case

_CLASS = "class {}:\n    pass\n"


def _named(name: str, *texts: str, fails: str = "", init: str = "") -> Case:
    """A package of modules a, b, c... with these texts."""
    files = {f"{name}/__init__.py": init}
    for letter, text in zip("abcdefg", texts, strict=False):
        files[f"{name}/{letter}.py"] = text
    return case(files, " ".join(f"{name}.{one}" for one in fails.split()))


OWN_CASES: dict[str, Case] = {
    # The parent's `__init__` runs first, and closes the cycle.
    "d01": case(
        {
            "d01/__init__.py": "from d01.a import f\n\nVERSION = 1\n",
            "d01/a.py": "from d01 import VERSION\n\n\ndef f():\n    return VERSION\n",
        },
        "d01 d01.a",
    ),
    "d02": case(
        {
            "d02/__init__.py": "VERSION = 1\nfrom d02.a import f\n",
            "d02/a.py": "from d02 import VERSION\n\n\ndef f():\n    return VERSION\n",
        }
    ),
    # A module-level `__getattr__` re-exports, late enough and too late.
    "d03": case(
        {
            "d03/__init__.py": "def __getattr__(name):\n    if name == 'A':\n"
            "        from d03.a import A\n\n        return A\n"
            "    raise AttributeError(name)\n",
            "d03/a.py": "from d03.b import B\n\n\nclass A(B):\n    pass\n",
            "d03/b.py": _CLASS.format("B"),
            "d03/c.py": "from d03 import A\n\n\nclass C(A):\n    pass\n",
        }
    ),
    "d04": case(
        {
            "d04/__init__.py": "from d04.c import C\n\n\ndef __getattr__(name):\n"
            "    if name == 'A':\n        from d04.a import A\n\n        return A\n"
            "    raise AttributeError(name)\n",
            "d04/a.py": _CLASS.format("A"),
            "d04/c.py": "from d04 import A\n\n\nclass C(A):\n    pass\n",
        },
        "d04 d04.a d04.c",
    ),
    "d05": case(
        {
            "d05/__init__.py": "import importlib\n\n_WHERE = {'A': 'd05.a', 'B': '.b'}\n"
            "\n\ndef __getattr__(name):\n    if name not in _WHERE:\n"
            "        raise AttributeError(name)\n"
            "    module = importlib.import_module(_WHERE[name], __name__)\n"
            "    return getattr(module, name)\n",
            "d05/a.py": "from d05 import B\n\n\nclass A(B):\n    pass\n",
            "d05/b.py": "from d05 import A\n\n\nclass B:\n    def f(self):\n"
            "        return A\n",
        },
        "d05.a d05.b",
    ),
    # Stars.
    "d06": _named(
        "d06",
        "from d06.b import *\n\n\nclass A(B):\n    pass\n",
        "from d06.a import *\n\n\nclass B:\n    pass\n",
        fails="b",
    ),
    "d07": _named(
        "d07",
        "__all__ = ['A']\nfrom d07.b import B\n\n\nclass A(B):\n    pass\n",
        "from d07.a import *\n\n\nclass B:\n    pass\n",
        fails="a b",
    ),
    "d08": _named(
        "d08",
        "from d08.b import *\n\nX = _hidden\n",
        "_hidden = 1\n__all__ = ['_hidden']\n",
        "from d08.b import *\n\nX = shown\n",
        fails="c",
    ),
    "d09": case(
        {
            "d09/__init__.py": "__all__ = ['a', 'b']\n",
            "d09/a.py": "from d09.b import f\n\n\ndef g():\n    return f\n",
            "d09/b.py": "def f():\n    return 1\n",
            "d09/c.py": "from d09 import *\n\nX = a.g, b.f\n",
        }
    ),
    # Branches of the platform and of the version.
    "d10": _named(
        "d10",
        "import sys\n\nif sys.platform == 'vms':\n    from d10.b import g\n\n\n"
        "def f():\n    return 1\n",
        "from d10.a import f\n\n\ndef g():\n    return f\n",
    ),
    "d11": _named(
        "d11",
        "import sys\n\nif sys.version_info >= (3, 8):\n    from d11.b import g\n\n\n"
        "def f():\n    return 1\n",
        "from d11.a import f\n\n\ndef g():\n    return f\n",
        fails="a b",
    ),
    "d12": _named(
        "d12",
        "import sys as system\n\nOLD = system.version_info < (3,)\n"
        "if OLD or system.platform.startswith('vms'):\n    from d12.b import g\n"
        "else:\n    g = None\n\n\ndef f():\n    return 1\n",
        "from d12.a import f\n\n\ndef g():\n    return f\n",
    ),
    # A literal `import_module`, absolute and relative.
    "d13": _named(
        "d13",
        "import importlib\n\nb = importlib.import_module('d13.b')\n\n\n"
        "class A(b.B):\n    pass\n",
        "from importlib import import_module\n\na = import_module('.a', __package__)\n"
        "\n\nclass B:\n    pass\n",
        fails="b",
    ),
    # Namespace packages, and the module that one binds late.
    "d14": case(
        {
            "d14/x/a.py": "from d14.y.b import g\n\n\ndef f():\n    return g\n",
            "d14/y/b.py": "from d14.x.a import f\n\n\ndef g():\n    return f\n",
        },
        "d14.x.a d14.y.b",
    ),
    "d15": case(
        {
            "d15/x/a.py": "import d15.y.b\n\n\ndef f():\n    return d15.y.b.g()\n",
            "d15/y/b.py": "import d15.x.a\n\n\ndef g():\n    return d15.x.a.f\n",
        }
    ),
    # What is needed at once: bases, decorators, defaults, annotations, calls.
    "d16": _named(
        "d16",
        "import d16.b\n\n\n@d16.b.mark\ndef f():\n    pass\n",
        "import d16.a\n\n\ndef mark(f):\n    return f\n",
        fails="b",
    ),
    "d17": _named(
        "d17",
        "import d17.b as b\n\n\ndef f(x=b.X):\n    return x\n",
        "import d17.a as a\n\nX = 1\n\n\ndef g():\n    return a.f\n",
        fails="b",
    ),
    "d18": _named(
        "d18",
        "import d18.b as b\n\n\ndef f(x: b.B) -> None:\n    pass\n",
        "import d18.a as a\n\n\nclass B:\n    pass\n",
        fails="b",
    ),
    "d19": _named(
        "d19",
        "from __future__ import annotations\n\nimport d19.b as b\n\n\n"
        "def f(x: b.B) -> None:\n    y: b.B = x\n\n\nclass C:\n    z: b.B\n",
        "import d19.a as a\n\n\nclass B:\n    pass\n",
    ),
    "d20": _named(
        "d20",
        "from d20.b import make\n\n\nclass A:\n    pass\n",
        "import d20.a\n\n\ndef make():\n    return d20.a.A()\n\n\nmade = make()\n",
        fails="a b",
    ),
    "d21": _named(
        "d21",
        "def late():\n    return LATER\n\n\nfrom d21.b import value\n\nLATER = 1\n",
        "from d21.a import late\n\nvalue = late()\n",
        fails="a b",
    ),
    "d22": _named(
        "d22",
        "from d22.b import registry\n\n\n@registry.add('a')\nclass A:\n    pass\n",
        "class Registry:\n    def add(self, name):\n        def wrap(made):\n"
        "            from d22.c import note\n\n            note(name)\n"
        "            return made\n\n        return wrap\n\n\nregistry = Registry()\n",
        "from d22.a import A\n\n\ndef note(name):\n    return A\n",
        fails="a c",
    ),
    "d23": _named(
        "d23",
        "class Base:\n    def __init_subclass__(cls):\n        from d23.c import seen\n"
        "\n        seen(cls)\n",
        "from d23.a import Base\n\n\nclass B(Base):\n    pass\n",
        "from d23.b import B\n\n\ndef seen(cls):\n    return B\n",
        fails="b c",
    ),
    # Relative imports, and one beyond the top.
    "d24": case(
        {
            "d24/__init__.py": "",
            "d24/x/__init__.py": "from .a import A\n",
            "d24/x/a.py": "from ..y import B\n\n\nclass A(B):\n    pass\n",
            "d24/y/__init__.py": "from .b import B\n",
            "d24/y/b.py": "from ..x import a\n\n\nclass B:\n    other = a\n",
        },
        "d24.y d24.y.b",
    ),
    "d25": _named("d25", "from ... import f\n", fails="a"),
    # `from package import module` finds one that is still running; `import a.b as c`
    # does since 3.7; `a.b.f` does not.
    "d26": _named(
        "d26",
        "import d26.b as b\n\n\ndef f():\n    return b\n",
        "import d26.a as a\n\n\ndef g():\n    return a\n",
    ),
    "d27": _named(
        "d27",
        "import d27.b\n\nX = 1\n",
        "import d27.a\n\nY = d27.a\n",
        fails="a",
    ),
    # A failure that is caught, and the second import that runs the module again.
    "d28": _named(
        "d28",
        "try:\n    import d28.b\nexcept ImportError:\n    pass\n\n\ndef f():\n    return 1\n"
        "\n\nimport d28.b as again\n\nX = again.Y\n",
        "from d28.a import f\n\nY = 2\n",
        fails="b",
    ),
    "d29": _named(
        "d29",
        "import contextlib\n\nwith contextlib.suppress(ImportError):\n"
        "    from d29.b import g\n\n\ndef f():\n    return 1\n",
        "from d29.a import f\n\n\ndef g():\n    return f\n",
    ),
    "d30": _named(
        "d30",
        "X = 1\nfrom d30.b import Y\n\ndel X\n",
        "from d30.a import X\n\nY = 2\n",
        "import d30.a\nfrom d30.a import X\n",
        fails="b c",
    ),
    # A name of the package hides the module of that name.
    "d31": case(
        {
            "d31/__init__.py": "from d31.token import token\n",
            "d31/token.py": "def token():\n    return 1\n",
            "d31/a.py": "from d31 import token\n\nX = token()\n",
            "d31/b.py": "import d31.token as token\n\nX = token()\n",
        }
    ),
    "d32": _named(
        "d32",
        "import d32.b as b\n\nX = [b.f(n) for n in (1, 2)]\nY = [b.h(n) for n in ()]\n",
        "import d32.a as a\n\n\ndef f(n):\n    return n\n",
        fails="b",
    ),
    "d33": _named(
        "d33",
        "from d33 import b\n\nif __name__ == '__main__':\n    b.missing()\n\n\n"
        "class A:\n    kind = b.KIND\n",
        "from d33 import a\n\nKIND = 1\n",
        fails="b",
    ),
}
