"""Run a generated project, move something in it, and run it again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from codemods.name import Name
from tests.verify.moving.generating import Made
from verify.moving.changes import Planned
from verify.moving.planning import Wish, plan
from verify.moving.refusing import NotMovable, Refused
from verify.moving.writing import write

# Runs the program, and imports each module first in a process of its own, all of them
# children of one fresh interpreter.
_LOOK = """
import contextlib, io, json, os, runpy, sys, warnings
sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
def first(act):
    read, write = os.pipe()
    if os.fork():
        os.close(write)
        with open(read) as file:
            answer = file.read()
        os.wait()
        return answer
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            act()
        except BaseException as error:
            print(type(error).__name__)
    with open(write, "w") as file:
        file.write(said.getvalue())
    os._exit(0)
names = json.loads(sys.argv[1])
answers = {name: first(lambda: __import__(name)) for name in names}
answers["main.py"] = first(lambda: runpy.run_path("main.py", run_name="__main__"))
json.dump(answers, sys.stdout)
"""


def put(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def look(root: Path) -> dict[str, str]:
    """What the program prints, and what importing each module first does."""
    paths = (path.relative_to(root) for path in root.rglob("*.py"))
    modules = sorted(
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in paths
        if path.name != "main.py"
    )
    command = [sys.executable, "-c", _LOOK, json.dumps(modules)]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


@dataclass(frozen=True)
class Played:
    """What became of a wish: `reason` where it was refused, else what was planned."""

    wish: Wish
    before: dict[str, str]
    after: dict[str, str]
    planned: Planned | None
    reason: str = ""


def any_wish(random: Random, made: Made) -> Wish:
    """Something of the project, to go anywhere."""
    module, name = random.choice(made.movable)
    to = random.choice([target for target in made.targets if target != module])
    names = [Name(module, name)]
    kind = random.random()
    if kind < 0.1 and "__name__" not in made.files[module.replace(".", "/") + ".py"]:
        names, to = [Name(module)], random.choice(["pkg.other", "pkg.deep.other"])
    elif kind < 0.2 and name.startswith("K_"):
        names = [Name(module, f"{name}.run")]
    elif kind < 0.35:
        more = [Name(*each) for each in random.sample(made.movable, 2)]
        names = list(dict.fromkeys([*names, *(n for n in more if n.module != to)]))
    there = [name for module, name in made.movable if module == to]
    before = random.choice(there) if there and kind > 0.9 else ""
    stays = random.random()
    return Wish(
        tuple(names),
        to,
        before=before,
        keep_alias=stays < 0.2,
        deprecated_in="2.0" if stays > 0.8 else "",
    )


def play(root: Path, made: Made, wish: Wish) -> Played:
    """Move, if that is not refused, with a look before and after."""
    put(root, made.files)
    before = look(root)
    try:
        planned = plan(root, wish)
    except (Refused, NotMovable) as refused:
        return Played(wish, before, look(root), None, str(refused) or "?")
    write(root, planned.changes)
    return Played(wish, before, look(root), planned)
