"""The views behind `alumio.pages.Pages`."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views import View

from alumio import comparison, configuration_audit, merging, posted, restoring, usage
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.components import MASK, label_of
from alumio.configuration import Configuration, StaleRevision, differences, free_identifier
from alumio.drawnform import DrawnForm
from alumio.forms import ConfigurationForm
from alumio.models import Revision, Role
from alumio.pages import Pages, Section
from alumio.restoring import revisions_of
from alumio.views import safe_next

ROWS_ON_A_PAGE = 50
SHOWN_REVISIONS = 5


class ConfigurationView(RoleRequired, View):
    """A page of one kind of configuration."""

    pages: Pages = None
    folder = "configurations"

    def find(self, identifier: str) -> Configuration:
        found = self.pages.rows().filter(identifier=identifier).first()
        if found is None:
            raise Http404(f"There is no {self.pages.noun} called “{identifier}”.")
        return found

    def may_change(self) -> bool:
        return self.request.user.may(Role.EDITOR)

    def show(self, template: str, context: dict, status=200):
        context |= {"pages": self.pages, "may_change": self.may_change()}
        return render(self.request, f"{self.folder}/{template}.html", context, status=status)

    def note(self, configuration: Configuration, action: str = "", text: str = "") -> None:
        """Tell the audit trail of the revision that this request stored."""
        configuration_audit.saved(Actor.of(self.request), configuration, action, text)

    def back(self):
        fallback = self.pages.url("list")
        return HttpResponseRedirect(safe_next(self.request, fallback))


class List(ConfigurationView):
    def get(self, request):
        rows = self.chosen(request)
        page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        uses = usage.uses_by_target()
        drafted = self.pages.drafted(request.user)
        context = {
            "page": page,
            "visual_url": self.pages.visual_url(),
            "rows": [row_of(self.pages, row, uses, drafted) for row in page],
            "q": request.GET.get("q", ""),
            "enabled": request.GET.get("enabled", ""),
            "filtered": bool(request.GET.get("q") or request.GET.get("enabled")),
        }
        return self.show("_rows" if request.htmx else "list", context)

    def chosen(self, request):
        """The rows that the search and the filter ask for."""
        rows = self.pages.rows().order_by("name", "identifier")
        if words := request.GET.get("q", "").replace("\0", "").strip():
            rows = rows.filter(Q(name__icontains=words) | Q(identifier__icontains=words))
        wanted = {"yes": True, "no": False}.get(request.GET.get("enabled", ""))
        return rows if wanted is None else rows.filter(enabled=wanted)


def row_of(pages: Pages, configuration: Configuration, uses: dict, drafted=frozenset()) -> dict:
    return {
        "has_draft": configuration.pk in drafted,
        "it": configuration,
        "line": pages.line(configuration),
        "uses": uses.get((configuration.kind, configuration.identifier), []),
        "edit_url": pages.url("edit", configuration.identifier),
        "switch_url": pages.url("switch", configuration.identifier),
        "duplicate_url": pages.url("duplicate", configuration.identifier),
        "delete_url": pages.url("delete", configuration.identifier),
        "run_url": pages.run_url(configuration.identifier),
        "visual_url": pages.visual_url(configuration.identifier),
    }


class Edit(ConfigurationView):
    """Create and edit. A POST without Save only redraws what was posted, rearranged."""

    def get(self, request, identifier=None):
        instance = self.find(identifier) if identifier else None
        return self.draw(self.pages.form(instance=instance, user=request.user), instance)

    def post(self, request, identifier=None):
        instance = self.find(identifier) if identifier else None
        name = instance.name if instance else ""
        form = self.pages.form(request.POST, instance=instance, user=request.user)
        if request.htmx or posted.changes_structure(request.POST):
            return self.draw(form, instance, checked=False)
        if not form.is_valid():
            return self.draw(form, instance, name=name, status=422)
        try:
            with transaction.atomic():
                saved = form.save()
                self.note(saved)
        except StaleRevision as stale:
            return self.draw_stale(form, stale)
        except IntegrityError:
            form.add_error("identifier", "Somebody else took this identifier just now.")
            return self.draw(form, instance, name=name, status=422)
        messages.success(request, f"“{saved.name}” was saved.")
        if "continue" in request.POST:
            return redirect(self.pages.url("edit", saved.identifier))
        return redirect(self.leads_to(saved, is_new=instance is None))

    def leads_to(self, saved: Configuration, is_new: bool) -> str:
        """Where a save leads."""
        return self.pages.url("list")

    def draw_stale(self, form: ConfigurationForm, stale: StaleRevision):
        """What mine on top of theirs would change. The form starts from the same revision."""
        theirs, mine = stale.current.content(), form.instance.content()
        number, fields = form.instance.revision, form.base_fields
        yours = merging.mine_on_top(stale.current, mine, number, fields)
        differences = comparison.compare(self.pages.form, theirs, yours)
        extra = {"stale": stale, "differences": differences}
        return self.draw(form, stale.current, status=409, **extra)

    def draw(self, form, instance, *, checked=True, status=200, name=None, **extra):
        drawn = DrawnForm(form, readonly=not self.may_change(), checked=checked)
        context = {
            "drawn": drawn,
            "it": instance,
            "heading": name if name is not None else (instance.name if instance else ""),
            "sections": drawn_sections(self.pages, drawn),
            "take_url": self.pages.visual_url(instance.identifier if instance else "", "take"),
            "is_changed": form.is_bound,
        }
        context |= extra
        if self.request.htmx:
            return self.show("_form", context)
        return self.show("edit", context | self.around(instance), status)

    def around(self, instance) -> dict:
        """What stands beside the form of a saved configuration."""
        if instance is None or instance.pk is None:
            return {}
        uses = usage.uses_by_target()
        return tabs_of(self.pages, instance, "settings") | {
            "notices": self.pages.notices(instance),
            "uses": usage.uses_of(instance, uses),
            "routes": usage.routes_reached(instance, uses),
            "is_trigger": instance.kind in usage.TRIGGERS,
            "revisions": revisions_of(instance).defer("content")[:SHOWN_REVISIONS],
            "run_url": self.pages.run_url(instance.identifier),
            "fields_url": self.pages.fields_url(instance.identifier),
            "try_url": self.pages.try_url(instance.identifier),
            "row": row_of(self.pages, instance, {}),
        }


def drawn_sections(pages: Pages, drawn: DrawnForm) -> list[tuple]:
    """Each section with its drawn fields and its switch; what no section names comes last."""
    named = {name for section in pages.sections for name in section.fields}
    others = [n for n in drawn.fields if n not in named and n not in ConfigurationForm.base_names]
    sections = [*pages.sections, *([Section("Others", tuple(others))] if others else [])]
    return [
        (s, [drawn.fields[name] for name in s.dependents], drawn.fields.get(s.switch))
        for s in sections
    ]


class Switch(ConfigurationView):
    """Enables or disables. Without JavaScript it comes back to the list."""

    http_method_names = ["post"]

    def post(self, request, identifier):
        configuration = self.find(identifier)
        configuration.enabled = request.POST.get("enabled") == "1"
        try:
            with transaction.atomic():
                configuration.store(request.user)
                self.note(configuration)
        except StaleRevision:
            messages.error(request, f"“{configuration.name}” was changed meanwhile. Try again.")
            configuration.refresh_from_db()
        else:
            word = "enabled" if configuration.enabled else "disabled"
            messages.success(request, f"“{configuration.name}” is {word} now.")
        if not request.htmx:
            return self.back()
        drafted = self.pages.drafted(request.user)
        row = row_of(self.pages, configuration, usage.uses_by_target(), drafted)
        return self.show("_row", {"row": row, "oob": True})


class Duplicate(ConfigurationView):
    """A copy under a new name, secrets included, disabled so that nothing runs twice."""

    http_method_names = ["post"]

    def post(self, request, identifier):
        original = self.find(identifier)
        copied = self.pages.model(
            **{name: getattr(original, name) for name in original.content_fields},
            name=f"{original.name[:240]} (copy)",
            identifier=free_identifier(self.pages.model, f"{original.identifier}-copy"),
            description=original.description,
            enabled=False,
        )
        with transaction.atomic():
            copied.store(request.user)
            self.note(copied, "duplicate", f"A copy of “{original.name}”.")
        messages.success(request, f"This is the copy of “{original.name}”. It is disabled.")
        return redirect(self.pages.url("edit", copied.identifier))


class Delete(ConfigurationView):
    """Asks first, saying what else goes; refuses while something needs it."""

    role = Role.EDITOR

    def get(self, request, identifier):
        return self.ask(self.find(identifier))

    def ask(self, configuration, status=200):
        context = {
            "it": configuration,
            "uses": usage.uses_of(configuration),
            "kept": usage.kept_because_of(configuration),
            "losses": usage.lost_with(configuration),
            "edit_url": self.pages.url("edit", configuration.identifier),
        }
        return self.show("delete", context, status)

    def post(self, request, identifier):
        configuration = self.find(identifier)
        if usage.uses_of(configuration) or usage.kept_because_of(configuration):
            return self.ask(configuration, status=409)
        try:
            with transaction.atomic():
                configuration_audit.deleted(Actor.of(request), configuration)
                configuration.delete()
        except ProtectedError:
            return self.ask(configuration, status=409)
        messages.success(request, f"“{configuration.name}” was deleted.")
        return redirect(self.pages.url("list"))


# ---------------------------------------------------------------- history


class History(ConfigurationView):
    """Who saved when, and what was different from the save before."""

    def get(self, request, identifier):
        configuration = self.find(identifier)
        page = Paginator(revisions_of(configuration), ROWS_ON_A_PAGE)
        context = {"it": configuration, "page": page.get_page(request.GET.get("page"))}
        context["rows"] = self.told(configuration, list(context["page"]))
        return self.show("history", context | tabs_of(self.pages, configuration, "history"))

    def told(self, configuration, revisions: list[Revision]) -> list[tuple[Revision, list[str]]]:
        """Each revision with the labels of the settings that it changed."""
        older = revisions_of(configuration).filter(
            number__lt=revisions[-1].number if revisions else 0
        )
        before = [*revisions[1:], *older[:1]]
        contents = [revision.content for revision in before] + [{}]
        return [
            (revision, self.changed(content, revision.content))
            for revision, content in zip(revisions, contents, strict=False)
        ]

    def changed(self, before: dict, after: dict) -> list[str]:
        if not before:
            return []
        fields = self.pages.form.base_fields
        names = [name for name, _, _ in differences(before, after) if name in fields]
        return [label_of(name, fields[name]) for name in names]


class Old(ConfigurationView):
    """One old revision against the present one or, by `?against=`, another; and the way back."""

    def get(self, request, identifier, number):
        configuration = self.find(identifier)
        against = request.GET.get("against", "")
        newer = self.revision(configuration, int(against)) if against.isdecimal() else None
        return self.draw(configuration, self.revision(configuration, number), newer)

    def draw(self, configuration, old: Revision, newer: Revision | None = None, status=200, **more):
        content = newer.content if newer else configuration.content()
        found = comparison.compare(self.pages.form, old.content, content)
        context = {"it": configuration, "old": old, "newer": newer, "differences": found, **more}
        context["has_secrets"] = any(MASK in f"{each.before}{each.after}" for each in found)
        context |= tabs_of(self.pages, configuration, "history")
        return self.show("old", context, status)

    def post(self, request, identifier, number):
        configuration = self.find(identifier)
        old, seen = self.revision(configuration, number), request.POST.get("revision", "")
        seen = int(seen) if seen.isdecimal() else None
        try:
            with transaction.atomic():
                saved = restoring.restore(self.pages.form, configuration, old, request.user, seen)
                self.note(saved, "restore", f"Revision {number} is back.")
        except restoring.NotAllowed as refused:
            return self.draw_refusal(refused.form, configuration)
        except StaleRevision as stale:
            return self.draw(stale.current, old, status=409, stale=stale)
        messages.success(request, f"Revision {number} is back, as revision {saved.revision}.")
        return redirect(self.pages.url("edit", identifier))

    def draw_refusal(self, form, configuration):
        for problem in DrawnForm(form).problems[:5]:
            messages.error(self.request, f"Not restored. {problem['words']}: {problem['reason']}")
        return redirect(self.pages.url("history", configuration.identifier))

    def revision(self, configuration, number) -> Revision:
        found = revisions_of(configuration).filter(number=number) if number < 2**31 else ()
        if not found:
            raise Http404("This revision is not kept.")
        return found[0]


def tabs_of(pages: Pages, configuration: Configuration, tab: str) -> dict:
    """The tabs of a saved configuration, one of them shown."""
    return {
        "tab": tab,
        "edit_url": pages.url("edit", configuration.identifier),
        "history_url": pages.url("history", configuration.identifier),
        "saves": configuration.revision,
    }
