"""Pages of a list by keyset: the next page begins after the last row, however far in that is.

A cursor is a short text that names a row and a direction; clients give it back as they got it.
"""

import base64
import binascii
from typing import NamedTuple

from alumio import jsontext
from alumio.located import Located

EXACT_TO = 10_000


class Page(NamedTuple):
    """Rows in the list's order; `next` and `previous` are cursors, None at the ends."""

    rows: list
    next: str | None
    previous: str | None


def page(queryset, key: str, size: int, cursor: str | None = None) -> Page:
    """One page of a queryset ordered by the unique column `key`, descending for "-key".

    Raises Located for a cursor that is none of ours.
    """
    column, descending = key.removeprefix("-"), key.startswith("-")
    backward, mark = _read(queryset.model, column, cursor) if cursor else (False, None)
    falling = descending != backward
    if mark is not None:
        queryset = queryset.filter(**{f"{column}__{'lt' if falling else 'gt'}": mark})
    rows = list(queryset.order_by(f"-{column}" if falling else column)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    after = _write("after", rows[-1], column) if rows and (more or backward) else None
    before = _write("before", rows[0], column) if rows and mark is not None else None
    if backward and not more:
        before = None
    return Page(rows, after, before)


def bounded_count(queryset) -> tuple[int, bool]:
    """How many rows there are, exact to 10,000; beyond, 10,000 and False."""
    count = queryset.order_by()[: EXACT_TO + 1].count()
    return min(count, EXACT_TO), count <= EXACT_TO


def _write(direction: str, row, column: str) -> str:
    text = jsontext.dumps([direction, getattr(row, column)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(model, column: str, cursor: str) -> tuple[bool, object]:
    """Whether to go backward, and the value to go from."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        direction, value = jsontext.loads(text)
        kind = type(value)
        if direction in ("after", "before") and kind is type(_example(model, column)):
            return direction == "before", model._meta.get_field(column).to_python(value)
    except (ValueError, TypeError, binascii.Error):
        pass
    raise Located("This cursor is not one that a list gave you.", ("cursor",))


def _example(model, column: str):
    return "" if "Char" in model._meta.get_field(column).get_internal_type() else 0
