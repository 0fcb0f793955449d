"""One migration file: what it may say, and what is said of one that may not."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.migration import MAX_BYTES, MigrationError, Name, load, loads

HEAD = """\
id = "p-1"
title = "X lives in b.py"
package = "p"
since = "1.2"
"""
MOVE = """
[[move]]
from = "p.a:X"
to = "p.b:X"
"""
ALL = f"""\
{HEAD}upstream = "who/p#1"
{MOVE}note = "why"

[[rehome]]
from = "pool"
to = "allocator"
members = ["alloc", "free"]
keeps = ["size"]

[[fold]]
pattern = "2 * f(...)"
to = "p.c:g"

[[move]]
from = "p.m"
to = "q.m"

[[removed]]
name = "p.a:C.old"
instead = "C.new(...)"
"""


def error_of(text: str) -> str:
    with pytest.raises(MigrationError) as caught:
        loads(text, "my.toml")
    return str(caught.value)


# Names


@pytest.mark.parametrize(
    ("text", "name", "dotted"),
    [
        ("p", Name("p"), "p"),
        ("p.a", Name("p.a"), "p.a"),
        ("p.a:X", Name("p.a", "X"), "p.a.X"),
        ("p.a:C.m", Name("p.a", "C.m"), "p.a.C.m"),
        ("p.größe:match", Name("p.größe", "match"), "p.größe.match"),
    ],
)
def test_names(text: str, name: Name, dotted: str) -> None:
    assert Name.parse(text) == name
    assert str(name) == text
    assert name.dotted == dotted
    assert name.top == "p"


def test_what_a_name_lies_in() -> None:
    assert Name.parse("p.a:C.m").ancestors == ("p.a.C", "p.a", "p")
    assert Name.parse("p").ancestors == ()
    assert Name("p.a").is_module
    assert not Name("p.a", "C").is_module
    assert Name("p.a", "C.m").is_member
    assert not Name("p.a", "C").is_member


def test_names_have_an_order() -> None:
    names = [Name("p.b"), Name("p.a", "Y"), Name("p.a", "X"), Name("p.a")]
    assert sorted(names) == list(reversed(names))


BAD_NAMES = [
    "",
    ":",
    "p.a:",
    ":X",
    "p.a:X:Y",
    ".a",
    "p..a",
    "p.a.",
    "p a",
    "p.a:X ",
    " p.a",
    "p-q.a",
    "p.1a",
    "p/a.py",
    "p.class:X",
    "p.a:None",
    "p.ﬁ:X",
    "p.a:X\n",
    "p.a:\x1b[31m",
    "p.a:*",
    "p.a:X()",
]


@pytest.mark.parametrize("text", BAD_NAMES)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a dotted name like"):
        Name.parse(text)


def test_why_it_is_no_name_where_that_is_a_help() -> None:
    with pytest.raises(ValueError, match='"class" is a keyword'):
        Name.parse("p.class:X")
    with pytest.raises(ValueError, match='Python reads "ﬁ" as "fi"'):
        Name.parse("p.ﬁ:X")


@given(st.text())
def test_any_text_is_a_name_or_a_value_error(text: str) -> None:
    try:
        shown = str(Name.parse(text))
    except ValueError as error:
        shown = str(error)
        text = shown if shown.isprintable() else ""
    assert shown == text


# What a file may say


def test_a_whole_migration() -> None:
    migration = loads(ALL, "my.toml")
    assert (migration.id, migration.package, migration.since) == ("p-1", "p", "1.2")
    assert (migration.title, migration.upstream) == ("X lives in b.py", "who/p#1")
    assert [(m.old, m.new, m.note) for m in migration.moves] == [
        (Name("p.a", "X"), Name("p.b", "X"), "why"),
        (Name("p.m"), Name("q.m"), ""),
    ]
    (rehome,) = migration.rehomes
    assert (rehome.old, rehome.new) == ("pool", "allocator")
    assert (rehome.members, rehome.keeps) == (("alloc", "free"), ("size",))
    (fold,) = migration.folds
    assert (fold.pattern, fold.new) == ("2 * f(...)", Name("p.c", "g"))
    (gone,) = migration.removals
    assert (gone.name, gone.instead) == (Name("p.a", "C.old"), "C.new(...)")


def test_upstream_and_note_need_not_be_there() -> None:
    migration = loads(HEAD + MOVE, "my.toml")
    assert migration.upstream == ""
    assert migration.moves[0].note == ""
    assert (migration.rehomes, migration.folds, migration.removals) == ((), (), ())


def test_each_entry_has_its_place() -> None:
    migration = loads(ALL, "my.toml")
    at = ALL.splitlines().index
    second = at('from = "p.m"')
    assert migration.place_of("move", 0) == f"my.toml:{at('[[move]]') + 1}"
    assert migration.place_of("move", 1) == f"my.toml:{second}"
    for table in ("rehome", "fold", "removed"):
        assert migration.place_of(table, 0) == f"my.toml:{at(f'[[{table}]]') + 1}"


def test_a_header_inside_a_string_is_none() -> None:
    decoy = 'upstream = """\\\n[[move]]\\\nfrom = 1\\\n"""\n'
    text = HEAD + decoy + MOVE + MOVE.replace('"p.b:X"', '"p.b"')
    assert error_of(text).startswith("my.toml:16: move[2].to: p.b is a module")


def test_entries_in_one_line() -> None:
    text = HEAD + 'move = [{from = "p.a:X", to = "p.b:X"}, {from = "p.a:Y", to = 1}]'
    assert error_of(text) == "my.toml:5: move[2].to: expected a string, got an integer"


def test_quoted_keys_and_odd_spaces() -> None:
    text = HEAD + '\t[[ "move" ]] # here\n\t"from"\t= "p.a:X"\n  to= "p.a:X"'
    assert error_of(text).startswith("my.toml:7: move[1].to: is the same as from")


@pytest.mark.parametrize("since", ["1", "1.2.post1", "2!1.0", "1.0rc1", "1.0.dev3+x"])
def test_versions(since: str) -> None:
    migration = loads(HEAD.replace("1.2", since) + MOVE, "my.toml")
    assert migration.since == since


# What it may not say


@pytest.mark.parametrize("key", ["id", "title", "package", "since"])
def test_a_key_that_must_be_there(key: str) -> None:
    text = re.sub(rf"(?m)^{key} = .*\n", "", HEAD) + MOVE
    assert error_of(text) == f'my.toml:1: the key "{key}" is missing; add it'


@pytest.mark.parametrize(
    ("entry", "key", "line"),
    [
        ('[[move]]\nfrom = "p.a:X"', 'move[1]: the key "to"', 5),
        ('[[rehome]]\nfrom = "a"\nto = "b"', 'rehome[1]: the key "members"', 5),
        ('[[fold]]\nto = "p.a:f"', 'fold[1]: the key "pattern"', 5),
        ('[[removed]]\nname = "p.a"', 'removed[1]: the key "instead"', 5),
    ],
)
def test_a_key_that_an_entry_must_have(entry: str, key: str, line: int) -> None:
    assert error_of(HEAD + entry) == f"my.toml:{line}: {key} is missing; add it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + 'sinse = "1"' + MOVE, '5: sinse: there is no such key; did you mean "since"?'),
        (HEAD + MOVE + 'too = "x"', '9: move[1].too: there is no such key; did you mean "to"?'),
        (HEAD + MOVE + '[[moves]]\nfrom = "x"', 'moves: there is no such key; did you mean "move"?'),
        (HEAD + MOVE + "zzz = 1", "zzz: there is no such key; known are from, to, note"),
        (HEAD + '[move]\nfrom = "p.a"', "5: move: write each entry under [[move]], in two brackets"),
        (HEAD.replace('"1.2"', "1.2") + MOVE, "4: since: expected a string, got a float"),
        (HEAD.replace("1.2", "soon") + MOVE, '4: since: "soon" is not a version like 0.5.13'),
        (HEAD.replace("p-1", "p 1") + MOVE, '1: id: "p 1" is not an id; use'),
        (HEAD.replace("p-1", "../p") + MOVE, '1: id: "../p" is not an id; use'),
        (HEAD.replace("X lives in b.py", " ") + MOVE, "2: title: is empty"),
        (HEAD.replace("X lives in b.py", "a\\nb") + MOVE, "2: title: is not one line of plain"),
        (HEAD.replace('"p"', '"p.a"') + MOVE, '3: package: "p.a" is not the import name'),
        (HEAD.replace('"p"', '"q"') + MOVE, "7: move[1].from: p.a:X is not in the package q;"),
        (HEAD, "1: declares nothing; add a [[move]]"),
        (HEAD + MOVE.replace("b:X", "a:X"), "8: move[1].to: is the same as from"),
        (HEAD + MOVE.replace("b:X", "b"), "8: move[1].to: p.b is a module, but from is the symbol p.a:X; write p.b:X"),
        (HEAD + MOVE.replace("a:X", "a"), "8: move[1].to: p.b:X is a symbol, but from is the module p.a;"),
        (HEAD + MOVE + 'note = "\\u202e"', "9: move[1].note: is not one line of plain text"),
        (HEAD + '[[removed]]\nname = "q.a"\ninstead = "x"', "6: removed[1].name: q.a is not in the package p"),
        (HEAD + '[[removed]]\nname = "p.a"\ninstead = ""', "7: removed[1].instead: is empty"),
        (HEAD + '[[rehome]]\nfrom = "a.b"\nto = "c"\nmembers = ["d"]', '6: rehome[1].from: "a.b" is not the name of an attribute'),
        (HEAD + '[[rehome]]\nfrom = "a"\nto = "a"\nmembers = ["d"]', "7: rehome[1].to: is the same as from"),
        (HEAD + '[[rehome]]\nfrom = "a"\nto = "b"\nmembers = []', "8: rehome[1].members: is empty"),
        (HEAD + '[[rehome]]\nfrom = "a"\nto = "b"\nmembers = ["d", 1]', "8: rehome[1].members: expected a string"),
        (HEAD + '[[rehome]]\nfrom = "a"\nto = "b"\nmembers = ["d"]\nkeeps = ["d"]', "9: rehome[1].keeps: d is in members too"),
        (HEAD + '[[rehome]]\nfrom = "a"\nto = "b"\nmembers = ["d"]\nshared = ["e"]', "9: rehome[1].shared: e is not in keeps"),
        (HEAD + '[[fold]]\npattern = "2 *"\nto = "p.a:f"', '6: fold[1].pattern: "2 *" is not a Python expression'),
        (HEAD + '[[fold]]\npattern = "f()"\nto = "p.a"', "7: fold[1].to: p.a is a module"),
        (HEAD + '[[fold]]\npattern = "f()"\nto = "p a"', '7: fold[1].to: "p a" is not a dotted name'),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be(text: str, message: str) -> None:
    assert message in error_of(text)
    assert error_of(text).startswith("my.toml:")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none_is_quoted_without_harm(name: str) -> None:
    escaped = "".join(f"\\u{ord(c):04x}" for c in name)
    message = error_of(HEAD + MOVE + f'[[move]]\nfrom = "{escaped}"\nto = "p.b:Y"')
    assert message.startswith("my.toml:10: move[2].from: ")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id = ", 1),
        (HEAD + "[[move]\n", 5),
        (HEAD + 'id = "again"', 5),
        (HEAD + MOVE + "\x1b", 9),
        (HEAD + 'x = """', 5),
        ("a = " + "[" * 100_000, 1),
        ("a = " + "9" * 5_000, 1),
        ("a\0b = 1", 1),
    ],
)
def test_a_text_that_is_no_toml(text: str, line: int) -> None:
    message = error_of(text)
    assert message.startswith(f"my.toml:{line}: is not valid TOML: ")
    assert message.isprintable()


@given(st.text())
def test_any_text_is_a_migration_error(text: str) -> None:
    assert error_of(text).isprintable()


@given(st.text(), st.sampled_from(["from", "to", "note", "more"]))
def test_any_value_is_taken_or_refused(text: str, key: str) -> None:
    escaped = "".join(f"\\U{ord(c):08x}" for c in text)
    lines = {"from": '"p.a:X"', "to": '"p.b:X"'} | {key: f'"{escaped}"'}
    entry = "\n".join(f"{name} = {value}" for name, value in lines.items())
    try:
        outcome = str(len(loads(f"{HEAD}[[move]]\n{entry}\n", "my.toml").moves))
    except MigrationError as error:
        outcome = str(error)
    line = 6 + list(lines).index(key)
    # Whether from and to fit together is told at `to`.
    places = {f"my.toml:{line}: move[1].{key}: "}
    places |= {"my.toml:7: move[1].to: "} if key == "from" else set()
    assert outcome == "1" or outcome.startswith(tuple(places))
    assert outcome.isprintable()


def test_a_long_hostile_value_is_cut() -> None:
    message = error_of(HEAD + MOVE.replace("p.b:X", "p." + "a" * 10_000 + "!"))
    assert len(message) < 300


def test_a_key_that_is_hostile() -> None:
    message = error_of(HEAD + MOVE + '"\\u001b[31m\\n" = 1')
    assert "move[1].\\x1b[31m\\n: there is no such key" in message


# Reading files


def test_a_file_as_editors_on_windows_save_it(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + MOVE).replace("\n", "\r\n").encode())
    migration = load(file)
    assert migration.place_of("move", 0) == f"{file}:6"
    assert migration.declares_the_same(loads(HEAD + MOVE, "other.toml"))
    file.write_bytes(file.read_bytes().replace(b"p.b:X", b"p.b"))
    with pytest.raises(MigrationError, match=r"my\.toml:8: move\[1\]\.to"):
        load(file)


def refusal(path: Path) -> str:
    with pytest.raises(MigrationError) as caught:
        load(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "none.toml")
    assert "is a folder; name a migration file in it" in refusal(tmp_path)
    assert "is not a path" in refusal(Path("a\0b"))
    assert "a\\nb\\x1b.toml: cannot be read" in refusal(tmp_path / "a\nb\x1b.toml")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_file_without_permission(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(HEAD + MOVE, encoding="utf-8")
    file.chmod(0)
    assert "cannot be read: Permission denied" in refusal(file)


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(HEAD.encode() + b'upstream = "\xff"')
    assert refusal(file).endswith("my.toml:5: is not UTF-8; save the file as UTF-8")


def test_a_file_that_is_too_large_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    assert f"is larger than {MAX_BYTES} bytes" in refusal(file)
