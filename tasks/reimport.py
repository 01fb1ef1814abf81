"""Importing one task anew: its record is asked for at the source again, by a process.

A task that may be retried gets the new data as its next version and is retried; a rejected one is
replaced by a new task. Nothing else is made or changed: what is known of unchanged entities stays
as it is. What came of it is a line on the task.
"""

from collections.abc import Callable, Sequence
from contextlib import closing

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alumio import database
from alumio.audit import Actor
from connectors.registries import subscribers
from tasks import messages, trail, versions
from tasks.gate import Draft
from tasks.insertion import insert
from tasks.lookup import Lookup
from tasks.models import Phase, Task
from tasks.run import Lost, Run, Stopped
from tasks.status import Status
from transformers.context import LogLine

REIMPORTED = (*versions.RETRIED, Status.REJECTED)
"""Statuses of tasks that can be imported anew."""

queued: list[Callable[[Task, dict, Actor], tuple[int, bool]]] = []
"""Called with a task, the arguments of `reimport`, and who asks for it, inside a transaction.
Answers the number of the process that does it, and whether it was queued by this call or before. A
higher floor puts its function here."""


class Impossible(Exception):
    """This task cannot be imported anew. The text says why."""


class AlreadyQueued(Impossible):
    """A process that has not begun yet will do it."""

    def __init__(self, process: int):
        super().__init__(f"Importing this task anew is queued already, as process {process}.")
        self.process = process


def refusal(task: Task) -> str:
    """Why a task cannot be imported anew; empty where it can."""
    incoming = task.route.incoming
    if task.status not in REIMPORTED:
        labels = [Status(status).label for status in REIMPORTED]
        return (
            f"The task is {Status(task.status).label}: only {', '.join(labels[:-1])} and "
            f"{labels[-1]} tasks can be imported anew."
        )
    if not incoming.enabled:
        return f"The incoming “{incoming.name}” is disabled. Enable it to import from it."
    source = subscribers.type_of(incoming.subscriber)
    if source is None:
        return f"The subscriber of the incoming “{incoming.name}” is not installed."
    if not source.can_be_asked_again:
        return (
            f"The incoming “{incoming.name}” ({source.label}) cannot be asked for a record again."
        )
    return ""


def ask_for(task: Task, actor: Actor) -> int:
    """Queue the process that imports a task anew, and answer its number. Raises Impossible."""
    if reason := refusal(task):
        raise Impossible(reason)
    arguments = {
        "task": task.identifier,
        "asked_of": _state(task),
        "actor": actor.as_json(),
    }
    with transaction.atomic():
        process, fresh = queued[0](task, arguments, actor)
        if not fresh:
            raise AlreadyQueued(process)
        trail.record(actor, "reimport", task.identifier, process=process)
    return process


def reimport(arguments: dict, run: Run) -> str:
    """The chore: find the record, let the task have it, and say what came of it."""
    if run.cursor and "result" in run.cursor:
        return run.cursor["result"]  # killed between its last transaction and its end
    tasks = Task.objects.select_related("route__incoming")
    task = tasks.filter(identifier=arguments["task"]).first()
    if task is None:
        return "The task is gone: it was removed as too old."
    try:
        found = _look_for(task, run)
    except (Stopped, Lost):
        raise
    except Exception as error:
        if not database.is_away(error):
            _tell(task, run, f"Not imported anew by process {run.id}: {error}", "warning")
        raise
    return database.persistently(lambda: _conclude(task, arguments, found, run))


def _look_for(task: Task, run: Run) -> Sequence[Draft] | None:
    with closing(Lookup(task, run)) as lookup:
        run.started(incoming=task.route.incoming.revision, **lookup.revisions)
        return lookup.find()


def _conclude(task: Task, arguments: dict, found: Sequence[Draft] | None, run: Run) -> str:
    """Do what follows from what was found, in one transaction with the cursor that says so."""
    with transaction.atomic():
        result = _apply(task, arguments, found, run)
        run.keep({"result": result})
    if found and task.status == Status.REJECTED and task.route.realtime:
        run.created({task.route})
    return result


def _apply(task: Task, arguments: dict, found: Sequence[Draft] | None, run: Run) -> str:
    rows = Task.objects.select_for_update(of=("self",)).select_related("route__incoming")
    held = rows.filter(pk=task.pk).first()
    if held is None:
        return "The task is gone: it was removed as too old."
    reason = _moved_on(held, arguments) or _missing(held, found, run)
    if reason:
        _tell(held, run, f"Not imported anew by process {run.id}: {reason}", "warning")
        return reason
    actor = Actor(**arguments["actor"])
    if held.status == Status.REJECTED:
        return _replace(held, found, actor, run)
    return _retry(held, found[0], actor, run)


def _state(task: Task) -> dict:
    """What must still be so when the record was found."""
    return {
        "status": task.status,
        "generation": task.generation,
        "version": versions.number_of(task),
    }


def _moved_on(task: Task, arguments: dict) -> str:
    """Why a task is left alone that somebody else was faster with; empty where nobody was."""
    if task.status != arguments["asked_of"]["status"]:
        return f"The task is {Status(task.status).label} by now, so it was left alone."
    if _state(task) != arguments["asked_of"]:
        return "The task was retried or changed meanwhile, so it was left alone."
    return ""


def _missing(task: Task, found: Sequence[Draft] | None, run: Run) -> str:
    """Why there is nothing to go on with; empty where there is."""
    name = f"“{task.entity_identifier[:100]}”" if task.entity_identifier else "this record"
    source = f"The source “{task.route.incoming.name}”"
    if found is None:
        records, passed = run.counts["records"], []
        passed += [f"{n:,} filtered out" for n in [run.counts["filtered"]] if n]
        passed += [f"{n:,} refused by a step or the gate" for n in [run.counts["refused"]] if n]
        rest = f" ({', '.join(passed)})" if passed else ""
        noun = "record" if records == 1 else "records"
        return f"{source} no longer gives {name}; looked through {records:,} {noun}{rest}."
    if not found:
        return f"{source} still gives {name}, but a step filters it out now."
    if found[0].status == Status.REJECTED and task.status != Status.REJECTED:
        return f"{source} gives {name}, but not fit for a task. {_reasons(found[0])}"
    return ""


def _reasons(draft: Draft) -> str:
    return " ".join(line.text for line in draft.messages if line.level == "error")


def _retry(task: Task, draft: Draft, actor: Actor, run: Run) -> str:
    """Give a locked task the new data as its next version, and retry it."""
    before = versions.newest(task)
    reason = f"Imported anew by process {run.id}."
    after = versions.put(task, before, draft.data, actor, reason)
    if after.number == before.number:
        result = "The source still gives the same data; the task was retried with it."
        told = f"Retried by {actor} after process {run.id} imported it anew: nothing had changed."
    else:
        result = f"Found, and retried as version {after.number} of the task's data."
        told = (
            f"Retried by {actor} with version {after.number} of the data, imported anew by "
            f"process {run.id}."
        )
    lines = [LogLine("info", f"Imported anew by {_source(task, run)}."), *draft.messages]
    _write(task, run, lines)
    versions.apply(task, after, before, told, retry=True, process=run.id)
    trail.record(actor, "retry", task.identifier, process=run.id, changed=1, note=told)
    return result


def _replace(task: Task, drafts: Sequence[Draft], actor: Actor, run: Run) -> str:
    """Insert what a rejected task's record is now, and say so on the old and the new."""
    for draft in drafts:
        line = LogLine("info", f"Asked for by {actor} in place of the rejected task {task}.")
        draft.messages.insert(0, line)
    ids = insert(drafts, run.id, _source(task, run))
    made = dict(Task.objects.filter(pk__in=ids).values_list("identifier", "status"))
    words = [f"task {name} ({Status(status).label})" for name, status in made.items()]
    result = f"Imported anew as {', '.join(words)}."
    told = f"Imported anew by process {run.id} for {actor}, as {', '.join(words)}."
    _tell(task, run, told, "notice")
    # Whoever asked for the same meanwhile finds another generation, and makes no second task.
    Task.objects.filter(pk=task.pk).update(generation=F("generation") + 1, updated_at=Now())
    return result


def _source(task: Task, run: Run) -> str:
    return f"“{task.route.incoming.name}”, process {run.id}"


def _tell(task: Task, run: Run, text: str, level: str) -> None:
    """A line on the task; no error, since the task is no worse than before."""
    _write(task, run, [LogLine(level, text)])


def _write(task: Task, run: Run, lines: Sequence[LogLine]) -> None:
    entries = (messages.Entry(task.pk, Phase.IMPORT.value, task.attempt, line) for line in lines)
    messages.write(entries, run.id, database.now())
