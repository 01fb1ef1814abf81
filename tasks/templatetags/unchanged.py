"""Tags of the pages about unchanged entities."""

from django import template

from tasks import why_unchanged

register = template.Library()


@register.simple_tag
def why_unchanged_or_not(task) -> why_unchanged.Comparison | None:
    """What the task's route compared it with; None where it compares nothing."""
    return why_unchanged.explain(task)
