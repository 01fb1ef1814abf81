"""Executing one started process from beginning to end, whatever happens in it."""

import logging

from alumio import database
from alumio.located import Located
from connectors.errors import ConnectorError
from scheduler.models import Kind, Process
from scheduler.runs import ProcessRun
from tasks.pipeline import export_tasks, import_entities
from tasks.run import Lost, Stopped
from transformers.errors import StepError

log = logging.getLogger(__name__)

EXPLAINED = (ConnectorError, StepError, Located)
"""Errors whose text says what, where and what to do."""


def execute(process: Process, run: ProcessRun | None = None) -> None:
    """Do the work of a Running process and end it: finished, failed or killed."""
    run = run or ProcessRun(process)
    with run:
        verb, result = _work(process, run)
    if verb:
        database.persistently(lambda: _end(process, run, verb, result))


def _work(process: Process, run: ProcessRun) -> tuple[str | None, str]:
    if not process.target.enabled:
        return "finish", "The configuration is disabled: nothing was done."
    try:
        _dispatch(process, run)
    except Lost:
        log.warning("%s was lost; its work goes on elsewhere.", process)
        return None, ""
    except Stopped:
        return "stop", "Stopped. " + summary(run)
    except EXPLAINED as error:
        run.note("error", str(error), getattr(error, "detail", None))
        return "fail", str(error)
    except Exception as error:
        log.exception("%s failed", process)
        run.note("error", f"Unexpected {type(error).__name__}: {error}")
        return "fail", f"Unexpected {type(error).__name__}: {error}"
    return "finish", summary(run)


def _dispatch(process: Process, run: ProcessRun) -> None:
    if process.job == Kind.IMPORT:
        import_entities(process.incoming, run)
    elif not process.route.outgoing.enabled:
        run.note("warning", f"The outgoing “{process.route.outgoing}” is disabled: tasks stay New.")
    else:
        export_tasks(process.route, run, process.limit)


def _end(process: Process, run: ProcessRun, verb: str, result: str) -> None:
    mine = Process.objects.filter(pk=process.pk)
    mine.move(verb, result=result, counts=dict(run.counts), done=run.done, slot=None)


def summary(run: ProcessRun) -> str:
    """What came of a run, in one line."""
    parts = [f"{number:,} {name}" for name, number in run.counts.items() if number]
    return ", ".join(parts) + "." if parts else "Nothing to do."
