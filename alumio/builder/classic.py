"""The classic view of a draft's route: one long form. Switching either way loses nothing."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from alumio import configuration_pages
from alumio.builder import editing
from alumio.builder.document import Document, Part
from alumio.builder.models import Draft
from alumio.builder.saving import store
from alumio.builder.screen import BuilderView
from alumio.builder.storing import applied, check
from alumio.drawnform import DrawnForm
from alumio.pages import registered


def names_of(form_class) -> list[str]:
    return [name for name in form_class.base_fields if name != "revision"]


class Take(BuilderView):
    """Puts what was entered in the form of the route into the draft, and shows the line. With
    `?save=1` it is saved, too."""

    http_method_names = ["post"]

    def post(self, request, identifier=None):
        self.take(request.POST)
        if "save" not in request.GET:
            return redirect(self.url("page"))
        stored = store(self)[0]
        if not stored.ok:
            messages.error(request, "Not saved: this shows what has to be put right.")
            return redirect(self.url("page"))
        messages.success(request, "Saved.")
        return redirect(reverse("route-builder:classic", args=[stored.route]))

    def take(self, data) -> None:
        with transaction.atomic():
            draft = Draft.opened(self.request.user, self.route, self.fresh().content)
            before = draft.state.content
            document = Document(before).copy()
            self.put(document, data)
            document.forget_unused()
            if document.content != before:
                faults = [fault.as_json() for fault in check(document)]
                draft.keep(document.content, faults, "Changed the route in the classic view")

    def put(self, document: Document, data) -> None:
        """Only what is different from what the form showed counts: the draft may know more."""
        shown = self.shown(document)
        with applied(document):
            values = editing.posted_values(shown, names_of(registered["route"].form), data)
            content = editing.kept(editing.form_with(shown, values), shown, values)
        entered = {name: value for name, value in content.items() if value != shown.data[name]}
        document.change(document.route, **entered)

    def shown(self, document: Document) -> Part:
        """The route as the form showed it: as it is saved, or, in our own, as the draft has it."""
        return document.route if "draft" in self.request.POST else self.fresh().route


class Classic(Take):
    """The form of the route as the draft has it. A POST only redraws it, rearranged."""

    http_method_names = ["get", "post"]

    def get(self, request, identifier=None):
        return self.draw(None)

    def post(self, request, identifier=None):
        return self.draw(request.POST)

    def draw(self, data):
        screen, pages = self.screen(), registered["route"]
        with applied(screen.document):
            route = screen.document.route
            values = editing.masked(route)
            if data is not None:
                values = editing.posted_values(route, names_of(pages.form), data)
            form = editing.form_with(route, values)
            drawn = DrawnForm(form, readonly=not self.may_change, checked=False)
        context = screen.context() | {
            "drawn": drawn,
            "pages": pages,
            "sections": configuration_pages.drawn_sections(pages, drawn),
        }
        return self.answer(context)

    def answer(self, context):
        template = "configurations/_form.html" if self.request.htmx else "builder/classic.html"
        return render(self.request, template, context)
