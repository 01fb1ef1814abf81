"""Names and values of headers, in settings and in calls."""

import re

from django import forms

from alumio.located import Located
from scheduler.webhooks.call import Call
from scheduler.webhooks.kinds import Refused
from scheduler.webhooks.signatures import header_of

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class HeaderNameField(forms.CharField):
    """The name of a header (RFC 9110, a token)."""

    def clean(self, value):
        value = super().clean(value)
        if value and not _NAME.fullmatch(value):
            raise Located("The name of a header has letters, digits and - only, such as X-Secret.")
        return value


def credentials(call: Call, scheme: str) -> str:
    """What follows the scheme in the header Authorization. Raises Refused."""
    given, _, value = header_of(call, "Authorization").partition(" ")
    if given.lower() != scheme.lower() or not value.strip(" "):
        raise Refused(f"The header Authorization does not say {scheme}.")
    return value.strip(" ")
