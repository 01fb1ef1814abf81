"""Mapper: a dictionary from one value to another."""

from django import forms

from alumio.fields import JSONField
from alumio.located import Located
from transformers.comparing import order, same, same_adaptive
from transformers.fields import checked
from transformers.kinds import Mapper
from transformers.placeholders import compile as compile_template
from transformers.placeholders import render
from transformers.registries import mappers

COMPARATORS = {
    "equals": ("Equals", same),
    "equals-adaptive": ("Equals, adaptively", same_adaptive),
    "not-equals": ("Does not equal", lambda value, key: not same(value, key)),
    "not-equals-adaptive": (
        "Does not equal, adaptively",
        lambda value, key: not same_adaptive(value, key),
    ),
    "greater-than": ("Is greater than", lambda value, key: order(value, key) == 1),
    "greater-than-or-equal": (
        "Is greater than or equal to",
        lambda value, key: order(value, key) in (0, 1),
    ),
    "less-than": ("Is less than", lambda value, key: order(value, key) == -1),
    "less-than-or-equal": (
        "Is less than or equal to",
        lambda value, key: order(value, key) in (-1, 0),
    ),
    "contains": (
        "Contains",
        lambda value, key: isinstance(value, str) and render(key) in value,
    ),
}


class DictionaryField(JSONField):
    """Pairs [[from, to], …]; an object {from: to} is taken as pairs."""

    def clean(self, value):
        value = super().clean(value)
        if isinstance(value, dict):
            value = [[key, to] for key, to in value.items()]
        if value in (None, ""):
            value = []
        if not isinstance(value, list):
            raise Located("Give pairs: [[from, to], …].")
        for number, pair in enumerate(value, 1):
            if not isinstance(pair, list) or len(pair) != 2:
                raise Located(f"Pair {number} is not [from, to].")
        checked(compile_template, value)
        return value


@mappers.register
class DictionaryMap(Mapper):
    prototype, label = "dictionary-map", "Dictionary"
    help = "Looks the value up and gives what is beside it; a value that is not found stays."

    class Parameters(forms.Form):
        comparator = forms.ChoiceField(
            choices=[(name, label) for name, (label, _) in COMPARATORS.items()],
            initial="equals",
            required=False,
            label="Compare",
            help_text="How the value is compared with the left side; the first hit counts.",
        )
        map = DictionaryField(
            required=False, initial=[], label="Dictionary", help_text='[["from", "to"], …]'
        )

    def setup(self):
        self.hits = COMPARATORS[self.parameters["comparator"] or "equals"][1]
        pairs = [
            (compile_template(key), compile_template(to)) for key, to in self.parameters["map"]
        ]
        self.pairs = pairs
        self.quick = self._quick(pairs)

    def _quick(self, pairs) -> dict | None:
        """Fixed texts can be looked up at once."""
        keys = [key(None, None) if key.constant else None for key, _ in pairs]
        if self.hits is not same or not all(isinstance(key, str) for key in keys):
            return None
        return {key: to for key, (_, to) in reversed(list(zip(keys, pairs, strict=True)))}

    def map(self, value, context):
        if self.quick is not None:
            to = self.quick.get(value) if isinstance(value, str) else None
            return to(value, context) if to else value
        for key, to in self.pairs:
            if self.hits(value, key(value, context)):
                return to(value, context)
        return value
