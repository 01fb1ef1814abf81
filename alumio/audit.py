"""The audit trail: what people did, told by the code that did it.

    actor = Actor.of(request)
    audit.record(actor, "retry", criteria={"status": ["failed"]}, changed=4300, not_allowed=12)
    audit.record(actor, "save", **audit.about(route))

Call it inside the transaction of what is done, so that one is never kept without the other. How an
action reads is said in `alumio.audit_words`.
"""

import getpass
from dataclasses import asdict, dataclass

from alumio import database
from alumio.api_keys import person_of
from alumio.client_address import address_of
from alumio.configuration import Configuration
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
        return cls(name, getattr(person_of(by), "pk", None), via_of(request), address_of(request))

    @classmethod
    def of_command(cls) -> "Actor":
        """Whoever runs a management command, as the operating system calls them."""
        try:
            return cls(getpass.getuser())
        except (KeyError, OSError):  # a user id without a name, as in containers
            return cls("unnamed user")

    def __str__(self):
        return self.name

    def as_json(self) -> dict:
        """For the arguments of a process; `Actor(**value)` reads it."""
        return asdict(self)


def via_of(request) -> str:
    return Via.API if request.path.startswith("/api/") else Via.PAGE


def about(configuration: Configuration) -> dict:
    """What an entry says of the configuration that something was done to."""
    return {
        "subject": configuration.name,
        "kind": configuration.kind,
        "identifier": configuration.identifier,
        "revision": configuration.revision,
    }


def record(actor: Actor, action: str, subject: str = "", **details) -> AuditEntry:
    """Note what somebody did.

    `details`: kind, identifier and revision of the subject; criteria, changed, not_allowed,
    process, note.
    """
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
