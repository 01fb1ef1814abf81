"""Takes the demo away: its configurations, tasks, processes and their logs, and nothing else."""

import time
from collections import Counter

from django.db import models, transaction

from alumio import audit
from alumio.audit import Actor
from alumio.configuration import Configuration
from alumio.models import Revision
from alumio.references import forms_by_model, references_of
from connectors.models import Incoming, Outgoing, StorageItem
from routes.models import Route
from scheduler import forms as _scheduler_forms  # noqa: F401 - its form must be known too
from scheduler import queue
from scheduler.models import Occurrence, Process, ScheduledJob
from scheduler.status import Status
from tasks.models import Task

CHUNK = 1_000
WAIT_SECONDS = 10.0
"""For running processes of the demo to end. What a later one still does no longer counts."""
MOST_NAMED = 5


class StillUsed(Exception):
    """Configurations that are not the demo's use some of it; the text names them."""


def remove(actor: Actor | None = None) -> Counter:
    """Remove the demo, and note it in the audit trail for the actor. Returns how many tasks and
    configurations went. Raises StillUsed.

    May be repeated when it was interrupted.
    """
    refuse_if_used()
    stop()
    removed = Counter(tasks=delete(Task.objects.filter(route__demo=True)))
    delete(Occurrence.objects.filter(job__demo=True))
    delete(processes())
    delete(StorageItem.objects.filter(storage__demo=True))
    with transaction.atomic():  # all or none, so that the button stays until nothing is left
        for model in by_dependence():
            removed["configurations"] += delete_configurations(model)
        if actor and removed["configurations"]:
            audit.record(actor, "remove-demo", note=told(removed))
    return removed


def told(removed: Counter) -> str:
    if not removed["configurations"]:
        return "There is no demo any more."
    return (
        f"The demo was removed: {removed['configurations']} configurations, "
        f"{removed['tasks']:,} tasks."
    )


# ---------------------------------------------------------------- who still needs it


def refuse_if_used() -> None:
    uses = outside_uses()
    if uses:
        more = f", and {len(uses) - MOST_NAMED} more" if len(uses) > MOST_NAMED else ""
        raise StillUsed(
            f"The demo was not removed, because it is still used by {', '.join(uses[:MOST_NAMED])}"
            f"{more}. Delete these or let them use something else, then try again."
        )


def outside_uses() -> list[str]:
    """The configurations that are not the demo's and use some of it, and what they use."""
    own = {
        (model.kind, identifier): name
        for model in forms_by_model()
        for identifier, name in model.objects.filter(demo=True).values_list("identifier", "name")
    }
    return [
        f"the {other._meta.verbose_name} “{other.name}” (uses “{own[used]}”)"
        for model in forms_by_model()
        for other in model.objects.filter(demo=False)
        for used in dict.fromkeys((r.kind, r.identifier) for r in references_of(other))
        if used in own
    ]


# ---------------------------------------------------------------- stopping


def stop() -> None:
    """Nothing new starts, what runs is asked to end and awaited for a moment."""
    for model in (ScheduledJob, Incoming, Route, Outgoing):
        model.objects.filter(demo=True).update(enabled=False)
    for process in processes().filter(status=Status.SCHEDULED):
        queue.skip(process, "the removal of the demo")
    running = processes().filter(status=Status.RUNNING)
    for process in running:
        queue.request_stop(process, "the removal of the demo")
    deadline = time.monotonic() + WAIT_SECONDS
    while running.exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def processes():
    return Process.objects.filter(
        models.Q(incoming__demo=True) | models.Q(route__demo=True)
    ).order_by("pk")


# ---------------------------------------------------------------- deleting


def delete(rows) -> int:
    """Delete rows and what hangs on them, a chunk at a time, so that nobody waits long for a lock.
    Returns how many rows there were."""
    count, model = 0, rows.model
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        model._base_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def by_dependence() -> list[type[Configuration]]:
    """All kinds of configuration, those first that use others: the floors from above."""
    floors = ("scheduler", "routes", "connectors", "transformers")
    return sorted(forms_by_model(), key=lambda model: floors.index(model._meta.app_label))


def delete_configurations(model: type[Configuration]) -> int:
    rows = model.objects.filter(demo=True)
    keys = list(rows.values_list("pk", flat=True))
    delete(Revision.objects.filter(kind=model.kind, object_id__in=keys))
    return delete(rows)
