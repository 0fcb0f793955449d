"""Outcomes to be rendered: one that has everything, and hostile ones."""

from __future__ import annotations

from codemods.finding import Finding, Place, Related, Rule, Severity, Verdict
from tests.verify.render.diagrams import everything
from verify.diagram import Diagram, Edge, Failure, Node, Source
from verify.outcome import Accepted, Case, Change, Edit, Listing, Outcome, Table

MOVED = Rule("moved", "A name has moved.", "Who imports it fails.", Severity.ERROR)
READ = Rule("read", "Lines to read.", "No move explains them.")
KNOWN = Rule("known", "It was so before.", "Nothing to do.", Severity.NOTE)
UNTOLD = Rule(
    "untold",
    "It could not be told.",
    "The file does not parse.",
    Severity.ERROR,
    undecided=True,
)

# Whatever can stand in a name, a path or a message.
HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07.py",
    "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "a\n::error file=x::owned.py",
    "a\r\n::add-mask::x.py",
    "::stop-commands::token",
    "##[add-mask]x.py",
    "a ##vso[task.setvariable variable=x]y ###teamcity[x]",
    "100%0A::error::x,line=7:col=8",
    "\u2028::error::x\x85y",
    "[red]markup[/red] [link=http://x]y[/link].py",
    "[text](http://example.org) ![image](1) [a](1)",
    "{0} {{1}} }} {{ {x} {",
    "\\[x\\](1) \\\\",
    "</script><script>alert(1)</script>",
    "<!-- --> <![CDATA[x]]> ]]> <?php ?> &lt; &#0; &amp;",
    "\"' onmouseover=alert(1) x='",
    "``` ` `` | a | @someone #1",
    "rtl\u202egnp.py \u2066x\u2069",
    "\udcff\udc80.py",
    "\ud800 \udfff",
    "\0\x01\x08\x0b\x0c\x1f\x7f\x9b31m\ufffe\uffff",
    "\U0001f600\U0010ffff.py",
    "C:\\temp\\new.py",
    "%SRCROOT%/%2e%2e/x.py?query#fragment",
    "http://example.org/x.py",
    "-rf",
    "../../etc/passwd",
    "/etc/passwd",
    " .py ",
    "é" * 3,
    "long" * 30_000,
]


def rich() -> Outcome:
    """An outcome with everything that one can hold."""
    chain = (
        Related(Place("p/a.py", 3, 1), "p.a imports p.b"),
        Related(Place("p/b.py", 1, 1), "p.b imports p.a"),
    )
    return Outcome(
        command="verify",
        verdict=Verdict.UNDECIDED,
        findings=(
            Finding(KNOWN, Place("p/old.py", 9, 5), "`x` was so before", ""),
            Finding(
                MOVED, Place("p/a.py", 3, 1), "`p.a:f` is `p.b:f` now", "import it"
            ),
            Finding(
                MOVED, Place("p/a.py", 30, 1), "`p.a:f` is `p.b:f` now", "import it"
            ),
            Finding(UNTOLD, Place("p/né w.py"), "it does not parse: {0}", "correct it"),
            Finding(
                READ, Place("p/b.py", 7, 2), "3 of 40 lines to read", "read", chain
            ),
        ),
        changes=(
            Change("p/c.py", (Edit(2, "import p.a\n", "import p.b\n"),), written=False),
            Change("p/d.py", (Edit(1, "x\r\ny\r\n", ""),), written=False),
            Change(
                "p/e.py",
                (Edit(4, "import p.a", "import p.b"),),
                written=True,
                diff="--- a/p/e.py\n+++ b/p/e.py\n@@ -4 +4 @@\n-import p.a\n+import p.b\n",
            ),
        ),
        tables=(
            Table("moves", ("from", "to"), (("p.a:f", "p.b:f"), ("p.a:g", "p.b:g"))),
            Table("none", ("from",), ()),
        ),
        facts={
            "range": "main..branch",
            "base": "0" * 40,
            "head": "1" * 40,
            "diverged": False,
            "moves_changed_lines": 40,
            "moves_moves": {"verbatim": 2},
        },
        heading=("main..branch: undecided; 3 of 40 changed lines to read",),
        summary=("moves: fail: 3 of 40", "surface: undecided: a file does not parse"),
        listings=(Listing("p.toml", "toml", '[[move]]\nfrom = "p.a:f"\n'),),
        diagrams=(everything(),),
        cases=(
            Case("checks", "blame", Verdict.OK, "all retained", ("p/old.py: a note",)),
            Case("checks", "moves", Verdict.FAIL, "3 of 40", ("p/b.py:7:2: to read",)),
            Case("checks", "surface", Verdict.UNDECIDED, "a file does not parse"),
            Case("tests", "tests/test_a.py::test_b[1]", None, "skipped on both"),
        ),
        accepted=(
            Accepted(
                Finding(MOVED, Place("p/a.py", 50, 1), "`p.a:g` is `p.b:g` now", ""),
                "g goes with 2.0",
                "2026-12-31",
                "pyproject.toml:12",
            ),
            Accepted(
                Finding(READ, Place("p/f.py", 1, 1), "read", "x"), "ok", "", "s:1"
            ),
        ),
    )


def hostile(name: str) -> Outcome:
    """An outcome with `name` in every place that a user's text can come to."""
    source = Source(f"{name}:1", name)
    failing = Node(name, failure=Failure(name, name, source))
    edges = (
        Edge(name, "p.b", "eager", (source,)),
        Edge("p.b", name, "lazy", (source,)),
    )
    chain = ((name, "p.b"), ("p.b", name))
    return Outcome(
        command="verify",
        verdict=Verdict.UNDECIDED,
        findings=(
            Finding(
                MOVED, Place(name, 1, 2), name, name, (Related(Place(name), name),)
            ),
            Finding(UNTOLD, Place(name), f"`{name}`", ""),
        ),
        changes=(
            Change(name, (Edit(4, name, name),), written=False),
            Change(name, (Edit(5, f"{name}\n", f"{name}{name}\n"),), written=True),
            Change(name, (), written=True, diff=f"--- a/{name}\n+{name}\n {name}\n"),
        ),
        tables=(Table(name, ("name", "other"), ((name, name),)),),
        facts={"range": name, "base": name, "head": name, "diverged": True},
        heading=(name,),
        summary=(name, f"`{name}`"),
        listings=(Listing(name, name, f"{name}\n::error::{name}\n"),),
        diagrams=(Diagram(name, name, (failing, Node("p.b")), edges, chain, (name,)),),
        cases=(
            Case(name, name, Verdict.OK, name, (name,)),
            Case(name, name, Verdict.FAIL, name, (name, name)),
            Case(name, name, Verdict.UNDECIDED, name),
            Case(name, name, None, name),
        ),
        accepted=(
            Accepted(Finding(MOVED, Place(name, 9, 1), name, name), name, name, name),
        ),
    )
