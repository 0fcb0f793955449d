"""Programs written by hand, each with one trap for who follows values."""

from __future__ import annotations

HELPERS = """\
def take(pool):
    pool.alloc(1)


def store(pool):
    pool.copy(1)


class A:
    def take(self, pool):
        pool.alloc(1)

    def go(self, h):
        self.take(h.mamba_pool)


def use(h):
    take(h.mamba_pool)
"""

PROGRAMS = {
    "an attribute of a class": """
class K:
    mamba_pool = None
    def __init__(self, h):
        self.mamba_pool = h.mamba_pool
    def go(self):
        self.mamba_pool.alloc(1)
class L(K):
    def more(self):
        self.mamba_pool.copy(1)
def case(h, g):
    k = L(h)
    k.go()
    k.more()
""",
    "two functions of one name": """
def take(pool):
    pool.alloc(1)
def take(pool):
    pool.copy(1)
def case(h, g):
    take(h.mamba_pool)
""",
    "a function bound again": """
def take(pool):
    pool.alloc(1)
def store(pool):
    pool.copy(1)
def case(h, g):
    global take
    take = store
    take(h.mamba_pool)
""",
    "a function replaced in its module, then called": """
def case(h, g):
    pkg.helpers.take = pkg.helpers.store
    pkg.helpers.take(h.mamba_pool)
""",
    "a decorated function": """
def deco(f):
    return lambda pool: pool.copy(1)
@deco
def take(pool):
    pool.alloc(1)
def case(h, g):
    take(h.mamba_pool)
""",
    "another class first in the order of the bases": """
class A:
    def take(self, pool):
        pool.alloc(1)
    def go(self, h):
        self.take(h.mamba_pool)
class B:
    def take(self, pool):
        pool.copy(1)
class C(B, A):
    pass
def case(h, g):
    A().go(h)
    C().go(h)
""",
    "a property that gives it": """
class A:
    @property
    def pool(self):
        return self.h.mamba_pool
    def go(self, h):
        self.h = h
        self.pool.alloc(1)
        self.pool.copy(1)
def case(h, g):
    A().go(h)
""",
    "a parameter of that name by keyword": """
def take(mamba_pool, n=1):
    mamba_pool.alloc(n)
def case(h, g):
    take(mamba_pool=h.mamba_pool)
    f = take
    f(mamba_pool=g.mamba_pool)
    take(**{"mamba_pool": h.mamba_pool})
""",
    "a closure that returns it": """
def case(h, g):
    mamba_pool = h.mamba_pool
    def f():
        return mamba_pool
    mamba_pool.alloc(1)
    f().copy(1)
""",
    "the attribute assigned between": """
def case(h, g):
    p = h.mamba_pool
    h.mamba_pool = g.mamba_pool
    p.alloc(1)
    p.copy(1)
""",
    "a generator whose holder changes": """
def case(h, g):
    def sub(h):
        p = h.mamba_pool
        yield p.alloc(1)
        h = g
        yield p.alloc(2)
        yield p.copy(1)
    note(*sub(h))
""",
    "a holder changed by a call": """
def swap(h, g):
    h.inner = g
def case(h, g):
    p = h.inner.mamba_pool
    swap(h, g)
    p.alloc(1)
    p.copy(1)
""",
    "names in strings": """
def case(h, g):
    import operator
    operator.attrgetter("mamba_pool.alloc")(h)(1)
    operator.attrgetter("mamba_pool")(h).alloc(1)
""",
    "one of two, used both ways": """
def case(h, g):
    p = h.mamba_pool if cond() else g.mamba_pool
    p.alloc(1)
    p.copy(1)
    q = h.mamba_pool or g.token
    q.alloc(1)
""",
    "a default that is another object": """
def case(h, g):
    p = getattr(h, "mamba_pool", g.token)
    p.alloc(1)
    if hasattr(h, "mamba_pool"):
        h.mamba_pool.alloc(1)
""",
    "a parameter that a closure uses otherwise": """
def take(pool):
    pool.alloc(1)
    inner = pool
    def sub():
        inner.copy(1)
    sub()
def case(h, g):
    take(h.mamba_pool)
""",
    "kept by one method, used by another": """
class A:
    def take(self, pool):
        self.p = pool
        self.p.alloc(1)
    def later(self):
        self.p.copy(1)
def case(h, g):
    a = A()
    a.take(h.mamba_pool)
    a.later()
""",
    "all kinds of parameters": """
def take(pool, /, other=None, *rest, third=None):
    pool.alloc(1)
    other.copy(1)
    third.alloc(2)
    for p in rest:
        p.copy(2)
def case(h, g):
    take(h.mamba_pool, g.mamba_pool, third=h.mamba_pool)
    take(h.mamba_pool, third=h.mamba_pool, other=g.mamba_pool)
    take(h.mamba_pool, g.mamba_pool, h.mamba_pool, third=h.mamba_pool)
""",
    "coroutines and generators": """
async def take(pool):
    pool.alloc(1)
def gen(pool):
    yield pool.alloc(2)
def case(h, g):
    t = take(h.mamba_pool)
    try:
        t.send(None)
    except StopIteration:
        pass
    note(*gen(h.mamba_pool))
""",
    "every kind of method": """
class A:
    def __init__(self, pool):
        self.pool = pool
    def __call__(self, pool):
        pool.copy(1)
    @staticmethod
    def st(pool):
        pool.alloc(1)
    @classmethod
    def cl(cls, pool):
        pool.alloc(1)
    def go(self, h):
        self.st(h.mamba_pool)
        self.cl(h.mamba_pool)
        A.st(h.mamba_pool)
        A.go2(self, h.mamba_pool)
    def go2(self, pool):
        pool.copy(1)
def case(h, g):
    a = A(h.mamba_pool)
    a.pool.alloc(1)
    a(h.mamba_pool)
    a.go(h)
""",
    "the new name taken by a closure": """
def case(h, g):
    mamba_pool = h.mamba_pool
    def inner():
        mamba_allocator = g.token
        mamba_pool.alloc(1)
        mamba_allocator.alloc(1)
    inner()
""",
    "a global that two functions share": """
mamba_pool = None
def setup(h):
    global mamba_pool
    mamba_pool = h.mamba_pool
def case(h, g):
    setup(h)
    mamba_pool.alloc(1)
    mamba_pool.copy(1)
""",
    # What is called is replaced where its caller does not see it.
    "a method of an instance replaced": """
class A:
    def take(self, pool):
        pool.alloc(1)
    def go(self, h):
        self.take(h.mamba_pool)
def case(h, g):
    a = A()
    a.take = lambda pool: pool.copy(1)
    a.go(h)
""",
    "a method replaced from another file": """
from pkg.helpers import A
def case(h, g):
    A.take = lambda self, pool: pool.copy(1)
    A().go(h)
""",
    "a function replaced from another file": """
def case(h, g):
    pkg.helpers.take = pkg.helpers.store
    pkg.helpers.use(h)
""",
    "a function replaced by its name": """
def case(h, g):
    setattr(pkg.helpers, "take", pkg.helpers.store)
    pkg.helpers.use(h)
""",
}
