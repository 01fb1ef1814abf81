"""What the audit trail says of processes: who queued, skipped, stopped or killed one."""

from alumio import audit
from alumio.audit import Actor
from alumio.configuration import Configuration
from alumio.models import AuditEntry
from scheduler.counted import counted
from scheduler.models import Process


def queued(actor: Actor, what: Configuration, process: Process) -> AuditEntry:
    """Note that somebody ran an incoming, a route or a scheduled job by hand."""
    note = f"At most {counted(process.limit, 'tasks')}." if process.limit else ""
    return audit.record(actor, "run", process=process.pk, note=note, **audit.about(what))


def ended(actor: Actor, action: str, process: Process) -> AuditEntry:
    """Note that somebody skipped, stopped or killed a process: `skip-process`, `stop-process`,
    `kill-process`."""
    one = {"kind": "process", "identifier": str(process.pk), "process": process.pk}
    return audit.record(actor, action, process.name, **one)
