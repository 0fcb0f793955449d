"""Run SGLang's real pool configurators and reserve functions over points.

    python configurators.py RELEASE < points.json > results.json
    python configurators.py RELEASE --names > names.json

RELEASE is a folder with an unpacked wheel of SGLang. Its `pool_configurator.py` is run
as it is; of files that import half of SGLang, only the definitions that are needed
are run. What is left (how many ranks, whether CUDA is there) the points say. A socket
that is opened ends the process. With --names, prints which attributes the real
classes have.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.allocator.upstream.points import (
    outcome,
    runner_of,
    server_args_of,
)

RESERVE = (
    "get_alloc_len_per_decode",
    "get_alloc_reserve_per_decode",
    "get_req_to_token_extra_context_len",
)

# What a point says of its machine.
machine = SimpleNamespace(tp=1, cuda=False)


def main() -> int:
    sys.addaudithook(no_network)
    source = Path(sys.argv[1]) / "sglang" / "srt"
    if "--names" in sys.argv:
        result: Any = names(source)
    else:
        real = Real(source)
        result = [real.answer(point) for point in json.load(sys.stdin)]
    json.dump(result, sys.stdout)
    return 0


def no_network(event: str, _: object) -> None:
    if event.startswith("socket."):
        raise SystemExit("this process must not use the network")


class Real:
    """The real functions and classes of one release."""

    def __init__(self, source: Path) -> None:
        self.configurators = load_configurators(source)
        self.functions = load_reserve(source)
        self.mixin = load_mixin(source)

    def answer(self, point: dict[str, Any]) -> Any:
        return getattr(self, point["do"])(point)

    def pools(self, point: dict[str, Any]) -> Any:
        facts = point["runner"]
        machine.tp, machine.cuda = facts["tp"], facts.get("cuda", False)

        def make() -> Any:
            runner = runner_of(facts)
            if point["factory"]:
                return self.configurators["create_memory_pool_configurator"](runner)
            kind = "HybridSWA" if runner.is_hybrid_swa else "Default"
            return self.configurators[f"{kind}PoolConfigurator"](runner)

        made = outcome(make)
        if "error" in made:
            return [made] * len(point["calls"])
        chosen = type(made["value"]).__name__
        return [
            outcome(lambda c=call: [chosen, sizes(made["value"], *c)])
            for call in point["calls"]
        ]

    def mamba(self, point: dict[str, Any]) -> Any:
        return [
            outcome(lambda c=call: self._split(point["runner"], *c))
            for call in point["calls"]
        ]

    def _split(self, facts: dict[str, Any], how: str, amount: int, page: int) -> Any:
        """Take the states out of the memory, then size the KV pool: its whole flow."""
        assert how == "bytes"
        machine.tp = facts["tp"]
        runner = runner_of(facts)
        runner._calculate_mamba_ratio = lambda: self.mixin["_calculate_mamba_ratio"](
            runner
        )
        params = runner.mambaish_config.mamba2_cache_params
        params.mamba_cache_per_req = self.mixin["mamba_cache_per_req"](params)
        gigabytes = self.mixin["handle_max_mamba_cache"](runner, amount / (1 << 30))
        configurator = self.configurators["create_memory_pool_configurator"](runner)
        return {
            **sizes(configurator, how, int(gigabytes * (1 << 30)), page),
            "max_mamba_cache_size": runner.server_args.max_mamba_cache_size,
            "state_bytes": params.mamba_cache_per_req,
        }

    def reserve(self, point: dict[str, Any]) -> Any:
        default, args = (server_args_of(point[key]) for key in ("default", "args"))
        self.functions["_global_server_args"] = default
        return {
            name: outcome(lambda f=self.functions[name]: f(args))
            for name in RESERVE
            if name in self.functions
        }


def sizes(configurator: Any, how: str, amount: int, page_size: int) -> Any:
    method = "calculate_pool_sizes" + ("" if how == "bytes" else "_from_max_tokens")
    return dataclasses.asdict(getattr(configurator, method)(amount, page_size))


def load_configurators(source: Path) -> dict[str, Any]:
    model_config = pieces(
        source / "configs" / "model_config.py",
        {"_hf_arch", "_hf_attr"}
        | {f"is_deepseek_{kind}" for kind in ("nsa", "dsa", "v4")}
        | {f"get_{kind}_index_head_dim" for kind in ("nsa", "dsa")},
    )
    utils = pieces(
        source / "utils" / "common.py",
        {"is_float4_e2m1fn_x2"},
        torch=torch,
        is_cuda=lambda: machine.cuda,
    )
    dflash = pieces(
        source / "speculative" / "dflash_utils.py",
        {"scale_kv_cell_size_per_token_for_dflash"},
    )
    supply("sglang.srt.configs.model_config", model_config)
    supply("sglang.srt.environ", {"envs": SimpleNamespace()})
    supply(
        "sglang.srt.layers.dp_attention", {"get_attention_tp_size": lambda: machine.tp}
    )
    supply(
        "sglang.srt.mem_cache.deepseek_v4_memory_pool",
        {"get_compress_state_ring_size": None},
    )
    supply(
        "sglang.srt.mem_cache.memory_pool",
        sparse_pools(source / "mem_cache" / "memory_pool.py"),
    )
    supply("sglang.srt.utils.common", utils)
    supply("sglang.srt.speculative.dflash_utils", dflash)
    return run_module(
        "sglang.srt.model_executor.pool_configurator",
        source / "model_executor" / "pool_configurator.py",
    )


def sparse_pools(file: Path) -> dict[str, Any]:
    """The pool of sparse attention, by either name, with nothing but its constants."""
    found = {}
    for node in tree_of(file).body:
        if isinstance(node, ast.ClassDef) and node.name in (
            "NSATokenToKVPool",
            "DSATokenToKVPool",
        ):
            plain = [x for x in node.body if isinstance(x, ast.Assign | ast.AnnAssign)]
            found[node.name] = SimpleNamespace(**run_nodes(file, plain, torch=torch))
    return found


def load_reserve(source: Path) -> dict[str, Any]:
    places = [source / "mem_cache" / "common.py", source / "managers" / "utils.py"]
    nodes = [x for file in places for x in tree_of(file).body if name_of(x) in RESERVE]
    # In one namespace, so that a default that is set there is seen by all of them.
    arguments = source / "server_args.py"
    getter = [
        node
        for node in tree_of(arguments).body
        if name_of(node) == "get_global_server_args"
    ]
    functions = run_nodes(arguments, [*nodes, *getter])
    supply("sglang.srt.server_args", functions)
    return functions


def load_mixin(source: Path) -> dict[str, Any]:
    file = source / "model_executor" / "model_runner_kv_cache_mixin.py"
    nodes: list[ast.stmt] = []
    for node in tree_of(file).body:
        if isinstance(node, ast.Assign) and (name_of(node) or "").startswith("MAMBA_"):
            nodes.append(node)
        if isinstance(node, ast.ClassDef):
            wanted = {"handle_max_mamba_cache", "_calculate_mamba_ratio"}
            nodes += [member for member in node.body if name_of(member) in wanted]
    per_request = [
        member
        for node in tree_of(source / "configs" / "mamba_utils.py").body
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name == "mamba_cache_per_req"
    ]
    for function in per_request:
        function.decorator_list.clear()
    numpy = SimpleNamespace(sum=sum, prod=math.prod)
    return run_nodes(file, [*nodes, *per_request], np=numpy)


def pieces(file: Path, wanted: set[str], **given: Any) -> dict[str, Any]:
    """Run those definitions of a file that are wanted, beside what is given."""
    nodes = [node for node in tree_of(file).body if name_of(node) in wanted]
    return run_nodes(file, nodes, **given)


def run_nodes(file: Path, nodes: Iterable[ast.stmt], **given: Any) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__pieces__", **given}
    late = ast.parse("from __future__ import annotations").body
    module = ast.Module(body=[*late, *nodes], type_ignores=[])
    exec(compile(module, str(file), "exec"), namespace)
    return namespace


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def name_of(node: ast.stmt) -> str | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None


def supply(name: str, content: dict[str, Any]) -> None:
    """Put a module in place, and empty packages above it."""
    parts = name.split(".")
    for end in range(1, len(parts)):
        package = sys.modules.setdefault(
            ".".join(parts[:end]), ModuleType(".".join(parts[:end]))
        )
        package.__path__ = []
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(content)


def run_module(name: str, file: Path) -> dict[str, Any]:
    supply(name, {})
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return vars(sys.modules[name])


def names(source: Path) -> dict[str, list[str]]:
    """Which attributes the classes have that a user hands over."""
    files = {
        "ServerArgs": ["server_args.py"],
        "ModelConfig": ["configs/model_config.py"],
        "ModelRunner": [
            "model_executor/model_runner.py",
            "model_executor/model_runner_kv_cache_mixin.py",
        ],
    }
    return {
        kind: sorted({name for file in of_kind for name in members(source / file)})
        for kind, of_kind in files.items()
    }


def members(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ClassDef):
            yield from (name for x in node.body if (name := name_of(x)))
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            yield node.attr


if __name__ == "__main__":
    sys.exit(main())
