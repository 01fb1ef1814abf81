"""The audit trail as its page, its file and the REST API show it: which entries, and in words."""

from collections.abc import Iterator
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from alumio import keyset
from alumio.api import moment
from alumio.audit_words import LABELS, Sentence, change_url
from alumio.filters import ChoicesField, Filter, MomentField, TextField
from alumio.listing import Listing
from alumio.models import AuditEntry, Via
from alumio.pages import registered

CHUNK = 1_000
HEADER = (
    *("at", "who", "via", "address", "action", "kind", "subject", "identifier", "revision"),
    *("changed", "not_allowed", "process", "sentence", "note"),
)


class AuditFilter(Filter):
    """Which entries of the audit trail."""

    who = TextField("Who is")
    who__contains = TextField("Who contains")
    action = ChoicesField("action", list(LABELS.items()))
    via = ChoicesField("way", Via.choices)
    kind = TextField("Kind of the subject")
    subject__contains = TextField("Subject contains")
    identifier = TextField("Identifier of the subject")
    address = TextField("Address is")
    after = MomentField(label="From")
    before = MomentField(label="Until", through=True)

    lookups = {
        "who": "who__iexact",
        "who__contains": "who__icontains",
        "action": "action__in",
        "via": "via__in",
        "subject__contains": "subject__icontains",
        "after": "at__gte",
        "before": "at__lt",
    }

    def clean_address(self):
        """Addresses are compared as the database keeps them."""
        text = self.cleaned_data["address"]
        return AuditEntry._meta.get_field("address").clean(text, None) if text else text


def entries() -> QuerySet:
    return AuditEntry.objects.select_related("user")


def route_names() -> dict[str, str]:
    """The names of all routes by identifier: filters name routes by the latter."""
    routes = registered["route"].model.objects
    return dict(routes.values_list("identifier", "name"))


def as_json(entry: AuditEntry, names: dict[str, str]) -> dict:
    return {
        "id": entry.pk,
        "at": moment(entry.at),
        "who": entry.who,
        "via": entry.via,
        "address": entry.address,
        "action": entry.action,
        "kind": entry.kind,
        "subject": entry.subject,
        "identifier": entry.identifier,
        "revision": entry.revision,
        "filter": entry.criteria,
        "changed": entry.changed,
        "not_allowed": entry.not_allowed,
        "process": entry.process,
        "sentence": str(Sentence(entry, names)),
        "note": entry.note,
    }


def rows_of(chosen: QuerySet) -> Iterator[list]:
    """All chosen entries for a file, newest first, read a chunk at a time."""
    names, last = route_names(), None
    while True:
        part = (
            chosen.order_by("-id") if last is None else chosen.filter(pk__lt=last).order_by("-id")
        )
        rows = list(part[:CHUNK])
        for entry in rows:
            told = as_json(entry, names)
            yield [told[name] for name in HEADER]
        if len(rows) < CHUNK:
            return
        last = rows[-1].pk


class AuditList(Listing):
    """One request's view of the trail: of all entries, or of those of one person."""

    place, filter_class = "audit", AuditFilter

    def __init__(self, params: QueryDict, only_of=None):
        super().__init__(params)
        self.only_of = only_of

    @cached_property
    def chosen(self) -> QuerySet:
        rows = entries() if self.only_of is None else entries().filter(user=self.only_of)
        return self.filter.apply(rows)

    @cached_property
    def page(self) -> keyset.Page:
        page, names = self.paged(self.chosen), route_names()
        for entry in page.rows:
            entry.sentence = Sentence(entry, names)
            entry.change_url = change_url(entry)
            entry.who_url = self.url(who=entry.who, who__contains=None)
        return page

    @property
    def count(self) -> str:
        """“1 entry”, “more than 10,000 entries”."""
        number, exact = keyset.bounded_count(self.chosen)
        text = f"{number:,} entr{'y' if number == 1 else 'ies'}"
        return text if exact else f"more than {text}"

    # -- links and the filter bar ---------------------------------------------------------------

    def file_url(self) -> str:
        query = self.params.copy()
        query.pop("cursor", None)
        return f"{reverse('audit-file')}?{query.urlencode()}".rstrip("?")

    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filter carries along: it has no fields for these."""
        return [(n, self.params[n]) for n in ("who", "kind", "identifier") if n in self.params]

    def actions(self) -> list[tuple]:
        return self._options("action", LABELS.items())

    def vias(self) -> list[tuple]:
        return self._options("via", Via.choices)

    def kinds(self) -> list[tuple[str, str, bool]]:
        """What entries can be about, each with a link."""
        nouns = {kind: pages.noun for kind, pages in registered.items()}
        every = nouns | {"user": "user", "key": "API key", "task": "task", "process": "process"}
        chosen = self.criteria.get("kind")
        return [(noun, self.url(kind=kind), kind == chosen) for kind, noun in every.items()]

    def _options(self, name: str, choices) -> list[tuple]:
        chosen = self.criteria.get(name, [])
        return [(value, label, value in chosen) for value, label in choices]

    def when(self) -> dict:
        return self.moments("When", "after", "before")

    def chips_of(self, name: str) -> list[dict]:
        value = self.filter.cleaned_data[name]
        return [self.chip(name, value)] if isinstance(value, str) else super().chips_of(name)
