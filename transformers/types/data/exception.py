"""Data transformer: stop with an error."""

from django import forms

from transformers.errors import TransformError
from transformers.fields import PlaceholderField
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers


@data_transformers.register
class ExceptionStep(DataTransformer):
    prototype, label = "exception", "Error"
    help = "Stops here: the task fails with your message. Put it inside a Conditional."

    class Parameters(forms.Form):
        message = PlaceholderField(label="Message", help_text="May hold placeholders: &{sku}")

    def transform(self, data, context):
        raise TransformError(self.parameters["message"](data, context))
