"""Try it: records run through the draft as it stands, dry, without saving it first."""

from django.db import transaction
from django.shortcuts import render

from alumio import jsontext
from alumio.builder.arriving import newest_call
from alumio.builder.counting import counts_of, fingerprint
from alumio.builder.document import Document
from alumio.builder.models import Draft
from alumio.builder.screen import BuilderView, Screen
from alumio.builder.standing import line_of
from alumio.located import Located
from alumio.models import Role
from tasks.trying.arriving import RECORDS
from tasks.trying.asking import NotUnderstood
from tasks.trying.form import TryForm
from tasks.trying.trial import Trial

RUNNING = (
    "subscriber",
    "transformers",
    "publisher",
    "after_transformers",
    "client",
    "step",
    "schema",
    "identifier_paths",
    "time_to_live",
)
"""The settings without which nothing can run; a name is not one of them."""


class Try(BuilderView):
    """The panel, and what a trial of the draft's line found out. A POST with `?sources` only draws
    the sources anew."""

    role = Role.EDITOR

    def get(self, request, identifier=None):
        screen = self.screen()
        begun = request.GET or {"text": newest_call(screen.document)}
        context = screen.context() | {"form": TryForm(line_of(screen.document), begun)}
        return render(request, "builder/_try.html", context)

    def post(self, request, identifier=None):
        screen = self.screen()
        form = TryForm(line_of(screen.document), request.POST)
        if "sources" in request.GET:
            return render(request, "trying/_sources.html", {"form": form})
        if problems := unfinished(screen):
            return self.answer(problems=problems)
        try:
            trial = form.asked().run(form.line)
        except NotUnderstood as error:
            return self.answer(problems=error.errors)
        if form.kind != "task":
            self.remember(trial)
        return self.answer(trial=trial, **self.beside(screen.document, form, trial))

    def beside(self, document: Document, form: TryForm, trial: Trial) -> dict:
        """What the line shows of the trial, and where its records can be kept as samples."""
        is_raw = form.line.incoming and form.kind != "task"
        return {
            "counts": jsontext.dumps(counts_of(trial, document)),
            "fingerprint": fingerprint(document),
            "pin_url": self.url("sample") if is_raw and form.kind != "sample" else "",
        }

    def remember(self, trial) -> None:
        """Keep what the records were, so that their fields can be offered where one types."""
        shown = [record.data for record in trial.records[:RECORDS] if not record.data.is_cut]
        if shown:
            with transaction.atomic():
                draft = Draft.opened(self.request.user, self.route, self.fresh().content)
                draft.remember([each.value for each in shown])

    def answer(self, **found):
        return render(self.request, "builder/_trial.html", found | {"do": "try"})


def unfinished(screen: Screen) -> list[Located]:
    """Why the draft cannot run yet."""
    return [
        Located(fault.reason, fault.path, (screen.document.of_key(fault.part).name, *fault.words))
        for fault in screen.faults
        if fault.path and fault.path[0] in RUNNING and not fault.follows
    ]
