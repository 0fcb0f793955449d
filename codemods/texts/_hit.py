"""An old name in a text."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """`old` is what stands from `start` to `end`; `new` is the text to put there, or
    None where a person must decide: then `why` says the reason, or `gone` what to use
    instead of a name that is no more. `hint` is the new name for people to read.
    """

    start: int
    end: int
    old: str
    new: str | None = None
    why: str = ""
    hint: str = ""
    gone: str = ""

    def doubted(self, why: str) -> Hit:
        """The same for a person to decide; a doubt there is stays."""
        if self.new is None:
            return self
        return replace(self, new=None, why=why, hint=self.hint or self.new)
