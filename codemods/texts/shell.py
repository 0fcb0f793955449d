"""Shell scripts, Dockerfiles, makefiles and the like.

python -m pkg.mod                                ->   python -m pkg.sub.mod
python -c "from pkg.old import A; A.run()"       ->   python -c "from pkg.new ..."
"""

from __future__ import annotations

from codemods.texts._draft import TextDraft
from codemods.texts._search import search

SUFFIXES = (
    *(".sh", ".bash", ".zsh", ".fish", ".ksh", ".ps1", ".bat", ".cmd", ".mk"),
    *(".dockerfile", ".slurm", ".sbatch", ".just"),
)
NAMES = (
    *("Dockerfile", "Containerfile", "Makefile", "makefile", "GNUmakefile"),
    *("Jenkinsfile", "justfile", "Justfile", "Procfile", "Vagrantfile"),
)


def propose(draft: TextDraft) -> None:
    """Follow exact dotted paths and whole imports."""
    for hit in search(draft.text, draft.names):
        draft.take(hit)
