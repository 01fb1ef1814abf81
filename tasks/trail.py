"""What the audit trail says of one task."""

from alumio import audit
from alumio.audit import Actor
from alumio.models import AuditEntry


def record(actor: Actor, action: str, identifier: str, **details) -> AuditEntry:
    """Note what somebody did to the task called so; `details` as `audit.record` takes them."""
    return audit.record(actor, action, identifier, kind="task", identifier=identifier, **details)
