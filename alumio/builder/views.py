"""The Route Builder's page and its panel, and what changes a draft."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string

from alumio.builder import creating, editing, pasting, steps
from alumio.builder.creating import Refused
from alumio.builder.document import MADE_UP, Document, Part
from alumio.builder.models import Draft
from alumio.builder.opening import panel_at
from alumio.builder.panels import StepPanel
from alumio.builder.screen import BuilderView, Screen, say
from alumio.builder.steps import NoStep, Place
from alumio.builder.storing import applied, check, free_name


class Page(BuilderView):
    """The whole screen. A POST only redraws the panel, rearranged by one of its buttons."""

    def get(self, request, identifier=None):
        return self.screen().page(request.GET.get("at", ""))

    def post(self, request, identifier=None):
        screen = self.screen()
        try:
            with applied(screen.document):
                panel = panel_at(screen.document, request.POST.get("at", ""))
                drawn = panel.draw(request.POST)
        except LookupError as error:
            raise Http404(str(error)) from None
        return HttpResponse(body_of(screen, drawn, request))


def body_of(screen, drawn, request, status=200) -> str:
    context = screen.context() | {"panel": drawn, "at": drawn.at}
    return render_to_string("builder/_panel_body.html", context, request=request)


class ShowPanel(BuilderView):
    """The panel of one node. What is wrong with one that was left unfinished is shown at once."""

    def get(self, request, identifier=None):
        screen = self.screen()
        try:
            at, back = request.GET.get("at", ""), request.GET.get("back", "")
            html = screen.panel(at, checked=at in screen.faulty, back=back)
        except LookupError as error:
            say(self, str(error))
            return screen.changed()
        return HttpResponse(html)


def still(screen: Screen, at: str) -> str:
    """The node, if it is still there."""
    try:
        panel_at(screen.document, at)
    except (LookupError, TypeError):
        return ""
    return at


class Change(BuilderView):
    """Something that changes the draft: `change` does it and says what it did and what to show."""

    http_method_names = ["post"]

    def post(self, request, identifier=None):
        self.show: dict = {}
        try:
            at = self.edit()
        except (Refused, NoStep, LookupError) as error:
            say(self, str(error))
            at, screen = request.POST.get("at", ""), self.screen()
            return screen.changed("" if at.startswith("choose/") else still(screen, at))
        return self.screen().changed(at, **self.show)

    def edit(self) -> str | None:
        with transaction.atomic():
            draft = Draft.opened(self.request.user, self.route, self.fresh().content)
            before = draft.state.content
            document = Document(before).copy()
            what, at = self.change(document)
            document.forget_unused()
            if document.content != before:
                faults = [fault.as_json() for fault in check(document)]
                draft.keep(document.content, faults, what)
        return at

    def change(self, document: Document) -> tuple[str, str]:
        raise NotImplementedError


class Keep(Change):
    """Keeps what was posted in a panel. `unfinished` keeps it even where something is wrong."""

    def post(self, request, identifier=None):
        if "unfinished" in request.POST or "create" in request.POST:
            return super().post(request, identifier)
        screen = self.screen()
        try:
            with applied(screen.document):
                panel = panel_at(screen.document, request.POST.get("at", ""))
                form = editing.form_with(panel.part, panel.values(request.POST))
                wrong = panel.own(form.located_errors())
                drawn = panel.draw(request.POST, checked=True) if wrong else None
        except LookupError:
            drawn = None
        if drawn is None:
            return super().post(request, identifier)
        response = HttpResponse(body_of(screen, drawn, request), status=422)
        response["HX-Retarget"] = "#configuration-form-body"
        response["HX-Reswap"] = "outerHTML"
        return response

    def change(self, document):
        data, made = self.request.POST, ""
        if kind := data.get("create"):
            data, made = self.with_new(document, kind, data.copy())
        with applied(document):
            panel = panel_at(document, data.get("at", ""))
            values = panel.values(data)
            form = editing.form_with(panel.part, values)
            content = editing.kept(form, panel.part, values)
        document.put(panel.part, content)
        what = f"Changed {title(panel, document)}"
        if "stay" not in data:
            self.settle_name(document, panel.part)
        self.show = {"back": panel.at} if made else {}
        return what, None if "stay" in data else made or data.get("next", "")

    def settle_name(self, document: Document, part: Part) -> None:
        """A storage is named in settings that show its identifier, so that is found right away."""
        named = document.part(part.kind, part.identifier)
        if part.kind == "storage" and part.identifier.startswith(MADE_UP) and named.data["name"]:
            typed = named.data.get("identifier")
            document.rename(named, typed or free_name(named, document.content["parts"]))

    def with_new(self, document: Document, kind: str, data):
        """The POST with a new part chosen in the field `into`, and that part's address."""
        identifier = creating.create_on_the_way(document, kind)
        into = data.get("into", "")
        data[into] = f"saved:{identifier}" if into.endswith("-prototype") else identifier
        return data, f"{kind}:{identifier}"


def title(panel, document: Document) -> str:
    if isinstance(panel, StepPanel):
        return f"“{steps.title_at(document, panel.place)}”"
    return f"“{panel.part.name}”"


class Choose(Change):
    """Puts what was chosen at its place."""

    def change(self, document):
        data = self.request.POST
        chosen = "saved" if "saved" in data else "type"
        return creating.choose(document, data.get("at", ""), chosen, data.get(chosen, ""))


class Remove(Change):
    """Takes a node out of the line. Only new parts and scheduled jobs are gone for good."""

    def change(self, document):
        at = self.request.POST.get("at", "")
        if place := Place.read(at):
            what = f"Removed “{steps.title_at(document, place)}”"
            steps.delete(document, place)
            return what, ""
        part = document.of_key(at)
        if part is None:
            raise Refused("It is gone already.")
        self.take_out(document, part)
        return f"Removed “{part.name}”", ""

    def take_out(self, document: Document, part: Part) -> None:
        if part.kind in ("incoming", "outgoing"):
            document.change(document.route, **{part.kind: None})
        else:
            document.remove(part)


class Step(Change):
    """Moves, duplicates, disables or pastes steps."""

    def change(self, document):
        data = self.request.POST
        place = Place.read(data.get("at", ""))
        verbs = {"move": self.move, "duplicate": self.duplicate, "switch": self.switch}
        if place is None or (data.get("verb") not in (*verbs, "paste")):
            raise Refused("There is no such step.")
        if data["verb"] == "paste":
            return self.paste(document, place)
        title = steps.title_at(document, place)
        return verbs[data["verb"]](document, place, title)

    def move(self, document, place, title):
        target = Place.read(self.request.POST.get("to", ""))
        if target is None:
            raise Refused("A step cannot stand there.")
        steps.move(document, place, target)
        return f"Moved “{title}”", ""

    def duplicate(self, document, place, title):
        spec = steps.step_at(document, place)
        after = place._replace(index=place.index + 1)
        steps.insert(document, after, [spec])
        return f"Duplicated “{title}”", str(after)

    def switch(self, document, place, title):
        off = steps.switch(document, place)
        return f"Switched “{title}” {'off' if off else 'on'}", self.request.POST.get("next", "")

    def paste(self, document, place):
        with applied(document):
            specs = pasting.specs_in(self.request.POST.get("text", ""))
        steps.insert(document, place, specs)
        return f"Pasted {len(specs)} step{'s' if len(specs) != 1 else ''}", str(place)


class Copy(BuilderView):
    """A step as text for the clipboard, in the exports' shape, with variables for its secrets."""

    def get(self, request, identifier=None):
        place = Place.read(request.GET.get("at", ""))
        try:
            spec = steps.step_at(self.screen().document, place)
        except (LookupError, AttributeError) as error:
            raise Http404(str(error)) from None
        return HttpResponse(pasting.text_of(spec), content_type="application/json")


class Enable(Change):
    """The toggle. It opens the checklist instead where something that is needed is missing."""

    def change(self, document):
        enabled = self.request.POST.get("enabled") == "1"
        if enabled and not self.screen().context()["ready"]:
            raise Refused("Not enabled: see what is missing.")
        document.change(document.route, enabled=enabled)
        return ("Enabled the route" if enabled else "Disabled the route"), ""


class Go(BuilderView):
    """Undo and redo. `named` is the number of the state that the button spoke of, where what was
    being typed has become a state behind it meanwhile: both are undone. The panel stays `at` its
    node."""

    http_method_names = ["post"]
    steps = 0

    def post(self, request, identifier=None):
        if draft := self.draft():
            named = request.POST.get("named", "")
            typed = named == str(draft.position - 1)
            draft.go(self.steps * 2 if typed else self.steps)
        screen = self.screen()
        return screen.changed(still(screen, request.POST.get("at", "")))
