"""REST: the audit trail, for administrators. It is read only."""

from functools import cached_property

from alumio import audit_listing
from alumio.api import ApiView, listed
from alumio.audit_listing import AuditFilter
from alumio.audit_words import LABELS
from alumio.models import Role, Via
from alumio.openapi import MOMENT, SHAPES, TEXT, WHOLE, an_object, described, list_of

MAYBE_WHOLE = {"type": ["integer", "null"]}

SHAPES["AuditEntry"] = an_object(
    {
        "id": WHOLE,
        "at": MOMENT,
        "who": TEXT,
        "via": {"type": "string", "enum": Via.values},
        "address": {"type": ["string", "null"]},
        "action": {"type": "string", "enum": list(LABELS)},
        "kind": TEXT,
        "subject": TEXT,
        "identifier": TEXT,
        "revision": MAYBE_WHOLE,
        "filter": {"type": ["object", "null"], "additionalProperties": True},
        "changed": MAYBE_WHOLE,
        "not_allowed": MAYBE_WHOLE,
        "process": MAYBE_WHOLE,
        "sentence": TEXT,
        "note": TEXT,
    }
)


class AuditTrail(ApiView):
    role = role_to_change = Role.ADMINISTRATOR

    @described("List the audit trail", {200: list_of("AuditEntry")}, query=AuditFilter)
    def get(self, request):
        return listed(self, audit_listing.entries(), "-id", AuditFilter, self.represent)

    def represent(self, entry) -> dict:
        return audit_listing.as_json(entry, self.names)

    @cached_property
    def names(self) -> dict[str, str]:
        return audit_listing.route_names()
