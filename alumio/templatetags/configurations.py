"""Tags of the configuration pages."""

from django import template

from alumio.pages import edit_url

register = template.Library()


@register.filter
def page_of(configuration) -> str:
    """The address of a configuration's own page."""
    return edit_url(configuration)


@register.filter
def without(configurations, identifier) -> list:
    """All but the one of this identifier."""
    return [each for each in configurations or () if each.identifier != identifier]


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """The present query string with some parameters changed or, by "", left out."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query[key] = value
        if value == "":
            del query[key]
    return query.urlencode()
