"""Words for tests of the audit trail: what was noted, and how it reads."""

from alumio.audit_words import Sentence
from alumio.models import AuditEntry


def noted(**wanted) -> AuditEntry:
    return AuditEntry.objects.filter(**wanted).first()


def actions() -> list[str]:
    """Oldest first."""
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def sentence(entry, **names) -> str:
    return str(Sentence(entry, names))
