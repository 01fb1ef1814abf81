"""Executing one started process from beginning to end, whatever happens in it."""

import gc
import logging
from typing import NamedTuple

from django.db import transaction

from alumio import database
from alumio.located import Located
from connectors.errors import ConnectorError
from scheduler import sequence
from scheduler.chores import BY_KIND, IN_WORDS
from scheduler.counted import counted
from scheduler.models import CHORES, Kind, Process
from scheduler.resuming import CUT_OFF, resume
from scheduler.runs import ProcessRun
from scheduler.webhooks.reading import read_deliveries
from tasks import messages
from tasks.claim import give_back
from tasks.pipeline import export_tasks, import_entities
from tasks.run import Lost, Stopped
from transformers.errors import StepError

log = logging.getLogger(__name__)

GARBAGE_FROM = 50_000
"""Objects after which Python looks for circular garbage. Records are plain trees that go by
themselves; looking through them every 700 objects costs a tenth of an import."""
EXPLAINED = (ConnectorError, StepError, Located)
"""Errors whose text says what, where and what to do."""


class Ending(NamedTuple):
    """How a run ended. `goes_on`: what is left undone is to be queued again."""

    verb: str
    result: str
    goes_on: bool = False


def execute(process: Process, run: ProcessRun | None = None) -> None:
    """Do the work of a Running process and end it: finished, failed or killed."""
    gc.set_threshold(GARBAGE_FROM)
    run = run or ProcessRun(process)
    with run:
        ending = _work(process, run)
    if ending:
        database.persistently(lambda: _end(process, run, ending))


def _work(process: Process, run: ProcessRun) -> Ending | None:
    if process.target and not process.target.enabled and process.job != Kind.WEBHOOK:
        return Ending("finish", "The configuration is disabled: nothing was done.")
    try:
        result = _dispatch(process, run)
    except Lost:
        log.warning("%s was lost; its work goes on elsewhere.", process)
        return None
    except Stopped:
        why = "Stopped with its worker, to go on." if run.goes_on else "Stopped."
        return Ending("stop", f"{why} {summary(process, run)}", run.goes_on)
    except EXPLAINED as error:
        run.note("error", str(error), getattr(error, "detail", None))
        return Ending("fail", str(error))
    except (Exception, SystemExit) as error:
        return _unexpected(process, run, error)
    return Ending("finish", result or summary(process, run))


def _unexpected(process: Process, run: ProcessRun, error: BaseException) -> Ending:
    text = f"Unexpected {type(error).__name__}: {error}"
    if database.is_away(error):
        log.warning("%s was cut off from the database: %s", process, error)
        return Ending("lose", f"{CUT_OFF} {text}", goes_on=True)
    log.error("%s failed", process, exc_info=error)
    run.note("error", text)
    return Ending("fail", text)


def _dispatch(process: Process, run: ProcessRun) -> str | None:
    """Do the work. Returns the result in words where the counts do not say it."""
    if process.job in CHORES:
        return BY_KIND[process.job](process.arguments, run)
    if process.job == Kind.IMPORT:
        import_entities(process.incoming, run)
    elif process.job == Kind.WEBHOOK:
        read_deliveries(process.webhook, run)
    elif not process.route.outgoing.enabled:
        run.note("warning", f"The outgoing “{process.route.outgoing}” is disabled: tasks stay New.")
    else:
        export_tasks(process.route, run, process.limit)
    return None


def _end(process: Process, run: ProcessRun, ending: Ending) -> None:
    """Write the end of a process; nothing stays in Processing behind it."""
    values = {"counts": dict(run.counts), "done": run.done, "slot": None}
    with transaction.atomic():
        mine = Process.objects.filter(pk=process.pk)
        if not mine.move(ending.verb, result=messages.storable(ending.result), **values):
            return
        give_back(process.pk)
        process.refresh_from_db()
        if ending.goes_on:
            resume(process)
        else:
            process.parts.all().delete()
        if ending.verb in ("finish", "fail"):
            sequence.follow(process, failed=ending.verb == "fail")


def summary(process: Process, run: ProcessRun) -> str:
    """What came of a run, in one line."""
    if process.job in IN_WORDS:
        return IN_WORDS[process.job](process.arguments, run.counts)
    parts = [counted(number, name) for name, number in run.counts.items() if number]
    return ", ".join(parts) + "." if parts else "Nothing to do."
