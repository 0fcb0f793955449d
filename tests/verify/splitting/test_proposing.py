from __future__ import annotations

from codemods.source import Source
from verify.splitting.inventory import inventory_of
from verify.splitting.plan import loads
from verify.splitting.proposing import plan_text, propose


def proposal(text: str) -> dict[str, list[str]]:
    inventory = inventory_of("pkg.m", Source(text, "utf-8", b""))
    clusters = propose(inventory)
    plan = loads(plan_text(inventory, clusters), "plan.toml")
    plan.check(inventory)
    return {f.module_text: list(f.symbols) for f in plan.declared.files}


def klass(name: str, base: str = "", body: str = "") -> str:
    fields = "".join(f"    x{n} = {n}\n" for n in range(30))
    return f"class {name}({base}):\n{fields}{body}\n"


def test_one_class_a_file_named_by_what_its_name_has_of_its_own() -> None:
    text = klass("BaseKVPool") + klass("KVPool", "BaseKVPool") + klass("PagedKVPool")
    assert proposal(text) == {
        "base": ["BaseKVPool"],
        "kv": ["KVPool"],
        "paged": ["PagedKVPool"],
    }


def test_a_helper_goes_with_its_only_user() -> None:
    text = klass("A", body="    def f(self): return _g()\n") + "def _g(): return _h()\n"
    text += "def _h(): ...\n" + klass("B")
    assert proposal(text) == {"a": ["A", "_g", "_h"], "b": ["B"]}


def test_what_several_use_stands_below_them() -> None:
    text = "def _g(): ...\n" + klass("A", body="    f = _g()\n")
    text += klass("B", body="    f = _g()\n")
    assert proposal(text) == {"common": ["_g"], "a": ["A"], "b": ["B"]}


def test_what_would_import_one_another_stays_together() -> None:
    text = klass("A", body="    def f(self): return B\n")
    text += klass("B", body="    def f(self): return A\n")
    assert list(proposal(text).values()) == [["A", "B"]]


def test_a_file_is_never_named_as_a_name_of_the_module() -> None:
    text = (
        klass("BasePool") + klass("OtherPool") + "def base(): ...\ndef common(): ...\n"
    )
    found = proposal(text)
    assert not {"base", "common"} & found.keys()


def test_names_that_no_file_can_have_are_avoided() -> None:
    text = klass("ImportPool") + klass("InitPool") + klass("_Pool")
    names = proposal(text).keys()
    assert not {"import", "init", ""} & names


def test_nothing_is_lost() -> None:
    text = (
        "import os\nA = os.sep\nb, c = 1, 2\nif A:\n    D = 1\nelse:\n    D = 2\n"
        "def e(): return A\ndef f(): return e\nclass G(Exception): ...\n"
        "def h(): raise G\nprint(1)\n"
    )
    listed = [name for names in proposal(text).values() for name in names]
    assert sorted(listed) == ["A", "D", "G", "b", "c", "e", "f", "h"]


def test_an_empty_module_has_none() -> None:
    inventory = inventory_of("pkg.m", Source("import os\n", "utf-8", b""))
    assert propose(inventory) == []
