"""How many tokens the pools of a KV cache hold, from the memory that is left.

All arithmetic: nothing is allocated, and no device is asked. Two ways in, as SGLang
has them: from bytes, after profiling, and from a number of tokens, once other limits
(the user's, other ranks') have lowered it. Answers to `pool_configurator.py` of SGLang,
sgl-project/sglang#22389. `MambaHybridPoolConfigurator` is new: upstream names it as
future work and splits the memory in `model_runner_kv_cache_mixin.py`.
"""

from __future__ import annotations

import abc
import logging
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from allocator import cell_size
from allocator.mamba_split import plan_of
from allocator.validation import as_count, as_positive

if TYPE_CHECKING:
    from allocator.protocols import MambaRunner, PoolRunner

logger = logging.getLogger(__name__)


class NotEnoughMemoryError(RuntimeError):
    """No token fits into the memory that is left; the text says what to change."""


class NegativeAmountError(NotEnoughMemoryError, ValueError):
    """Less than no memory is left: an amount below zero, which is a bad value too."""


@dataclass
class MemoryPoolConfig:
    """Sizes of the pools, in tokens; target and draft worker share them.

    `full_...` and `swa_...` are set for models with windows. `max_running_requests`
    and `mem_fraction_static` are for the user to fill in. The four `c4_...` and
    `c128_...` belong to DeepSeek V4 and stay 0 here.

    Raises NotEnoughMemoryError (a RuntimeError) where there is room for no token.
    """

    max_total_num_tokens: int
    max_running_requests: int | None = None
    full_max_total_num_tokens: int | None = None
    swa_max_total_num_tokens: int | None = None
    c4_max_total_num_tokens: int = 0
    c128_max_total_num_tokens: int = 0
    c4_state_pool_size: int = 0
    c128_state_pool_size: int = 0
    mem_fraction_static: float | None = None

    def __post_init__(self) -> None:
        if self.max_total_num_tokens > 0:
            return
        now = self.mem_fraction_static
        raise NotEnoughMemoryError(
            "the memory left for the KV cache holds not one page of tokens: raise"
            " --mem-fraction-static"
            + ("" if now is None else f" (mem_fraction_static={now} now)")
        )


@dataclass
class MambaHybridPoolConfig(MemoryPoolConfig):
    """Sizes of the KV pool, and of the pool of Mamba states beside it.

    `max_mamba_cache_size` counts states, `mamba_spec_state_size` the requests that
    intermediate states for draft tokens are kept for (0 without speculation).
    """

    max_mamba_cache_size: int = 0
    mamba_spec_state_size: int = 0


class MemoryPoolConfigurator(abc.ABC):
    """Turns bytes, or a number of tokens, into the sizes of a model's pools.

    All sizes are multiples of the page size, rounded down.
    """

    @abc.abstractmethod
    def calculate_pool_sizes(
        self, available_bytes: int, page_size: int
    ) -> MemoryPoolConfig:
        """Return the largest sizes that fit into `available_bytes`.

        Raises ValueError for what is no integer and for a page size below 1,
        NotEnoughMemoryError where not one page fits (for negative amounts that is a
        ValueError as well), and ValueError where a token takes no bytes.
        """

    @abc.abstractmethod
    def calculate_pool_sizes_from_max_tokens(
        self, max_total_num_tokens: int, page_size: int
    ) -> MemoryPoolConfig:
        """Return the sizes for at most `max_total_num_tokens` tokens.

        Bytes are not looked at. Raises as `calculate_pool_sizes` does.
        """


class DefaultPoolConfigurator(MemoryPoolConfigurator):
    """One pool: multi-head, grouped and latent attention, with or without indexer.

    Counts the bytes of a token over this rank's attention layers, scales of FP4 and
    the pool of a DFLASH draft included. Of a model with Mamba layers only the
    others count: the bytes are then what is left beside the Mamba states.

    Arguments:
        mr: the model runner; nothing of it is changed.
        attention_tp_size: ranks that the KV heads are split over. None: the runner's
            `attention_tp_group.world_size`. Latent attention has no use for it.
        packs_fp4: whether the cache packs two numbers into a byte. None: for the
            FP4 dtype of torch, where this machine has CUDA, as SGLang decides it.
            Say True to plan for another machine.

    Raises ValueError for shapes that are negative or no integers.
    """

    def __init__(
        self,
        mr: PoolRunner,
        *,
        attention_tp_size: int | None = None,
        packs_fp4: bool | None = None,
    ) -> None:
        self._attention_tp_size = attention_tp_size
        self._packs_fp4 = packs_fp4
        layers = cell_size.attention_layers(mr)
        of_target = self._compute_cell_size(mr, layers)
        self._cell_size = cell_size.with_draft_layers(mr, of_target, layers)

    @property
    def bytes_per_token(self) -> int:
        """What a token takes in the pool, over all layers of this rank."""
        return self._cell_size

    def calculate_pool_sizes(
        self, available_bytes: int, page_size: int
    ) -> MemoryPoolConfig:
        available = _amount("available_bytes", available_bytes)
        tokens = cell_size.tokens_within(available, self._cell_size)
        return MemoryPoolConfig(cell_size.align(tokens, page_size))

    def calculate_pool_sizes_from_max_tokens(
        self, max_total_num_tokens: int, page_size: int
    ) -> MemoryPoolConfig:
        tokens = _amount("max_total_num_tokens", max_total_num_tokens)
        return MemoryPoolConfig(cell_size.align(tokens, page_size))

    def _compute_cell_size(self, mr: PoolRunner, num_layers: int) -> int:
        """Return a token's bytes in `num_layers` layers; a subclass may know better."""
        config, dtype = mr.model_config, mr.kv_cache_dtype
        fp4 = self._packs_fp4
        if fp4 is None:
            fp4 = cell_size.packs_fp4(dtype)
        if mr.use_mla_backend:
            return cell_size.latent_token_bytes(config, dtype, num_layers, fp4)
        tp_size = cell_size.attention_tp_size_of(mr, self._attention_tp_size)
        return cell_size.head_token_bytes(config, dtype, tp_size, num_layers, fp4)


class HybridSWAPoolConfigurator(MemoryPoolConfigurator):
    """Two pools: one for full attention, one for sliding windows.

    The window pool holds `swa_full_tokens_ratio` (a server argument) times the tokens
    of the full one. Where all layers of the rank have windows there is no full pool,
    and the ratio plays no part.

    Arguments are those of `DefaultPoolConfigurator`. Raises ValueError where no
    layer has a window, and for a ratio that is negative or not finite.
    """

    def __init__(self, mr: PoolRunner, *, attention_tp_size: int | None = None) -> None:
        config, dtype = mr.model_config, mr.kv_cache_dtype
        tp_size = cell_size.attention_tp_size_of(mr, attention_tp_size)
        window_layers = len(config.swa_attention_layer_ids)
        full_layers = len(config.full_attention_layer_ids)
        if not window_layers:
            raise ValueError("a model with windows needs a layer that has one")
        window = cell_size.window_token_bytes(config, dtype, tp_size)
        self._ratio: float | None = None
        # The order of the products is SGLang's: with floats it decides the last digit.
        self._cell_size: float = window * window_layers
        if full_layers:
            self._ratio = cell_size.as_ratio(
                "swa_full_tokens_ratio", mr.server_args.swa_full_tokens_ratio
            )
            self._cell_size = (
                cell_size.head_token_bytes(config, dtype, tp_size, full_layers, False)
                + self._ratio * window * window_layers
            )

    @property
    def bytes_per_token(self) -> float:
        """What a token takes in both pools, a window token counted by the ratio."""
        return self._cell_size

    def calculate_pool_sizes(
        self, available_bytes: int, page_size: int
    ) -> MemoryPoolConfig:
        available = _amount("available_bytes", available_bytes)
        return self._split(
            cell_size.tokens_within(available, self._cell_size), page_size
        )

    def calculate_pool_sizes_from_max_tokens(
        self, max_total_num_tokens: int, page_size: int
    ) -> MemoryPoolConfig:
        tokens = _amount("max_total_num_tokens", max_total_num_tokens)
        return self._split(tokens, page_size)

    def _split(self, tokens: int, page_size: int) -> MemoryPoolConfig:
        total = cell_size.align(tokens, page_size)
        full, window = 0, total
        if self._ratio is not None:
            full, window = total, cell_size.align(int(total * self._ratio), page_size)
        logger.info("KV cache: %d tokens, %d in windows", full, window)
        return MemoryPoolConfig(
            max_total_num_tokens=total,
            full_max_total_num_tokens=full,
            swa_max_total_num_tokens=window,
        )


class MambaHybridPoolConfigurator(DefaultPoolConfigurator):
    """Two pools: KV for the attention layers, states for the Mamba layers.

    The bytes are those of both pools together. How many states there are is said by
    the server arguments, in this order: `max_mamba_cache_size`; without prefix
    caching, `max_running_requests` (both divided among the ranks of data-parallel
    attention); else `mamba_full_memory_ratio`, the memory of the states to that of
    the KV pool. With speculative decoding, the intermediate states of draft tokens
    come out of the states' part. What the states leave is the KV pool's.

    As SGLang does it, but for three things: nothing is written into the server
    arguments, only this rank's Mamba layers are counted, and intermediate states are
    counted for `max_speculative_num_draft_tokens`, for which the pool makes them.

    Arguments are those of `DefaultPoolConfigurator`, and
        count_padding: count as well what the pools hold beyond their sizes: one
            page of tokens, one state and the intermediate ones of one request, into
            which padded tokens write. SGLang leaves that to the memory that it does
            not hand out; so does this by default.

    Raises ValueError for a model without Mamba layers, and for arguments that are
    negative, no integers, missing or at odds.
    """

    def __init__(
        self,
        mr: MambaRunner,
        *,
        attention_tp_size: int | None = None,
        packs_fp4: bool | None = None,
        count_padding: bool = False,
    ) -> None:
        self._plan = plan_of(mr)
        self._count_padding = count_padding
        self._states: int | None = None
        super().__init__(mr, attention_tp_size=attention_tp_size, packs_fp4=packs_fp4)

    @property
    def bytes_per_state(self) -> int:
        """What one state takes, over all Mamba layers of this rank."""
        return self._plan.state_bytes

    def calculate_pool_sizes(
        self, available_bytes: int, page_size: int
    ) -> MambaHybridPoolConfig:
        """Split `available_bytes`; never more than these are used.

        Keeps the number of states for `calculate_pool_sizes_from_max_tokens`.
        Raises as the base class says, and NotEnoughMemoryError where there is room
        for no state.
        """
        available = _amount("available_bytes", available_bytes)
        room = available - self._padding(as_positive("page_size", page_size))
        states = self._plan.states_within(max(room, 0))
        taken = self._plan.bytes_of(states, self._plan.intermediates(states))
        tokens = cell_size.align(
            cell_size.tokens_within(room - taken, self._cell_size), page_size
        )
        if states < 1 or tokens < 1:
            raise NotEnoughMemoryError(
                f"{available} bytes are too few for a hybrid model: {states} Mamba"
                f" states of {self.bytes_per_state} bytes (with intermediate ones,"
                f" {taken} bytes) leave {room - taken} for tokens of"
                f" {self._cell_size} bytes in pages of {page_size}: raise"
                " --mem-fraction-static, or lower --max-mamba-cache-size,"
                " --max-running-requests or --speculative-num-draft-tokens"
            )
        self._states = states
        return self._config(tokens, states)

    def calculate_pool_sizes_from_max_tokens(
        self, max_total_num_tokens: int, page_size: int
    ) -> MambaHybridPoolConfig:
        """Return the sizes for at most `max_total_num_tokens` tokens.

        There are as many states as `calculate_pool_sizes` found last; before the
        first such call, as many as the ratio gives beside a KV pool of this size.
        """
        given = _amount("max_total_num_tokens", max_total_num_tokens)
        tokens = cell_size.align(given, page_size)
        states = self._states
        if states is None:
            states = self._plan.states_beside(tokens * self._cell_size)
        if states < 1:
            raise NotEnoughMemoryError(
                f"beside {tokens} tokens there is room for no Mamba state of"
                f" {self.bytes_per_state} bytes: raise --mamba-full-memory-ratio or"
                " --max-total-tokens, or set --max-mamba-cache-size"
            )
        return self._config(tokens, states)

    def _padding(self, page_size: int) -> int:
        if not self._count_padding:
            return 0
        return page_size * self._cell_size + self._plan.bytes_of(1, 1)

    def _config(self, tokens: int, states: int) -> MambaHybridPoolConfig:
        logger.info("KV cache: %d tokens, %d Mamba states", tokens, states)
        return MambaHybridPoolConfig(
            max_total_num_tokens=tokens,
            max_mamba_cache_size=states,
            mamba_spec_state_size=self._plan.intermediates(states),
        )


def create_memory_pool_configurator(
    mr: PoolRunner,
    *,
    attention_tp_size: int | None = None,
    packs_fp4: bool | None = None,
    splits_mamba: bool = False,
) -> MemoryPoolConfigurator:
    """Return the configurator for the runner's model.

    SGLang takes the Mamba states out of the memory before it asks for pool sizes, so
    that the bytes are the KV pool's alone: for a Mamba hybrid this returns a
    `DefaultPoolConfigurator`, as it does. With `splits_mamba` the bytes are those
    of both pools, and it is a `MambaHybridPoolConfigurator`; for a model without
    Mamba layers that changes nothing. The other arguments are those of the classes.

    Raises NotImplementedError for DeepSeek V4, whose compressed pools are not known
    here, and for a split of a model with both windows and Mamba layers; ValueError
    as the classes do.
    """
    if cell_size.is_deepseek_v4(mr.model_config.hf_config):
        raise NotImplementedError(
            "DeepSeek V4 keeps compressed pools and their states beside the others:"
            " their sizes are not known here, and any other size would be wrong"
        )
    split = splits_mamba and bool(mr.mambaish_config)
    if mr.is_hybrid_swa:
        if split:
            raise NotImplementedError(
                "a model with both windows and Mamba layers cannot be split"
            )
        return HybridSWAPoolConfigurator(mr, attention_tp_size=attention_tp_size)
    if split:
        return MambaHybridPoolConfigurator(
            cast("MambaRunner", mr),
            attention_tp_size=attention_tp_size,
            packs_fp4=packs_fp4,
        )
    return DefaultPoolConfigurator(
        mr, attention_tp_size=attention_tp_size, packs_fp4=packs_fp4
    )


def _amount(name: str, value: Any) -> int:
    """Return `value` as an int of at least 0; a negative one is a lack of memory."""
    try:
        negative = operator.index(value) < 0
    except TypeError:
        negative = False
    if negative:
        raise NegativeAmountError(
            f"{name} must not be negative, and is {value}: more memory is in use"
            " than the pools may have; raise --mem-fraction-static"
        )
    return as_count(name, value)
