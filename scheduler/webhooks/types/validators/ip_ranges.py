"""Validator: the address of the sender."""

import ipaddress

from django import forms

from alumio import client_address
from alumio.fields import ListField
from alumio.located import Located, under
from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.registries import validators

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def network(text: str) -> Network:
    """The network of an address or range; IPv4 within IPv6 is unwrapped. Raises ValueError."""
    found = ipaddress.ip_network(text.strip(), strict=False)
    if found.version == 6 and found.subnet_of(_MAPPED):
        inner = found.network_address.ipv4_mapped
        return ipaddress.ip_network((inner, found.prefixlen - _MAPPED.prefixlen))
    return found


class RangesField(ListField):
    """Addresses and ranges; built, networks."""

    def clean(self, value):
        value = super().clean(value)
        errors = []
        for index, text in enumerate(value):
            try:
                network(text if isinstance(text, str) else "")
            except ValueError:
                reason = f"“{text}” is no address or range, such as 192.0.2.7 or 2001:db8::/32."
                errors += under([Located(reason)], index, f"line {index + 1}")
        if errors:
            raise forms.ValidationError(errors)
        return value

    def build(self, value):
        return [network(text) for text in value or []]

    def nothing(self):
        return []


@validators.register
class IPRanges(Validator):
    prototype, label = "ip-ranges", "IP ranges"
    help = (
        "Only callers from these addresses. Behind a proxy, name it in ALUMIO_TRUSTED_PROXIES: "
        "otherwise every call comes from the proxy."
    )

    class Parameters(forms.Form):
        ranges = RangesField(
            label="Addresses and ranges", help_text="One a line, such as 192.0.2.0/24."
        )

    def check(self, call):
        address = client_address.read(call.sender or "")
        if address is None:
            raise Refused("The address of the sender is not known.")
        if not any(address in one for one in self.parameters["ranges"]):
            raise Refused(f"The sender's address {address} is in none of the ranges.")
