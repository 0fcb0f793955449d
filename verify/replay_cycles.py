"""Replay what is known of SGLang's import cycles: the figures, and what is found.

The figures were measured by other means, before this package could tell them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verify.git import Repository
from verify.importing.components import components_of
from verify.importing.graph import Graph, Reading
from verify.importing.judging import judge
from verify.importing.lazy import LocalImport, count_needs, local_imports
from verify.importing.outcomes import Fate
from verify.importing.platforms import Platform
from verify.importing.simulate import what_if
from verify.importing.sources import ModuleSource
from verify.importing.store import Loaded, at_revision, load

PACKAGE = "sglang"
PART = "sglang.srt"

# The commit that merged #27458, and those whose change left the cycles as they were.
LAST = "1c7acba57"
UNCHANGED = {"#26675": "c06220159", "#26676": "1af53f67b", "#27458": LAST}

# Sizes of the components of `sglang.srt` at #27458; of the last two readings the
# number of components, and the largest.
SIZES = {
    Reading.DIRECT: (12, 6, 5, 5, 2, 2, 2),
    Reading.PARENTS: (40, 5, 5, 2, 2, 2),
}
ANCESTORS = 54
LARGEST_WITH_LAZY = 605
NEEDS = {"redundant": 114, "loaded anyway": 156, "free": 448, "forced": 309}
# The function-local imports that #27458 removed, and why each stood there.
REMOVED = {
    "sglang.srt.managers.schedule_batch": "forced",
    "sglang.srt.managers.utils": "redundant",
    "sglang.srt.model_executor.model_runner_kv_cache_mixin": "free",
}

# The modules of its cycles that cannot be imported first.
FATAL = (
    "sglang.srt.hardware_backend.gpu.quantization.awq_kernels",
    "sglang.srt.hardware_backend.gpu.quantization.gptq_kernels",
    "sglang.srt.hardware_backend.npu.quantization.fused_moe_method_npu",
    "sglang.srt.hardware_backend.npu.quantization.linear_method_npu",
    "sglang.srt.layers.moe.moe_runner.flashinfer_trtllm",
)

# What importing each of these modules first would have come to, had #26676 exported
# SWA's allocator from the package as well: with `swa` importing its siblings, or
# importing them through the package. On an NPU `swa` imports one that imports the
# package.
ALLOCATOR = "sglang.srt.mem_cache.allocator"
SWA = "SWATokenToKVPoolAllocator"
ENTRIES = (
    ALLOCATOR,
    *(f"{ALLOCATOR}.{name}" for name in ("base", "paged", "swa", "token")),
    "sglang.srt.hardware_backend.npu.allocator_npu",
)
FAILS = {
    ("as merged", "CUDA"): (),
    ("as merged", "NPU"): (),
    ("exported by leaves", "CUDA"): (),
    ("exported by leaves", "NPU"): ENTRIES[-1:],
    ("exported by the package", "CUDA"): ENTRIES,
    ("exported by the package", "NPU"): ENTRIES,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is known, and what was found."""

    what: str
    known: str
    found: str

    @property
    def agrees(self) -> bool:
        return self.known == self.found


def replay_cycles(clone: Path) -> list[Row]:
    """Everything that is known of SGLang's cycles beside what is found.

    Raises `GitError` where the clone or a commit cannot be read.
    """
    repository = Repository.open(clone)
    try:
        return [*_rows(repository)]
    finally:
        repository.close()


def _rows(repository: Repository) -> Iterator[Row]:
    loaded = _loaded(repository, LAST)
    last = loaded.graph
    for reading, sizes in SIZES.items():
        found = _sizes(last, reading)
        yield Row(f"#27458, components, {reading.value}", str(sizes), str(found))
    ancestors = len(_sizes(last, Reading.ANCESTORS))
    what = f"#27458, number of components, {Reading.ANCESTORS.value}"
    yield Row(what, str(ANCESTORS), str(ancestors))
    largest = max(_sizes(last, Reading.LAZY), default=0)
    what = f"#27458, largest component, {Reading.LAZY.value}"
    yield Row(what, str(LARGEST_WITH_LAZY), str(largest))
    yield Row("#27458, fails first", str(FATAL), str(_fatal(loaded)))
    yield from _unchanged(repository)
    yield from _what_ifs(repository)
    needs = count_needs(local_imports(last, PART))
    yield Row("#27458, function-local imports", str(NEEDS), str(needs))
    yield Row("#27458, imports removed", str(REMOVED), str(_removed(repository, last)))


def _fatal(loaded: Loaded) -> tuple[str, ...]:
    """The modules of cycles that fail when they are imported first."""
    return tuple(
        result.entry
        for judged in judge(loaded, components_of(loaded.graph))[0]
        for result in judged.failing
        if result.entry in judged.component.modules
    )


def _unchanged(repository: Repository) -> Iterator[Row]:
    for pull, commit in UNCHANGED.items():
        base = _graph(repository, f"{commit}^")
        head = _graph(repository, commit)
        for reading in SIZES:
            known, found = (_modules(graph, reading) for graph in (base, head))
            what = f"{pull}, components it changes, {reading.value}"
            yield Row(what, "0", str(len(known ^ found)))


def _what_ifs(repository: Repository) -> Iterator[Row]:
    loaded = _loaded(repository, UNCHANGED["#26676"])
    kinds = loaded.graph.modules
    modules = {
        name: ModuleSource(text, kinds[name].is_package)
        for name, text in loaded.sources(kinds).items()
    }
    changes = _changes(modules)
    for (how, where), known in FAILS.items():
        platform = Platform(facts={"is_npu()": where == "NPU"})
        results = what_if(modules, changes[how], ENTRIES, platform)
        found = tuple(e for e, r in results.items() if r.fate is not Fate.BENIGN)
        what = f"#26676, SWA's allocator {how}, {where}: fails first"
        yield Row(what, str(known), str(found))


def _changes(
    modules: Mapping[str, ModuleSource],
) -> dict[str, dict[str, ModuleSource]]:
    """The modules that would have been others, by how SWA's would be exported."""
    after = f"from {ALLOCATOR}.token import".encode()
    export = f"from {ALLOCATOR}.swa import {SWA}\n".encode()
    package = modules[ALLOCATOR].data.replace(after, export + after)
    sibling = rf"from {re.escape(ALLOCATOR)}\.\w+ import"
    through = f"from {ALLOCATOR} import".encode()
    swa = re.sub(sibling.encode(), through, modules[f"{ALLOCATOR}.swa"].data)
    leaves = {ALLOCATOR: ModuleSource(package, is_package=True)}
    return {
        "as merged": {},
        "exported by leaves": leaves,
        "exported by the package": {**leaves, f"{ALLOCATOR}.swa": ModuleSource(swa)},
    }


def _removed(repository: Repository, head: Graph) -> dict[str, str]:
    base = _graph(repository, f"{LAST}^")
    left = {_same(each) for each in local_imports(head, PART)}
    return {
        each.importer: each.need.value
        for each in local_imports(base, PART)
        if _same(each) not in left
    }


def _same(found: LocalImport) -> tuple[str, str, str]:
    return found.importer, found.statement.function, found.statement.text


def _graph(repository: Repository, revision: str) -> Graph:
    return _loaded(repository, revision).graph


def _loaded(repository: Repository, revision: str) -> Loaded:
    commit = repository.commit(revision)
    return load(at_revision(repository, commit, [PACKAGE]))


def _sizes(graph: Graph, reading: Reading) -> tuple[int, ...]:
    return tuple(len(each) for each in components_of(graph, reading, PART))


def _modules(graph: Graph, reading: Reading) -> set[tuple[str, ...]]:
    return {each.modules for each in components_of(graph, reading, PART)}
