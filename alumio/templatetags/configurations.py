"""Tags of the configuration pages."""

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

register = template.Library()


@register.filter
def ago(moment) -> str:
    """How long ago, in the largest unit: "3 minutes ago"."""
    if not moment:
        return ""
    if (timezone.now() - moment).total_seconds() < 60:
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """The present query string with some parameters changed or, by "", left out."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query[key] = value
        if value == "":
            del query[key]
    return query.urlencode()
