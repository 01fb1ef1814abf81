"""The pages of one task's data: edit it, look at its versions, have it imported anew."""

from functools import cached_property

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from alumio import jsondiff, jsontext
from alumio.audit import Actor
from alumio.jsontext import JSONTextError
from alumio.models import Role
from alumio.posted import unix_lines
from alumio.views import safe_next
from tasks import reimport, versions
from tasks.models import Task
from tasks.tree import pretty
from tasks.versions import Change, NotAllowed, Refused, Stale, Version
from tasks.views import OneTask

MOST_EDITED = 1_000_000
"""Characters that a page takes for editing; more goes through the REST API."""
MOST_CHECKED = 200_000
"""Characters up to which the data is checked while somebody types."""


class Edited:
    """Text that somebody wrote in place of a version of a task's data."""

    def __init__(self, task: Task, base: Version, text: str):
        self.task, self.base, self.text = task, base, unix_lines(text)
        self.value, self.fault, self.refusals = None, None, []
        try:
            self.value = jsontext.loads(self.text)
        except JSONTextError as error:
            self.fault = error

    @cached_property
    def differences(self) -> jsondiff.Differences:
        return jsondiff.compare(self.base.value, self.value)

    @property
    def is_same(self) -> bool:
        return not self.fault and jsontext.dumps(self.value) == self.base.data

    def check(self) -> "Edited":
        """Ask the gate, too, whether the task may have it."""
        if not self.fault:
            try:
                versions.check(self.task, self.value)
            except Refused as error:
                self.refusals = error.reasons
        return self


class EditData(OneTask):
    """The data of a task in an editor: checked while one types, compared, saved, retried."""

    role = Role.EDITOR

    def get(self, request, identifier):
        if not versions.allows(self.task):
            messages.warning(request, versions.why_not(self.task))
            return redirect(data_url(self.task))
        base = self.newest
        older = self.asked_for(request.GET.get("from", ""))
        if len(base.data) > MOST_EDITED:
            text = "This data is too large for an editor on a page. Change it through the REST API."
            messages.warning(request, text)
            return redirect(data_url(self.task))
        edited = Edited(self.task, base, pretty((older or base).value))
        reason = f"Version {older.number} restored." if older else ""
        return self.draw(edited.check() if older else edited, reason, preview=bool(older))

    def post(self, request, identifier):
        verb, _, on_top_of = request.POST.get("do", "").partition(" ")
        number = whole(on_top_of or request.POST.get("version", ""))
        base = versions.find(self.task, number) or self.newest
        edited = Edited(self.task, base, request.POST.get("data", ""))
        reason = request.POST.get("reason", "").replace("\0", "").strip()
        if request.htmx:
            return render(request, "tasks/_data_check.html", {"edited": edited.check()})
        if verb not in ("save", "retry"):
            return self.draw(edited.check(), reason, preview=True)
        if edited.fault:
            return self.draw(edited, reason, status=422)
        change = Change(edited.value, number, reason, retry=verb == "retry")
        return self.save(edited, change)

    def save(self, edited: Edited, change: Change):
        try:
            version = versions.save(self.task, change, Actor.of(self.request))
        except Refused as error:
            edited.refusals = error.reasons
            return self.draw(edited, change.reason, status=422)
        except Stale as error:
            theirs = Edited(self.task, error.current, edited.text)
            return self.draw(edited, change.reason, status=409, stale=error, theirs=theirs)
        except NotAllowed as error:
            return self.draw(edited, change.reason, status=409, problem=str(error))
        messages.success(self.request, self.told(version, edited, change))
        return redirect(data_url(self.task))

    def told(self, version: Version, edited: Edited, change: Change) -> str:
        same = edited.is_same and version.number == edited.base.number
        saved = "Nothing was different." if same else f"Saved as version {version.number}."
        return f"{saved} The task is New again." if change.retry else saved

    def draw(self, edited: Edited, reason: str, status=200, **more):
        context = {
            "task": self.task,
            "edited": edited,
            "reason": reason,
            "longest_reason": versions.LONGEST_REASON,
            "can_retry": versions.allows(self.task, retry=True),
            "checks": len(edited.text) <= MOST_CHECKED,
            "is_changed": self.request.method == "POST" or more.get("preview"),
        }
        return render(self.request, "tasks/edit_data.html", context | more, status=status)

    @cached_property
    def newest(self) -> Version:
        version = versions.newest(self.task)
        if version is None:
            raise Http404("Nothing is kept of the data of this task.")
        return version

    def asked_for(self, number: str) -> Version | None:
        return versions.find(self.task, whole(number)) if number else None


class OneVersion(OneTask):
    """One version of a task's data, and what it changed."""

    def get(self, request, identifier, number):
        version = versions.find(self.task, number)
        newest = versions.number_of(self.task)
        if version is None or (number == newest == versions.IMPORTED):
            raise Http404("There is no such version of the data of this task.")
        before = versions.find(self.task, number - 1)
        context = {
            "task": self.task,
            "version": version,
            "newest": newest,
            "before": before,
            "diff": jsondiff.compare(before.value, version.value) if before else None,
            "text": pretty(version.value)[:MOST_EDITED],
            "may_act": request.user.may("editor"),
        }
        return render(request, "tasks/version.html", context)


class Reimport(OneTask):
    """Has one task imported anew by a process."""

    def post(self, request, identifier):
        try:
            process = reimport.ask_for(self.task, Actor.of(request))
        except reimport.AlreadyQueued as error:
            text = "Importing it anew is queued already as {}."
            messages.info(request, linked(text, error.process))
        except reimport.Impossible as error:
            messages.warning(request, str(error))
        else:
            text = "The source is asked again by {}. A line on the task will tell what came of it."
            messages.success(request, linked(text, process))
        return redirect(safe_next(request, reverse("tasks:detail", args=[self.task.identifier])))


def linked(text: str, process: int) -> str:
    address = reverse("processes:detail", args=[process])
    return format_html(text, format_html('<a href="{}">process {}</a>', address, process))


def data_url(task: Task) -> str:
    return f"{reverse('tasks:detail', args=[task.identifier])}?tab=data"


def whole(text: str) -> int:
    """The number that a form posted; 0 for anything else, which is no version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
