"""What a simulated import may take for granted about where it runs."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Platform:
    """Where the import runs.

    `facts` settles conditions by their text, as `{"is_npu()": True}`; the text
    `import NAME` stands for whether a module outside the sources can be imported.
    """

    system: str = sys.platform
    name: str = os.name
    os: str = field(default_factory=platform.system)
    machine: str = field(default_factory=platform.machine)
    python: tuple[int, int, int] = sys.version_info[:3]
    implementation: str = sys.implementation.name
    facts: Mapping[str, bool] = field(default_factory=dict)

    def values(self) -> dict[str, object]:
        """What is known of names outside the sources."""
        kind = {"cpython": "CPython", "pypy": "PyPy"}
        maker = kind.get(self.implementation, self.implementation)
        version = ".".join(map(str, self.python))
        return {
            "sys.platform": self.system,
            "sys.version_info": (*self.python, "final", 0),
            "sys.version_info.major": self.python[0],
            "sys.version_info.minor": self.python[1],
            "sys.implementation.name": self.implementation,
            "os.name": self.name,
            "platform.system()": self.os,
            "platform.machine()": self.machine,
            "platform.python_implementation()": maker,
            "platform.python_version()": version,
            "platform.python_version_tuple()": tuple(map(str, self.python)),
            "typing.TYPE_CHECKING": False,
            "typing_extensions.TYPE_CHECKING": False,
        }


def default_answer(condition: str) -> bool:
    """What a condition that cannot be told is taken for at first: modules outside
    the sources can be imported, loops run, and no special case applies."""
    return condition.startswith(("import ", "for "))
