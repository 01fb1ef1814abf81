"""Tags of the dashboard and the map."""

from datetime import UTC

from django import template
from django.urls import reverse
from django.utils.http import urlencode

register = template.Library()

HEARTS = {
    "red": "heart-broken",
    "amber": "heart-exclamation",
    "green": "heart",
    "grey": "heart-off",
}


@register.filter
def heart_icon(colour: str) -> str:
    return HEARTS[colour]


@register.filter
def number_of(numbers: dict, key) -> int:
    return numbers.get(key, 0)


@register.filter
def short(number: int) -> str:
    """In few characters: 999, 12k, 3.4M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return str(number)


@register.filter
def tasks_of_hour(hour, status) -> str:
    """The list of the tasks that a cell of the table counts."""
    from_to = [f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (hour.begins_at, hour.ends_at)]
    query = {"status": status, "updated_after": from_to[0], "updated_before": from_to[1]}
    return f"{reverse('tasks:list')}?{urlencode(query)}"
