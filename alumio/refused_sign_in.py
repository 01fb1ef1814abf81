"""Failed sign-ins in the audit trail: who tried and from where, never with which password."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from alumio import audit, database
from alumio.audit import Actor
from alumio.client_address import address_of
from alumio.models import AuditEntry, User

UNKNOWN = "Somebody"
"""Who tried, where what was typed is no e-mail address: it may be a password in the wrong field."""


def note(request, typed: str) -> None:
    """Note a failed attempt, or that it locked the account; while it is locked, nothing more."""
    actor = _actor(request, typed)
    if not getattr(request, "axes_locked_out", False):
        audit.record(actor, "sign-in-failed")
    elif not _lock_is_noted(actor):
        minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
        audit.record(actor, "lock-out", note=f"For {minutes} minutes, from this address.")


def _actor(request, typed: str) -> Actor:
    email = typed.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = UNKNOWN
    user = User.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    return Actor(email, user, audit.via_of(request), address_of(request))


def _lock_is_noted(actor: Actor) -> bool:
    since = database.now() - settings.AXES_COOLOFF_TIME
    locks = AuditEntry.objects.filter(action="lock-out", at__gte=since)
    return locks.filter(who=actor.name[:255], address=actor.address).exists()
