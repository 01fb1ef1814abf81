"""Save & continue, what to do where somebody else saved meanwhile, and giving a draft up."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from alumio import comparison, merging
from alumio.audit import Actor
from alumio.builder.document import Document, Part, forms
from alumio.builder.models import Draft
from alumio.builder.screen import BuilderView, Screen
from alumio.builder.storing import Stored, save
from alumio.builder.views import Change
from alumio.configuration import Configuration
from routes.models import Route


def store(view: BuilderView) -> tuple[Stored, Document, Draft]:
    """Store the draft of a request. Once it is stored nothing is left of it but the records that
    were tried, whose fields are still of use."""
    user = view.request.user
    with transaction.atomic():
        draft = Draft.opened(user, view.route, view.fresh().content)
        document = Document(draft.state.content)
        stored = save(document, user, Actor.of(view.request))
        if stored.ok:
            draft.delete()
            begin_again(draft, Route.objects.get(identifier=stored.route))
    return stored, document, draft


def begin_again(draft: Draft, route: Route) -> None:
    if draft.tried:
        content = Document.fresh(route, draft.user_id).content
        Draft.opened(draft.user, route, content).remember(draft.tried)


class Save(BuilderView):
    """Stores the whole draft, or shows what stops it."""

    http_method_names = ["post"]

    def post(self, request, identifier=None):
        stored, document, draft = store(self)
        if not stored.ok:
            return self.refused(document, stored, draft)
        messages.success(request, "Saved.")
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("route-builder:page", args=[stored.route])
        return response

    def refused(self, document: Document, stored: Stored, draft: Draft) -> HttpResponse:
        screen = Screen(self, document, stored.faults, draft)
        conflicts = [conflict_of(part, current) for part, current in stored.conflicts]
        return screen.changed(conflicts=conflicts, refused=True)


def conflict_of(part: Part, current: Configuration) -> dict:
    """Both versions of a part that somebody else saved meanwhile."""
    mine = mine_on_top(part, current)
    form_class = forms()[part.kind]
    return {
        "key": part.key,
        "name": part.name,
        "current": current,
        "differences": comparison.compare(form_class, current.content(), mine),
    }


def mine_on_top(part: Part, current: Configuration) -> dict:
    """Theirs, with what was changed in the draft since the revision that it started from."""
    fields = forms()[part.kind].base_fields
    return merging.mine_on_top(current, part.data, part.revision, fields)


class Resolve(Change):
    """Decides between both versions of a part: "mine" goes on top of theirs, "theirs" wins."""

    def change(self, document):
        part = document.of_key(self.request.POST.get("part", ""))
        saved = part and document.saved(part.kind, part.identifier)
        if not saved or not part.changed:
            return "Nothing was to be decided", ""
        if self.request.POST.get("take") == "mine":
            newest = Part(part.kind, part.identifier, saved.revision, {})
            document.put(newest, mine_on_top(part, saved))
            return f"Put mine on top of “{part.name}”", ""
        newest = Part(part.kind, part.identifier, saved.revision, {})
        document.put(newest, saved.content())
        return f"Took theirs of “{part.name}”", ""


class Discard(BuilderView):
    """Gives the draft up. What is saved stays as it is."""

    http_method_names = ["post"]

    def post(self, request, identifier=None):
        if draft := self.draft():
            draft.delete()
        messages.info(request, "The draft is gone. This is what is saved.")
        response = HttpResponse(status=204)
        response["HX-Redirect"] = self.url("page")
        return response
