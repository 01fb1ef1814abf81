"""The moving parts of the line, asked for every few seconds."""

from django.shortcuts import render

from alumio.builder.screen import BuilderView


class Live(BuilderView):
    """All of them at once, each swapped into its place."""

    def get(self, request, identifier=None):
        return render(request, "builder/_live.html", self.screen().context() | {"oob": True})
