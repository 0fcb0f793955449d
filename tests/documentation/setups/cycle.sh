# A repository whose branch has an import cycle that `main` has not, and imports inside
# functions, of which one has no reason to be there.
git init --quiet --initial-branch main .
mkdir -p src/shop
cat > src/shop/__init__.py <<'END'
"""Orders and their prices."""
END
cat > src/shop/prices.py <<'END'
"""What things cost."""

from __future__ import annotations

PRICES = {"tea": 3, "cup": 7}


def price_of(thing: str) -> int:
    return PRICES[thing]
END
cat > src/shop/orders.py <<'END'
"""What people want."""

from __future__ import annotations


def total(things: list[str]) -> int:
    from shop.prices import price_of

    return sum(price_of(thing) for thing in things)
END
cat > src/shop/labels.py <<'END'
"""What stands on the shelf."""

from __future__ import annotations


def label_of(thing: str) -> str:
    from shop.prices import price_of

    return f"{thing}: {price_of(thing)}"
END
git add .
git commit --quiet --message "prices and orders"
git switch --quiet --create my-branch
cat > src/shop/prices.py <<'END'
"""What things cost."""

from __future__ import annotations

from shop.orders import smallest_order

PRICES = {"tea": 3, "cup": 7}
LEAST = smallest_order()


def price_of(thing: str) -> int:
    return PRICES[thing]
END
cat > src/shop/orders.py <<'END'
"""What people want."""

from __future__ import annotations

from shop.prices import price_of


def smallest_order() -> int:
    return price_of("tea")


def total(things: list[str]) -> int:
    return sum(price_of(thing) for thing in things)
END
git add .
git commit --quiet --message "there is a smallest order"
