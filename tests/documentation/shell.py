"""The words of the commands in an `sh` block, as far as the pages need it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

_ENDS = frozenset({"|", "||", "&", "&&", ";", ";;", "(", ")", "|&"})
_REDIRECTIONS = frozenset({">", ">>", "<", ">|", "<<<", "&>", ">&"})


def commands_of(text: str) -> Iterator[list[str]]:
    """Each simple command of a block, without redirections and assignments."""
    for line in text.replace("\\\n", " ").split("\n"):
        words: list[str] = []
        skip = False
        for word in [*_words(line), ";"]:
            if word in _ENDS:
                if words:
                    yield words
                words = []
            elif word in _REDIRECTIONS:
                if words and words[-1].isdecimal():
                    words.pop()
                skip = True
            elif skip:
                skip = False
            elif words or "=" not in word:
                words.append(word)


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return [*lexer]
