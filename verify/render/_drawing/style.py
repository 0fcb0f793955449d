"""How lines and boxes look: told apart without colour, in the dark and on paper."""

from __future__ import annotations

# The dashes of each kind of edge; no dashes make a line.
DASHES = {
    "eager": "",
    "guarded": "9 4",
    "implicit": "1.5 3.5",
    "dynamic": "9 3 2 3",
    "lazy": "4 4",
    "type-checking": "1 5",
    "by way of others": "16 3 3 3 3 3",
}
# Whether the system asks for dark ones or not, paper is light.
DARK = "@media screen and (prefers-color-scheme: dark)"
_MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'

STYLE = f"""
.r-ground {{ fill: #ffffff }}
.r-text {{ fill: #1a1a1a; font-family: {_MONO} }}
.r-strong {{ font-weight: bold }}
.r-faint {{ fill: #595959 }}
.r-box {{ fill: #f4f4f2; stroke: #6b6b6b; stroke-width: 1 }}
.r-box-fails {{ fill: #fdecea; stroke: #b3261e; stroke-width: 3 }}
.r-box-gone {{ fill: #ffffff; stroke: #6b6b6b; stroke-width: 1; stroke-dasharray: 4 3 }}
.r-pill {{ fill: #ffffff; stroke: #1a1a1a; stroke-width: 1 }}
.r-line {{ fill: none; stroke: #3d4f66; stroke-width: 1.4; stroke-linecap: butt }}
.r-tip {{ fill: #3d4f66 }}
.r-aside .r-line {{ stroke: #767676; stroke-width: 0.9 }}
.r-aside .r-tip {{ fill: #767676 }}
.r-new .r-line {{ stroke: #00639b; stroke-width: 2.4 }}
.r-new .r-tip {{ fill: #00639b }}
.r-gone .r-line {{ stroke: #8a8a8a; stroke-width: 1 }}
.r-gone .r-tip {{ fill: #8a8a8a }}
.r-cut .r-line {{ stroke: #b3261e; stroke-width: 3.2 }}
.r-cut .r-tip {{ fill: #b3261e }}
.r-reach {{ fill: none; stroke: none; stroke-width: 9; pointer-events: stroke }}
.r-edge:hover .r-line {{ stroke-width: 5 }}
{DARK} {{
.r-ground {{ fill: #15171a }}
.r-text {{ fill: #ececec }}
.r-faint {{ fill: #b0b0b0 }}
.r-box {{ fill: #24282d; stroke: #9a9a9a }}
.r-box-fails {{ fill: #43201d; stroke: #ff897d }}
.r-box-gone {{ fill: #15171a; stroke: #9a9a9a }}
.r-pill {{ fill: #15171a; stroke: #ececec }}
.r-line {{ stroke: #a9bdd6 }}
.r-tip {{ fill: #a9bdd6 }}
.r-aside .r-line {{ stroke: #9a9a9a }}
.r-aside .r-tip {{ fill: #9a9a9a }}
.r-new .r-line {{ stroke: #7fc8ff }}
.r-new .r-tip {{ fill: #7fc8ff }}
.r-gone .r-line {{ stroke: #8a8a8a }}
.r-gone .r-tip {{ fill: #8a8a8a }}
.r-cut .r-line {{ stroke: #ff897d }}
.r-cut .r-tip {{ fill: #ff897d }}
}}
"""


def class_of(kind: str) -> str:
    """The class of a line of this kind, whose dashes the style sheet tells."""
    return f"r-{kind.replace(' ', '-')}" if kind in DASHES else "r-eager"


STYLE += "".join(
    f".{class_of(kind)} {{ stroke-dasharray: {dashes} }}\n"
    for kind, dashes in DASHES.items()
    if dashes
)
