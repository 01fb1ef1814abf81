"""The page “Try it” of a route, an incoming or an outgoing: run records through it, its samples as
tests, and the shadow run."""

from functools import cached_property

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.configuration import Configuration, StaleRevision
from alumio.models import Role
from alumio.pages import Pages, registered
from connectors.models import Outgoing
from tasks.trying import pinning, samples
from tasks.trying.api import MOST, shadow_in, shadow_of
from tasks.trying.asking import NotUnderstood
from tasks.trying.drafts import BadDraft, drafted_line
from tasks.trying.form import TryForm, whole
from tasks.trying.line import Line

LINES = {
    "route": Line.of,
    "incoming": lambda incoming: Line(incoming),
    "outgoing": lambda outgoing: Line(outgoing=outgoing),
}
PARTS = {"try": "_trial", "samples": "_samples", "shadow": "_shadow"}
"""What is drawn anew by each button."""


class TryPage(RoleRequired, View):
    """A button's answer is a part of the page, or all of it for a browser without scripts."""

    role = Role.EDITOR
    kind = ""

    @property
    def pages(self) -> Pages:
        return registered[self.kind]

    @cached_property
    def found(self) -> Configuration:
        identifier = self.kwargs["identifier"]
        row = self.pages.rows().filter(identifier=identifier).first()
        if row is None:
            raise Http404(f"There is no {self.pages.noun} called “{identifier}”.")
        return row

    @cached_property
    def line(self) -> Line:
        return LINES[self.kind](self.found)

    def get(self, request, identifier):
        return self.draw(TryForm(self.line, request.GET))

    def post(self, request, identifier):
        do = request.POST.get("do", "")
        form = TryForm(self.line, request.POST)
        if do in ("pin", "unpin", "expect"):
            return self.keep(do)
        try:
            return self.draw(form, do, **self.run(do, form))
        except (NotUnderstood, BadDraft) as error:
            return self.draw(form, do, problems=error.errors, status=422)

    def run(self, do: str, form: TryForm) -> dict:
        """What one of the buttons finds out."""
        if do == "samples":
            checked = samples.run(self.line, asks=bool(form.posted.get("ask_lookups")))
            return {"checked": checked, "counted": samples.counted(checked)}
        if do == "shadow":
            return {"shadow": self.shadow(form.posted)}
        return {"trial": form.asked().run(self.line)}

    def shadow(self, posted):
        if self.kind != "route":
            raise Http404("Only a route has a shadow run.")
        number, over, _ = shadow_in(
            {"over": posted.get("over", "tasks"), "number": whole(posted.get("number", "")) or None}
        )
        draft = {"route": {"outgoing": posted.get("with") or self.found.outgoing.identifier}}
        return shadow_of(self.line, drafted_line(self.line, draft), number, over)

    def keep(self, do: str):
        """Pin or unpin a sample, or keep its result, and come back."""
        request, incoming = self.request, self.line.incoming
        name, person = request.POST.get("name", "").strip(), (Actor.of(request), request.user)
        if incoming is None:
            raise Http404("Samples are kept with an incoming.")
        try:
            if do == "pin":
                pinning.pin(incoming, name, request.POST.get("text", ""), *person)
                messages.success(request, f"The sample “{name}” is kept with “{incoming.name}”.")
            elif do == "unpin":
                pinning.unpin(incoming, name, *person)
                messages.success(request, f"The sample “{name}” is gone.")
            elif self.line.route:
                pinning.expect(self.line, name, *person)
                messages.success(request, f"This is expected of “{name}” from now on.")
        except NotUnderstood as error:
            messages.error(request, f"Not kept. {error}")
        except StaleRevision:
            messages.error(request, "Not kept: the incoming was changed meanwhile. Try again.")
        return redirect(request.path)

    def pin_url(self, form: TryForm) -> str:
        """Where a record goes that is to be kept; "" where it is no record of the source."""
        is_raw = self.line.incoming and form.kind in ("fetch", "text", "answer")
        return self.request.path if is_raw else ""

    def draw(self, form: TryForm, do: str = "", status: int = 200, **found):
        context = {
            "form": form,
            "it": self.found,
            "pages": self.pages,
            "edit_url": self.pages.url("edit", self.found.identifier),
            "here": self.request.path,
            "line": self.line,
            "samples": self.line.incoming.samples if self.line.incoming else [],
            "pin_url": self.pin_url(form),
            "do": do,
        } | found
        if self.request.htmx and do in PARTS:
            return render(self.request, f"trying/{PARTS[do]}.html", context)
        if self.kind == "route":
            context |= {"outgoings": Outgoing.objects.order_by("name"), "overs": MOST}
        return render(self.request, "trying/page.html", context, status=status)
