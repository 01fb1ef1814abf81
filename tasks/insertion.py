"""New tasks, written in bulk: task, payload and import messages in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from alumio import bulk, database
from tasks import identifiers, messages
from tasks.gate import Draft
from tasks.models import Payload, Phase, Task
from transformers.context import LogLine

COLUMNS = (
    "id",
    "identifier",
    "route_id",
    "status",
    "entity_schema",
    "entity_identifier",
    "created_at",
    "updated_at",
    "attempt",
    "attempts",
    "generation",
    "deaths",
    "imported_by",
    "delivery",
    "ordinal",
    "size",
    "cause_id",
)


def insert(drafts: Sequence[Draft], process: int | None = None, source: str = "") -> Sequence[int]:
    """Insert drafts as tasks in the current transaction, in their order. Returns their ids.

    `source` names where they come from, for the first line of each task's import messages.
    """
    if not drafts:
        return []
    now, ids = database.now(), bulk.reserve_ids(Task, len(drafts))
    named = list(zip(ids, identifiers.make(len(drafts)), drafts, strict=True))
    bulk.insert(Task, COLUMNS, [_row(*each, now, process) for each in named])
    bulk.insert(
        Payload,
        ("task_id", "data", "search"),
        [(id, draft.data, searched(name, draft.identifier)) for id, name, draft in named],
    )
    created = LogLine("info", f"Imported by {source}." if source else "Imported.")
    lines = (
        messages.Entry(id, Phase.IMPORT.value, 0, line)
        for id, _, draft in named
        for line in (created, *draft.messages)
    )
    messages.write(lines, process, now)
    return ids


def _row(id: int, name: str, draft: Draft, now: datetime, process: int | None) -> tuple:
    """The values of COLUMNS."""
    return (
        id,
        name,
        draft.route.pk,
        str(draft.status),
        draft.schema,
        draft.identifier,
        now,
        now,
        0,
        0,
        1,
        0,
        process or None,
        draft.delivery,
        draft.ordinal,
        draft.size,
        draft.cause,
    )


def searched(identifier: str, entity: str) -> str:
    """What the search for a part of a word looks through."""
    return f"{identifier} {entity.upper()}"
