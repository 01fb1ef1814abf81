"""What is done to many tasks from the page: first the question, then the deed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.views import safe_next
from tasks import actions
from tasks.choice import Choice, NothingChosen
from tasks.preview import Preview


class Action(RoleRequired, View):
    """Applies a verb to tasks: asks first where several were chosen. More than are changed at once
    become a process, whose page is shown."""

    def post(self, request):
        back = safe_next(request, reverse("tasks:list"))
        posted = request.POST.copy()
        if "one" in posted:
            posted["verb"], _, one = posted["one"].partition(" ")
            posted.setlist("identifiers", [one])
            posted.pop("everything", None)
        verb = posted.get("verb")
        if verb not in actions.VERBS:
            raise Http404
        try:
            choice = Choice.posted(posted)
        except NothingChosen as error:
            messages.warning(request, str(error))
            return self.go(back)
        if "one" in posted or "sure" in posted:
            return self.go(self.apply(verb, choice) or back)
        return self.ask(verb, choice, posted, back)

    def ask(self, verb: str, choice: Choice, posted, back: str) -> HttpResponse:
        context = {
            "preview": Preview(verb, choice),
            "posted": posted,
            "choice": choice,
            "back": back,
        }
        template = "tasks/_confirm.html" if self.request.htmx else "tasks/confirm.html"
        return render(self.request, template, context)

    def apply(self, verb: str, choice: Choice) -> str:
        """Do it and say what came of it. Returns the address of the process, if there is one."""
        done = actions.act(verb, choice, Actor.of(self.request))
        if isinstance(done, actions.Queued):
            text = "This is under way already." if done.already else "This runs in the background."
            messages.info(self.request, text)
            return reverse("processes:detail", args=[done.process])
        level = messages.success if done.changed else messages.warning
        level(self.request, done.words(verb) + self.left(done))
        return ""

    def left(self, done: actions.Applied) -> str:
        """What to say of tasks that the question counted and that left the filter since."""
        expected = self.request.POST.get("expected", "")
        if not (expected.isdecimal() and len(expected) < 6):
            return ""
        left = int(expected) - done.changed - done.not_allowed
        return f" Changed meanwhile and no longer in the filter: {left:,}." if left > 0 else ""

    def go(self, address: str) -> HttpResponse:
        if self.request.htmx:
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
