"""How many KV slots a request is given ahead of a decode step.

Pure arithmetic on server arguments. Answers to `mem_cache/common.py` of SGLang 0.5.13,
sgl-project/sglang#27458; in 0.5.12 the first function was in `managers/utils.py`, and
the other two were written out where they were needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.validation import as_count, as_positive

if TYPE_CHECKING:
    from allocator.protocols import DecodeArgs, MambaArgs

# Lengths are committed one step late under overlap scheduling: room for two steps.
_STEPS_IN_FLIGHT = 2

# Tokens beyond the context length that a request's row always has room for.
_ROW_SLACK = 4

_default: DecodeArgs | None = None


def set_default_server_args(server_args: DecodeArgs | None) -> None:
    """Set what the functions here read when they are called without arguments.

    None takes the default away again. Mutates this module's one default, which all
    threads share; the object is kept and not copied.
    """
    global _default  # noqa: PLW0603 - a default for the process is what it is
    _default = server_args


def get_alloc_len_per_decode(server_args: DecodeArgs | None = None) -> int:
    """Return how many slots one decode step may write for one request, in tokens.

    One without speculative decoding. With it, the larger of the draft tree (steps
    times branches) and the tokens to verify; steps and branches that are None or 0
    count as 1. With pages of several tokens and several branches, each branch gets
    pages of its own, from a copy of the request's last page on: the worst case is
    counted, as SGLang 0.5.13 does (0.5.12 refuses it).

    Raises ValueError without arguments and default, for numbers that are negative or
    no integers, for a page size below 1, and for speculative decoding with no number
    of draft tokens. What the result does not depend on is not looked at.
    """
    args = _given_or_default(server_args)
    if args.speculative_algorithm is None:
        return 1
    steps, branches = _steps(args), _branches(args)
    page_size = as_positive("page_size", args.page_size)
    drafted = steps * branches
    if page_size > 1 and branches > 1:
        # Both ends of a branch may lie anywhere in a page.
        span = steps + 2 * (page_size - 1)
        drafted = branches * (span - span % page_size)
    return max(drafted, _tokens_to_verify(args))


def get_alloc_reserve_per_decode(server_args: DecodeArgs | None = None) -> int:
    """Return how many tokens are reserved for a request at each decode step.

    Twice what one step may write. Raises what `get_alloc_len_per_decode` raises.
    """
    return _STEPS_IN_FLIGHT * get_alloc_len_per_decode(server_args)


def get_req_to_token_extra_context_len(server_args: DecodeArgs) -> int:
    """Return how many tokens a row of `req_to_token` holds beyond the context length.

    Four and the draft tokens; where branches have pages of their own, at least the
    reserve for a step. Raises ValueError as `get_alloc_len_per_decode` does.
    """
    args = _given_or_default(server_args)
    tokens = draft_tokens_of(args)
    room = _ROW_SLACK + (0 if tokens is None else tokens)
    if args.speculative_algorithm is None:
        return room
    if as_positive("page_size", args.page_size) == 1 or _branches(args) == 1:
        return room
    return max(room, get_alloc_reserve_per_decode(args))


def _given_or_default(server_args: DecodeArgs | None) -> DecodeArgs:
    args = _default if server_args is None else server_args
    if args is None:
        raise ValueError(
            "no server arguments: pass them, or set them once with"
            " allocator.set_default_server_args(server_args)"
        )
    return args


def _steps(args: DecodeArgs) -> int:
    return _one_if_unset("speculative_num_steps", args.speculative_num_steps)


def _branches(args: DecodeArgs) -> int:
    return _one_if_unset("speculative_eagle_topk", args.speculative_eagle_topk)


def _one_if_unset(name: str, value: Any) -> int:
    return 1 if value is None else max(1, as_count(name, value))


def _tokens_to_verify(args: DecodeArgs) -> int:
    tokens = draft_tokens_of(args)
    if tokens is None:
        raise ValueError(
            f"speculative_algorithm is {args.speculative_algorithm!r}, but"
            " speculative_num_draft_tokens is None: how many tokens a step verifies"
            " must be known"
        )
    return tokens


def draft_tokens_of(args: DecodeArgs | MambaArgs) -> int | None:
    """Return the most draft tokens that a step has, None where that is not set."""
    name = "max_speculative_num_draft_tokens"
    if not hasattr(args, name):
        name = "speculative_num_draft_tokens"
    tokens = getattr(args, name)
    return None if tokens is None else as_count(name, tokens)
