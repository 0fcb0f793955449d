"""What `rehome bench` reports."""

from __future__ import annotations

from codemods.finding import Rule, Severity

SLOWER = Rule(
    "bench-slower",
    "A benchmark is slower",
    "The whole interval of the ratio lies beyond the margin.",
    Severity.ERROR,
)
FASTER = Rule(
    "bench-faster",
    "A benchmark is faster",
    "The whole interval of the ratio lies beyond the margin.",
    Severity.NOTE,
)
TOO_NOISY = Rule(
    "bench-too-noisy",
    "Whether a benchmark is slower could not be told",
    "The interval reaches over the margin: neither slower nor unchanged is shown.",
    Severity.WARNING,
    undecided=True,
)
COULD_NOT_TELL = Rule(
    "bench-could-not-tell",
    "A benchmark could not be measured",
    "What was not measured is never reported as unchanged.",
    Severity.ERROR,
    undecided=True,
)
NOT_OF_THE_SIDE = Rule(
    "bench-not-of-the-side",
    "The benchmarks did not run a side's code",
    "Times of other code say nothing about the side.",
    Severity.ERROR,
    undecided=True,
)
FORCED_BASELINE = Rule(
    "bench-forced-baseline",
    "The baseline is from another machine",
    "Times of two machines differ whether the code does or not.",
    Severity.WARNING,
    undecided=True,
)
NOT_WRITTEN = Rule(
    "bench-not-written",
    "A file that was asked for could not be written",
    "Whoever reads it later would not know.",
    Severity.ERROR,
    undecided=True,
)
