"""How large an entity may be."""

from django.conf import settings

from routes.models import Route

KEPT_OF_REJECTED = 1_000
"""Bytes of a rejected entity that are kept to look at."""


def max_bytes(route: Route) -> int:
    """The limit of this route in bytes of compact JSON: its own, else the instance's."""
    return route.max_entity_bytes or settings.ALUMIO_MAX_ENTITY_BYTES


def size_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def beginning(text: str, size: int = KEPT_OF_REJECTED) -> str:
    """The first `size` bytes of a text, never half a character."""
    return text.encode()[:size].decode(errors="ignore")
