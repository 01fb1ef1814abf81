"""Alumio's scheduler entries: a list of jobs under one expression; here each job stands alone.

What a job that prunes removes is said by the rules of retention, so the settings that Alumio has
for it are told as not understood.
"""

from alumio.exchange.settings import Settings
from alumio.located import Located
from scheduler.models import Kind, ScheduledJob

RUNS = {
    "run-incoming": Kind.IMPORT,
    "run-outgoing": Kind.EXPORT,
    "repair-tasks": Kind.REPAIR,
    "prune-tasks": Kind.PRUNE,
}
SETTINGS = {"incoming": "incoming", "route": "route", "numTasks": "number_of_tasks"}
NAMES = {kind: name for name, kind in RUNS.items()}


def split_entry(body: dict) -> list[dict]:
    """The entry once for each of its jobs."""
    parameters = body.get("parameters")
    jobs = parameters.get("job") if isinstance(parameters, dict) else None
    if not isinstance(jobs, list) or not jobs:
        raise Located("A scheduler entry has a list of jobs.", ("object", "parameters", "job"))
    return [body | {"parameters": parameters | {"job": [job]}} for job in jobs]


def read_job(body: dict) -> tuple[dict, list[str]]:
    """Imported jobs are switched off, whatever the file says: nothing runs by itself at once."""
    settings = Settings(body.get("parameters"))
    [job] = settings.take("job")
    prototype = job.get("prototype") if isinstance(job, dict) else None
    if prototype not in RUNS:
        raise Located(
            f"There is no job called “{prototype}” here.", ("object", "parameters", "job")
        )
    what = Settings(job.get("parameters"))
    data = {
        "enabled": False,
        "job": RUNS[prototype].value,
        **{ours: what.take(theirs) for theirs, ours in SETTINGS.items()},
        "expression": settings.take("expression"),
        "time_zone": settings.take("timezone") or "UTC",
    }
    priority = settings.take("priority")
    settings.drop_if_empty("handlers")
    named = {name: value for name, value in data.items() if value is not None}
    return named | ({"priority": priority} if priority else {}), sorted(settings.left | what.left)


def write_job(job: ScheduledJob, content: dict) -> dict:
    settings = {name: content[ours] for name, ours in SETTINGS.items() if content[ours]}
    parameters = {
        "job": [{"prototype": NAMES[job.job], "parameters": settings}],
        "handlers": [],
        "priority": content["priority"],
        "expression": content["expression"],
    }
    if content["time_zone"] != "UTC":
        parameters["timezone"] = content["time_zone"]
    return {"parameters": parameters}
