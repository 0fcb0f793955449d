"""A small project with some history, and pull requests to it: one fault in each, all of
them, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from verify.cli import main

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

SETTINGS = """\
[tool.rehome.blame]
min-retained = "plain=80"

[tool.rehome.bench]
margin = 15
pairs = 12
block = 0.02
until-decided = 60

[tool.rehome.behaviour]
steps = 50
"""

# `DIGITS` is 2 here, and 0 in the invoices.
AMOUNTS = '''\
"""Amounts of money, in cents."""

DIGITS = 2


def parsed(text):
    """The cents of an amount as people write it."""
    whole, _, rest = text.partition(".")
    return int(whole) * 10**DIGITS + int(rest.ljust(DIGITS, "0"))


'''
ROUNDED = '''\
def rounded(cents):
    """An amount as people write it, with all digits that it has."""
    whole, rest = divmod(cents, 10**DIGITS)
    if not DIGITS:
        return str(whole)
    return f"{whole}.{str(rest).rjust(DIGITS, '0')}"
'''
INVOICES = '''\
"""What is printed on an invoice."""

DIGITS = 0


def heading(number, year):
    """The first line of an invoice."""
    return f"Invoice {number:0{DIGITS + 4}} of {year}"
'''

STOCK = '''\
"""What there is to sell."""

LEAST = 3


'''
STOCK_CLASS = '''\
class Stock:
    """How many there are of each thing."""

    def __init__(self):
        self.numbers = {}

    def add(self, name, number):
        """Put some into the stock; return how many there are now."""
        self.numbers[name] = self.numbers.get(name, 0) + number
        return self.numbers[name]

    def take(self, name, number):
        """Take some out; raise ValueError where there are not as many."""
        left = self.numbers.get(name, 0) - number
        if left < 0:
            raise ValueError(f"{-left} too few of {name}")
        self.numbers[name] = left
        return left
'''
NEEDED = '''\


def is_needed(number):
    """Whether there are so few of a thing that more should be ordered."""
    return number < LEAST
'''

CATALOGUE = '''\
"""All things and their prices."""

from shop.discounts import reduced

PRICES = {"pen": 120, "paper": 450}


def price_of(name, percent):
    """The price of a thing, less a discount."""
    return reduced(PRICES[name], percent)
'''
DISCOUNTS = '''\
"""Discounts."""


def reduced(price, percent):
    """A price less a discount, in whole cents."""
    return price * (100 - percent) // 100
'''
# Importing the catalogue first works; importing this first does not.
DISCOUNTS_IN_A_CYCLE = '''\
"""Discounts."""

from shop import catalogue


def reduced(price, percent):
    """A price less a discount, in whole cents."""
    return price * (100 - percent) // 100


def dearest(percent):
    """The highest price, less a discount."""
    return reduced(max(catalogue.PRICES.values()), percent)
'''

TOTALS = '''\
"""Sums over many orders."""

PASSES = 10


def settled(prices):
    """The sum of all prices, made even over some passes."""
    total = 0
    for _ in range(PASSES):
        total += sum(price % 97 for price in prices)
    return total
'''

TESTS = """\
from shop.amounts import parsed
from shop.catalogue import price_of
from shop.stock import Stock, is_needed


def test_amounts():
    assert parsed("12.5") == 1250


def test_prices():
    assert price_of("pen", 10) == 108


def test_stock():
    stock = Stock()
    assert stock.add("pen", 2) == 2
    assert is_needed(stock.take("pen", 1))
"""
BENCHMARKS = """\
from shop.totals import settled


def test_settled(benchmark):
    assert benchmark(settled, range(200)) > 0
"""
DRIVER = """\
CODE = ["shop.catalogue"]


def build(case):
    from shop.catalogue import price_of

    return price_of


def operations(random, case):
    while True:
        yield [random.choice(["pen", "paper", "ink"]), random.randrange(100)]


def step(price_of, operation):
    return price_of(*operation)
"""

BENCH_FILE, DRIVER_FILE = "benchmarks/test_totals.py", "benchmarks/driver.py"


def found(scratch: Scratch) -> None:
    """The branch `main`, by two people."""
    scratch.commit(
        {
            "pyproject.toml": SETTINGS,
            "shop/__init__.py": "",
            "shop/amounts.py": AMOUNTS + ROUNDED,
            "shop/stock.py": STOCK + STOCK_CLASS,
        },
        "A shop",
    )
    scratch.commit(
        {
            "shop/stock.py": STOCK + STOCK_CLASS + NEEDED,
            "shop/catalogue.py": CATALOGUE,
            "shop/discounts.py": DISCOUNTS,
        },
        "Prices",
    )
    by_another(scratch)
    scratch.commit({"shop/invoices.py": INVOICES}, "Invoices")
    by_another(scratch)
    scratch.commit(
        {
            "shop/totals.py": TOTALS,
            "tests/test_shop.py": TESTS,
            BENCH_FILE: BENCHMARKS,
            DRIVER_FILE: DRIVER,
        },
        "Totals, and tests",
    )


def by_another(scratch: Scratch) -> None:
    """Let the last commit be written by somebody else."""
    author = "--author=Another <another@example.org>"
    scratch.git("commit", "--quiet", "--amend", "--no-edit", author)


# Pull requests: each adds its commits to the branch that is checked out.


def bad_move(scratch: Scratch) -> None:
    """`rounded` moves to where `DIGITS` is another number. Blame keeps every line: on
    one side of the merge, the old file is the new one.
    """
    topic = scratch.git("branch", "--show-current")
    scratch.git("checkout", "--quiet", "-b", "side")
    scratch.commit({"shop/invoices.py": None}, "Make room")
    scratch.git("mv", "shop/amounts.py", "shop/invoices.py")
    scratch.commit({}, "Amounts are for invoices")
    scratch.git("checkout", "--quiet", topic)
    ours = ("--quiet", "--no-ff", "--no-commit", "--strategy=ours")
    scratch.git("merge", *ours, "side")
    scratch.git("branch", "--quiet", "-D", "side")
    alias = "from shop.invoices import rounded\n"
    head, _, rest = AMOUNTS.partition("\n\n")
    scratch.commit(
        {
            "shop/amounts.py": f"{head}\n\n{alias}\n{rest.rstrip()}\n",
            "shop/invoices.py": f"{INVOICES}\n\n{ROUNDED}",
        },
        "Move `rounded`",
    )


def lost_history(scratch: Scratch) -> None:
    """`Stock` moves to a file of its own, in one commit."""
    head, _, rest = STOCK.partition("\n\n")
    alias = "from shop.warehouse import Stock\n"
    before = "from shop.stock import Stock, is_needed\n"
    after = f"from shop.stock import is_needed\n{alias}"
    scratch.commit(
        {
            "shop/stock.py": f"{head}\n\n{alias}\n{rest.rstrip()}\n{NEEDED}",
            "shop/warehouse.py": STOCK_CLASS,
            "tests/test_shop.py": TESTS.replace(before, after),
        },
        "Move `Stock`",
    )


def fatal_cycle(scratch: Scratch) -> None:
    """`discounts` imports the `catalogue`, which imports it."""
    scratch.commit({"shop/discounts.py": DISCOUNTS_IN_A_CYCLE}, "The dearest thing")


def slowdown(scratch: Scratch) -> None:
    """A sum takes 14 passes where it took 10."""
    slower = TOTALS.replace("PASSES = 10", "PASSES = 14")
    scratch.commit({"shop/totals.py": slower}, "More even")


def clean_move(scratch: Scratch) -> None:
    """The same move of `Stock`, made by `rehome move`, whose commits need an author."""
    scratch.git("config", "user.name", "A")
    scratch.git("config", "user.email", "a@example.org")
    kept = ["--keep-alias", "--history", "linear", "--root", str(scratch.folder)]
    assert main(["move", "shop.stock:Stock", "--to", "shop.warehouse", *kept]) == 0


class Fault(NamedTuple):
    """What a pull request does wrong, and how it is to be told: by the rule, the file
    and the line (0 for a whole file). `part` is what finds it.
    """

    make: Callable[[Scratch], None]
    part: str
    rule: str
    path: str
    line: int = 0


_AFTER = f"{INVOICES}\n\n{ROUNDED}".splitlines()

FAULTS = (
    Fault(
        bad_move,
        "moves",
        "other-meaning",
        "shop/invoices.py",
        1 + _AFTER.index("    whole, rest = divmod(cents, 10**DIGITS)"),
    ),
    Fault(lost_history, "blame", "history-lost", "shop/warehouse.py"),
    Fault(
        fatal_cycle,
        "cycles",
        "fatal-cycle",
        "shop/catalogue.py",
        1 + CATALOGUE.splitlines().index("from shop.discounts import reduced"),
    ),
    Fault(slowdown, "bench", "bench-slower", BENCH_FILE),
)
