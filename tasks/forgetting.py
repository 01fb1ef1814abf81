"""Forgetting remembered entities: they are sent again the next time that their source gives them.

Chosen is what was remembered up to a moment, that of the click: what an import remembers meanwhile
stays. Rows that an import holds right now are passed over and looked at again, since to wait for
them could be a deadlock with an import that waits for us.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from alumio import audit, database
from alumio.audit import Actor
from tasks.memories import MemoryFilter
from tasks.models import Memory
from tasks.once import once
from tasks.run import Run

MOST_AT_ONCE = 10_000
CHUNK = 2_000
MOST_NAMED = 20
"""Entities that the audit trail names where they were chosen one by one."""
ROUNDS, PAUSE = 100, 0.1
"""How often, and after how many seconds, rows that others hold are looked at again."""


@dataclass(frozen=True)
class Choice:
    """Remembered entities by their ids or, where `criteria` are given, all that match; `until` is
    the moment (ISO 8601) after which nothing that is remembered is meant."""

    until: str
    ids: tuple[int, ...] = ()
    criteria: dict | None = None

    @property
    def rows(self) -> QuerySet:
        rows = Memory.objects.filter(seen_at__lte=datetime.fromisoformat(self.until))
        if self.criteria is None:
            return rows.filter(pk__in=self.ids)
        return MemoryFilter(self.criteria).apply(rows)

    def as_json(self) -> dict:
        """For the arguments of a process; `read` reads it."""
        return {"until": self.until, "ids": list(self.ids), "criteria": self.criteria}

    @classmethod
    def read(cls, value: dict) -> "Choice":
        return cls(value["until"], tuple(value["ids"]), value["criteria"])


@dataclass(frozen=True)
class Forgotten:
    """How many were forgotten, and how many an import held at that moment, so that they stayed."""

    number: int
    held: int = 0


@dataclass(frozen=True)
class Queued:
    """A process does it."""

    process: int


in_background: list[Callable[[Choice, int, Actor], Queued]] = []
"""Queues a process for a large choice of so many rows; the first is used. A higher floor puts its
function here; without one, everything is done at once."""


def forget(choice: Choice, actor: Actor) -> Forgotten | Queued:
    """Forget what was chosen, at once or in the background, and note it in the audit trail."""
    few = list(choice.rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(few) > MOST_AT_ONCE and in_background:
        return in_background[0](choice, choice.rows.count(), actor)

    @transaction.atomic
    def work() -> Forgotten:
        criteria = told(choice)
        number, _ = _forget_some(choice.rows, 0, None)
        done = Forgotten(number, choice.rows.count())
        held = done.held or None
        audit.record(actor, "forget", criteria=criteria, changed=number, not_allowed=held)
        return done

    return database.persistently(work)


def forget_in_background(arguments: dict, run: Run) -> str:
    """The chore: forget in short transactions, each with the cursor behind it."""
    choice, last = Choice.read(arguments["choice"]), (run.cursor or {}).get("last", 0)
    run.started(total=arguments["total"])
    for _ in range(ROUNDS):
        while last is not None:
            run.check()
            last = _forget_chunk(choice, last, run)
        if not choice.rows.exists():
            break
        time.sleep(PAUSE)
        last = 0
    return f"{run.counts['forgotten']:,} forgotten."


def _forget_chunk(choice: Choice, last: int, run: Run) -> int | None:
    """Forget a chunk after the row `last`, once. Returns the row to go on from; None at the end."""

    def work() -> dict:
        number, end = _forget_some(choice.rows, last, CHUNK)
        run.counts["forgotten"] += number
        return {"last": end}

    end = once(run, work)["last"]
    return end if end > last else None


def _forget_some(rows: QuerySet, last: int, most: int | None) -> tuple[int, int]:
    """Delete rows after the row `last` that nobody else holds. Returns how many, and the last."""
    free = rows.filter(pk__gt=last).order_by("pk").select_for_update(skip_locked=True)
    ids = list(free.values_list("pk", flat=True)[:most])
    for start in range(0, len(ids), CHUNK):
        Memory.objects.filter(pk__in=ids[start : start + CHUNK])._raw_delete(Memory.objects.db)
    return len(ids), ids[-1] if ids else last


def told(choice: Choice) -> dict:
    """What the audit trail says is forgotten: the filter, or the entities where they were chosen
    one by one."""
    if choice.criteria is not None:
        return choice.criteria
    few = choice.rows.order_by("pk").values_list("route__identifier", "entity_identifier")
    return {"entity": [" › ".join(pair) for pair in few[:MOST_NAMED]]}
