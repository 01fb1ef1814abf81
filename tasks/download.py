"""The list of tasks as a file: CSV for spreadsheets, NDJSON with the data of each, of any length.

The rows are read as they are sent, newest first and a chunk at a time from where the last ended:
the first line leaves at once, no transaction stays open, and a million tasks take no more memory
than a thousand. Tasks that arrive meanwhile are newer than where the file began, so they are not in
it; one whose status changes meanwhile is judged when its chunk is read.
"""

from collections.abc import Callable, Iterator, Sequence

from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone

from alumio import audit, jsontext, spreadsheet
from alumio.located import Located
from routes.models import Route
from tasks import columns
from tasks.columns import COLUMNS, Column
from tasks.filters import TaskFilter
from tasks.models import Payload, Task
from tasks.status import Status

ROWS = 1_000
DATA_BYTES = 4_000_000
"""Entity data that is read at once, in bytes; a single larger one is read alone."""
BESIDES = ("columns", "bom")
BOM = "\ufeff"


class Download:
    """What one request asks for. `params`: the filter; `columns`, by name and separated by commas;
    `bom=1` where a spreadsheet needs to be told that the text is UTF-8. `kind`: csv or ndjson."""

    def __init__(self, params: QueryDict, kind: str):
        given = params.copy()
        for name in [name for name in given if not any(given.getlist(name))]:
            del given[name]
        self.kind, self.bom = kind, given.get("bom") == "1"
        self.filter = TaskFilter(given, besides=BESIDES)
        self.faults = [] if self.filter.is_valid() else self.filter.located_errors()
        try:
            self.columns = columns.asked_for(given.get("columns"))
        except Located as fault:
            self.faults.append(fault)

    def response(self, actor: audit.Actor) -> StreamingHttpResponse:
        """The file as it is read, noted in the audit trail. Only without faults."""
        audit.record(actor, "export", criteria=self.filter.criteria(), note=self.kind)
        tasks = self.filter.apply(Task.objects.all())
        name = f"tasks-{timezone.now():%Y-%m-%d-%H%M}.{self.kind}"
        return StreamingHttpResponse(
            KINDS[self.kind][1](tasks, self.columns, self.bom),
            content_type=KINDS[self.kind][0],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def chunks(tasks, shown: Sequence[Column]) -> Iterator[list[Task]]:
    """All tasks of a queryset, newest first, dressed, in lists of at most 1,000."""
    routes = {route.pk: route for route in Route.objects.only("id", "identifier")}
    rows = list(tasks.order_by("-id")[:ROWS])
    while rows:
        columns.dress(rows, routes, shown)
        yield rows
        rows = list(tasks.filter(id__lt=rows[-1].pk).order_by("-id")[:ROWS])


def as_csv(tasks, shown: Sequence[Column], bom: bool) -> Iterator[str]:
    """The lines of a CSV file, its header first, some hundred at a time."""
    rows = (
        [column.value(task) for column in shown] for some in chunks(tasks, shown) for task in some
    )
    if bom:
        yield BOM
    yield from spreadsheet.lines([column.name for column in shown], rows)


def as_ndjson(tasks, shown: Sequence[Column], bom: bool) -> Iterator[str]:
    """One JSON object a line: every field of a task, and its data as `entity`."""
    every = tuple(COLUMNS.values())
    for rows in chunks(tasks, every):
        for some in portions(rows):
            data = dict(
                Payload.objects.filter(task__in=[t.pk for t in some]).values_list("task", "data")
            )
            yield "".join(_line(task, every, data.get(task.pk)) for task in some)


def portions(rows: Sequence[Task]) -> Iterator[list[Task]]:
    """The tasks in parts whose data fits in memory together."""
    part, held = [], 0
    for task in rows:
        if part and held + task.size > DATA_BYTES:
            yield part
            part, held = [], 0
        part.append(task)
        held += task.size
    if part:
        yield part


def _line(task: Task, every: Sequence[Column], data: str | None) -> str:
    """The stored data is compact JSON, so it stands in the line as it is. Of a rejected task only
    the beginning was kept, which is text."""
    fields = jsontext.dumps({column.name: column.value(task) for column in every})
    if data is None or task.status == Status.REJECTED or "\n" in data:
        data = jsontext.dumps(_entity(task, data))
    return f'{fields[:-1]},"entity":{data}}}\n'


def _entity(task: Task, data: str | None):
    return data if data is None or task.status == Status.REJECTED else jsontext.loads(data)


KINDS: dict[str, tuple[str, Callable]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "ndjson": ("application/x-ndjson", as_ndjson),
}
"""The type of the content and what writes it, by kind of file."""
