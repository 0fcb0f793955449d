# Two versions of a package, `kit`, in a repository, and `plugin`, which imports the first.
mkdir -p kit/kit plugin
git -C kit init --quiet --initial-branch main
: > kit/kit/__init__.py
cat > kit/kit/tools.py <<'END'
from __future__ import annotations


class Reader:
    """Takes lines apart into fields."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def read(self) -> list[list[str]]:
        return [line.split(",") for line in self.lines]


def open_all(texts: list[str]) -> list[Reader]:
    return [Reader(text.splitlines()) for text in texts]


def join(fields: list[str]) -> str:
    return ",".join(fields)
END
git -C kit add .
git -C kit commit --quiet --message "tools"
git -C kit tag v1.0
cat > kit/kit/reader.py <<'END'
from __future__ import annotations


class Reader:
    """Takes lines apart into fields."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def read(self) -> list[list[str]]:
        return [line.split(",") for line in self.lines]
END
cat > kit/kit/tools.py <<'END'
from __future__ import annotations


def join(fields: list[str]) -> str:
    return ",".join(fields)
END
git -C kit add .
git -C kit commit --quiet --message "Reader has a module of its own"
git -C kit tag v2.0
cat > plugin/fields.py <<'END'
from __future__ import annotations

from kit.tools import Reader, join


def again(lines: list[str]) -> list[str]:
    return [join(fields) for fields in Reader(lines).read()]
END
cat > plugin/texts.py <<'END'
from __future__ import annotations

from kit.tools import open_all


def fields(text: str) -> list[list[str]]:
    return open_all([text])[0].read()
END
