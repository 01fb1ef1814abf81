"""Links in what the platform's own log lines say of tasks and processes."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alumio.navigation import address

register = template.Library()

_NAMED = re.compile(r"\b(task [0-9A-HJKMNP-TV-Z]{26}|process [1-9][0-9]{0,17})\b")
_PAGES = {"task": "tasks:detail", "process": "processes:detail"}


@register.filter
def linked(text: str) -> SafeString:
    """The text, escaped, in which “task 01J…” and “process 12” lead to their pages."""
    pieces = _NAMED.split(str(text))
    return format_html_join("", "{}", ((_drawn(i, piece),) for i, piece in enumerate(pieces)))


def _drawn(place: int, piece: str) -> SafeString | str:
    if place % 2 == 0:
        return piece
    kind, name = piece.split(" ")
    url = address(_PAGES[kind], name)
    return format_html('<a href="{}">{}</a>', url, piece) if url else piece
