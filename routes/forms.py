"""The form of a route, with the rules between its policies."""

from django import forms

from alumio.fields import ComponentsField
from alumio.forms import ConfigurationForm, ReferenceField
from alumio.located import Located
from connectors.models import Incoming, Outgoing
from routes.models import Route
from routes.retention import RetentionField
from transformers.registries import entity_transformers

RETRYABLE = [("failed", "Failed"), ("skipped", "Skipped")]


class RouteForm(ConfigurationForm):
    incoming = ReferenceField(Incoming)
    outgoing = ReferenceField(Outgoing)
    transformers = ComponentsField(entity_transformers, label="Entity transformers")
    retry_statuses = forms.MultipleChoiceField(
        choices=RETRYABLE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Statuses to retry",
        help_text="None chosen means Failed.",
    )

    retention = RetentionField(
        label="Rules of this route",
        help_text="A rule here replaces the instance's rule for its status.",
    )

    class Meta:
        model = Route
        fields = (*ConfigurationForm.base_names, *Route.content_fields)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("parallel") and cleaned.get("realtime"):
            self.add_error(
                "parallel",
                Located(
                    "Parallel and real-time processing cannot be used together: switch one off.",
                    ("parallel",),
                    ("Parallel processing",),
                ),
            )
        return cleaned
