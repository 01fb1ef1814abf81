"""A list as its page shows it: what the address asks for, one page of the rows, and every link.

    class ThingList(Listing):
        place, filter_class = "things:list", ThingFilter

        @cached_property
        def page(self):
            return self.paged(self.filter.apply(Thing.objects.all()))

The address is all that a list knows; a link is the address with some parameters changed. A filter
that cannot be read finds nothing, and its `faults` say why.
"""

from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from alumio import keyset
from alumio.filters import Filter, in_words
from alumio.located import Located

PRESETS = (("Last hour", "-1h"), ("Last 24 hours", "-24h"), ("Last 7 days", "-7d"))


class Listing:
    """One request's view of a list. `place` is the name of its address; `besides` are parameters of
    it that are not the filter's, `cursor` that of them which says how far in the page is."""

    place = ""
    filter_class: type[Filter] = Filter
    besides: tuple[str, ...] = ("cursor",)
    cursor = "cursor"
    order, size = "-id", 50

    def __init__(self, params: QueryDict):
        self.params = params.copy()
        for name in [name for name in self.params if not any(self.params.getlist(name))]:
            del self.params[name]
        self.filter = self.filter_class(self.params, besides=self.besides)
        self.faults = [] if self.filter.is_valid() else self.filter.located_errors()

    @cached_property
    def criteria(self) -> dict:
        """What was asked for; of a filter with faults, the part that can be read."""
        return self.filter.criteria()

    def paged(self, rows: QuerySet) -> keyset.Page:
        """The page that the address asks for; the first one where its cursor is none of ours."""
        try:
            return keyset.page(rows, self.order, self.size, self.params.get(self.cursor))
        except Located:
            return keyset.page(rows, self.order, self.size)

    # -- links ----------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        return reverse(self.place)

    def url(self, **changes) -> str:
        """This list with other parameters, from its first page; None or nothing takes one away."""
        query = self.params.copy()
        query.pop(self.cursor, None)
        for name, value in changes.items():
            query.setlist(name, value if isinstance(value, list) else [value])
            if value is None or value == []:
                del query[name]
        return f"{self.address}?{query.urlencode()}".rstrip("?")

    @property
    def here(self) -> str:
        return f"{self.address}?{self.params.urlencode()}".rstrip("?")

    @property
    def clear_url(self) -> str:
        """Without any filter."""
        return self.address

    def all_url(self) -> str:
        """This list with all statuses."""
        return self.url(status=None)

    def next_url(self) -> str | None:
        return self.url(cursor=self.page.next) if self.page.next else None

    def previous_url(self) -> str | None:
        return self.url(cursor=self.page.previous) if self.page.previous else None

    def presets(self, after: str, before: str, presets=PRESETS) -> list[tuple[str, str, bool]]:
        """Spans until now, each with its link and whether it is chosen. `after` and `before` are
        the parameters that say from when until when."""
        chosen = None if before in self.params else self.params.get(after)
        return [
            (text, self.url(**{after: ago, before: None}), chosen == ago) for text, ago in presets
        ]

    def moments(self, label: str, after: str, before: str, presets=PRESETS) -> dict:
        """A menu of the filter bar: from when until when."""
        return {
            "label": label,
            "after": {"name": after, "value": self.params.get(after, "")},
            "before": {"name": before, "value": self.params.get(before, "")},
            "presets": self.presets(after, before, presets),
        }

    # -- what narrows the list, in words --------------------------------------------------------

    def chips(self) -> list[dict]:
        """What narrows the list, each with the address of the list without it."""
        return [chip for name in self.criteria for chip in self.chips_of(name)]

    def chips_of(self, name: str) -> list[dict]:
        """One criterion; several values of it are a chip each."""
        value = self.filter.cleaned_data[name]
        if isinstance(value, QuerySet):
            return [self.chip(name, row.name, row.identifier) for row in value]
        if isinstance(value, list):
            words = dict(self.filter.fields[name].choices)
            return [self.chip(name, words[one], one) for one in value]
        if isinstance(value, datetime):
            ago = in_words(self.params[name])
            return [self.chip(name, ago or value, moment=not ago)]
        return [self.chip(name, f"“{value}”")]

    def chip(self, name: str, text, one: str | None = None, moment: bool = False) -> dict:
        """`one`: that of several values which the chip stands for."""
        rest = [value for value in self.criteria[name] if value != one] if one else []
        return {
            "name": name,
            "label": self.filter.fields[name].label or name.replace("_", " ").capitalize(),
            "text": text,
            "moment": moment,
            "url": self.url(**{name: rest}),
        }
