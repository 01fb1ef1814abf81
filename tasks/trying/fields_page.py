"""The fields of the records that arrive at a step of a saved configuration, for its page."""

from django.http import Http404, JsonResponse
from django.views import View

from alumio.access import RoleRequired
from alumio.models import Role
from alumio.pages import registered
from tasks.trying.arriving import Arrived, arriving, known_names
from tasks.trying.form import whole
from tasks.trying.line import Line, Until
from tasks.trying.pages import LINES


class FieldsPage(RoleRequired, View):
    """`at` is the place of a step, such as "transformers/2"; else the settings of the end."""

    role = Role.EDITOR
    kind = ""

    def get(self, request, identifier):
        row = registered[self.kind].rows().filter(identifier=identifier).first()
        if row is None:
            raise Http404(f"There is no {self.kind} called “{identifier}”.")
        line = LINES[self.kind](row)
        until = self.until(line, request.GET.get("at", ""))
        found = arriving(line, until) if until else Arrived()
        known = {"known": until is not None}
        return JsonResponse(found.as_json() | known_names(self.kind) | known)

    def until(self, line: Line, at: str) -> Until | None:
        name, _, index = at.partition("/")
        if name == "transformers" and isinstance(step := whole(index), int):
            return Until(self.kind, step)
        if name == "publisher" and line.outgoing:
            return Until("outgoing", len(line.outgoing.transformers or []))
        return None
