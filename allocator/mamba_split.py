"""How much of the memory goes to Mamba states: a plan from arguments, exact arithmetic.

Answers to `handle_max_mamba_cache` in `model_runner_kv_cache_mixin.py` of SGLang
0.5.13, which writes its result into the server arguments; here nothing is mutated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator import cell_size
from allocator.decode_reserve import draft_tokens_of
from allocator.validation import as_count, as_positive

if TYPE_CHECKING:
    from allocator.protocols import MambaArgs, MambaRunner

# States that a running request may hold where prefixes are cached: its own, and what
# the cache keeps of it; with an extra buffer, what tracks it besides.
_SLOTS_WITH_CACHE = 3
_SLOTS_OF_BUFFER, _SLOTS_OF_BUFFER_OVERLAPPED = 1, 2


@dataclass(frozen=True)
class MambaPlan:
    """The facts that decide how many states there are.

    `state_bytes` is one state over this rank's Mamba layers, `slots_per_request` how
    many a running request may hold. `draft_tokens` (0 without speculation) are the
    intermediate states of each of at most `most_requests` requests. The number of
    states is `fixed`, or follows from `ratio`, Mamba memory to KV memory.
    """

    state_bytes: int
    slots_per_request: int
    draft_tokens: int
    most_requests: int
    fixed: int | None
    ratio: Fraction

    def states_within(self, total_bytes: int) -> int:
        """Return how many states there are where both pools share `total_bytes`."""
        return self._states(total_bytes * self.ratio / (1 + self.ratio))

    def states_beside(self, kv_bytes: int) -> int:
        """Return how many states there are beside a KV pool of `kv_bytes`."""
        return self._states(kv_bytes * self.ratio)

    def intermediates(self, states: int) -> int:
        """Return for how many requests intermediate states are kept."""
        if not self.draft_tokens:
            return 0
        return min(self.most_requests, states // self.slots_per_request)

    def bytes_of(self, states: int, intermediates: int) -> int:
        """Return what so many states, and intermediate states of requests, take."""
        return self.state_bytes * (states + intermediates * self.draft_tokens)

    def _states(self, budget: Fraction) -> int:
        """Return how many states fit, with the intermediate ones that go with them."""
        if self.fixed is not None:
            return self.fixed
        if not self.state_bytes:
            raise ValueError(
                "no Mamba layer on this rank keeps a state, so that a ratio of memory"
                " gives no number of states: set max_mamba_cache_size"
            )
        slots = self.slots_per_request
        shared = Fraction(self.state_bytes * (slots + self.draft_tokens), slots)
        return int(budget // shared)


def plan_of(mr: MambaRunner) -> MambaPlan:
    """Read the plan off a model runner.

    Raises ValueError for a model without Mamba layers, for numbers that are negative
    or no integers, and for speculation without the two limits that it needs. The
    ratio is looked at only where it decides.
    """
    if not mr.mambaish_config:
        raise ValueError("the model has no Mamba layers: mambaish_config is not set")
    args = mr.server_args
    params = mr.mambaish_config.mamba2_cache_params
    layers = cell_size.layers_here(mr, params.layers)
    ranks = as_positive("dp_size", args.dp_size) if args.enable_dp_attention else 1
    requests = args.max_running_requests
    if requests is not None:
        requests = as_count("max_running_requests", requests) // ranks
    drafts = 0 if mr.spec_algorithm.is_none() else _drafts(args)
    fixed = _fixed(args, ranks, requests)
    ratio: float = 0
    if fixed is None:
        name = "mamba_full_memory_ratio"
        ratio = cell_size.as_ratio(name, args.mamba_full_memory_ratio)
    return MambaPlan(
        state_bytes=cell_size.mamba_state_bytes(params, layers),
        slots_per_request=slots_per_request(args),
        draft_tokens=drafts,
        most_requests=requests or 0,
        fixed=fixed,
        ratio=Fraction(float(ratio)),
    )


def slots_per_request(args: MambaArgs) -> int:
    """Return how many Mamba states a running request may hold.

    Raises ValueError for the lazy extra buffer without overlap scheduling.
    """
    if args.disable_radix_cache:
        return 1
    if not args.enable_mamba_extra_buffer():
        return _SLOTS_WITH_CACHE
    # 0.5.12 has no lazy one.
    is_lazy: Any = getattr(args, "enable_mamba_extra_buffer_lazy", None)
    lazy = is_lazy is not None and is_lazy()
    if args.disable_overlap_schedule and lazy:
        raise ValueError(
            "the lazy extra buffer needs overlap scheduling: disable_overlap_schedule"
            " must not be set with it"
        )
    if args.disable_overlap_schedule or lazy:
        return _SLOTS_WITH_CACHE + _SLOTS_OF_BUFFER
    return _SLOTS_WITH_CACHE + _SLOTS_OF_BUFFER_OVERLAPPED


def _fixed(args: MambaArgs, ranks: int, requests: int | None) -> int | None:
    """Return the number of states where arguments give it, for each of the ranks."""
    if args.max_mamba_cache_size is not None:
        return as_count("max_mamba_cache_size", args.max_mamba_cache_size) // ranks
    return requests if args.disable_radix_cache else None


def _drafts(args: MambaArgs) -> int:
    drafts = draft_tokens_of(args)
    if drafts is None or args.max_running_requests is None:
        raise ValueError(
            "with speculative decoding, speculative_num_draft_tokens and"
            " max_running_requests must be set: they say how many intermediate Mamba"
            " states are kept"
        )
    return drafts
