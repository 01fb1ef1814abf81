"""Words for tests of importing anew: ask for it through the API, let a worker do it."""

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Process

OTHERS = [{"sku": f"B{number}", "name": "Socks"} for number in range(3)]


def asked(api, task) -> Process:
    """The queued process."""
    answer = api.post(f"tasks/{task.identifier}/reimport")
    assert answer.status_code == 202, answer.body
    return Process.objects.get(pk=answer.body["process"])


def worked(process) -> Process:
    """The process after a worker has done it."""
    assert queue.start_next("worker").pk == process.pk
    execute(Process.objects.get(pk=process.pk))
    process.refresh_from_db()
    return process
