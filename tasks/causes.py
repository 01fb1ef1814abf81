"""Causes: why tasks fail, told once for all that fail alike.

A cause is a message without what differs from task to task, the step where it happened and the
system that was talked to. Rows are made outside of the transactions that refer to them, and few:
a target whose every message is different must not fill the table.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from alumio import database
from connectors.errors import ConnectorError
from tasks.messages import storable
from tasks.models import Cause
from tasks.stripped import stripped
from transformers.errors import StepError

LONGEST_PLACE = 255
MOST_NEW = 100
"""New causes that one run may make."""
MOST = 5_000
"""Causes beyond which nobody makes new ones."""


class Reason(NamedTuple):
    """What makes a cause: those with the same three are one."""

    text: str
    step: str = ""
    target: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256("\0".join(self).encode()).hexdigest()


OTHERS = Reason("Other causes: too many different messages came up to tell each apart.")
"""Stands for all causes that are too many."""


def reason_of(error: Exception, place: str, *values: str) -> Reason:
    """Why an attempt failed. `place` is the part of the configuration that raised the error;
    `values` are known to be the task's own."""
    if isinstance(error, StepError):
        place, text = f"{place} › {error.path}" if error.path else place, error.message
    elif isinstance(error, ConnectorError):
        text = str(error)
    else:  # nobody foresaw it: its type tells more than its words
        text = f"Unexpected {type(error).__name__}: {error}"
    return reason(text, place, target_of(error), *values)


def reason(text: str, place: str, target: str = "", *values: str) -> Reason:
    """The same of a message in words."""
    return Reason(
        storable(stripped(text, *values)),
        storable(place)[:LONGEST_PLACE],
        storable(target)[:LONGEST_PLACE],
    )


def target_of(error: BaseException | None) -> str:
    """The host and port of the request that the error, or what caused it, is about; or ""."""
    while error is not None:
        detail = getattr(error, "detail", None)
        request = detail.get("request") if isinstance(detail, dict) else None
        if isinstance(request, dict):
            return _host(str(request.get("url", "")))
        error = error.__cause__
    return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


class Causes:
    """Finds the causes of one run, and makes those that are not there yet."""

    def __init__(self):
        self._left = MOST_NEW

    def ids_of(self, reasons: Iterable[Reason]) -> dict[Reason, int]:
        """The row of each reason; one row stands for all that are too many.

        Call it outside of the transaction that refers to the rows: whoever makes the same ones
        would wait for its end.
        """
        wanted = {reason: reason.digest for reason in reasons}
        if not wanted:
            return {}
        known = _known(wanted.values())
        new = [reason for reason, digest in wanted.items() if digest not in known]
        if new:
            allowed = self._allowed(len(new))
            _make([*new[:allowed], OTHERS] if allowed < len(new) else new)
            known = _known([*wanted.values(), OTHERS.digest])
        others = known.get(OTHERS.digest)
        return {reason: known.get(digest, others) for reason, digest in wanted.items()}

    def _allowed(self, new: int) -> int:
        room = MOST - Cause.objects.count()
        allowed = max(0, min(new, self._left, room))
        self._left -= allowed
        return allowed


def id_of(reason: Reason) -> int:
    """The row of one reason."""
    return Causes().ids_of([reason])[reason]


def _known(digests: Iterable[str]) -> dict[str, int]:
    rows = Cause.objects.filter(digest__in=list(digests))
    return dict(rows.values_list("digest", "id"))


def _make(reasons: Iterable[Reason]) -> None:
    """Make rows, but for those that somebody else has made meanwhile."""
    now = database.now()
    rows = [
        Cause(
            digest=reason.digest,
            text=reason.text,
            step=reason.step,
            target=reason.target,
            first_seen_at=now,
        )
        for reason in sorted(reasons)
    ]
    Cause.objects.bulk_create(rows, ignore_conflicts=True)
