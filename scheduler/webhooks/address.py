"""The address under which a webhook is called."""

from scheduler.webhooks.head import PREFIX
from scheduler.webhooks.models import Webhook

HIDDEN = "…"
"""Stands for a token before those who may not see it."""


def of(webhook: Webhook, request, may_see_token: bool) -> str:
    """In full, on the host by which the platform itself was called."""
    end = HIDDEN if webhook.by_token and not may_see_token else webhook.address
    return f"{request.scheme}://{request.get_host()}{PREFIX}{end}"
