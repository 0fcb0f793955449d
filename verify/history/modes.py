"""The ways in which git blame is asked, from the plain one to the widest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """`key` is what `--min-retained` takes, `label` what a reader would type."""

    key: str
    label: str
    flags: tuple[str, ...]


PLAIN = Mode("plain", "plain", ())
WIDEST = Mode("CCC", "-C -C -C", ("-C", "-C", "-C"))
MODES = (
    PLAIN,
    Mode("M", "-M", ("-M",)),
    Mode("C", "-C", ("-C",)),
    WIDEST,
    Mode("wC", "-w -C", ("-w", "-C")),
)


def mode_of(name: str) -> Mode:
    """The mode of a key, or of what a reader would type, blanks or not.

    Raises KeyError for another name.
    """
    known = {mode.key: mode for mode in MODES}
    known |= {mode.label.replace(" ", ""): mode for mode in MODES}
    return known[name.replace(" ", "")]
