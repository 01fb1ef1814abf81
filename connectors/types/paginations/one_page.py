"""Pagination: there is one page only."""

from connectors.kinds import Pagination
from connectors.registries import paginations


@paginations.register
class OnePage(Pagination):
    prototype, label = "one-page", "One page only"
    help = "One request gives everything."
