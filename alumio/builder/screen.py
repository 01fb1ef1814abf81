"""What a request sees of a draft, and the parts of the screen that are sent back."""

from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.builder import pulse
from alumio.builder.checklist import checklist, hints, is_ready, is_retrying_in_vain
from alumio.builder.choosers import chooser_at
from alumio.builder.counting import fingerprint
from alumio.builder.document import Document
from alumio.builder.faults import Fault
from alumio.builder.line import Line
from alumio.builder.models import Draft
from alumio.builder.opening import panel_at
from alumio.builder.storing import applied
from alumio.models import Role
from routes.models import Route
from scheduler.webhooks.address import of as address_of


class BuilderView(RoleRequired, View):
    """A request about the draft of one route, or of a new one."""

    @cached_property
    def route(self) -> Route | None:
        identifier = self.kwargs.get("identifier")
        if identifier is None:
            return None
        found = Route.objects.filter(identifier=identifier).first()
        if found is None:
            raise Http404(f"There is no route called “{identifier}”.")
        return found

    @property
    def may_change(self) -> bool:
        return self.request.user.may(Role.EDITOR)

    def url(self, name: str) -> str:
        if self.route:
            return reverse(f"route-builder:{name}", args=[self.route.identifier])
        return reverse(f"new-route-builder:{name}")

    def fresh(self) -> Document:
        return Document.fresh(self.route, self.request.user.pk)

    def draft(self) -> Draft | None:
        return Draft.of(self.request.user, self.route)

    def screen(self) -> "Screen":
        draft = self.draft()
        state = draft and draft.state
        document = Document(state.content) if state else self.fresh()
        faults = [Fault.of_json(kept) for kept in state.faults] if state else []
        return Screen(self, document, faults, draft)


class Screen:
    """The document as it stands, and how its parts are drawn."""

    def __init__(self, view: BuilderView, document: Document, faults: list[Fault], draft):
        self.view, self.document, self.draft, self.faults = view, document, draft, faults
        self.line = Line(document, faults)

    @property
    def faulty(self) -> set[str]:
        """The addresses of the nodes with faults."""
        return {fault.at for fault in self.faults}

    def context(self) -> dict:
        items = checklist(self.line)
        states = self.draft.states if self.draft else None
        position = self.draft.position if self.draft else 0
        return {
            "line": self.line,
            "fingerprint": fingerprint(self.document),
            "document": self.document,
            "route": self.line.route,
            "saved_route": self.view.route,
            "items": items,
            "ready": is_ready(items),
            "open_items": sum(not item.done for item in items),
            "hints": hints(self.line),
            "in_vain": is_retrying_in_vain(self.line),
            "undo": states and position and states.get(number=position).what,
            "redo": states
            and states.filter(number=position + 1).values_list("what", flat=True).first(),
            "unsaved": bool(position),
            "position": position,
            "may_change": self.view.may_change,
            "base": self.view.url("page"),
            "fetches": bool(self.view.route) and not pulse.is_called(self.view.route.incoming),
            "pulse": pulse.of(self.line) if self.view.route else {},
        }

    def page(self, at: str = "", status: int = 200) -> HttpResponse:
        context = self.context()
        context["panel_html"] = self.panel(at)
        return render(self.view.request, "builder/page.html", context, status=status)

    def panel(self, at: str, data=None, checked=False, **more) -> str:
        """The side panel of a node, drawn as if the draft were saved, so that what is new in it
        can be chosen. Without a node it is the checklist."""
        context = self.context() | {"at": at} | more
        template = "builder/_checklist.html"
        if at.startswith("choose/"):
            template, context["chooser"] = "builder/_chooser.html", chooser_at(self.document, at)
        elif at:
            template = "builder/_panel.html"
            with applied(self.document):
                drawn = panel_at(self.document, at).draw(
                    data, checked=checked, readonly=not self.view.may_change
                )
            context["panel"] = drawn
            if drawn.webhook:
                request, may_see = self.view.request, self.view.may_change
                context["webhook_url"] = address_of(drawn.webhook, request, may_see)
        return render_to_string(template, context, request=self.view.request)

    def changed(self, at: str | None = "", **panel) -> HttpResponse:
        """The line after a change, and beside it the head of the page and the panel, which stays
        as it is where `at` is None."""
        html = None if at is None else self.panel(at, **panel)
        context = self.context() | {"panel_html": html}
        return render(self.view.request, "builder/_changed.html", context)


def say(view: BuilderView, text: str) -> None:
    messages.error(view.request, text)
