"""Make the virtual environment that the scripts run in, or see that it stands.

Standard library only: this runs before anything is installed. The folder is
`.venv` in the repository, or `$REHOME_VENV`. What stands already is left alone,
so that a second run is quick; what an interrupted run left is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# Each purpose with what pip installs for it. `test` can do what `run` can.
PURPOSES = {"run": ".", "test": ".[test]"}

# Exactly this: a range would take a CUDA build, which is gigabytes.
TORCH = "torch==2.13.0"

# Stands while a set-up runs, so that the next run knows of one that was cut off.
INCOMPLETE = ".rehome-incomplete"


class SetupError(Exception):
    """What could not be set up, and what to do about it, in one line."""


def main(arguments: list[str]) -> int:
    purpose = arguments[0]
    venv = Path(os.environ.get("REHOME_VENV") or ROOT / ".venv").absolute()
    try:
        if not stands(venv, purpose):
            set_up(venv, purpose)
    except (SetupError, OSError) as error:
        say(f"could not set up {venv}: {error}")
        return 2
    except KeyboardInterrupt:
        say("interrupted: the next run sets up anew")
        return 130
    print(venv / "bin")
    return 0


def say(message: str) -> None:
    print(f"rehome: {message}", file=sys.stderr, flush=True)


def stands(venv: Path, purpose: str) -> bool:
    """Tell whether `venv` was set up, completely, from what the files say today."""
    if (venv / INCOMPLETE).exists() or not (venv / "bin" / "python").exists():
        return False
    stamp = stamp_of(venv, purpose)
    return stamp.is_file() and stamp.read_text("utf-8") == fingerprint()


def stamp_of(venv: Path, purpose: str) -> Path:
    return venv / f".rehome-{purpose}"


def fingerprint() -> str:
    """Digest all that a set-up depends on: a change of any of it renews it."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    digest.update(f"{ROOT}\n{sys.version}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def set_up(venv: Path, purpose: str) -> None:
    """Make or renew `venv`; the stamps, which make it count, are written last."""
    say(f"setting up {venv} (once; a minute or two)")
    make_venv(venv)
    incomplete = venv / INCOMPLETE
    incomplete.touch()
    pip(venv, "install", "--quiet", "pip>=23")
    if purpose == "test":
        install_torch(venv)
    pip(venv, "install", "--quiet", "--editable", PURPOSES[purpose])
    incomplete.unlink()
    for served in PURPOSES:
        stamp_of(venv, served).write_text(fingerprint(), "utf-8")
        if served == purpose:
            break


def make_venv(venv: Path) -> None:
    """Make a virtual environment at `venv`, unless a usable one is there."""
    cut_off = (venv / INCOMPLETE).exists()
    if not cut_off and has_pip(venv) and python_of(venv) == sys.version:
        return
    if not (venv / "pyvenv.cfg").is_file() and holds_files(venv):
        raise SetupError(
            "something else is there: remove it, or set REHOME_VENV to another folder"
        )
    made = run([sys.executable, "-m", "venv", "--clear", str(venv)])
    if made.returncode and not make_venv_without_ensurepip(venv):
        said = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
        raise SetupError(
            f"`python -m venv` failed ({said[-1]}): set REHOME_VENV to a folder that"
            " can be written, REHOME_PYTHON to another Python, or install the venv"
            " package of your system (python3-venv on Debian and Ubuntu)"
        )


def make_venv_without_ensurepip(venv: Path) -> bool:
    """Let the pip of this Python install another one into a bare environment.

    Some distributions keep `ensurepip` in a package of its own.
    """
    bare = run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)])
    into = ["--python", str(venv / "bin" / "python"), "install", "--quiet", "pip"]
    return (
        bare.returncode == 0
        and run([sys.executable, "-m", "pip", *into]).returncode == 0
    )


def holds_files(folder: Path) -> bool:
    return folder.is_file() or any(path.is_file() for path in folder.rglob("*"))


def has_pip(venv: Path) -> bool:
    return run([str(venv / "bin" / "python"), "-m", "pip", "--version"]).returncode == 0


def python_of(venv: Path) -> str:
    program = "import sys; print(sys.version, end='')"
    return run([str(venv / "bin" / "python"), "-c", program]).stdout


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `command` unheard; one that cannot be started counts as failed."""
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def pip(venv: Path, *arguments: str) -> None:
    command = [str(venv / "bin" / "python"), "-m", "pip", *arguments]
    command.append("--disable-pip-version-check")
    heard = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if heard.returncode:
        raise SetupError(
            f"`pip {' '.join(arguments)}` failed, see above; is the package index"
            " within reach?"
        )


def install_torch(venv: Path) -> None:
    """Install the CPU build of torch, where pip would take that for `TORCH`.

    It never brings in CUDA: where no CPU build is at hand it says so, and the
    tests of `allocator` are skipped.
    """
    known = [str(venv / "bin" / "python"), "-m", "pip", "show", "--quiet", "torch"]
    if run(known).returncode == 0:
        return
    offer = torch_offer(venv)
    if offer is None:
        say(f"pip finds no {TORCH} for this Python: allocator tests will be skipped")
    elif is_cpu_build(offer):
        say(f"installing {offer['name']} {offer['version']}")
        pip(venv, "install", "--quiet", TORCH)
    else:
        say(
            f"pip offers only a CUDA build of {TORCH} for this Python: not installed,"
            " allocator tests will be skipped"
        )


def torch_offer(venv: Path) -> dict[str, Any] | None:
    """Return the metadata of the file that pip would take for `TORCH`, if any."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        asked = run(
            [
                *(str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"),
                *("--dry-run", "--no-deps", "--ignore-installed"),
                *("--report", str(report), TORCH),
            ]
        )
        if asked.returncode or not report.is_file():
            return None
        install = json.loads(report.read_text("utf-8"))["install"]
        return dict(install[0]["metadata"]) if install else None


def is_cpu_build(metadata: dict[str, Any]) -> bool:
    """Tell whether a build of torch does without CUDA, by what it says of itself.

    A requirement for another system alone does not count.
    """
    _, _, flavour = metadata["version"].partition("+")
    system = {"linux": "Linux", "darwin": "Darwin"}.get(sys.platform, "")
    return flavour in ("", "cpu") and not any(
        requirement.startswith(("cuda", "nvidia"))
        and ("platform_system" not in requirement or f'"{system}"' in requirement)
        for requirement in metadata.get("requires_dist", [])
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
