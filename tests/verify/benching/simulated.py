"""A card that is simulated in each child, for benchmarks that launch on it."""

from __future__ import annotations

BENCHMARKS = """\
import sys, time, types
import work

queue = 0


def launch(nanoseconds):
    global queue
    queue = max(queue, time.perf_counter_ns()) + nanoseconds


class Event:
    def __init__(self, enable_timing):
        self.at = 0

    def record(self):
        self.at = max(queue, time.perf_counter_ns())

    def query(self):
        return time.perf_counter_ns() >= self.at

    def synchronize(self):
        while not self.query():
            pass

    def elapsed_time(self, end):
        return (end.at - self.at) / 1e6


def synchronize():
    while time.perf_counter_ns() < queue:
        pass


torch = types.ModuleType("torch")
torch.__version__ = "simulated"
torch.version = types.SimpleNamespace(cuda="0")
torch.set_num_threads = lambda n: None
torch.zeros = lambda *shape, device: None
torch.cuda = types.SimpleNamespace(
    Event=Event,
    synchronize=synchronize,
    is_available=lambda: True,
    is_initialized=lambda: False,
    get_device_name=lambda: "a simulated card",
    get_device_capability=lambda: (9, 0),
    _sleep=lambda cycles: launch(cycles / 2),
)
sys.modules["torch"] = torch


def test_run(benchmark):
    benchmark(work.run, launch)


def test_idle(benchmark):
    benchmark(work.idle)
"""
SIDE = "def run(launch):\n    launch({})\n\n\ndef idle():\n    return sum(range(50))\n"
