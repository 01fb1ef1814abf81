"""REST: the rules of retention, and the removal of what they give up."""

from django.db import transaction
from rest_framework import status
from rest_framework.response import Response

from alumio import audit
from alumio.api import ApiView, Conflict, Invalid
from alumio.audit import Actor
from alumio.models import Role
from alumio.openapi import SHAPES, WHOLE, an_object, described, shape
from routes.retention import REMOVABLE
from scheduler import pruning
from scheduler.api import refuse_others
from tasks import retention
from tasks.policy import PolicyForm, as_json

MAYBE_DAYS = {"type": ["integer", "null"], "minimum": 1, "description": "null: for ever."}

SHAPES["RetentionRule"] = an_object(
    {
        "status": {"type": "string", "enum": [value for value, _ in REMOVABLE]},
        "days": {"type": ["integer", "null"], "minimum": 1},
        "number": {"type": ["integer", "null"], "minimum": 0},
    },
    ("status",),
)
SHAPES["Retention"] = an_object(
    {
        "rules": {"type": "array", "items": shape("RetentionRule")},
        "processes": MAYBE_DAYS,
        "occurrences": MAYBE_DAYS | {"minimum": 2},
        "deliveries": MAYBE_DAYS,
        "audit": MAYBE_DAYS,
    },
    (),
)
SHAPES["Pruning"] = an_object({"process": WHOLE})


class Retention(ApiView):
    role = role_to_change = Role.ADMINISTRATOR

    @described("Read the instance's rules of retention", {200: shape("Retention")})
    def get(self, request):
        return Response(as_json(retention.policy()))

    @described(
        "Change the instance's rules of retention",
        {200: shape("Retention")},
        request=shape("Retention"),
        refusals=(400,),
    )
    def patch(self, request):
        sent = self.body()
        with transaction.atomic():
            policy = retention.policy(locked=True)
            before = as_json(policy)
            refuse_others(sent, tuple(before))
            form = PolicyForm(before | sent, policy=policy)
            if not form.is_valid():
                raise Invalid(form.located_errors())
            if changed := form.save():
                audit.record(Actor.of(request), "retention", note=changed)
        return Response(as_json(policy))


class Prune(ApiView):
    role = role_to_change = Role.ADMINISTRATOR

    @described(
        "Remove old records now", {202: shape("Pruning"), 409: shape("NotQueued")}, refusals=(400,)
    )
    def post(self, request):
        refuse_others(self.body(), ())
        queued = pruning.prune_now(Actor.of(request))
        if queued.process is None:
            busy = {"duplicate_of": queued.duplicate_of.pk} if queued.duplicate_of else {}
            raise Conflict("Old records are being removed already.", **busy)
        return Response({"process": queued.process.pk}, status.HTTP_202_ACCEPTED)
