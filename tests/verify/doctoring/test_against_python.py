"""Generated packages: what is told of an import, and what Python itself does with it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.source import Source
from verify.doctoring.judging import State, judge
from verify.doctoring.lookup import Lookup, Told
from verify.doctoring.wanted import Package, wants_of
from verify.importing.keeping import Kept
from verify.releasing.opening import open_release

NAMES = ("a", "b", "c", "d", "_e")
MODULES = ("p", "p.a", "p.b", "p.q", "p.q.c", "p.q.d")

# Runs each statement in a process of its own: 1 where it works, 0 where it fails.
INSIDE = """
import json, os, sys
answers = []
for text in json.load(sys.stdin):
    read, write = os.pipe()
    if not os.fork():
        try:
            exec(text, {})
            os.write(write, b"1")
        except AttributeError as error:  # of what is no module, nothing is told
            os.write(write, b"" if "object" in str(error) else b"0")
        except (ImportError, NameError):
            os.write(write, b"0")
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        answers.append(told.read().decode())
    os.wait()
print(json.dumps(answers))
"""

names = st.sampled_from(NAMES)
modules = st.sampled_from(MODULES)
plain = st.one_of(
    st.builds("{} = 1".format, names),
    st.builds("def {}(): pass".format, names),
    st.builds("class {}: {} = 1".format, names, names),
    st.builds("from {} import {}".format, modules, names),
    st.builds("from {} import {} as {}".format, modules, names, names),
    st.builds("from . import {}".format, names),
    st.builds("import {}".format, modules),
    st.builds("import {} as {}".format, modules, names),
    st.builds("from {} import *".format, modules),
    st.builds("{0} = 1\ndel {0}".format, names),
    st.builds("__all__ = ['{}', '{}']".format, names, names),
    st.builds("def __getattr__(name): return 1".format),
    st.builds("globals()['{}'] = 1".format, names),
    st.builds(
        "def __getattr__(name):\n    if name == '{}':\n        return 1\n"
        "    raise AttributeError(name)".format,
        names,
    ),
)


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.split("\n"))


compound = st.one_of(
    plain,
    st.builds(
        lambda one, other: (
            f"try:\n{indented(one)}except ImportError:\n{indented(other)}"
        ),
        plain,
        plain,
    ),
    st.builds(lambda one: f"if len('x') > 1:\n{indented(one)}", plain),
    st.builds(lambda one: f"if len('x') == 1:\n{indented(one)}", plain),
    st.builds(lambda one: f"for {{}} in ():\n{indented(one)}".format("_"), plain),
)
bodies = st.lists(compound, max_size=4).map("\n".join)
package = st.fixed_dictionaries(dict.fromkeys(MODULES, bodies))
wants = st.one_of(
    st.builds("import {}.{}".format, modules, names),
    st.builds("from {} import {}".format, modules, names),
    st.builds("import {0}\n{0}.{1}".format, modules, names),
    st.builds("import {} as m\nm.{}".format, modules, names),
    st.builds("from {} import {} as m\nm.{}".format, modules, names, names),
    st.builds("import p\n{}.{}".format, modules, names),
    st.builds("from {} import *\n{}".format, modules, names),
)


def write(folder: Path, bodies: dict[str, str]) -> None:
    for module, body in bodies.items():
        parts = module.split(".")
        is_package = parts[-1] in ("p", "q")
        inner = [*parts, "__init__"] if is_package else parts
        path = folder.joinpath(*inner).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)


def importable(folder: Path, bodies: dict[str, str]) -> bool:
    """Whether every module can be imported first: else there is nothing to compare."""
    return all(answer == "1" for answer in run(folder, [f"import {m}" for m in bodies]))


def run(folder: Path, texts: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", INSIDE],
        input=json.dumps(texts),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(package, st.lists(wants, min_size=8, max_size=20, unique=True))
def test_nothing_is_told_that_python_denies(
    bodies: dict[str, str], texts: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder, bodies)
        if not importable(folder, bodies):
            return
        release = open_release(str(folder), packages=("p",))
        known = Package(
            frozenset({"p"}), {release.modules.name_of(p) for p in release.paths()}
        )
        lookup = Lookup(release, Kept(None, "none", Told))
        for text, works in zip(texts, run(folder, texts), strict=True):
            wanted = wants_of(Source.decode(text.encode()), None, known)
            states = {each.state for each in judge(wanted, lookup)}
            if State.MISSING in states:
                assert works != "1", text
            elif states <= {State.FOUND}:
                assert works != "0", text
