"""What the mapper shows beside its rows: the fields that arrive, and the first record mapped."""

from dataclasses import dataclass

from django.shortcuts import render

from alumio import jsontext
from alumio.builder import steps
from alumio.builder.arriving import arrived, beside, until_of
from alumio.builder.document import Document
from alumio.builder.mapper import Columns
from alumio.builder.matching import match, wanted
from alumio.builder.pairs import Pair, text_of
from alumio.builder.screen import BuilderView, Screen
from alumio.builder.standing import line_of
from alumio.builder.steps import NoStep, Place
from alumio.builder.storing import applied
from alumio.builder.table import Table
from alumio.models import Role
from tasks.trying.arriving import Arrived, known, look, why_nothing
from tasks.trying.line import Until
from tasks.trying.watching import Visit
from transformers import outline


def what_arrives(screen: Screen, at: str) -> Arrived:
    until = until_of(screen.document, at)
    return arrived(screen, until) if until else Arrived()


class Sources(BuilderView):
    """The left column: the fields that arrive at the step `at`."""

    role = Role.EDITOR

    def get(self, request, identifier=None):
        screen = self.screen()
        found = what_arrives(screen, request.GET.get("at", ""))
        fields = [{"it": each, "text": text_of(each.place)} for each in found.fields]
        keys = {key for each in found.fields for key in each.place if key and "mapped" in key}
        context = {"found": found, "fields": fields, "known": sorted(keys)}
        context["base"] = self.url("page")
        return render(request, "builder/_mapper_sources.html", context)


class Rows(BuilderView):
    """The rows as they are typed, and what `do` asks for: "match" them by name, take another
    "target", or the fields of an "example" of it. Nothing is kept by it."""

    role = Role.EDITOR
    http_method_names = ["post"]

    def post(self, request, identifier=None):
        self.said = self.wrong = ""
        screen, table = self.screen(), Table.of_post(request.POST)
        # Looking at what arrives takes its time, so it is no part of the transaction.
        self.fields = self.known(screen) if request.POST.get("do") == "match" else []
        with applied(screen.document):
            asked = {"match": self.match, "target": self.retarget, "example": self.example}
            if do := asked.get(request.POST.get("do", "")):
                do(screen, table)
            columns = Columns(table.complete(), said=self.said, wrong=self.wrong)
            context = {"mapper": columns, "base": self.url("page")}
            return render(request, "builder/_mapper_rows.html", context)

    def known(self, screen: Screen) -> list[outline.Field]:
        return what_arrives(screen, self.request.POST.get("at", "")).fields

    def match(self, screen: Screen, table: Table) -> None:
        count = match(table.complete().pairs, self.fields)
        left = sum(pair.is_open for pair in table.pairs)
        self.said = f"Matched {count} by name. Still without a source: {left}."
        if not self.fields:
            self.wrong = "No field of the record is known yet: try the line first."

    def retarget(self, screen: Screen, table: Table) -> None:
        """What was wanted by the target before, and has nothing yet, goes."""
        table.pairs = [pair for pair in table.pairs if not pair.is_open]
        self.said = f"{len(table.wanted())} fields of the target." if table.target else ""

    def example(self, screen: Screen, table: Table) -> None:
        try:
            record = jsontext.loads(self.request.POST.get("mapper-example", ""))
        except jsontext.JSONTextError as error:
            self.wrong = f"The example is not JSON: {error}."
            return
        there = {pair.target for pair in table.pairs}
        fields = wanted(outline.of_records([record]))
        new = [Pair(each.pattern) for each in fields if each.pattern not in there]
        table.pairs += new
        self.said = f"Added {len(new)} fields of the example."
        if not fields:
            self.wrong = "The example has no fields: paste one record, such as {“sku”: “A-1”}."


@dataclass
class Preview:
    """What the step makes of the first record. `why` says why there is nothing to see."""

    source: str = ""
    visit: Visit | None = None
    why: str = ""

    @property
    def lacks_a_field(self) -> bool:
        """Whether the record fails since a field is missing in it."""
        return bool(self.visit) and "is missing in the data here" in self.visit.error


class Mapped(BuilderView):
    """The first record before and after the mapping as it is typed."""

    role = Role.EDITOR
    http_method_names = ["post"]

    def post(self, request, identifier=None):
        screen, at = self.screen(), request.POST.get("at", "")
        table = Table.of_post(request.POST)
        try:
            found = preview(screen, at, table.step())
        except NoStep as error:
            found = Preview(why=str(error))
        return render(request, "builder/_mapper_preview.html", {"preview": found})


def preview(screen: Screen, at: str, spec: dict) -> Preview:
    """A dry run of the draft up to and with the step. Raises NoStep where it is gone."""
    document = with_step(screen.document, at, spec)
    before = until_of(document, at)
    if before is None:
        return Preview(why="What arrives here is known only once something was sent.")
    until = Until(before.place, before.step + 1)
    line, why = line_of(document), ""
    for words, source in known(line, until, beside(screen)):
        trial = look(line, until, source)
        if visit := first_visit(trial, until):
            return Preview(words, visit)
        why = why or why_nothing(trial)
    return Preview(why=why and f"Nothing arrives here: {why}")


def with_step(document: Document, at: str, spec: dict) -> Document:
    """A copy of the document with this step in its place. Raises NoStep."""
    place = Place.read(at)
    if place is None:
        raise NoStep("There is no such step.")
    copied = document.copy()
    steps.replace(copied, place, spec)
    return copied


def first_visit(trial, until: Until) -> Visit | None:
    for record in trial.records:
        for step in record.steps:
            if (step.place, step.number) == until and step.visits:
                return step.visits[0]
    return None
