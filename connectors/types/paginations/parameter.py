"""Pagination: a query parameter counts pages or items."""

from django import forms

from connectors.kinds import Pagination
from connectors.registries import paginations


@paginations.register
class Parameter(Pagination):
    prototype, label = "query-parameter", "Page or offset in a query parameter"
    help = (
        "Counts up until a page has fewer records than expected. The records of the source are "
        "counted, not what transformers leave of them."
    )

    class Parameters(forms.Form):
        parameter = forms.CharField(initial="page", label="Parameter")
        start = forms.IntegerField(initial=1, label="First value")
        step = forms.IntegerField(
            initial=1,
            min_value=1,
            label="Step",
            help_text="1 for page numbers; the size of a page for offsets.",
        )
        expectedItems = forms.IntegerField(
            required=False,
            min_value=1,
            label="Records on a full page",
            help_text="A page with fewer is the last. Empty: the first empty page ends it.",
        )
        pageLimit = forms.IntegerField(
            required=False, min_value=0, label="Largest number of pages", help_text="Empty: all."
        )

    def first(self):
        return {"page": 1, "value": self.parameters["start"]}

    def place(self, draft, state):
        draft.set_query(self.parameters["parameter"], str(state["value"]))

    def after(self, state, count, response, parsed):
        limit, expected = self.parameters["pageLimit"], self.parameters["expectedItems"]
        if count < (expected or 1) or (limit and state["page"] >= limit):
            return None
        return {"page": state["page"] + 1, "value": state["value"] + self.parameters["step"]}
