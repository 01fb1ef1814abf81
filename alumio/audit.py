"""The audit trail: what people did, told by the code that did it.

    actor = Actor.of(request)
    audit.record(actor, "retry", criteria={"status": ["failed"]}, changed=4300, not_allowed=12)

Call it inside the transaction of what is done, so that one is never kept without the other.
"""

from dataclasses import asdict, dataclass

from alumio import database
from alumio.api_keys import person_of
from alumio.models import AuditEntry, Via


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where. `name` is an email or the name of an API key."""

    name: str
    user_id: int | None = None
    via: str = Via.COMMAND
    address: str | None = None

    @classmethod
    def of(cls, request) -> "Actor":
        """The person or the API key behind a request of a page or of the REST API."""
        by = request.user
        name = getattr(by, "email", "") or str(by)
        via = Via.API if getattr(request, "auth", None) else Via.PAGE
        return cls(name, getattr(person_of(by), "pk", None), via, address_of(request))

    def __str__(self):
        return self.name

    def as_json(self) -> dict:
        """For the arguments of a process; `Actor(**value)` reads it."""
        return asdict(self)


def address_of(request) -> str | None:
    """The network address that the request came from, as the web server tells it."""
    return request.META.get("REMOTE_ADDR") or None


def record(actor: Actor, action: str, subject: str = "", **details) -> AuditEntry:
    """Note what somebody did. `details`: criteria, changed, not_allowed, process, note."""
    return AuditEntry.objects.create(
        at=database.now(),
        who=actor.name[:255],
        user_id=actor.user_id,
        via=actor.via,
        address=actor.address,
        action=action,
        subject=subject[:255],
        **details,
    )
