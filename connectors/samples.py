"""Samples: records that are kept with an incoming, to try its steps with.

A sample is a row `{"name", "data", "expected"}`. `data` is the record as the source gives it.
`expected` makes a test of it: for each route, by identifier, the list of entities that its outgoing
should have to publish (an empty list: the record is to be dropped).
"""

from collections import Counter

from django import forms
from django.core.exceptions import ValidationError

from alumio import jsontext
from alumio.fields import JSONField, ObjectField, RowsField
from alumio.jsontext import JSONTextError
from alumio.located import Located, under

MOST_SAMPLES = 50
MOST_CHARACTERS = 1_000_000
"""Of all samples of an incoming together, as JSON."""


class RecordField(JSONField):
    """Any JSON. What begins as an object or a list and is none would be kept as a text, which
    nobody means."""

    def clean(self, value):
        value = super().clean(value)
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            try:
                jsontext.loads(value)
            except JSONTextError as error:
                raise Located(f"This is not JSON: {error}.") from None
        return value


class SampleForm(forms.Form):
    name = forms.CharField(max_length=100)
    data = RecordField(required=False, label="Record", help_text="As the source gives it.")
    expected = ObjectField(
        required=False,
        label="Expected",
        help_text="By the identifier of a route: the list of entities that it should publish.",
    )

    def clean_expected(self):
        expected = self.cleaned_data["expected"]
        for route, entities in expected.items():
            if not isinstance(entities, list):
                raise Located(f"Give a list of entities for the route “{route}”.")
        return expected


class SamplesField(RowsField):
    """Samples with names of their own, not too many."""

    def __init__(self, **kwargs):
        super().__init__(SampleForm, **kwargs)

    def clean(self, value) -> list[dict]:
        samples = [
            {"name": row["name"], "data": row.get("data"), "expected": row.get("expected") or {}}
            for row in super().clean(value)
        ]
        _refuse_doubles([sample["name"] for sample in samples])
        if len(samples) > MOST_SAMPLES:
            raise Located(f"An incoming keeps at most {MOST_SAMPLES} samples.")
        if len(jsontext.dumps(samples)) > MOST_CHARACTERS:
            text = f"All samples together have at most {MOST_CHARACTERS:,} characters."
            raise Located(f"{text} Shorten their records.")
        return samples


def _refuse_doubles(names: list[str]) -> None:
    seen, errors = Counter(), []
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            text = f"There is a sample called “{name}” above: give each a name of its own."
            errors += under([Located(text, ("name",), ("Name",))], index, f"row {index + 1}")
    if errors:
        raise ValidationError(errors)
