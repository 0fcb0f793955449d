"""Small packages, each with how its modules import each other.

Which of their modules fail when they are imported first, and where, is asked of
Python by the tests, and not written down here but for how many there are.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """Files by path; `fails` are the modules that Python cannot import first."""

    files: dict[str, str]
    fails: frozenset[str]


def case(files: dict[str, str], fails: str = "") -> Case:
    """A case whose modules in `fails` Python cannot import first."""
    return Case(files, frozenset(fails.split()))


def _allocator(name: str, init: str, swa_from: str) -> dict[str, str]:
    base = f"from {name}.allocator.base import Base\n"
    return {
        f"{name}/__init__.py": "",
        f"{name}/allocator/__init__.py": init,
        f"{name}/allocator/base.py": "class Base:\n    pass\n",
        f"{name}/allocator/paged.py": f"{base}\n\nclass Paged(Base):\n    pass\n",
        f"{name}/allocator/token.py": f"{base}\n\nclass Token(Base):\n    pass\n",
        f"{name}/allocator/swa.py": (
            f"from {swa_from} import Token\n\n\nclass SWA(Token):\n    pass\n"
        ),
    }


def _re_exports(name: str, *modules: str) -> str:
    classes = {"base": "Base", "paged": "Paged", "swa": "SWA", "token": "Token"}
    return "".join(
        f"from {name}.allocator.{module} import {classes[module]}\n"
        for module in modules
    )


def _pair(name: str, a: str, b: str) -> dict[str, str]:
    return {f"{name}/__init__.py": "", f"{name}/a.py": a, f"{name}/b.py": b}


CASES: dict[str, Case] = {
    "c01": case(
        _allocator(
            "c01", _re_exports("c01", "base", "paged", "swa", "token"), "c01.allocator"
        ),
        "c01.allocator c01.allocator.base c01.allocator.paged"
        " c01.allocator.swa c01.allocator.token",
    ),
    "c02": case(
        _allocator(
            "c02", _re_exports("c02", "base", "paged", "token", "swa"), "c02.allocator"
        )
    ),
    "c03": case(
        _allocator(
            "c03",
            _re_exports("c03", "base", "paged", "swa", "token"),
            "c03.allocator.token",
        )
    ),
    "c04": case(
        _allocator("c04", _re_exports("c04", "base", "paged", "token"), "c04.allocator")
    ),
    "c05": case(
        _pair(
            "c05",
            "import c05.b\n\n\ndef f():\n    return c05.b.g()\n",
            "import c05.a\n\n\ndef g():\n    return c05.a.f()\n",
        )
    ),
    "c06": case(
        _pair(
            "c06",
            "from c06.b import g\n\n\ndef f():\n    return g()\n",
            "from c06.a import f\n\n\ndef g():\n    return f()\n",
        ),
        "c06.a c06.b",
    ),
    "c07": case(
        _pair("c07", "X = 1\nfrom c07.b import Y\n", "from c07.a import X\n\nY = 2\n"),
        "c07.b",
    ),
    "c08": case(
        _pair(
            "c08",
            "import c08.b as b\n\n\nclass A(b.B):\n    pass\n",
            "import c08.a as a\n\n\nclass B:\n    pass\n\n\ndef f():\n    return a.A\n",
        ),
        "c08.b",
    ),
    "c09": case(
        _pair(
            "c09",
            "from c09 import b\n\n\ndef f():\n    return b.g()\n",
            "from c09 import a\n\n\ndef g():\n    return a.f()\n",
        )
    ),
    "c10": case(
        _pair(
            "c10",
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
            "    from c10.b import B\n\n\nclass A:\n    b: 'B'\n",
            "from c10.a import A\n\n\nclass B(A):\n    pass\n",
        )
    ),
    "c11": case(
        _pair(
            "c11",
            "def f():\n    from c11.b import g\n\n    return g\n",
            "from c11.a import f\n\n\ndef g():\n    return f\n",
        )
    ),
    "c13": case(
        _pair(
            "c13",
            "try:\n    from c13.b import g\nexcept ImportError:\n    g = None\n\n\n"
            "def f():\n    return g\n",
            "from c13.a import f\n\n\ndef g():\n    return f\n",
        )
    ),
    "c16": case(
        {
            "c16/util.py": "from c16.batch import Req\n\n\ndef helper():\n    return Req\n",
            "c16/batch.py": "class Req:\n    def use(self):\n"
            "        from c16.util import helper\n\n        return helper()\n",
        }
    ),
    "c17": case(
        {
            "c17/util.py": "from c17.batch import Req\n\n\ndef helper():\n    return Req\n",
            "c17/batch.py": "from c17.util import helper\n\n\nclass Req:\n"
            "    def use(self):\n        return helper()\n",
        },
        "c17.util c17.batch",
    ),
}
