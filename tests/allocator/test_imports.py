"""Every way to import the package works, in every order, with nothing that is missing."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

pytest.importorskip("torch")

import allocator

MODULES = ["base", "token", "paged", "swa", "mamba", "pool_configurator"]


def run(program: str, *, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", [*MODULES, "decode_reserve", "integrity"])
def test_any_module_can_come_first(module: str) -> None:
    rest = "; ".join(f"import allocator.{other}" for other in MODULES)
    run(f"import allocator.{module}; {rest}; import allocator")


def test_any_name_can_come_first() -> None:
    """`swa` sorts before `token`: upstream could not re-export it for that."""
    for first, second in itertools.permutations(["swa", "token", "paged"], 2):
        run(f"import allocator.{first}, allocator.{second}")
    run("from allocator import SWATokenToKVPoolAllocator")


def test_all_that_is_promised_is_there() -> None:
    for name in allocator.__all__:
        assert getattr(allocator, name) is not None
        assert name in dir(allocator)
    assert sorted(allocator.__all__) == allocator.__all__


def test_both_ways_lead_to_the_same() -> None:
    from allocator.swa import SWATokenToKVPoolAllocator

    assert allocator.SWATokenToKVPoolAllocator is SWATokenToKVPoolAllocator
    assert allocator.paged.alloc_decode_kernel is allocator.alloc_decode_kernel


def test_unknown_names_are_attribute_errors() -> None:
    for module in (allocator, allocator.paged):
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = module.nothing


def test_works_without_triton() -> None:
    said = run(
        """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "triton":
            raise ModuleNotFoundError("No module named 'triton'", name="triton")

sys.meta_path.insert(0, Absent())
import allocator, torch
pool = allocator.PagedTokenToKVPoolAllocator(64, 16, torch.float16, "cpu", None, False)
slots = pool.alloc(32)
pool.free(slots)
window = allocator.SWATokenToKVPoolAllocator
print(pool.available_size(), "triton" in sys.modules)
try:
    allocator.alloc_decode_kernel
except ModuleNotFoundError as error:
    print(error)
"""
    )
    assert said == "64 False\nNo module named 'triton'\n"


def test_triton_is_left_alone_on_the_cpu() -> None:
    said = run(
        "import sys, allocator, torch;"
        "allocator.PagedTokenToKVPoolAllocator(64, 16, torch.half, 'cpu', None, False)"
        ".alloc(16); print('triton' in sys.modules)"
    )
    assert said == "False\n"


def test_sglang_is_not_needed() -> None:
    said = run(
        "import sys, allocator.swa, allocator.pool_configurator;"
        "print('sglang' in sys.modules)"
    )
    assert said == "False\n"
