"""Load the allocators of an unpacked release of SGLang, and nothing else of it.

Only their own files are run; the few helpers that these import are supplied here.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

torch: Any = importlib.import_module("torch")


def load(release: Path) -> dict[str, Any]:
    """What the allocators' modules of an unpacked release define, by name.

    Puts modules named `sglang` in place. Raises OSError without the files.
    """
    _supply_helpers()
    folder = release / "sglang" / "srt" / "mem_cache"
    cache = "sglang.srt.mem_cache"
    if (folder / "allocator").is_dir():
        for name in ("triton_ops", "allocator"):
            _module(f"{cache}.{name}").__path__ = [str(folder / name)]
        parts = ["triton_ops.allocator", "allocator.base", "allocator.token"]
        parts += ["allocator.paged", "allocator.swa", "allocator.mamba"]
    else:
        parts = ["allocator", "swa_memory_pool"]
        _supply_pools()
    classes: dict[str, Any] = {}
    for part in parts:
        file = folder / (part.replace(".", "/") + ".py")
        classes |= vars(_run(f"{cache}.{part}", file))
    return classes


def _module(name: str) -> Any:
    if name not in sys.modules:
        sys.modules[name] = ModuleType(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(_module(parent), child, sys.modules[name])
    return sys.modules[name]


def _run(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module in {file}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _AnyPool:
    """Stands for the storage classes, which no allocator calls."""


class WindowPool:
    """The window pool that each side is given: keeps the mapping, translates."""

    full_kv_pool = None
    swa_kv_pool = None
    full_to_swa_index_mapping: Any = None

    def register_mapping(self, full_to_swa_index_mapping: Any) -> None:
        self.full_to_swa_index_mapping = full_to_swa_index_mapping

    def translate_loc_from_full_to_swa(self, kv_indices: Any) -> Any:
        return self.full_to_swa_index_mapping[kv_indices].to(torch.int32)


def _supply_helpers() -> None:
    for package in ("sglang", "sglang.srt", "sglang.srt.mem_cache"):
        _module(package).__path__ = []
    utils = _module("sglang.srt.utils")
    utils.get_bool_env_var = lambda name, default="false": False
    utils.is_npu = lambda: False
    utils.next_power_of_2 = lambda n: 1 << (n - 1).bit_length() if n > 0 else 1
    utils.get_num_new_pages = _get_num_new_pages
    common = _module("sglang.srt.utils.common")
    common.get_num_new_pages = _get_num_new_pages
    base = _module("sglang.srt.mem_cache.base_swa_memory_pool")
    base.BaseSWAKVPool = WindowPool


def _supply_pools() -> None:
    """What 0.5.12's window module imports for the storage class beside it."""
    pool = _module("sglang.srt.mem_cache.memory_pool")
    pool.KVCache = pool.MHATokenToKVPool = _AnyPool
    pool.GB = 1 << 30
    utils = _module("sglang.srt.mem_cache.utils")
    utils.maybe_init_custom_mem_pool = lambda device: (False, None, None)
    _module("sglang.srt.layers.radix_attention").RadixAttention = _AnyPool
    _module("sglang.srt.utils.common").is_npu = lambda: False


def _get_num_new_pages(
    seq_lens: Any, page_size: int, prefix_lens: Any = None, decode: bool = False
) -> int:
    """Count pages as the helper of this name does; for decode, by the length."""
    if decode:
        return int((seq_lens % page_size == 1).sum())
    before = (prefix_lens + page_size - 1) // page_size
    return int(((seq_lens + page_size - 1) // page_size - before).sum())
