"""The demo shop: products whose prices change and orders that arrive, as a function of the time.

It keeps nothing. Asked at the same moment it gives the same answer, and what it said of a past
minute stays true.
"""

from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

ORDERS_A_MINUTE = 6
ORDERS_AT_FIRST = timedelta(minutes=8)
ORDERS_KEPT = timedelta(minutes=30)
"""How far back orders go for who asks for all of them, and at most."""
PRICE_LASTS = 12
"""Minutes between two changes of a product."""
CANCELLED_EVERY = 10

KINDS = ("mug", "notebook", "lamp", "backpack", "scarf", "bench", "cushion", "clock")
COLOURS = ("sand", "moss", "ink", "coral", "slate", "honey")
PRODUCTS = len(KINDS) * len(COLOURS)
A_MINUTE = PRODUCTS // PRICE_LASTS
GIFT_CARD = 19
"""The product without a price: its record breaks the demo's entity schema."""
BULKY = range(5, PRODUCTS, 8)
"""Products sold by the pallet, a unit that the demo ERP does not know."""

FIRST_NAMES = ("Ada", "Bram", "Chloé", "Daan", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jonas")
LAST_NAMES = ("Bakker", "Şahin", "Novák", "Jensen", "Martin", "Rossi", "Müller", "Silva")
CITIES = (("Groningen", "NL"), ("Ghent", "BE"), ("Bremen", "DE"), ("Lille", "FR"), ("Aarhus", "DK"))


# ---------------------------------------------------------------- products


def products(now: datetime, after: datetime | None = None) -> list[dict]:
    """The products whose last change is not later than `now`, and later than `after`; by change."""
    found = sorted((changed_at(number, now), number) for number in range(PRODUCTS))
    return [product(number, at) for at, number in found if after is None or at > after]


def changed_at(number: int, now: datetime) -> datetime:
    """The last moment at which this product changed: one after the other, never two at once."""
    own = timedelta(minutes=number // A_MINUTE, seconds=number % A_MINUTE * 10)
    changes = (now - EPOCH - own) // (PRICE_LASTS * MINUTE)
    return EPOCH + own + changes * PRICE_LASTS * MINUTE


def product(number: int, at: datetime) -> dict:
    """A product as it is since its change at `at`."""
    kind, colour = KINDS[number % len(KINDS)], COLOURS[number // len(KINDS)]
    return {
        "sku": f"{kind.upper()}-{colour.upper()}",
        "title": f"{kind.capitalize()}, {colour}",
        "price": None if number == GIFT_CARD else price(number, at),
        "currency": "EUR",
        "stock": scattered(number, at) % 80,
        "unit": "pallet" if number in BULKY else "piece",
        "attributes": {"colour": colour, "kind": kind},
        "updated_at": as_text(at),
    }


def price(number: int, at: datetime) -> float:
    base = 495 + number * 130
    return round(base * (100 + scattered(number, at) % 21 - 10) / 100) / 100


# ---------------------------------------------------------------- orders


def orders(now: datetime, after: int | None = None) -> list[dict]:
    """The orders placed until `now` with numbers above `after`, oldest first.

    Without `after` those of the last minutes. Whoever comes back after a long time does not get
    everything: older orders are gone.
    """
    kept = ORDERS_AT_FIRST if after is None else ORDERS_KEPT
    first = max(last_number(now - kept), after or 0) + 1
    return [order(number) for number in range(first, last_number(now) + 1)]


def last_number(now: datetime) -> int:
    """The number of the newest order."""
    return int((now - EPOCH) / (MINUTE / ORDERS_A_MINUTE))


def placed_at(number: int) -> datetime:
    return EPOCH + number * (MINUTE / ORDERS_A_MINUTE)


def order(number: int) -> dict:
    at = placed_at(number)
    chance = scattered(number, at)
    city, country = CITIES[chance % len(CITIES)]
    first, last = FIRST_NAMES[chance % 10], LAST_NAMES[chance // 10 % 8]
    lines = [line(chance + 11 * position, at) for position in range(1, chance % 3 + 2)]
    return {
        "id": number,
        "number": f"SO-{number}",
        "placed_at": as_text(at),
        "state": "cancelled" if number % CANCELLED_EVERY == 0 else "paid",
        "customer": {
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{number}@example.com".lower(),
        },
        "ship_to": {"street": f"Market {chance % 120 + 1}", "city": city, "country": country},
        "lines": lines,
        "currency": "EUR",
        "total": round(sum(each["quantity"] * each["price"] for each in lines), 2),
    }


def line(chance: int, at: datetime) -> dict:
    number = chance % PRODUCTS
    if number == GIFT_CARD:
        number += 1
    bought = product(number, changed_at(number, at))
    return {"sku": bought["sku"], "quantity": chance % 4 + 1, "price": bought["price"]}


# ---------------------------------------------------------------- small things


def scattered(number: int, at: datetime) -> int:
    """A number that looks random and is always the same for the same product or order."""
    seed = number * 2_654_435_761 + int((at - EPOCH).total_seconds()) * 40_503
    return (seed ^ seed >> 13) * 69_069 >> 7 & 0xFFFF


def as_text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
