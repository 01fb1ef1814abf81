"""REST: the history of a task, as a part of the task."""

from alumio.api import moment
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, shape
from tasks import history
from tasks.models import Task
from tasks.status import Status

STATUS = {"type": "string", "enum": Status.values}
SHAPES["TaskChange"] = an_object(
    {
        "at": MOMENT,
        "verb": {"type": "string", "description": "A verb of the status machine, or “import”."},
        "from": MAYBE
        | {"description": "null for the import, and where old messages do not tell it."},
        "to": STATUS,
        "process": {"type": ["integer", "null"]},
        "by": {"type": ["string", "null"], "description": "The person or API key."},
        "attempt": WHOLE,
        "text": TEXT,
    }
)
CHANGES = {"type": "array", "items": shape("TaskChange")}


def history_of(task: Task) -> list[dict]:
    """Every change of the task's status, oldest first."""
    return [as_json(change) for change in history.of(task)]


def as_json(change: history.Change) -> dict:
    return {
        "at": moment(change.at),
        "verb": change.verb,
        "from": change.source or None,
        "to": str(change.target),
        "process": change.process,
        "by": change.by or None,
        "attempt": change.attempt,
        "text": change.text,
    }
