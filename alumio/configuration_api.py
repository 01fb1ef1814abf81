"""The doors of one kind of configuration: list, create, read, replace, change, delete.

What is sent goes through the form of the configuration, as a page's does. `revision` in the body,
or If-Match with the ETag of an answer, guards against overwriting what somebody else saved.
"""

from django import forms
from django.db import IntegrityError, transaction
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from alumio import comparison, configuration_audit, usage
from alumio.api import ApiView, Conflict, Invalid, listed, moment
from alumio.api_keys import person_of
from alumio.audit import Actor
from alumio.configuration import Configuration, StaleRevision
from alumio.filters import ConfigurationFilter
from alumio.forms import ConfigurationForm, ReferenceField
from alumio.located import Located
from alumio.openapi import FORMS, SHAPES, TEXT, Operation, an_object, described, list_of, shape
from alumio.revision_api import RevisionDoors

ANSWERED_ONLY = ("demo", "created_at", "updated_at", "updated_by")
GUARD = {"If-Match": "The ETag of the answer that the change started from."}
NAMED = {"kind": TEXT, "identifier": TEXT, "name": TEXT}
SHAPES["Uses"] = an_object(
    {
        "uses": {"type": "array", "items": an_object(NAMED | {"where": TEXT})},
        "routes": {"type": "array", "items": an_object(NAMED)},
    }
)


class ConfigurationViewSet(RevisionDoors, ViewSetMixin, ApiView):
    """Subclasses name the form, which names the model. Lists are ordered by identifier."""

    form: type[ConfigurationForm]
    filter = ConfigurationFilter
    lookup_field = "identifier"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.model = cls.form._meta.model
        cls.shape = cls.model.__name__
        cls.queryset = cls.model.objects.all()
        FORMS[cls.shape] = cls.form

    # -- the six doors --------------------------------------------------------------------------

    def list(self, request):
        rows = self.rows()
        return listed(self, rows, "identifier", self.filter, self.represent)

    def create(self, request):
        made = self.save(None, self.body(), partial=False)
        answer = self.answer(made, status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(
            f"{request.path.rstrip('/')}/{made.identifier}"
        )
        return answer

    def retrieve(self, request, identifier):
        return self.answer(self.find(identifier))

    def update(self, request, identifier):
        return self.answer(self.save(self.find(identifier), self.body(), partial=False))

    def partial_update(self, request, identifier):
        return self.answer(self.save(self.find(identifier), self.body(), partial=True))

    def destroy(self, request, identifier):
        found = self.find(identifier)
        self.refuse_stale(found, self.expected(found, {}))
        self.refuse_used(found)
        refuse_loss(found)
        with transaction.atomic():
            configuration_audit.deleted(Actor.of(request), found)
            found.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @described(
        "List what uses one, and the routes that a change of it touches", {200: shape("Uses")}
    )
    @action(detail=True, url_path="used-by", url_name="used-by")
    def used_by(self, request, identifier):
        found, uses = self.find(identifier), usage.uses_by_target()
        users = [named(use.user) | {"where": use.where} for use in usage.uses_of(found, uses)]
        routes = [named(route) for route in usage.routes_reached(found, uses)]
        return Response({"uses": users, "routes": routes})

    # -- how ------------------------------------------------------------------------------------

    def rows(self):
        """With what they refer to, but without its settings, which are encrypted and not shown."""
        joined = {
            name: field.queryset.model
            for name, field in self.form.base_fields.items()
            if isinstance(field, ReferenceField)
        }
        unseen = [f"{name}__{n}" for name, model in joined.items() for n in model.content_fields]
        return self.model.objects.select_related("updated_by", *joined).defer(*unseen)

    def find(self, identifier: str) -> Configuration:
        found = self.rows().filter(identifier=identifier.replace("\0", "")).first()
        if found is None:
            noun = self.model._meta.verbose_name
            raise exceptions.NotFound(f"There is no {noun} called “{identifier}”.")
        return found

    def save(self, instance, body: dict, *, partial: bool) -> Configuration:
        """Clean and store what was sent. Raises Invalid or Conflict."""
        sent = {name: value for name, value in body.items() if name not in ANSWERED_ONLY}
        refuse_wrong_kinds(self.form, sent)
        if instance is not None:
            refuse_renaming(instance, sent)
            sent["revision"] = self.expected(instance, sent)
        person = person_of(self.request.user)
        form = self.form(sent, instance=instance, user=person, partial=partial)
        if not form.is_valid():
            raise Invalid(form.located_errors())
        try:
            with transaction.atomic():
                saved = form.save()
                configuration_audit.saved(Actor.of(self.request), saved)
                return saved
        except StaleRevision as stale:
            raise self.stale(stale) from None
        except IntegrityError:
            raise Conflict("Somebody else saved one with this identifier just now.") from None

    def expected(self, instance: Configuration, sent: dict) -> int | None:
        """The revision that the caller started from, by If-Match or body; None for any."""
        tag = self.request.headers.get("If-Match", "").strip()
        tag = "" if tag == "*" else tag.removeprefix("W/").strip('"')
        if tag and not (tag.isascii() and tag.isdigit()):
            raise Invalid([Located("If-Match takes the ETag of an answer.", ("If-Match",))])
        said = sent.get("revision")
        if tag and said is not None and str(said) != tag:
            raise Invalid([Located("If-Match names another revision.", ("revision",))])
        return int(tag) if tag else said

    def refuse_stale(self, instance: Configuration, revision) -> None:
        if revision is not None and int(revision) != instance.revision:
            raise self.stale(StaleRevision(instance, []))

    def stale(self, stale: StaleRevision) -> Conflict:
        return Conflict(
            str(stale),
            current=self.represent(stale.current),
            differences=[
                {"field": n, "theirs": self.masked(n, theirs), "yours": self.masked(n, yours)}
                for n, theirs, yours in stale.changes
            ],
        )

    def refuse_used(self, instance: Configuration) -> None:
        uses = usage.uses_of(instance)
        if not uses:
            return
        raise Conflict(
            f"“{instance.name}” is in use: {', '.join(map(str, uses[:10]))}. "
            "Change these first, or disable it instead.",
            uses=[named(use.user) | {"where": use.where} for use in uses],
        )

    # -- what is answered -----------------------------------------------------------------------

    def answer(self, configuration: Configuration, code: int = status.HTTP_200_OK) -> Response:
        headers = {"ETag": f'"{configuration.revision}"'}
        return Response(self.represent(configuration), code, headers=headers)

    def represent(self, configuration: Configuration) -> dict:
        content = {name: value_of(configuration, name) for name in self.form.wanted()}
        return {name: self.masked(name, value) for name, value in content.items()} | {
            "revision": configuration.revision,
            "demo": configuration.demo,
            "created_at": moment(configuration.created_at),
            "updated_at": moment(configuration.updated_at),
            "updated_by": configuration.updated_by and configuration.updated_by.email,
        }

    def masked(self, name: str, value):
        return comparison.masked(self.form.base_fields.get(name), value)

    def operation(self, action: str) -> Operation:
        noun, name = self.model._meta.verbose_name, self.shape
        one, sent = shape(name), shape(f"{name}Input")
        change = {"request": sent, "refusals": (409,)}
        guarded = change | {"headers": GUARD}
        return {
            "list": Operation(
                f"List {noun} configurations", {200: list_of(name)}, query=self.filter
            ),
            "create": Operation(f"Create one: {noun}", {201: one}, **change),
            "retrieve": Operation(f"Read one: {noun}", {200: one}),
            "update": Operation(f"Replace one: {noun}", {200: one}, **guarded),
            "partial_update": Operation(
                f"Change some settings: {noun}",
                {200: one},
                **(guarded | {"request": partial(sent)}),
            ),
            "destroy": Operation(
                f"Delete one: {noun}", {204: None}, refusals=(400, 409), headers=GUARD
            ),
        }[action]


def partial(schema: dict) -> dict:
    """Any part of it: what is not sent stays as it is."""
    return {"type": "object", "description": "Any of the settings.", "anyOf": [schema, {}]}


def named(configuration: Configuration) -> dict:
    return {name: getattr(configuration, name) for name in NAMED}


def value_of(configuration: Configuration, name: str):
    value = getattr(configuration, name)
    return value.identifier if isinstance(value, Configuration) else value


def refuse_wrong_kinds(form_class: type[ConfigurationForm], sent: dict) -> None:
    """A switch takes true or false: HTML's ways to say so would make true of “no”."""
    wrong = [
        Located("Send true or false.", (name,), (str(field.label or name.capitalize()),))
        for name, field in form_class.base_fields.items()
        if isinstance(field, forms.BooleanField)
        and name in sent
        and not isinstance(sent[name], bool)
    ]
    if wrong:
        raise Invalid(wrong)


def refuse_renaming(instance: Configuration, sent: dict) -> None:
    if sent.get("identifier", instance.identifier) != instance.identifier:
        raise Invalid([Located("An identifier never changes.", ("identifier",), ("Identifier",))])


def refuse_loss(instance: Configuration) -> None:
    """What was exchanged is kept: a route with tasks cannot go before retention removed them."""
    if held := usage.kept_because_of(instance):
        raise Conflict(
            f"“{instance.name}” still has {' and '.join(held)}. Disable it instead: what was "
            "exchanged stays to be seen."
        )
