"""REST: saved views of the task list, a person's own and those that others share."""

from django.db import IntegrityError, transaction
from rest_framework import exceptions
from rest_framework.response import Response

from alumio.api import ApiView, Conflict, Invalid, moment
from alumio.api_keys import person_of
from alumio.audit import Actor
from alumio.located import Located
from alumio.models import Role
from alumio.openapi import MOMENT, SHAPES, TEXT, WHOLE, an_object, described, shape
from tasks.models import SavedView
from tasks.saved_view_form import SavedViewForm
from tasks.saved_views import may_change, note, visible_to

SHAPES["SavedViewInput"] = an_object(
    {
        "name": TEXT,
        "query": {"type": "string", "description": "As behind the address of the task list."},
        "shared": {"type": "boolean"},
    },
    ("name",),
)
SHAPES["SavedView"] = an_object(
    {
        "id": WHOLE,
        "name": TEXT,
        "query": TEXT,
        "shared": {"type": "boolean"},
        "by": TEXT,
        "created_at": MOMENT,
    }
)


def as_json(view: SavedView) -> dict:
    return {
        "id": view.pk,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "by": view.user.email,
        "created_at": moment(view.created_at),
    }


class SavedViewDoor(ApiView):
    """Base: who asks, and how a view is stored. An API key acts for the person it is tied to."""

    role_to_change = Role.VIEWER

    def person(self):
        person = person_of(self.request.user)
        if person is None:
            raise exceptions.PermissionDenied("Views belong to people: use a key made for one.")
        return person

    def store(self, view: SavedView, action: str, status: int) -> Response:
        sent = {"name": view.name, "query": view.query, "shared": view.shared} | self.body()
        form = SavedViewForm(sent, instance=view, user=self.request.user)
        if not form.is_valid():
            raise Invalid(
                Located(text, (name,)) for name, texts in form.errors.items() for text in texts
            )
        try:
            with transaction.atomic():
                form.save()
                note(Actor.of(self.request), action, view)
        except IntegrityError:  # somebody stored one of this name since it was checked
            raise Conflict(f"There is a view “{view.name}” already.") from None
        return Response(as_json(view), status=status)


class SavedViews(SavedViewDoor):
    @described(
        "List saved views of the task list", {200: {"type": "array", "items": shape("SavedView")}}
    )
    def get(self, request):
        return Response([as_json(view) for view in visible_to(self.person())])

    @described("Save a view", {201: shape("SavedView")}, request=shape("SavedViewInput"))
    def post(self, request):
        return self.store(SavedView(user=self.person()), "save-view", 201)


class OneSavedView(SavedViewDoor):
    def found(self, pk: int, *, to_change: bool = False) -> SavedView:
        view = visible_to(self.person()).filter(pk=pk).first()
        if view is None:
            raise exceptions.NotFound(f"There is no view {pk}.")
        if to_change and not may_change(view, self.person()):
            raise exceptions.PermissionDenied(
                f"Only {view.user} and administrators may change this view."
            )
        return view

    @described("Read a saved view", {200: shape("SavedView")})
    def get(self, request, pk):
        return Response(as_json(self.found(pk)))

    @described("Change a saved view", {200: shape("SavedView")}, request=shape("SavedViewInput"))
    def patch(self, request, pk):
        return self.store(self.found(pk, to_change=True), "change-view", 200)

    @described("Delete a saved view", {204: None})
    def delete(self, request, pk):
        view = self.found(pk, to_change=True)
        with transaction.atomic():
            note(Actor.of(request), "delete-view", view)
            view.delete()
        return Response(status=204)
