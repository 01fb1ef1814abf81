"""REST: the revisions of one configuration, and the way back to an earlier one."""

from django.db import transaction
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.response import Response

from alumio import configuration_audit, restoring
from alumio.api import Invalid, moment
from alumio.api_keys import person_of
from alumio.audit import Actor
from alumio.configuration import Configuration, StaleRevision
from alumio.models import Revision
from alumio.openapi import MAYBE, MOMENT, SHAPES, WHOLE, an_object, described, shape

GUARDED = {"type": "object", "properties": {"revision": {"type": ["integer", "null"]}}}
WHO_AND_WHEN = {"number": WHOLE, "saved_by": MAYBE, "saved_at": MOMENT}
SHAPES["Revision"] = an_object(WHO_AND_WHEN | {"content": {"type": "object"}})
SHAPES["Revisions"] = an_object({"revisions": {"type": "array", "items": an_object(WHO_AND_WHEN)}})


class RevisionDoors:
    """Joins the doors of a configuration. Secrets are masked; they come back by a restore."""

    @described("List the revisions, the newest first", {200: shape("Revisions")})
    @action(detail=True, url_path="revisions")
    def revisions(self, request, identifier):
        kept = restoring.revisions_of(self.find(identifier)).defer("content")
        return Response({"revisions": [who_and_when(each) for each in kept]})

    @described("Read one revision", {200: shape("Revision")})
    @action(detail=True, url_path="revisions/<int:number>")
    def revision(self, request, identifier, number):
        old = self.kept(self.find(identifier), number)
        content = {name: self.masked(name, value) for name, value in old.content.items()}
        return Response(who_and_when(old) | {"content": content})

    @described(
        "Bring a revision back, as a new one on top",
        {200: {"type": "object"}},
        request=GUARDED,
        refusals=(409,),
    )
    @action(detail=True, methods=["post"], url_path="revisions/<int:number>/restore")
    def restore(self, request, identifier, number):
        found = self.find(identifier)
        old, seen = self.kept(found, number), self.expected(found, self.body())
        person = person_of(request.user)
        try:
            with transaction.atomic():
                saved = restoring.restore(self.form, found, old, person, seen)
                note = f"Revision {number} is back."
                configuration_audit.saved(Actor.of(request), saved, "restore", note)
        except restoring.NotAllowed as refused:
            raise Invalid(refused.form.located_errors()) from None
        except StaleRevision as stale:
            raise self.stale(stale) from None
        return self.answer(saved)

    def kept(self, configuration: Configuration, number: int) -> Revision:
        rows = restoring.revisions_of(configuration)
        found = rows.filter(number=number).first() if number < 2**31 else None
        if found is None:
            raise exceptions.NotFound("This revision is not kept.")
        return found


def who_and_when(revision: Revision) -> dict:
    return {
        "number": revision.number,
        "saved_by": revision.saved_by and revision.saved_by.email,
        "saved_at": moment(revision.saved_at),
    }
