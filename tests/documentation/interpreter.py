"""A Python with a `rehome` beside it: this one, and the code of a tree.

The tree is first on the import path and nothing is installed into anything, so that the
tests see the files as they are, also in an environment that has another `rehome`.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import venv
from pathlib import Path

_REHOME = """\
#!/bin/sh
exec '{python}' '{program}' "$@"
"""
_PROGRAM = """\
import sys
from verify.cli import main
sys.exit(main())
"""
_PATHS = """\
{tree}
import site; list(map(site.addsitedir, {packages!r}))
"""


def make(tree: Path, folder: Path) -> Path:
    """Make the environment in a new folder; returns the folder to put on PATH."""
    venv.create(folder, symlinks=True, with_pip=False)
    binaries = folder / "bin"
    packages = sorted({sysconfig.get_path(kind) for kind in ("purelib", "platlib")})
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = folder / "lib" / version / "site-packages"
    (site / "tree.pth").write_text(_PATHS.format(tree=tree, packages=packages))
    program = folder / "rehome.py"
    program.write_text(_PROGRAM)
    starter = binaries / "rehome"
    starter.write_text(_REHOME.format(python=binaries / "python", program=program))
    starter.chmod(0o755)
    for tool in ("pip", "pytest"):
        _module(binaries / tool, binaries / "python", tool)
    return binaries


def _module(file: Path, python: Path, module: str) -> None:
    file.write_text(f"#!/bin/sh\nexec '{python}' -m {module} \"$@\"\n")
    file.chmod(0o755)


if __name__ == "__main__":
    made = make(Path(sys.argv[1]), Path(sys.argv[2]))
    # What else is installed beside this Python (ruff, mypy) comes after it.
    sys.stdout.write(f"{made}{os.pathsep}{Path(sys.executable).parent}\n")
