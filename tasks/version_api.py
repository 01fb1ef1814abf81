"""REST: the versions of one task's data, changing it, and importing a task anew."""

from rest_framework import exceptions, status
from rest_framework.response import Response

from alumio import jsondiff
from alumio.api import ApiView, Conflict, Invalid, moment
from alumio.audit import Actor
from alumio.located import Located
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, shape
from tasks import reimport, versions
from tasks.models import PayloadVersion, Task
from tasks.versions import Change, NotAllowed, Refused, Stale, Version

VERSION = {
    "version": WHOLE,
    "created_at": MOMENT,
    "created_by": MAYBE | {"description": "null for what was imported."},
    "reason": TEXT,
}
DIFFERENCES = {
    "type": "array",
    "items": an_object({"path": TEXT, "before": {}, "after": {}}, ("path",)),
}
SHAPES["TaskVersions"] = an_object(
    {"results": {"type": "array", "items": an_object(VERSION)}},
)
SHAPES["TaskVersion"] = an_object(
    VERSION | {"data": {}, "differences": DIFFERENCES | {"description": "To the version before."}}
)
SHAPES["ChangedData"] = an_object(
    {
        "data": {"description": "All of the entity's data."},
        "version": WHOLE | {"description": "The number of the version that you changed."},
        "reason": TEXT | {"maxLength": versions.LONGEST_REASON},
        "retry": {"type": "boolean", "default": False},
    },
    ("data", "version"),
)
SHAPES["StaleData"] = an_object(
    {
        "detail": TEXT,
        "current": an_object(VERSION | {"data": {}}),
        "differences": DIFFERENCES | {"description": "From the current data to yours."},
    },
    ("detail",),
)
KNOWN = ("data", "version", "reason", "retry")


def find(identifier: str) -> Task:
    tasks = Task.objects.select_related("route__incoming")
    found = tasks.filter(identifier=identifier.replace("\0", "")).first()
    if found is None:
        raise exceptions.NotFound(f"There is no task “{identifier}”.")
    return found


def as_json(version: Version | PayloadVersion) -> dict:
    return {
        "version": version.number,
        "created_at": moment(version.created_at),
        "created_by": version.created_by or None,
        "reason": version.reason,
    }


class Versions(ApiView):
    @described("List the versions of a task's data, newest first", {200: shape("TaskVersions")})
    def get(self, request, identifier):
        task = find(identifier)
        rows = list(task.versions.defer("data").order_by("-number"))
        if not rows and (imported := readable(task, versions.IMPORTED)):
            rows = [imported]
        return Response({"results": [as_json(row) for row in rows]})


class OneVersion(ApiView):
    @described("Read a version of a task's data", {200: shape("TaskVersion")})
    def get(self, request, identifier, number):
        task = find(identifier)
        version, before = readable(task, number), readable(task, number - 1)
        if version is None:
            raise exceptions.NotFound(f"There is no version {number} of the data of this task.")
        found = jsondiff.compare(before.value, version.value).changes if before else []
        more = {"data": version.value, "differences": [change.as_json() for change in found]}
        return Response(as_json(version) | more)


class Data(ApiView):
    @described(
        "Change the data of a task, and retry it with that",
        {200: an_object({"version": WHOLE, "status": TEXT}), 409: shape("StaleData")},
        request=shape("ChangedData"),
    )
    def put(self, request, identifier):
        task, change = find(identifier), change_in(self.body())
        try:
            version = versions.save(task, change, Actor.of(request))
        except Refused as error:
            raise Invalid(Located(reason, ("data",)) for reason in error.reasons) from None
        except NotAllowed as error:
            raise Conflict(str(error)) from None
        except Stale as error:
            raise stale(error, change) from None
        task.refresh_from_db(fields=["status"])
        return Response({"version": version.number, "status": task.status})


class Reimport(ApiView):
    @described(
        "Import a task anew from its source",
        {202: shape("Queued"), 409: shape("NotQueued")},
        refusals=(400,),
    )
    def post(self, request, identifier):
        task = find(identifier)
        if self.body():
            raise Invalid([Located("This takes no settings: send nothing, or {}.")])
        try:
            process = reimport.ask_for(task, Actor.of(request))
        except reimport.AlreadyQueued as error:
            raise Conflict(str(error), duplicate_of=error.process) from None
        except reimport.Impossible as error:
            raise Conflict(str(error)) from None
        return Response({"process": process}, status.HTTP_202_ACCEPTED)


def readable(task: Task, number: int) -> Version | None:
    """A version whose data is JSON: of a rejected task only the beginning of a text is kept."""
    return None if task.status == "rejected" else versions.find(task, number)


def change_in(sent: dict) -> Change:
    """The change that a body asks for. Raises Invalid."""
    errors = [Located(f"There is no setting “{n}”.", (n,)) for n in sent if n not in KNOWN]
    if "data" not in sent:
        errors.append(Located("Give all of the entity's data.", ("data",)))
    version, retry, reason = sent.get("version"), sent.get("retry", False), sent.get("reason", "")
    if not isinstance(version, int) or isinstance(version, bool):
        text = "Give the number of the version that you changed; …/versions lists them."
        errors.append(Located(text, ("version",)))
    if not isinstance(retry, bool):
        errors.append(Located("Give true or false.", ("retry",)))
    if not isinstance(reason, str) or len(reason) > versions.LONGEST_REASON or "\0" in reason:
        text = f"Give a text of at most {versions.LONGEST_REASON} characters."
        errors.append(Located(text, ("reason",)))
    if errors:
        raise Invalid(errors)
    return Change(sent["data"], version, reason.strip(), retry)


def stale(error: Stale, change: Change) -> Conflict:
    """The refusal of a change on top of somebody else's, with both."""
    current = as_json(error.current) | {"data": error.current.value}
    found = jsondiff.compare(error.current.value, change.value).changes
    differences = [each.as_json() for each in found]
    return Conflict(str(error), current=current, differences=differences)
