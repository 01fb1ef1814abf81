"""Pagination: the header `Link` holds the address of the next page (RFC 8288)."""

import re

from connectors.registries import paginations
from connectors.types.paginations.next import FollowLinks

_LINK = re.compile(r"""<([^>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)""")
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', re.IGNORECASE)


@paginations.register
class LinkHeader(FollowLinks):
    prototype, label = "link-header", "Follow next links in HTTP header"
    help = "The Link header of an answer says where the next page is."

    def link(self, response, parsed):
        return next_of(response.headers.get("link", ""))


def next_of(header: str) -> str | None:
    """The target of the first link whose relation is next."""
    for target, parameters in _LINK.findall(header):
        relation = _RELATION.search(parameters)
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            return target
    return None
