"""Plugin: how much of requests and answers is logged."""

from django import forms

from connectors.kinds import Plugin
from connectors.registries import plugins


@plugins.register
class Logger(Plugin):
    prototype, label = "logger", "Log requests"
    help = "What fails is always logged in full, up to 64 kB of a body."

    class Parameters(forms.Form):
        formatter = forms.ChoiceField(
            choices=[
                ("simple", "One line"),
                ("long", "Headers and the beginning of the body"),
                ("full", "Headers and body, up to 64 kB"),
            ],
            initial="simple",
            label="Detail",
        )

    @property
    def formatter(self) -> str:
        return self.parameters["formatter"]

    def apply(self, draft, data, context):
        """Nothing: a session asks for the formatter when it logs."""
