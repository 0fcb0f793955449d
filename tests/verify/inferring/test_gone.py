"""Names that are gone: surely only where they surely were there before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verify.inferring.answer import Inferred, Kind

Infer = Callable[..., Inferred]


@pytest.mark.parametrize(
    "old",
    [
        "from pkg.b import FLAG\nif FLAG:\n    from pkg.c import total\n",
        "import sys\nif sys.version_info < (3,):\n    def total(values):\n        pass\n",
        "def __getattr__(name):\n"
        "    if name == 'total':\n"
        "        raise ImportError(name)\n"
        "    raise AttributeError(name)\n",
    ],
)
def test_what_may_never_have_been_there_is_not_surely_gone(
    between: Infer, old: str
) -> None:
    others = {"pkg/b.py": "FLAG = False\n", "pkg/c.py": "x = 1\n"}
    made = between({"pkg/a.py": old, **others}, {"pkg/a.py": "", **others})
    assert made.sure == ()


MEMBER = "class A:\n    def surface(self):\n        return 1\n"


def test_a_member_that_is_gone_is_sure(between: Infer) -> None:
    made = between({"pkg/a.py": MEMBER}, {"pkg/a.py": "class A:\n    pass\n"})
    [found] = made.sure
    assert (found.kind, found.old) == (Kind.REMOVED, "pkg.a:A.surface")


@pytest.mark.parametrize(
    "new",
    [
        "class A:\n    pass\n\nA.surface = lambda self: 1\n",
        "class A:\n    pass\n\nsetattr(A, 'surface', 1)\n",
        "from pkg.d import Meta\nclass A(metaclass=Meta):\n    pass\n",
        "from pkg.d import give\n@give\nclass A:\n    pass\n",
        "from pkg.b import B\nclass A(B):\n    pass\n",
    ],
)
def test_a_member_that_may_come_from_outside_is_not_surely_gone(
    between: Infer, new: str
) -> None:
    others = {
        "pkg/b.py": "class B:\n    pass\n\nB.surface = 1\n" if "pkg.b" in new else "",
        "pkg/d.py": "class Meta(type):\n    pass\n\ndef give(x):\n    return x\n",
    }
    made = between({"pkg/a.py": MEMBER, **others}, {"pkg/a.py": new, **others})
    assert made.sure == ()


def test_a_member_of_one_python_only_is_not_surely_gone(between: Infer) -> None:
    old = (
        "import sys\nclass A:\n    if sys.version_info < (3,):\n"
        "        def surface(self):\n            return 1\n"
    )
    made = between({"pkg/a.py": old}, {"pkg/a.py": "class A:\n    pass\n"})
    assert made.sure == ()


def test_a_class_made_of_its_namesake_keeps_its_members(between: Infer) -> None:
    shim = "from pkg.new import A\n\nclass A(A):\n    pass\n"
    made = between({"pkg/a.py": MEMBER}, {"pkg/a.py": shim, "pkg/new.py": MEMBER})
    assert made.sure == ()
