"""REST: errors, grouped by their cause."""

from rest_framework.response import Response

from alumio.api import PAGING, ApiView, Invalid, link, moment, page_size
from alumio.located import Located
from alumio.openapi import (
    MOMENT,
    SHAPES,
    TEXT,
    WHOLE,
    an_object,
    described,
    filter_parameters,
    list_of,
)
from tasks.errors import HOURS, SORTS, UNWELL, ErrorFilter, Errors, Group

SHAPES["ErrorGroup"] = an_object(
    {
        "id": {"type": "integer", "description": "What the filter `cause` of tasks takes."},
        "text": {"type": "string", "description": "The message, without what differs by task."},
        "step": TEXT,
        "target": {"type": "string", "description": "The host that was talked to; or empty."},
        "count": {"type": "integer", "description": "Tasks; exact to 10,000."},
        "count_exact": {"type": "boolean", "description": "false: there are more."},
        "statuses": an_object({status.value: WHOLE for status in UNWELL}, ()),
        "routes": {"type": "array", "items": TEXT},
        "first_seen_at": MOMENT,
        "last_seen_at": MOMENT,
        "sample": {
            "type": ["object", "null"],
            "properties": {"task": TEXT, "message": TEXT},
        },
        "after": {
            "type": ["object", "null"],
            "description": "What was changed last in the day before it was first seen.",
            "properties": {
                "kind": TEXT,
                "identifier": TEXT,
                "revision": WHOLE,
                "saved_at": MOMENT,
                "saved_by": {"type": ["string", "null"]},
            },
        },
        "hours": {
            "type": "array",
            "description": f"Tasks last seen in each of the last {HOURS} hours, now at the end.",
            "items": WHOLE,
        },
    }
)
QUERY = filter_parameters(ErrorFilter) | {
    "sort": {"type": "string", "enum": list(SORTS), "default": "count"}
}


class ErrorsDoor(ApiView):
    """Groups, the largest or the latest first."""

    @described("List errors by cause", {200: list_of("ErrorGroup")}, query=QUERY)
    def get(self, request):
        params = request.query_params
        if params.get("sort", "count") not in SORTS:
            raise Invalid([Located(f"Say {' or '.join(SORTS)}.", ("sort",))])
        chosen = ErrorFilter(params, besides=("sort", *PAGING))
        if not chosen.is_valid():
            raise Invalid(chosen.located_errors())
        found = Errors(chosen, params.get("sort"))
        size, start = page_size(request), offset(params.get("cursor"))
        groups, more = found.groups[start : start + size], len(found.groups) > start + size
        return Response(
            {
                "count": len(found.groups),
                "next": link(request, str(start + size) if more else None),
                "previous": link(request, str(max(0, start - size)) if start else None),
                "results": [as_json(group) for group in found.described(groups)],
            }
        )


def offset(cursor: str | None) -> int:
    """Where a page begins, by its cursor."""
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):
        raise Invalid([Located("This cursor is not one that a list gave you.", ("cursor",))])
    return int(cursor)


def as_json(group: Group) -> dict:
    return {
        "id": group.cause,
        "text": group.of.text,
        "step": group.of.step,
        "target": group.of.target,
        "count": group.tally.number,
        "count_exact": group.tally.exact,
        "statuses": {status.value: tally.number for status, tally in group.statuses()},
        "routes": [route.identifier for route in group.routes],
        "first_seen_at": moment(group.of.first_seen_at),
        "last_seen_at": moment(group.last_seen_at),
        "sample": sample_of(group),
        "after": after(group),
        "hours": group.hours,
    }


def sample_of(group: Group) -> dict | None:
    return group.sample and {"task": group.sample.identifier, "message": group.message}


def after(group: Group) -> dict | None:
    if group.after is None:
        return None
    configuration, revision = group.after
    return {
        "kind": configuration.kind,
        "identifier": configuration.identifier,
        "revision": revision.number,
        "saved_at": moment(revision.saved_at),
        "saved_by": revision.saved_by and revision.saved_by.email,
    }
