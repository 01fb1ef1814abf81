"""What the audit trail says of configurations: which revision was saved, and which settings of it
are new."""

from alumio import audit
from alumio.audit import Actor
from alumio.configuration import Configuration, differences
from alumio.models import AuditEntry, Revision


def saved(actor: Actor, configuration: Configuration, action: str = "", note: str = "") -> None:
    """Note the revision that was stored just now, in its transaction.

    Without `action` the trail says whether the configuration was created, enabled, disabled or
    saved. Values are never noted, for some are secret: the revisions keep them.
    """
    changed = changes(configuration)
    action = action or _action(configuration, changed)
    if not note and action == "save":
        note = f"Changed: {', '.join(changed)}." if changed else "Nothing was changed."
    audit.record(actor, action, note=note, **audit.about(configuration))


def deleted(actor: Actor, configuration: Configuration) -> AuditEntry:
    """Note that a configuration is gone. Its identifier may be given to another one."""
    return audit.record(actor, "delete", **audit.about(configuration))


def changes(configuration: Configuration) -> list[str]:
    """The names of the settings in which a revision differs from the one before."""
    kept = Revision.objects.filter(
        kind=configuration.kind, object_id=configuration.pk, number=configuration.revision - 1
    ).first()
    names = differences(kept.content, configuration.content()) if kept else []
    return [name.replace("_", " ") for name, _, _ in names]


def _action(configuration: Configuration, changed: list[str]) -> str:
    if configuration.revision == 1:
        return "create"
    if changed == ["enabled"]:
        return "enable" if configuration.enabled else "disable"
    return "save"
