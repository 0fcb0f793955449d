"""Why function-local imports stand where they do."""

from __future__ import annotations

import pytest

from verify.importing.graph import Graph, graph_of
from verify.importing.lazy import Need, count_needs, local_imports
from verify.importing.statements import imports_of

FILES = {
    "p/__init__.py": "",
    "p/leaf.py": "",
    "p/other.py": "",
    "p/user.py": "import p.a",
    "p/middle.py": "import p.leaf",
    "p/q/__init__.py": "import p.user",
    "p/q/inner.py": "",
}


def graph(a: str) -> Graph:
    files = FILES | {"p/a.py": a}
    return graph_of({path: imports_of(text.encode()) for path, text in files.items()})


@pytest.mark.parametrize(
    ("top", "inside", "need"),
    [
        ("import p.leaf", "from p.leaf import x", Need.REDUNDANT),
        ("if TYPE_CHECKING:\n    import p.leaf", "import p.leaf", Need.FREE),
        ("import p.middle", "import p.leaf", Need.LOADED),
        ("", "import p.leaf", Need.FREE),
        ("", "from p import other", Need.FREE),
        ("", "import p.user", Need.FORCED),
        ("", "import p.q.inner", Need.FORCED),
        ("", "import p.a", Need.FORCED),
    ],
)
def test_each_has_its_need(top: str, inside: str, need: Need) -> None:
    (found,) = local_imports(graph(f"{top}\ndef f():\n    {inside}\n"))
    assert (found.need, found.statement.function) == (need, "f")


def test_of_others_there_is_nothing_to_say() -> None:
    assert (
        local_imports(graph("def f():\n    import os\n    import p.gone.x\n"), "q")
        == ()
    )
    counted = count_needs(local_imports(graph("def f():\n    import os\n")))
    assert counted == {"redundant": 0, "loaded anyway": 0, "free": 0, "forced": 0}
