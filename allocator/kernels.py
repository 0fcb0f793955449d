"""Triton kernels, and nothing else; importing this needs Triton.

`alloc_extend_kernel` and `alloc_decode_kernel` take the arguments and the grid
of SGLang's kernels of these names (sgl-project/sglang#26675), so that one can
stand for the other. All pointers are to contiguous tensors on one device; page
numbers and slots are int64, lengths and locations int64 or int32.
"""

from __future__ import annotations

import triton
import triton.language as tl

# Tokens that one program places at a time.
TOKENS = tl.constexpr(1024)


# No kernel assumes an alignment of its pointers: lists begin at any page.
@triton.jit(
    do_not_specialize=["num_tokens"],
    do_not_specialize_on_alignment=["free_page_ptr", "out_indices"],
)
def place_pages_kernel(
    free_page_ptr,
    out_indices,
    num_tokens,
    page_size: tl.constexpr,
):
    """Write the slots of whole pages: `out_indices[t]` lies in page `t // page_size`.

    Grid: (ceil(num_tokens / TOKENS),). Writes `out_indices`, shape (num_tokens,).
    """
    token = tl.program_id(0) * TOKENS + tl.arange(0, TOKENS)
    inside = token < num_tokens
    page = tl.load(free_page_ptr + token // page_size, mask=inside, other=0)
    tl.store(out_indices + token, page * page_size + token % page_size, mask=inside)


@triton.jit(
    do_not_specialize=["start", "count"],
    do_not_specialize_on_alignment=["slots_ptr", "list_ptr"],
)
def append_slots_kernel(slots_ptr, list_ptr, start, count, block: tl.constexpr):
    """Write `count` slots into a list from the index `start` on.

    Grid: (ceil(count / block),). Writes `list[start:start + count]`, int64.
    """
    slot = tl.program_id(0) * block + tl.arange(0, block)
    inside = slot < count
    tl.store(
        list_ptr + start + slot, tl.load(slots_ptr + slot, mask=inside), mask=inside
    )


@triton.jit(
    do_not_specialize_on_alignment=[
        "pre_lens_ptr",
        "seq_lens_ptr",
        "last_loc_ptr",
        "free_page_ptr",
        "out_indices",
    ]
)
def alloc_extend_kernel(
    pre_lens_ptr,
    seq_lens_ptr,
    last_loc_ptr,
    free_page_ptr,
    out_indices,
    bs_upper: tl.constexpr,
    page_size: tl.constexpr,
):
    """Write the slots of the tokens that each request gains, request after request.

    A request fills what is left of its last page, after `last_loc`, and then takes
    pages off the free list, in order. Grid: (requests,) or (requests, n); with n
    programs to a request, each takes every n-th block of its tokens. `bs_upper` is
    a power of two of at least the number of requests. Writes `out_indices`, whose
    length is the sum of the gains.
    """
    request = tl.program_id(0)
    others = tl.arange(0, bs_upper)
    earlier = others < request
    pre_lens = tl.load(pre_lens_ptr + others, mask=earlier, other=0)
    seq_lens = tl.load(seq_lens_ptr + others, mask=earlier, other=0)
    pages = tl.cdiv(seq_lens, page_size) - tl.cdiv(pre_lens, page_size)
    first_page = tl.sum(pages)
    first_out = tl.sum(seq_lens - pre_lens)

    pre_len = tl.load(pre_lens_ptr + request)
    gain = tl.load(seq_lens_ptr + request) - pre_len
    next_slot = tl.load(last_loc_ptr + request) + 1
    # Positions below this one lie in the page that the request has already.
    boundary = tl.cdiv(pre_len, page_size) * page_size

    for block in range(tl.program_id(1), tl.cdiv(gain, TOKENS), tl.num_programs(1)):
        token = block * TOKENS + tl.arange(0, TOKENS)
        inside = token < gain
        position = pre_len + token
        is_new = position >= boundary
        nth = tl.where(is_new, (position - boundary) // page_size, 0)
        page = tl.load(free_page_ptr + first_page + nth, mask=inside & is_new, other=0)
        slot = tl.where(
            is_new, page * page_size + position % page_size, next_slot + token
        )
        tl.store(out_indices + first_out + token, slot, mask=inside)


@triton.jit(
    do_not_specialize_on_alignment=[
        "seq_lens_ptr",
        "last_loc_ptr",
        "free_page_ptr",
        "out_indices",
    ]
)
def alloc_decode_kernel(
    seq_lens_ptr,
    last_loc_ptr,
    free_page_ptr,
    out_indices,
    bs_upper: tl.constexpr,
    page_size: tl.constexpr,
):
    """Write the slot of the one token that each request gains.

    `seq_lens` count that token. It follows `last_loc`, or opens the next page of
    the free list where it is the first of a page. Grid: (requests,); `bs_upper` as
    for `alloc_extend_kernel`. Writes `out_indices`, shape (requests,).
    """
    request = tl.program_id(0)
    others = tl.arange(0, bs_upper)
    lens = tl.load(seq_lens_ptr + others, mask=others < request, other=0)
    opens = (lens > 0) & ((lens - 1) % page_size == 0)
    nth = tl.sum(opens.to(tl.int32))

    if (tl.load(seq_lens_ptr + request) - 1) % page_size == 0:
        page = tl.load(free_page_ptr + nth)
        tl.store(out_indices + request, page * page_size)
    else:
        tl.store(out_indices + request, tl.load(last_loc_ptr + request) + 1)


@triton.jit(
    do_not_specialize=["num_indices", "num_pages"],
    do_not_specialize_on_alignment=[
        "index_ptr",
        "marks_ptr",
        "counts_ptr",
        "foreign_ptr",
    ],
)
def mark_pages_kernel(
    index_ptr,
    marks_ptr,
    counts_ptr,
    foreign_ptr,
    num_indices,
    num_pages,
    page_size: tl.constexpr,
    SCAN: tl.constexpr,
):
    """Mark the pages that slots lie in, and count the marks of each block of pages.

    `marks` (int32, 0 before, one for each page from 0) gets a 1, `counts` (int32,
    0 before, one for each `SCAN` pages) how many pages of the block were marked,
    `foreign` (int32, one) how many slots were outside the pages 1 to `num_pages`.
    Grid: (ceil(num_indices / TOKENS),).
    """
    i = tl.program_id(0) * TOKENS + tl.arange(0, TOKENS)
    inside = i < num_indices
    index = tl.load(index_ptr + i, mask=inside, other=0)
    page = index // page_size
    known = inside & (index >= page_size) & (page <= num_pages)
    # Neighbours mostly share a page: only the first of a run touches the marks.
    before = tl.load(index_ptr + i - 1, mask=inside & (i > 0), other=-1) // page_size
    candidate = known & ((i == 0) | (before != page))
    mark = tl.atomic_xchg(marks_ptr + page, 1, mask=candidate)
    tl.atomic_add(counts_ptr + page // SCAN, 1, mask=candidate & (mark == 0))
    foreign = tl.sum((inside & (known == 0)).to(tl.int32))
    tl.atomic_add(foreign_ptr, foreign, mask=foreign > 0)


@triton.jit(
    do_not_specialize=["front", "step", "num_blocks"],
    do_not_specialize_on_alignment=[
        "marks_ptr",
        "counts_ptr",
        "next_counts_ptr",
        "foreign_ptr",
        "totals_ptr",
        "report_ptr",
        "list_ptr",
    ],
)
def put_marked_kernel(
    marks_ptr,
    counts_ptr,
    next_counts_ptr,
    foreign_ptr,
    totals_ptr,
    report_ptr,
    list_ptr,
    front,
    step,
    num_blocks,
    BLOCKS: tl.constexpr,
    SCAN: tl.constexpr,
):
    """Write the marked pages, in order, before the front of a list of pages.

    `totals[step]` (int64) is how many pages went before `front` so far; the new
    figure goes to `totals[step + 1]` and to `report[2 * step]`, and the figure of
    `foreign` to `report[2 * step + 1]` (int64, memory that the host can read). Puts
    `marks` and `next_counts` back to 0. What would fall before the start of the
    list is left out; the host sees that from the total. Grid: (num_blocks,).
    """
    block = tl.program_id(0)
    blocks = tl.arange(0, BLOCKS)
    counts = tl.load(counts_ptr + blocks, mask=blocks < num_blocks, other=0)
    total = tl.sum(counts)
    earlier = tl.sum(tl.where(blocks < block, counts, 0))
    so_far = tl.load(totals_ptr + step)
    start = front - so_far - total + earlier

    page = block * SCAN + tl.arange(0, SCAN)
    mark = tl.load(marks_ptr + page)
    place = start + tl.cumsum(mark, 0) - mark
    tl.store(list_ptr + place, page.to(tl.int64), mask=(mark != 0) & (place >= 0))
    tl.store(marks_ptr + page, tl.zeros_like(mark))
    tl.store(next_counts_ptr + block, 0)
    if block == 0:
        tl.store(totals_ptr + step + 1, so_far + total)
        tl.store(report_ptr + 2 * step + 1, tl.load(foreign_ptr).to(tl.int64))
        tl.store(report_ptr + 2 * step, so_far + total)
