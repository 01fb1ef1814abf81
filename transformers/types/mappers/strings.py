"""Mappers: texts. A number is taken as its text; null stays null; lists and maps are refused."""

import re
import unicodedata

from django import forms

from transformers.errors import TransformError
from transformers.fields import PlaceholderField
from transformers.kinds import Mapper
from transformers.numbers import describe
from transformers.placeholders import render
from transformers.registries import mappers


class TextMapper(Mapper):
    """Maps a text: a subclass writes `change(text, value, context)`."""

    def map(self, value, context):
        if value is None:
            return None
        if isinstance(value, list | dict):
            raise TransformError(f"“{self.label}” needs a text, not {describe(value)}.")
        return self.change(render(value), value, context)

    def change(self, text: str, value, context):
        raise NotImplementedError


@mappers.register
class Upper(TextMapper):
    prototype, label = "string-upper", "Capitals"
    help = "abc becomes ABC."

    def change(self, text, value, context):
        return text.upper()


@mappers.register
class Lower(TextMapper):
    prototype, label = "string-lower", "Small letters"
    help = "ABC becomes abc."

    def change(self, text, value, context):
        return text.lower()


@mappers.register
class UpperFirst(TextMapper):
    prototype, label = "string-upper-first", "Capital first letter"
    help = "abc becomes Abc; the rest stays as it is."

    def change(self, text, value, context):
        return text[:1].upper() + text[1:]


@mappers.register
class Prepend(TextMapper):
    prototype, label = "string-prepend", "Put before"
    help = "Puts a text before the value."

    class Parameters(forms.Form):
        prepend = PlaceholderField(
            required=False, label="Text", help_text="In placeholders, &{@} is the value itself."
        )

    def change(self, text, value, context):
        return self.parameters["prepend"](value, context) + text


@mappers.register
class Append(TextMapper):
    prototype, label = "string-append", "Put after"
    help = "Puts a text after the value."

    class Parameters(forms.Form):
        append = PlaceholderField(
            required=False, label="Text", help_text="In placeholders, &{@} is the value itself."
        )

    def change(self, text, value, context):
        return text + self.parameters["append"](value, context)


@mappers.register
class Replace(TextMapper):
    prototype, label = "string-replace", "Replace text"
    help = "Replaces one text by another, wherever it occurs."

    class Parameters(forms.Form):
        search = PlaceholderField(label="Search")
        replace = PlaceholderField(
            required=False, label="Replace by", help_text="Leave empty to delete."
        )

    def change(self, text, value, context):
        search = self.parameters["search"](value, context)
        return text.replace(search, self.parameters["replace"](value, context)) if search else text


@mappers.register
class Cut(TextMapper):
    prototype, label = "string-cut", "Cut"
    help = "Keeps a part of the text. Negative numbers count from its end."

    class Parameters(forms.Form):
        start = forms.IntegerField(
            required=False, initial=0, label="Start", help_text="Characters to leave out in front."
        )
        length = forms.IntegerField(
            required=False,
            label="Length",
            help_text="Characters to keep. Empty keeps all; -2 leaves out the last two.",
        )

    def change(self, text, value, context):
        start, length = self.parameters["start"] or 0, self.parameters["length"]
        text = text[max(len(text) + start, 0) :] if start < 0 else text[start:]
        return text if length is None else text[:length]


@mappers.register
class Slugify(TextMapper):
    prototype, label = "string-slugify", "Make a slug"
    help = "Größe & Maß becomes groesse-mass: small letters, digits and hyphens."

    def change(self, text, value, context):
        return re.sub(r"[^a-z0-9]+", "-", _ascii(text.lower())).strip("-")


_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d"}
)


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
