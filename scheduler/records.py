"""What the platform writes down about itself, and how it goes by age: processes with their logs,
occurrences of scheduled jobs, deliveries of webhooks, entries of the audit trail, causes that no
task has any more.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from alumio.models import AuditEntry
from scheduler.models import Occurrence, Process, ScheduledJob
from scheduler.status import Status
from scheduler.webhooks.removal import any_old_delivery, remove_deliveries
from tasks.models import Cause, Task

CHUNK = 1_000
ENDED = (Status.FINISHED, Status.FAILED, Status.KILLED, Status.SKIPPED)
CAUSES_REST = timedelta(days=1)
"""How old a cause must be, so that one that has just been made meets the task it was made for."""
RETIRED = "retired-"
RETIREMENT = timedelta(minutes=30)
"""How long a cause that nobody finds any more stays: a task that is failing just now may have found
it before, and takes seconds to be settled."""


class Records(NamedTuple):
    """One kind of records. `name` is the policy's word; both functions take the moment before which
    a record is old: is there any, and remove up to CHUNK, which returns how many went."""

    name: str
    label: str
    any_old: Callable[[datetime], bool]
    remove: Callable[[datetime], int]


def _old_processes(before: datetime) -> list[int]:
    """Read in the order in which they were queued, which is nearly that in which they end: so one
    look at the oldest says that no more is to be done, however many there are."""
    old = []
    for status in ENDED:
        oldest = Process.objects.filter(status=status).order_by("id")
        ends = oldest.values_list("pk", "ended_at")[:CHUNK]
        old += [pk for pk, ended_at in ends if ended_at and ended_at < before]
    return old[:CHUNK]


def _remove_processes(before: datetime) -> int:
    old = _old_processes(before)
    Process.objects.filter(pk__in=old).only("pk").delete()
    return len(old)


def _old_occurrences(before: datetime) -> list[int]:
    """Job by job, as the index has them."""
    old: list[int] = []
    for job in ScheduledJob.objects.values_list("pk", flat=True):
        of_job = Occurrence.objects.filter(job=job, instant__lt=before).order_by("instant")
        old += of_job.values_list("pk", flat=True)[: CHUNK - len(old)]
        if len(old) == CHUNK:
            break
    return old


def _remove_occurrences(before: datetime) -> int:
    return Occurrence.objects.filter(pk__in=_old_occurrences(before)).delete()[0]


def _any_old_entry(before: datetime) -> bool:
    return AuditEntry.objects.filter(at__lt=before).exists()


def _remove_entries(before: datetime) -> int:
    return AuditEntry.objects.remove_before(before, CHUNK)


def remove_causes(now: datetime) -> int:
    """Remove up to CHUNK causes that no task has: first their digest is replaced, by which failing
    tasks find them, and a later prune takes those that are still without a task."""
    lone = Cause.objects.filter(~Exists(Task.objects.filter(cause=OuterRef("pk"))))
    retired = lone.filter(digest__startswith=RETIRED, digest__lt=_retired(now - RETIREMENT))
    gone = list(retired.values_list("pk", flat=True)[:CHUNK])
    old = lone.filter(first_seen_at__lt=now - CAUSES_REST).exclude(digest__startswith=RETIRED)
    old.update(digest=Concat(Value(f"{_retired(now)}-"), Cast("pk", CharField())))
    return Cause.objects.filter(pk__in=gone).delete()[0]


def _retired(moment: datetime) -> str:
    return f"{RETIRED}{moment.astimezone(UTC):%Y%m%dT%H%M%S}"


KINDS = (
    Records(
        "processes", "processes", lambda before: bool(_old_processes(before)), _remove_processes
    ),
    Records(
        "occurrences",
        "occurrences",
        lambda before: bool(_old_occurrences(before)),
        _remove_occurrences,
    ),
    Records("deliveries", "deliveries", any_old_delivery, remove_deliveries),
    Records("audit", "audit entries", _any_old_entry, _remove_entries),
)
