"""What processes noted of the revisions that they ran with."""

from collections.abc import Collection

from scheduler.models import Process


def of_processes(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """{process: revisions} of those that still exist."""
    rows = Process.objects.filter(pk__in=list(ids)).values_list("pk", "revisions")
    return dict(rows)
