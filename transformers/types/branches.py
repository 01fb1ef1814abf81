"""If, else-if, else: what the conditional of both levels shares."""

from django import forms

from alumio.components import Registry
from alumio.fields import ComponentField, ComponentsField, RowsField
from transformers import registries
from transformers.pipeline import Filters


def conditional_form(registry: Registry) -> type[forms.Form]:
    """The settings of a conditional whose branches are of this registry."""

    class ElseCase(forms.Form):
        filter = ComponentField(registries.filters, label="If")
        transformer = ComponentField(registry, required=False, label="Then")

    class Parameters(forms.Form):
        filters = ComponentsField(
            registries.filters,
            word="filter",
            label="If",
            help_text="All must pass; without any the first branch is taken.",
        )
        transformers = ComponentsField(registry, label="Then")
        elseCases = RowsField(
            ElseCase, label="Else if", help_text="Tried in order; the first that passes is taken."
        )
        elseTransformers = ComponentsField(registry, label="Else")

    return Parameters


def compile_branches(parameters: dict, steps: type) -> list[tuple[Filters, object]]:
    """(filters, steps) of each branch in the order they are tried; the last always passes."""
    branches = [(Filters(parameters["filters"]), steps(parameters["transformers"], "then step"))]
    for number, case in enumerate(parameters["elseCases"], 1):
        chosen = [case["transformer"]] if case["transformer"] else []
        branches.append((Filters([case["filter"]]), steps(chosen, f"else-if {number} step")))
    return [*branches, (Filters([]), steps(parameters["elseTransformers"], "else step"))]


def choose(branches: list, data, context, entity=None):
    """The steps of the first branch that passes."""
    for tests, steps in branches:
        if tests.passes(data, context, entity):
            return steps
    raise AssertionError("the last branch has no filters")
