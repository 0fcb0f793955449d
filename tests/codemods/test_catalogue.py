"""The built-in migrations and how a user picks from them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import codemods
from codemods.catalogue import between, builtin, find
from codemods.migration import Migration, MigrationError, loads
from codemods.namemap import NameMap

FOLDER = Path(codemods.__file__).parent / "migrations"
IDS = [f"sglang-{number}" for number in (22389, 26675, 26676, 27256, 27458)]


def ids(migrations: list[Migration]) -> list[str]:
    return [migration.id for migration in migrations]


def versioned(*versions: str) -> list[Migration]:
    text = 'id = "p-{0}"\ntitle = "t"\npackage = "p"\nsince = "{0}"\n'
    move = '[[move]]\nfrom = "p.a:X"\nto = "p.b:X"\n'
    return [loads(text.format(each) + move, "p.toml") for each in versions]


def refusal(argument: str) -> str:
    with pytest.raises(MigrationError) as caught:
        find(argument)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_every_file_is_built_in_under_its_own_id() -> None:
    assert ids(list(builtin())) == IDS
    assert sorted(f"{name}.toml" for name in IDS) == sorted(
        file.name for file in FOLDER.iterdir()
    )
    for migration in builtin():
        assert migration.file == f"{migration.id}.toml"
        number = migration.id.removeprefix("sglang-")
        assert migration.upstream == f"sgl-project/sglang#{number}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "mem_cache.allocator.alloc_extend_kernel",
            "mem_cache.allocator.paged.alloc_extend_kernel",
        ),
        (
            "mem_cache.allocator.alloc_decode_kernel",
            "mem_cache.allocator.paged.alloc_decode_kernel",
        ),
        (
            "mem_cache.swa_memory_pool.SWATokenToKVPoolAllocator",
            "mem_cache.allocator.swa.SWATokenToKVPoolAllocator",
        ),
        (
            "model_executor.model_runner_kv_cache_mixin.MemoryPoolConfig",
            "model_executor.pool_configurator.MemoryPoolConfig",
        ),
        (
            "managers.utils.get_alloc_len_per_decode",
            "mem_cache.common.get_alloc_len_per_decode",
        ),
    ],
)
def test_all_that_are_built_in_compose(old: str, new: str) -> None:
    names = NameMap.compose(find("sglang"))
    moves = {move.old.dotted: move.path for move in names.moves}
    assert moves[f"sglang.srt.{old}"] == f"sglang.srt.{new}"
    assert len(moves) == 5
    removed = {each.name.symbol for each in names.removals}
    assert removed == {"get_cell_size_per_token", "resolve_hybrid_swa_tokens"}


def test_an_id_a_package_a_file(tmp_path: Path) -> None:
    assert ids(find("sglang-26676")) == ["sglang-26676"]
    assert ids(find("sglang")) == IDS
    file = tmp_path / "mine.toml"
    file.write_bytes((FOLDER / "sglang-26676.toml").read_bytes())
    (mine,) = find(str(file))
    assert mine.declares_the_same(find("sglang-26676")[0])
    assert mine.place_of("move", 0).startswith(f"{file}:")


def test_what_is_unknown() -> None:
    assert refusal("sglang-26767") == (
        '"sglang-26767" is no migration, no package that has one, and no .toml file;'
        ' did you mean "sglang-26676"?'
    )
    assert 'did you mean "sglang"?' in refusal("sglan")
    assert "known are sglang, sglang-22389, " in refusal("torch")
    assert "none.toml: cannot be read: No such file" in refusal("none.toml")


@pytest.mark.parametrize(
    "argument", ["", "-h", "\x1b[31m", "a\nb", "SGLANG", "x" * 9999]
)
def test_hostile_arguments(argument: str) -> None:
    message = refusal(argument)
    assert "is no migration" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (None, None, ["1.0", "1.1.post1", "1.2rc1", "1.2"]),
        ("1.0", None, ["1.1.post1", "1.2rc1", "1.2"]),
        (None, "1.1.post1", ["1.0", "1.1.post1"]),
        ("1.1", "1.2", ["1.1.post1", "1.2rc1", "1.2"]),
        ("1.1.post1", "1.2rc1", ["1.2rc1"]),
        ("1.2", "1.10", []),
    ],
)
def test_what_an_upgrade_meets(
    low: str | None, high: str | None, kept: list[str]
) -> None:
    migrations = versioned("1.0", "1.1.post1", "1.2rc1", "1.2")
    assert [m.since for m in between(migrations, low, high)] == kept


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ("new", None, '"new" is not a version; write it like 0.5.13'),
        (None, "1.x\x1b", '"1.x\\x1b" is not a version'),
        ("1.2", "1.2.0", "version 1.2 is not before 1.2.0"),
        ("1.10", "1.9", "version 1.10 is not before 1.9"),
    ],
)
def test_versions_that_are_none(
    low: str | None, high: str | None, message: str
) -> None:
    with pytest.raises(MigrationError) as caught:
        between(versioned("1.0"), low, high)
    assert message in str(caught.value)


def test_the_catalogue_works_from_a_zip_file(tmp_path: Path) -> None:
    archive = tmp_path / "rehome.zip"
    package = Path(codemods.__file__).parent
    with zipfile.ZipFile(archive, "w") as packed:
        for file in package.rglob("*"):
            if file.suffix in (".py", ".toml"):
                packed.write(file, Path("codemods") / file.relative_to(package))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import codemods.catalogue as c; assert sys.argv[1] in c.__file__;"
        "print(*[m.id for m in c.builtin()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == IDS
