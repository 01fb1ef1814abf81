"""The demo ERP: takes products and orders, is busy at times, and refuses some for good.

It keeps nothing: what it answers depends on the record and the time alone, so that a repeated
delivery gets the same answer, and a later one may get through.
"""

from datetime import datetime
from typing import NamedTuple

BUSY_EVERY = 5
"""Each minute the ERP has no time for one order in so many, and in the next minute for others."""
BLOCKED_EVERY = 7
"""One of so many orders in a row is never taken."""
UNITS = ("piece", "box")


class Answer(NamedTuple):
    status: int
    body: dict
    retry_after: int | None = None


def take_order(order: dict, now: datetime) -> Answer:
    """Judge an order of the demo: 201, 503 while the ERP is busy, 422 for good."""
    try:
        reference = str(order["reference"])
        number = int(reference.rpartition("-")[2])
        datetime.fromisoformat(order["ordered_at"])
    except (KeyError, TypeError, ValueError):
        return Answer(400, {"error": "An order needs “reference” and “ordered_at”."})
    if number % BLOCKED_EVERY == 3:
        return Answer(422, {"error": f"{reference}: the customer's account is blocked."})
    if number % BUSY_EVERY == int(now.timestamp() // 60) % BUSY_EVERY:
        return Answer(503, {"error": "The month is being closed. Please come back later."}, 60)
    return Answer(201, {"id": f"ERP-{number:08d}", "reference": reference, "state": "accepted"})


def take_product(product: dict) -> Answer:
    """Judge a product of the demo: 200, or 422 where its unit is unknown."""
    code, unit = product.get("code"), product.get("unit")
    if not isinstance(code, str) or not code:
        return Answer(400, {"error": "A product needs a “code”."})
    if unit not in UNITS:
        return Answer(422, {"error": f"{code}: there is no unit “{unit}”. Known: piece, box."})
    return Answer(200, {"code": code, "state": "updated"})
