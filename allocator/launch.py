"""Launch Triton kernels with as little work on the host as is safe.

A launch through Triton's JIT binds the arguments, looks at each pointer and builds
a cache key: 13 to 20 µs. What is launched here is called directly after the first
time, with plain addresses.

Why that is safe: the kernels are compiled without assumptions about the alignment
of their pointers or the values of their integers, so one binary serves all calls
with the same dtypes and constants, which are the key that the caller gives; and the
caller has seen that every tensor is contiguous and on the device. A kernel that
needs scratch memory, a Triton that is not known to have this interface, and the
interpreter go through the JIT every time.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
import triton

# Releases of Triton whose compiled kernels were launched directly, on a GPU.
_KNOWN_TRITONS = ("3.6.",)

_raw_stream: Any = getattr(torch._C, "_cuda_getCurrentRawStream", None)
_current_device: Any = getattr(torch._C, "_cuda_getDevice", None)


class Pointer(Protocol):
    """What a kernel can be given an address of: a tensor, or a list's front."""

    def data_ptr(self) -> int:
        """Return the address of the first entry."""
        ...


def interpreted() -> bool:
    """Tell whether Triton's interpreter runs the kernels, on the CPU."""
    return bool(triton.knobs.runtime.interpret)


def launches_directly(device: torch.device) -> bool:
    """Tell whether kernels on `device` are called without the JIT's work."""
    return (
        device.type == "cuda"
        and torch.version.cuda is not None
        and not interpreted()
        and triton.__version__.startswith(_KNOWN_TRITONS)
        and _raw_stream is not None
        and _current_device is not None
    )


def current_stream(device: torch.device) -> int:
    """Return the handle of the CUDA stream that is current on `device`."""
    if _raw_stream is not None:
        return int(_raw_stream(device.index))
    return int(torch.cuda.current_stream(device).cuda_stream)


class Launch:
    """One kernel on one device."""

    def __init__(self, kernel: Any, device: torch.device) -> None:
        self._kernel = kernel
        self._device = device
        self._index = device.index
        self._direct = launches_directly(device)
        # By key: the compiled kernel's launcher and what it wants before arguments.
        self._ready: dict[object, tuple[Any, tuple[Any, ...]]] = {}

    def __call__(
        self,
        key: object,
        grid: tuple[int, int],
        pointers: tuple[Pointer, ...],
        numbers: tuple[int, ...],
    ) -> None:
        """Enqueue the kernel on the device's current stream.

        `pointers` and `numbers` are the kernel's arguments, constants last; the
        integers fit into 32 bits. `key` stands for the dtypes and the constants.
        """
        ready = self._ready.get(key)
        if ready is None or _current_device() != self._index:
            self._launch_by_jit(key, grid, pointers, numbers)
            return
        launch, before = ready
        launch(
            *(grid[0], grid[1], 1, _raw_stream(self._index)),
            *before,
            *[pointer.data_ptr() for pointer in pointers],
            *numbers,
        )

    def _launch_by_jit(
        self,
        key: object,
        grid: tuple[int, int],
        pointers: tuple[Pointer, ...],
        numbers: tuple[int, ...],
    ) -> None:
        tensors = [getattr(pointer, "front", pointer) for pointer in pointers]
        on_gpu = self._device.type == "cuda"
        with torch.cuda.device(self._index if on_gpu else -1):
            compiled = self._kernel[grid](*tensors, *numbers)
        if self._direct and not needs_scratch(compiled.run):
            # No cooperative grid, no dependent launch, no scratch, no hooks.
            before = (
                *(compiled.function, False, False, None, None),
                *(compiled.packed_metadata, None, None, None),
            )
            self._ready[key] = (compiled.run.launch, before)


def needs_scratch(run: Any) -> bool:
    """Tell whether a kernel wants memory or a kind of launch that is not given here."""
    return bool(
        run.global_scratch_size
        or run.profile_scratch_size
        or run.launch_cooperative_grid
        or run.launch_pdl
    )
