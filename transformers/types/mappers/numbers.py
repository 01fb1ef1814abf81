"""Mapper: a number as formatted text."""

from decimal import ROUND_HALF_UP, Context, Decimal

from django import forms

from transformers.kinds import Mapper
from transformers.registries import mappers
from transformers.types.mappers.casts import number_of

_wide = Context(prec=1000)


@mappers.register
class FormatNumber(Mapper):
    prototype, label = "format-number", "Format a number"
    help = "1234.5 becomes “1,234.50”, rounded half up. Null stays null."

    class Parameters(forms.Form):
        decimals = forms.IntegerField(
            required=False, initial=0, min_value=0, max_value=30, label="Decimals"
        )
        decimalPoint = forms.CharField(
            required=False, initial=".", label="Decimal point", help_text="Usually . or ,"
        )
        thousands = forms.CharField(
            required=False, label="Thousands separator", help_text="Empty means none."
        )

    def map(self, value, context):
        if value is None:
            return None
        places = Decimal(1).scaleb(-(self.parameters["decimals"] or 0))
        number = Decimal(number_of(value, self.label)).quantize(places, ROUND_HALF_UP, _wide)
        text = f"{number:,f}" if number else f"{abs(number):f}"
        point = self.parameters["decimalPoint"]
        return text.translate(str.maketrans({",": self.parameters["thousands"], ".": point}))
