"""Data transformer: remember a value for later steps."""

from django import forms

from transformers.fields import TemplateJSONField
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers


@data_transformers.register
class GlobalVariableSetter(DataTransformer):
    prototype, label = "global-variable-setter", "Global variable setter"
    help = "Keeps a value beside the data; later steps read it as @{globals.name}."

    class Parameters(forms.Form):
        key = forms.CharField(label="Name", help_text="Read later as @{globals.name}.")
        value = TemplateJSONField(required=False, label="Value", help_text="Fixed or &{…}.")

    def transform(self, data, context):
        context.globals[self.parameters["key"]] = self.parameters["value"](data, context)
        return data
