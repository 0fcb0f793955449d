"""Nothing is called verbatim that is not, and no line is explained that is not."""

from __future__ import annotations

import pytest

from tests.verify.movement.movements import (
    CLASS,
    FUNCTION,
    Side,
    indented,
    left,
    residual,
    seen,
    verdicts,
)

LONG = "release(a.handles, a.pools, timeout=30, wait=True, force=False, again=None)"


def moved(old: str, new: str) -> tuple[Side, Side]:
    """A file's text that went to another file, which was there before."""
    return {"a.py": old, "b.py": "x = 1\n"}, {"a.py": "", "b.py": f"x = 1\n\n\n{new}"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Decorators, class bodies and definitions of one name in another order.
        ("@a\n@b\ndef f():\n    return 'long enough to be found again'\n", "@b\n@a\ndef f():\n    return 'long enough to be found again'\n"),
        (CLASS, CLASS.replace("    LIMIT = 5\n    names = list(range(LIMIT))\n", "    names = list(range(LIMIT))\n    LIMIT = 5\n")),
        ("class A:\n    def f(self):\n        return 1\n\n    def f(self):\n        return 2\n", "class A:\n    def f(self):\n        return 2\n\n    def f(self):\n        return 1\n"),
        ("class E(Enum):\n    A = auto()\n    B = auto()\n", "class E(Enum):\n    B = auto()\n    A = auto()\n"),
        ("A = 1\nA = 2\n", "A = 2\nA = 1\n"),
        # Structure.
        (FUNCTION, FUNCTION.replace("        total = width", "    total = width")),
        (FUNCTION, f"async {FUNCTION}"),
        ("def f(a):\n    if a: b(); c()\n    return a, 'a text that is long'\n", "def f(a):\n    if a: b()\n    c()\n    return a, 'a text that is long'\n"),
        ("def f(a):\n    x = 1; y = 2\n    return a, 'a text that is long'\n", "def f(a):\n    y = 2; x = 1\n    return a, 'a text that is long'\n"),
        ("def f(a):\n    try:\n        go()\n    finally:\n        end()\n", "def f(a):\n    try:\n        go()\n    except:\n        end()\n"),
        ("def f(a):\n    for x in a:\n        if x:\n            go()\n    else:\n        end()\n", "def f(a):\n    for x in a:\n        if x:\n            go()\n        else:\n            end()\n"),
        # Values.
        (FUNCTION, FUNCTION.replace("sum(values)", "[v for v in values]").replace("[v for v in values]", "(v for v in values)")),
        ("def f():\n    return g(1, 'some text', 'more of it')\n", "def f():\n    return g(True, 'some text', 'more of it')\n"),
        ("def f():\n    return g(1, 'some text', 'more of it')\n", "def f():\n    return g(1.0, 'some text', 'more of it')\n"),
        ("def f():\n    return g(0.0, 'some text', 'more of it')\n", "def f():\n    return g(-0.0, 'some text', 'more of it')\n"),
        ("def f():\n    return g(a=1, b='some text', c='more of it')\n", "def f():\n    return g(b='some text', a=1, c='more of it')\n"),
        ("def f():\n    return f'{a}  {b!r}', 'some text'\n", "def f():\n    return f'{a} {b!r}', 'some text'\n"),
        ("def f():\n    return 'a\tb', 'some text', 'more'\n", "def f():\n    return 'a       b', 'some text', 'more'\n"),
        # Strings over several lines.
        ('def f():\n    x = """a\n    b\n    """\n    return x, "text"\n', 'def f():\n    x = """a\n\n    b\n    """\n    return x, "text"\n'),
        ('def f():\n    x = """a\n    b\n      c\n    """\n    return x, "text"\n', 'def f():\n    x = """a\n      c\n    b\n    """\n    return x, "text"\n'),
        ('def f():\n    x = """a  \n    b"""\n    return x, "some text"\n', 'def f():\n    x = """a\n    b"""\n    return x, "some text"\n'),
        ('def f():\n    """One.  \n\n    Two.\n    """\n    return g("some text")\n', 'def f():\n    """One.\n\n    Two.\n    """\n    return g("some text")\n'),
        # Heads.
        (FUNCTION, FUNCTION.replace("(values, width)", "(values, width=None)")),
        (FUNCTION, FUNCTION.replace("(values, width)", "(values, /, width)")),
        (FUNCTION, FUNCTION.replace("(values, width)", "(width, values)")),
        ("class A(B, C):\n    def f(self):\n        return 'long enough'\n", "class A(C, B):\n    def f(self):\n        return 'long enough'\n"),
    ],
)  # fmt: skip
def test_a_change_on_the_way_is_edited_and_left_to_read(old: str, new: str) -> None:
    assert old != new
    base, head = moved(old, new)
    movement = seen(base, head)
    found = left(movement, base, head)
    assert found
    exact = {m.old for m in movement.matches if m.verdict.value != "edited"}
    assert not exact or any(line[0] == "-" for line in found)
    # The same in its place, and with a file that is renamed.
    assert residual({"a.py": old}, {"a.py": new})
    assert residual({"p/a.py": f"{CLASS}\n\n{old}"}, {"p/b.py": f"{CLASS}\n\n{new}"})


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text.replace("    ", "\t"), "reformatted"),
        (lambda text: text.replace("\n", "\r\n"), "verbatim"),
        (lambda text: text.removesuffix("\n"), "verbatim"),
        (lambda text: f"\ufeff{text}", "verbatim"),
        (lambda text: f"\f\n{text}", "verbatim"),
        (lambda text: text.replace("sum(values)", "(sum(values))"), "reformatted"),
        (
            lambda text: text.replace("sum(values)", "sum(\n        values,\n    )"),
            "reformatted",
        ),
        (lambda text: text.replace("sum(values)", "sum(values)  # why"), "reformatted"),
    ],
)
def test_layout(change: object, verdict: str) -> None:
    assert callable(change)
    movement = seen(
        {"a.py": FUNCTION, "b.py": "y = 2\n"}, {"a.py": "", "b.py": change(FUNCTION)}
    )
    assert verdicts(movement) == {"spread": verdict}


def test_a_tab_for_eight_blanks_is_no_verbatim_move() -> None:
    wide = FUNCTION.replace("    ", "        ")
    tabs = FUNCTION.replace("    ", "\t")
    movement = seen({"a.py": wide, "b.py": "y = 2\n"}, {"a.py": "", "b.py": tabs})
    assert verdicts(movement) == {"spread": "reindented"}


def test_a_comment_that_changed_is_left_to_read() -> None:
    for old, new in (("# type: ignore[a]", "# type: ignore[b]"), ("# one", "# two")):
        base, head = moved(f"{old}\n{FUNCTION}", f"{new}\n{FUNCTION}")
        assert residual(base, head) == [f"-{old}", f"+{new}"]
        base, head = moved(
            FUNCTION.replace("        print", f"        {old}\n        print"), FUNCTION
        )
        assert residual(base, head) == [f"-{old}"]


def test_one_copy_explains_one_definition() -> None:
    count = len(FUNCTION.splitlines())
    assert (
        len(
            residual(
                {"a.py": FUNCTION, "c.py": FUNCTION, "b.py": ""},
                {"a.py": "", "c.py": "", "b.py": FUNCTION},
            )
        )
        == count
    )
    assert (
        len(
            residual(
                {"a.py": FUNCTION, "b.py": ""},
                {"a.py": "", "b.py": f"{FUNCTION}\n\n{FUNCTION}"},
            )
        )
        >= count
    )
    assert (
        len(
            residual(
                {"a.py": FUNCTION, "b.py": ""}, {"a.py": FUNCTION, "b.py": FUNCTION}
            )
        )
        == count
    )


def test_names_that_are_exchanged_are_left_to_read() -> None:
    one = "class A:\n    def f(self):\n        return 'the first of both, which is A'\n"
    two = (
        "class B:\n    def f(self):\n        return 'the second of both, which is B'\n"
    )
    base = {"a.py": f"{one}\n\n{two}", "b.py": ""}
    crossed = one.replace("class A", "class B"), two.replace("class B", "class A")
    head = {"a.py": "", "b.py": "\n\n".join(crossed)}
    movement = seen(base, head)
    assert set(verdicts(movement).values()) == {"edited"}
    assert {"-class A:", "-class B:", "+class A:", "+class B:"} <= set(
        left(movement, base, head)
    )
    for crosswise in ({"a.py": head["b.py"]}, {"a.py": "\n\n".join(reversed(crossed))}):
        assert residual({"a.py": base["a.py"]}, crosswise)


def test_values_that_are_exchanged_between_modules_are_left_to_read() -> None:
    use = "\n\ndef f():\n    return K + 100000000000000000000\n"
    base = {"a.py": f"K = 1\n{use}", "b.py": f"K = 2\n{use}"}
    found = residual(base, {"a.py": base["b.py"], "b.py": base["a.py"]})
    assert sorted(found) == ["+K = 1", "+K = 2", "-K = 1", "-K = 2"]


def test_a_statement_between_functions_that_stay_is_left_to_read() -> None:
    old = f"def f(a):\n    {LONG}\n    return 1\n\n\ndef g(a):\n    return 2\n"
    new = f"def f(a):\n    return 1\n\n\ndef g(a):\n    {LONG}\n    return 2\n"
    assert residual({"a.py": old}, {"a.py": new}) == [f"-{LONG}", f"+{LONG}"]


def test_a_statement_between_files_that_stay_is_left_to_read() -> None:
    base = {"a.py": f"import os\n\n{LONG}\n", "b.py": "import os\n"}
    head = {"a.py": "import os\n", "b.py": f"import os\n\n{LONG}\n"}
    assert residual(base, head) == [f"-{LONG}", f"+{LONG}"]


def test_a_statement_inside_its_function_is_left_to_read() -> None:
    lines = ["def f(a):", "    b = a", f"    {LONG}", "    c = b", "    return c", ""]
    other = [*lines[:2], lines[3], lines[2], *lines[4:]]
    assert len(residual({"a.py": "\n".join(lines)}, {"a.py": "\n".join(other)})) == 2


@pytest.mark.parametrize("head", ["f(a: A)", "f(a) -> A", "f(*a: A)", "f(a, *, b: A)"])
def test_types_are_evaluated_in_order(head: str) -> None:
    function, made = f"def {head}:\n    return 1\n", "class A:\n    x = 1\n"
    base, after = {"a.py": f"{made}\n\n{function}"}, {"a.py": f"{function}\n\n{made}"}
    assert residual(base, after)
    lazy = "from __future__ import annotations\n\n\n"
    assert not residual({"a.py": lazy + base["a.py"]}, {"a.py": lazy + after["a.py"]})


def test_overloads_keep_their_order() -> None:
    code = "from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n"
    swapped = code.replace("int", "?").replace("str", "int").replace("?", "str")
    base = {"a.py": code, "b.py": ""}
    assert residual(base, {"a.py": "", "b.py": code}) == []
    assert "+def f(x: int) -> int: ..." in residual(base, {"a.py": "", "b.py": swapped})


def test_branches_that_changed_places_are_left_to_read() -> None:
    code = "import sys\n\nif sys.platform == 'linux':\n    def f(x):\n        return one(x)\nelse:\n    def f(x):\n        return other(x)\n"
    swapped = (
        code.replace("one(x)", "?")
        .replace("other(x)", "one(x)")
        .replace("?", "other(x)")
    )
    for new in (swapped, code.replace("==", "!=")):
        base, head = moved(code, new)
        movement = seen(base, head)
        assert set(verdicts(movement).values()) == {"edited"}
        assert residual({"a.py": code}, {"a.py": new})


def test_code_of_stubs_and_of_modules_is_not_the_same() -> None:
    movement = seen({"p/a.py": FUNCTION}, {"p/b.pyi": FUNCTION})
    assert verdicts(movement) == {}
    assert movement.residual == movement.changed
    stubs = {
        "p/a.py": FUNCTION,
        "p/a.pyi": "def spread(values: list[int], width: int) -> int: ...\n",
    }
    both = seen(stubs, {path.replace("a.", "b."): text for path, text in stubs.items()})
    assert set(verdicts(both).values()) == {"verbatim"}
    assert both.residual == 0


def test_text_in_another_encoding() -> None:
    code = FUNCTION.replace("print(value", "print('\xe9', value")
    cookie = "# -*- coding: latin-1 -*-\n"
    base: Side = {
        "a.py": f"{cookie}\nx = 1\n\n\n{code}".encode("latin-1"),
        "b.py": "y = 1\n",
    }
    head: Side = {
        "a.py": f"{cookie}\nx = 1\n".encode("latin-1"),
        "b.py": f"y = 1\n\n\n{code}",
    }
    assert verdicts(seen(base, head)) == {"spread": "verbatim"}
    # The same bytes are other characters without the cookie.
    as_latin = {"a.py": f"{cookie}{code}".encode()}
    assert len(residual(as_latin, {"a.py": code})) == 3


def test_what_does_not_parse_is_undecided_and_explains_nothing() -> None:
    broken = f"{FUNCTION}\ndef (:\n"
    cases: list[tuple[Side, Side]] = [
        ({"a.py": FUNCTION, "b.py": ""}, {"a.py": "", "b.py": broken}),
        ({"a.py": broken, "b.py": ""}, {"a.py": "", "b.py": FUNCTION}),
        ({"a.py": FUNCTION, "b.py": b"\xff = 1\n"}, {"a.py": "", "b.py": FUNCTION}),
    ]
    for base, head in cases:
        movement = seen(base, head)
        assert len(movement.unread) == 1
        assert verdicts(movement) == {}
        assert movement.residual >= 2 * len(FUNCTION.splitlines())


def test_empty_and_blank_files() -> None:
    for base, head in (
        ({"a.py": "", "b.py": ""}, {"c.py": "", "d.py": ""}),
        ({"a.py": "\n\n\n"}, {"a.py": "\n"}),
    ):
        movement = seen(base, head)
        assert (movement.residual, movement.changed) == (0, 0)
        assert "edited" not in verdicts(movement).values()


def test_a_file_of_20000_lines() -> None:
    def body(number: int) -> str:
        return "".join(f"    value{n} = {number} + {n}\n" for n in range(18))

    parts = [f"def f{n}():\n{body(n)}\n" for n in range(1000)]
    base = {"a.py": "".join(parts), "b.py": ""}
    lost = "".join(parts[500:]).replace("    value3 = 777 + 3\n", "")
    head = {"a.py": "".join(parts[:500]), "b.py": lost}
    movement = seen(base, head)
    found = verdicts(movement)
    assert len(found) == 500
    assert [name for name, how in found.items() if how != "verbatim"] == ["f777"]
    assert left(movement, base, head) == ["-value3 = 777 + 3"]


def test_a_nested_function_loses_what_it_closed_over() -> None:
    inner = "def inner(x):\n    y = x + factor\n    print('inner', y, factor, 'and more')\n    return y\n"
    base = {
        "a.py": f"def outer(factor):\n{indented(inner)}\n    return inner\n",
        "b.py": "",
    }
    head = {"a.py": "def outer(factor):\n    return inner\n", "b.py": inner}
    movement = seen(base, head)
    assert verdicts(movement) == {"outer.<locals>.inner": "edited"}
    assert "+y = x + factor" in left(movement, base, head)


EXTRACTED = """\
def serve(requests, limit):
    prepare(requests, "for what is to come", limit)
    first = find_the_first_of_all_requests(requests)
    if first is not None:
        mark_as_seen_by_somebody(first, limit)
        tell_everybody_about_it(first, limit)
    return first


"""


def extracted(block: list[str], before: str = "") -> str:
    call = f"def serve(requests, limit):\n{before}    handle(requests, limit)\n    return first\n\n\n"
    return f"{call}def handle(requests, limit):\n{''.join(block)}"


def test_a_block_keeps_its_structure_on_the_way() -> None:
    lines = EXTRACTED.splitlines(keepends=True)[1:6]
    base = {"a.py": EXTRACTED}
    clean = residual(base, {"a.py": extracted(lines)})
    assert "+tell_everybody_about_it(first, limit)" not in clean
    slipped = [*lines[:4], lines[4].removeprefix("    ")]
    assert "+tell_everybody_about_it(first, limit)" in residual(
        base, {"a.py": extracted(slipped)}
    )


def test_a_block_keeps_its_place_among_what_stays() -> None:
    lines = EXTRACTED.splitlines(keepends=True)[1:6]
    base = {"a.py": EXTRACTED}
    # What came second stays, what came first is called after it.
    late = residual(base, {"a.py": extracted([lines[0]], before="".join(lines[1:]))})
    assert '+prepare(requests, "for what is to come", limit)' in late
    early = residual(base, {"a.py": extracted(lines[1:], before=lines[0])})
    assert '+prepare(requests, "for what is to come", limit)' not in early
