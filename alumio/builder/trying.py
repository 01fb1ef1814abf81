"""Try it: records run through the draft as it stands, dry, without saving it first."""

from dataclasses import replace

from django.shortcuts import render

from alumio.builder import editing
from alumio.builder.document import MADE_UP, Document, Part, model_of, renamed
from alumio.builder.screen import BuilderView, Screen
from alumio.located import Located
from alumio.models import Role
from tasks.trying.asking import NotUnderstood
from tasks.trying.form import TryForm
from tasks.trying.line import Line as TriedLine

RUNNING = ("subscriber", "transformers", "publisher", "after_transformers", "client", "schema")
"""The settings without which nothing can run; a name is not one of them."""


class Try(BuilderView):
    """The panel, and what a trial of the draft's line found out."""

    role = Role.EDITOR

    def get(self, request, identifier=None):
        screen = self.screen()
        context = screen.context() | {"form": TryForm(line_of(screen.document), request.GET)}
        return render(request, "builder/_try.html", context)

    def post(self, request, identifier=None):
        screen = self.screen()
        form = TryForm(line_of(screen.document), request.POST)
        if problems := unfinished(screen):
            return self.answer(problems=problems)
        try:
            return self.answer(trial=form.asked().run(form.line))
        except NotUnderstood as error:
            return self.answer(problems=error.errors)

    def answer(self, **found):
        return render(self.request, "trying/_trial.html", found | {"do": "try"})


def line_of(document: Document) -> TriedLine:
    """What the draft would run. New connections stand in the place of their names, since nothing
    of them is saved."""
    new = [part for part in document.changed_parts() if part.identifier.startswith(MADE_UP)]
    clients = {part.identifier: part.data["client"] for part in new if part.kind == "connection"}
    schemas = {part.identifier: part for part in new if part.kind == "entity-schema"}
    incoming = document.incoming and _row(document.incoming, clients)
    if incoming and (schema := schemas.get(document.incoming.data.get("entity_schema"))):
        incoming.entity_schema = model_of("entity-schema")(**schema.data)
    outgoing = document.outgoing and _row(document.outgoing, clients)
    return TriedLine(incoming, _row(document.route, clients), outgoing)


def _row(part: Part, clients: dict):
    row = editing.row_of(replace(part, data=renamed(part.data, clients)))
    row.pk = None if part.is_new else row.pk
    return row


def unfinished(screen: Screen) -> list[Located]:
    """Why the draft cannot run yet."""
    return [
        Located(fault.reason, fault.path, (screen.document.of_key(fault.part).name, *fault.words))
        for fault in screen.faults
        if fault.path and fault.path[0] in RUNNING and not fault.follows
    ]
