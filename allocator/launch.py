"""Launch Triton kernels with as little work on the host as is safe.

A launch through Triton's JIT binds the arguments, looks at each pointer and builds
a cache key: 13 to 20 µs. What is launched here has its constants fixed, so after
the first launch the compiled kernel is called directly with plain addresses.

Why that is safe: the kernels are compiled without assumptions about the alignment
of their pointers or the values of their integers, so one binary serves all; each
dtype of a pointer has a binary of its own; and the caller has seen that every
tensor is contiguous and on the device. A Triton that is not known to have this
interface, and the interpreter, go through the JIT.
"""

from __future__ import annotations

from typing import Any

import torch
import triton

# Releases of Triton whose compiled kernels were launched directly, on a GPU.
_KNOWN_TRITONS = ("3.6.",)

_raw_stream = getattr(torch._C, "_cuda_getCurrentRawStream", None)
_current_device = getattr(torch._C, "_cuda_getDevice", None)


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
    """One kernel with its constants, for one device.

    `tensors` and `numbers` of a call come before the constants in the kernel's
    parameters; the integers must fit into 32 bits.
    """

    def __init__(
        self, kernel: Any, device: torch.device, constants: tuple[int, ...]
    ) -> None:
        self._kernel = kernel
        self._device = device
        self._constants = constants
        self._direct = launches_directly(device)
        self._compiled: dict[tuple[torch.dtype, ...], tuple[Any, Any, Any]] = {}

    def __call__(
        self,
        grid: tuple[int, int],
        tensors: tuple[torch.Tensor, ...],
        numbers: tuple[int, ...] = (),
    ) -> None:
        """Enqueue the kernel on the device's current stream.

        All tensors are contiguous and on the device, or in pinned host memory.
        """
        key = tuple([tensor.dtype for tensor in tensors])
        ready = self._compiled.get(key)
        if ready is None or _current_device() != self._device.index:  # type: ignore[misc]
            self._launch_by_jit(grid, key, tensors, numbers)
            return
        run, function, metadata = ready
        run(
            *(grid[0], grid[1], 1, _raw_stream(self._device.index)),  # type: ignore[misc]
            *(function, metadata, None, None, None),
            *[tensor.data_ptr() for tensor in tensors],
            *numbers,
            *self._constants,
        )

    def _launch_by_jit(
        self,
        grid: tuple[int, int],
        key: tuple[torch.dtype, ...],
        tensors: tuple[torch.Tensor, ...],
        numbers: tuple[int, ...],
    ) -> None:
        on_gpu = self._device.type == "cuda"
        with torch.cuda.device(self._device.index if on_gpu else -1):
            compiled = self._kernel[grid](*tensors, *numbers, *self._constants)
        if self._direct:
            self._compiled[key] = (
                compiled.run,
                compiled.function,
                compiled.packed_metadata,
            )
