"""Saved views: filters and columns of the task list under a name, one's own and those of others who
share them.

A view keeps what stands behind the address. “-24h” stays as it is, so that a view of the last day
is one tomorrow, too. The list knows by the parameter `view` which one it came from, and tells by
comparing whether the filter was changed since.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from alumio import audit
from tasks.filters import TaskFilter
from tasks.models import SavedView

KEPT = (*TaskFilter.base_fields, "columns")
MOST_SHOWN = 200


def kept(query: QueryDict | str) -> str:
    """What a view keeps of an address, always in the same order: filter and columns, no place in
    the list."""
    given = QueryDict(query) if isinstance(query, str) else query
    part = QueryDict(mutable=True)
    for name in KEPT:
        values = sorted({value for value in given.getlist(name) if value})
        if values:
            part.setlist(name, values)
    return part.urlencode()


def visible_to(user):
    """Views that a person sees: the own ones and those that others share."""
    seen = SavedView.objects.filter(Q(user=user) | Q(shared=True))
    return seen.select_related("user").order_by("name", "pk")


def may_change(view: SavedView, user) -> bool:
    """The one who made it, and for shared ones administrators, since people leave."""
    return view.user_id == user.pk or (view.shared and user.may("administrator"))


def note(actor: audit.Actor, action: str, view: SavedView) -> None:
    """Tell the audit trail what was done to a view."""
    shared = "shared: " if view.shared else ""
    audit.record(actor, action, view.name, note=f"{shared}{view.query}")


@dataclass
class Tab:
    """A view above the list."""

    view: SavedView
    url: str
    active: bool


class Tabs:
    """The views above one list. `query`: what stands behind its address."""

    def __init__(self, query: QueryDict, user):
        self.query, self.user = query, user

    @cached_property
    def views(self) -> list[SavedView]:
        return list(visible_to(self.user)[:MOST_SHOWN])

    @cached_property
    def current(self) -> SavedView | None:
        """The view that the list came from, or else the one that is equal to it."""
        by_key = {str(view.pk): view for view in self.views}
        named = by_key.get(self.query.get("view", ""))
        return named or next((v for v in self.views if v.query and v.query == self.present), None)

    @cached_property
    def present(self) -> str:
        return kept(self.query)

    @property
    def is_modified(self) -> bool:
        return self.current is not None and self.current.query != self.present

    @property
    def current_is_changeable(self) -> bool:
        return self.current is not None and may_change(self.current, self.user)

    @property
    def current_url(self) -> str:
        return self.url(self.current)

    def tabs(self) -> list[Tab]:
        return [Tab(view, self.url(view), view == self.current) for view in self.views]

    def url(self, view: SavedView) -> str:
        """The address of the list as the view keeps it."""
        parts = [view.query, f"view={view.pk}"]
        if size := self.query.get("page_size"):
            parts.append(QueryDict(f"page_size={size}").urlencode())
        return f"{reverse('tasks:list')}?{'&'.join(part for part in parts if part)}"
