from __future__ import annotations

from codemods.source import Source
from verify.splitting.inventory import Inventory, inventory_of


def taken(text: str) -> Inventory:
    return inventory_of("pkg.m", Source(text, "utf-8", b""))


def units(text: str) -> list[tuple[tuple[str, ...], set[str]]]:
    return [(unit.names, set(unit.uses)) for unit in taken(text).ordered]


def test_definitions_with_what_they_use_now_or_later() -> None:
    text = "A = 1\ndef f(x=A):\n    return g()\nclass C:\n    def g(self): f()\n"
    assert units(text) == [(("A",), set()), (("f",), {"A"}), (("C",), {"f"})]


def test_names_that_are_bound_together_are_one_unit() -> None:
    text = "a, b = 1, 2\nif a:\n    c = 1\nelse:\n    c = 2\nb = 3\n"
    assert [names for names, _ in units(text)] == [("a", "b"), ("c",)]


def test_overloads_are_one_unit() -> None:
    text = "def f(): ...\nX = 1\ndef f(): ...\n"
    assert [names for names, _ in units(text)] == [("f",), ("X",)]


def test_a_function_that_rebinds_a_name_uses_it() -> None:
    assert units("N = 0\ndef f():\n    global N\n    N = 1\n")[1][1] == {"N"}


def test_imports_are_no_units_and_those_for_types_no_names() -> None:
    text = (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "import a.b\nfrom .c import d as e\nif TYPE_CHECKING:\n    import g\n"
    )
    inventory = taken(text)
    assert dict(inventory.imported) == {
        "TYPE_CHECKING": "typing",
        "a": "a.b",
        "e": ".c",
    }
    assert not inventory.units


def test_locals_and_loop_variables_of_comprehensions_are_no_names() -> None:
    assert taken("X = [n for n in (1, 2)]\ndef f(y): z = y\n").names == {"X", "f"}


def test_a_walrus_in_a_comprehension_is_a_name() -> None:
    assert taken("X = [(y := n) for n in (1, 2)]\n").names == {"X", "y"}


def test_names_of_the_module_itself_stay() -> None:
    assert "stays" in taken("__all__ = []\n").units["__all__"].why_not


def test_a_mangled_name_keeps_its_class() -> None:
    inventory = taken("class A:\n    def f(self): return __h()\ndef _A__h(): ...\n")
    assert "_A__h" in inventory.units["A"].why_not
    assert not inventory.units["_A__h"].why_not
