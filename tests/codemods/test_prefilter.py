"""The test of raw bytes: it never misses a file, and lets few others through."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.name import Name
from codemods.prefilter import Prefilter

LOST = Prefilter(map(Name.parse, ["p.q.old:A", "p.q.old:B.size", "p.q.other:gone"]))
MOVED = Prefilter([Name.parse("p.q.old")])
TOP = Prefilter([Name.parse("p:A")])
TOP_MOVED = Prefilter([Name.parse("p")])

# Spelled with the moved symbol itself: as a symbol of a module, or its module.
CALL_SITES = [
    "from p.q.old import A",
    "from p.q.old import (\n    Z,  # (why)\n    A as B,\n)",
    "from p.q.old import \\\n    A",
    "from p . q . old import A",
    "from .old import A",
    "from ..q.old import A",
    "from . import old\nold.A()",
    "from p.q import old as o\no.A()",
    "from p.q import (y, old)\nold.A",
    "import p.q.old\np.q.old.A()",
    "import p.q.old as o; o.A",
    "import p.q as z\nz.old.A",
    "import p\np.q.old.A",
    "import p\n(p\n .q\n .old\n .A)",
    "patch('p.q.old.A')",
    "patch('p.q.' 'old.A')",
    "x = 'target: p.q.old:A'",
    "x = b'p.q.old.A'",
    "from p.q.old import B\nB.size",
    "import p.q.old\ngetattr(p.q.old, 'A')",
    "import p.q.other\np.q.other.gone()",
    "from .other import gone",
]

# Uses of the module as a whole, with none of its lost names spelled.
WHOLE_MODULE = [
    "from p.q.old import *",
    "from p.q.old import*",
    "from p.q.old import\\\n*",
    "from .old import *",
    "from ..q.old import *",
    "from . import old",
    "from .. import q\nf(q.old)",
    "from .\\\n import old",
    "from . import (\n    y,  # not (old\n    old,\n)",
    "from . import \\\n  y, \\\n  old",
    "from p.q import old as o\nf(o)",
    "from p.q import y, old",
    "from p.q import(old)",
    "from p.q import \\\r\n old",
    "from\tp . q\timport\told",
    "import p.q.old\nf(p.q.old)",
    "import p.q.old as o, sys",
    "import sys, p.q.old",
    "import p . q . old",
    "import p.\\\nq.\\\nold",
    "import p.q as z\nf(z.old)",
    "from p import q as z\nf(z.old)",
    "from p import (q  # noqa\n   as z)\nf(z.old)",
    "import p\ngetattr(p.q.old, name)",
    "import p\nf(p.q  # here\n   .old)",
    "import p\np.q.old.__dict__[name]",
    "import p as z\nvars(z.q.old)",
    "f'p.q.old.{name}'",
    "'p.q.old.' + name",
    "'p.q.old.%s' % name",
    "'p.q' '.old'",
    "('p.q.'\n  f'old.{name}')",
    "import_module('p.q.old')",
    "import_module('.old', 'p.q')",
    "import_module('..old', package='p.q.r')",
    "sys.modules['p.q.old']",
    "from . import *",
    "from .. import*",
    "from .\\\n import *",
]

OTHERS = [
    "",
    "import p",
    "from p.q import y",
    "from p.q.older import Z",
    "from p.q.old import Z",
    "from p.q.old import (Z, Y)",
    "from p.q.old import (\n    Z,\n    Y,\n)",
    "import p\np.q.old.Z()",
    "from .old import Z",
    "from p.r import old",
    "from r.q2 import old",
    "import old",
    "old = p.q",
    "from other import A",
    "from .r.old import *",
    "from p.q.new import *",
    "# the old import of q",
]


@pytest.mark.parametrize("code", CALL_SITES)
def test_call_sites(code: str) -> None:
    assert LOST.matches(code.encode())
    assert LOST.matches(code.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("code", WHOLE_MODULE)
def test_uses_of_the_whole_module(code: str) -> None:
    assert LOST.matches(code.encode())
    old_mac = code.replace("\r", "").replace("\n", "\r")
    assert LOST.matches(old_mac.encode())
    assert MOVED.matches(code.encode())


@pytest.mark.parametrize(
    "code", [*CALL_SITES, "from .old import Z", "import p; p.q.old.Z"]
)
def test_a_module_that_moved_itself(code: str) -> None:
    is_of_other = "gone" in code
    assert MOVED.matches(code.encode()) != is_of_other


def test_submodules_of_a_module_that_moved() -> None:
    for code in (
        "from .old.sub import Z",
        "from p.q.old.sub import Z",
        "'p.q.old.sub.Z'",
    ):
        assert MOVED.matches(code.encode())
        assert not LOST.matches(code.encode())


@pytest.mark.parametrize("code", OTHERS)
def test_other_files_are_let_out(code: str) -> None:
    assert not LOST.matches(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "from p import A",
        "from p import *",
        "import p\nf(p)",
        "import p as q",
        "import p\np.__dict__",
        "f'p.{name}'",
        "from . import A",
        "from .. import *",
    ],
)
def test_names_of_a_top_level_package(code: str) -> None:
    assert TOP.matches(code.encode())


def test_a_top_level_package_itself() -> None:
    assert TOP_MOVED.matches(b"from p.x import Y")
    assert not TOP_MOVED.matches(b"from q.x import Y")
    assert not TOP.matches(b"from p.x import Y\np.x.Y()")


def test_a_member_needs_its_class() -> None:
    assert not LOST.matches(b"import p.q.old.sub\nx.size")
    assert LOST.matches(b"import p.q.old.sub\nB().size")


def test_other_spellings_of_an_identifier() -> None:
    """Python reads a full-width letter as the plain one."""
    assert LOST.matches("from p.q.old import \uff21".encode())
    assert LOST.matches("from p.q.\uff4f\uff4c\uff44 import *".encode())
    assert LOST.matches("# é\nfrom p.q.old import A".encode())


def test_declared_encodings() -> None:
    code = "from p.q.old import A  # é\n"
    for encoding in ("latin-1", "cp1252", "utf-8-sig", "iso-8859-15"):
        assert LOST.matches(f"# coding: {encoding}\n{code}".encode(encoding))
    strange = "# coding: utf-7\nfrom p.q.old import +AEE-\n"
    assert LOST.matches(strange.encode("ascii"))
    for no_encoding in ("nonsense", "zlib", "rot13", "undefined", "idna", "x" * 500):
        data = b"# coding: " + no_encoding.encode() + b"\nfrom p.q.old import A\n\xff"
        assert LOST.matches(data)
    assert LOST.matches(codecs.BOM_UTF8 + b"from p.q.old import *")


@given(st.binary())
def test_any_bytes_have_an_answer(data: bytes) -> None:
    around = b"\nfrom p.q.old import A\n"
    assert LOST.matches(b"\n" + data.replace(b"coding", b"") + around)
    assert LOST.matches(data) in (True, False)


@given(st.text(alphabet="pqold. \\\n#()'\"imrtfABas*,"))
def test_no_text_takes_away_a_call_site(text: str) -> None:
    assert LOST.matches(f"{text}\nfrom p.q.old import *\n".encode())


def test_a_file_without_an_end_of_near_hits_is_quick() -> None:
    """Each of these would take minutes if the search went back and forth."""
    many = 5_000
    for line in (
        "# p.q\n",
        "q # q.\n",
        "from p.q \\\n",
        "# from . import (\n",
        "from . import (old2, # (\n",
        "q (",
    ):
        data = b"import p\n" + line.encode() * many + b"\n.olden old1"
        assert LOST.matches(data) in (True, False)
