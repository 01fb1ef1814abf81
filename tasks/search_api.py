"""REST: the search for a business key."""

from rest_framework.response import Response

from alumio.api import ApiView, Invalid, moment
from alumio.located import Located
from alumio.openapi import MOMENT, SHAPES, TEXT, WHOLE, an_object, described, shape
from tasks.api import in_list
from tasks.models import Task
from tasks.search import MOST_TEXT, FoundEntity, Search
from tasks.timeline import of_entity

MOST_TASKS = 50

SHAPES["FoundEntity"] = an_object(
    {
        "entity_identifier": TEXT,
        "exact": {"type": "boolean", "description": "Whether this is the text that was asked for."},
        "tasks": {"type": "object", "additionalProperties": WHOLE, "description": "By status."},
        "count": {"type": "integer", "description": "Exact to 10,000."},
        "count_exact": {"type": "boolean"},
        "updated_at": MOMENT,
    }
)
SHAPES["Found"] = an_object(
    {
        "tasks": {
            "type": "array",
            "items": shape("Task"),
            "description": "Those of the entity that is called exactly so, newest first, at most "
            f"{MOST_TASKS}; those with this identifier, or one that ends so.",
        },
        "entities": {"type": "array", "items": shape("FoundEntity")},
        "complete": {
            "type": "boolean",
            "description": "false: there may be more entities; a longer text finds fewer.",
        },
    }
)
QUERY = {
    "q": {
        "type": "string",
        "maxLength": MOST_TEXT,
        "description": "An entity's identifier or a part of it; a task's identifier or its last "
        "six characters or more.",
    }
}


class SearchDoor(ApiView):
    """Tasks and entities that a text may mean."""

    @described("Find all tasks of a record", {200: shape("Found")}, query=QUERY)
    def get(self, request):
        search = Search(request.query_params.get("q", ""))
        if not search.can_look:
            raise Invalid([Located(f"Give 1 to {MOST_TEXT} characters to look for.", ("q",))])
        return Response(
            {
                "tasks": [in_list(task) for task in tasks_of(search)],
                "entities": [in_entities(entity) for entity in search.entities],
                "complete": not search.is_cut,
            }
        )


def tasks_of(search: Search) -> list[Task]:
    """Whole rows of the tasks that were found, each once."""
    named = [task.pk for task in (search.task, *search.endings) if task]
    same = of_entity(search.text).order_by("-id").values_list("pk", flat=True)
    wanted = {*named, *same[:MOST_TASKS]}
    rows = Task.objects.filter(pk__in=wanted).select_related("route").order_by("-id")
    return list(rows.defer("route__transformers"))


def in_entities(entity: FoundEntity) -> dict:
    return {
        "entity_identifier": entity.identifier,
        "exact": entity.is_exact,
        "tasks": {str(status): number for status, number in entity.by_status},
        "count": entity.total.number,
        "count_exact": entity.total.exact,
        "updated_at": moment(entity.newest.updated_at),
    }
