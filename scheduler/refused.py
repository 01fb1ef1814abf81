"""The tasks that a bulk action left alone, as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views import View

from alumio.access import RoleRequired
from alumio.spreadsheet import cell
from routes.models import Route
from scheduler.models import Kind, Process, RefusedTask

ROWS = 2_000
HEADER = ("identifier", "route", "entity_identifier", "status")


class RefusedCsv(RoleRequired, View):
    """Identifier, route, entity identifier and the status at the moment when each was judged."""

    def get(self, request, pk):
        process = get_object_or_404(Process.objects.only("pk", "job"), pk=pk)
        if process.job != Kind.BULK:
            raise Http404
        name = f"not-allowed-by-process-{pk}.csv"
        return StreamingHttpResponse(
            as_csv(process),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def as_csv(process: Process) -> Iterator[str]:
    """The lines, oldest task first, a chunk at a time."""
    routes = dict(Route.objects.values_list("pk", "identifier"))
    yield _lines([HEADER])
    last = 0
    while rows := _after(process, last):
        last = rows[-1][0]
        yield _lines(
            [
                (identifier, routes.get(route, ""), cell(entity), status)
                for _, identifier, route, entity, status in rows
            ]
        )


def _after(process: Process, last: int) -> list[tuple]:
    rows = RefusedTask.objects.filter(process=process, pk__gt=last).order_by("pk")
    return list(
        rows.values_list("pk", "identifier", "route_id", "entity_identifier", "status")[:ROWS]
    )


def _lines(rows: list[tuple]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
