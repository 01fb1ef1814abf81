"""A draft's content as one document: what was changed lies over what is saved.

    {"route": identifier,
     "parts": {"incoming:shop": {"revision": 4, "data": {…}}, …},
     "removed": {"scheduled-job:nightly": 2}}

Beside what was removed stands the revision that was looked at. A part with revision 0 is new.
Until it is saved it has an identifier made up here, by which the others refer to it; the one that a
person typed is in its data.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from alumio import jsontext
from alumio.configuration import Configuration
from alumio.forms import ConfigurationForm
from alumio.pages import registered
from alumio.references import forms_by_model
from scheduler import forms as scheduling
from scheduler.models import Kind, ScheduledJob
from transformers import forms as transforming

MADE_UP = "draft-"
ORDER = (
    "connection",
    "storage",
    "entity-schema",
    "transformer",
    "incoming",
    "outgoing",
    "route",
    "scheduled-job",
)
"""Kinds in the order in which they need each other; others come last."""
KNOWN = (scheduling, transforming)
"""Modules whose forms have to be known, whoever asks first."""
LISTS = ("transformers", "after_transformers")
"""The settings that are lists of steps."""


def forms() -> dict[str, type[ConfigurationForm]]:
    """The form of each kind."""
    return {model.kind: form for model, form in forms_by_model().items()}


def model_of(kind: str) -> type[Configuration]:
    return forms()[kind]._meta.model


def made_up() -> str:
    return MADE_UP + secrets.token_hex(5)


def key_of(kind: str, identifier: str) -> str:
    return f"{kind}:{identifier}"


@dataclass
class Part:
    """One configuration of the document, as the draft has it."""

    kind: str
    identifier: str
    revision: int
    data: dict
    changed: bool = False

    @property
    def key(self) -> str:
        return key_of(self.kind, self.identifier)

    @property
    def is_new(self) -> bool:
        return self.revision == 0

    @property
    def name(self) -> str:
        return self.data.get("name") or f"New {noun_of(self.kind)}"


def noun_of(kind: str) -> str:
    return str(model_of(kind)._meta.verbose_name)


class Document:
    """Reads and changes the content of a draft. Changes are made in place."""

    def __init__(self, content: dict):
        self.content = content
        self._saved: dict[str, Configuration | None] = {}

    @classmethod
    def fresh(cls, route, owner: int) -> "Document":
        """That of a saved route, or of a new one, which is disabled until it is complete. A person
        (`owner`) has one new route at a time, which keeps its name from one request to the next."""
        if route is not None:
            return cls({"route": route.identifier, "parts": {}, "removed": {}})
        identifier = f"{MADE_UP}route-{owner}"
        document = cls({"route": identifier, "parts": {}, "removed": {}})
        document.add("route", {"enabled": False}, identifier)
        return document

    def copy(self) -> "Document":
        return Document(jsontext.copy(self.content))

    # ------------------------------------------------------------ reading

    @property
    def route_id(self) -> str:
        return self.content["route"]

    def changed_parts(self) -> list[Part]:
        """The parts that the draft holds, in the order in which they need each other."""
        parts = [self.of_key(key) for key in self.content["parts"]]
        order = {kind: number for number, kind in enumerate(ORDER)}
        return sorted(parts, key=lambda part: order.get(part.kind, len(order)))

    def of_key(self, key: str) -> Part | None:
        kind, _, identifier = key.partition(":")
        return self.part(kind, identifier)

    def part(self, kind: str, identifier: str | None) -> Part | None:
        """A configuration as the draft has it; None where there is none of this name."""
        if not identifier or kind not in forms():
            return None
        if held := self.content["parts"].get(key_of(kind, identifier)):
            return Part(kind, identifier, held["revision"], held["data"], changed=True)
        saved = self.saved(kind, identifier)
        return saved and Part(kind, identifier, saved.revision, saved.content())

    def saved(self, kind: str, identifier: str) -> Configuration | None:
        """The configuration as it is saved."""
        key = key_of(kind, identifier)
        if key not in self._saved:
            rows = registered[kind].rows() if kind in registered else model_of(kind).objects.all()
            self._saved[key] = rows.filter(identifier=identifier).first()
        return self._saved[key]

    @property
    def route(self) -> Part:
        return self.part("route", self.route_id)

    @property
    def incoming(self) -> Part | None:
        return self.part("incoming", self.route.data.get("incoming"))

    @property
    def outgoing(self) -> Part | None:
        return self.part("outgoing", self.route.data.get("outgoing"))

    def triggers(self) -> list[Part]:
        """The scheduled jobs and webhooks that start the incoming."""
        incoming = self.route.data.get("incoming")
        jobs = [job for job in self.jobs if runs(job.data, Kind.IMPORT, incoming)]
        hooks = [hook for hook in self.webhooks if incoming in hook.data.get("incomings", [])]
        return jobs + hooks if incoming else []

    def schedulers(self) -> list[Part]:
        """The scheduled jobs that deliver the route's tasks."""
        return [job for job in self.jobs if runs(job.data, Kind.EXPORT, self.route_id)]

    @property
    def jobs(self) -> list[Part]:
        return self._all("scheduled-job", self._saved_jobs)

    @property
    def webhooks(self) -> list[Part]:
        return self._all("webhook", self._saved_webhooks)

    def _all(self, kind: str, saved: list[str]) -> list[Part]:
        held = [k.partition(":")[2] for k in self.content["parts"] if k.startswith(kind + ":")]
        names = dict.fromkeys([*saved, *held])
        wanted = [name for name in names if key_of(kind, name) not in self.content["removed"]]
        return [part for name in wanted if (part := self.part(kind, name))]

    @cached_property
    def _saved_jobs(self) -> list[str]:
        incoming = self.route.data.get("incoming")
        concerned = Q(incoming__identifier=incoming) | Q(route__identifier=self.route_id)
        rows = ScheduledJob.objects.select_related("incoming", "route").order_by("name", "pk")
        rows = [*rows.filter(concerned), *rows.exclude(concerned).exclude(then=[])]
        for row in rows:
            self._saved[key_of("scheduled-job", row.identifier)] = row
        return [row.identifier for row in rows]

    @cached_property
    def _saved_webhooks(self) -> list[str]:
        if "webhook" not in forms():
            return []
        rows = model_of("webhook").objects.order_by("name").values_list("identifier", "incomings")
        incoming = self.route.data.get("incoming")
        return [identifier for identifier, incomings in rows if incoming in incomings]

    # ------------------------------------------------------------ changing

    def add(self, kind: str, data: dict, identifier: str = "") -> str:
        """A new part, with the defaults of its kind. Returns the name it has until it is saved."""
        identifier = identifier or made_up()
        complete = {n: v for n, v in blank(kind).items() if n not in data} | data
        self.content["parts"][key_of(kind, identifier)] = {"revision": 0, "data": complete}
        return identifier

    def put(self, part: Part, data: dict) -> None:
        """Give a part these settings. One that is as it is saved is held no longer."""
        saved = None if part.is_new else self.saved(part.kind, part.identifier)
        if saved and saved.revision == part.revision and saved.content() == data:
            self.content["parts"].pop(part.key, None)
        else:
            self.content["parts"][part.key] = {"revision": part.revision, "data": data}
        self.__dict__.pop("_saved_jobs", None)
        self.__dict__.pop("_saved_webhooks", None)

    def change(self, part: Part, **settings) -> None:
        self.put(part, part.data | settings)

    def rename(self, part: Part, identifier: str) -> Part:
        """Give a new part another identifier, wherever it is named."""
        content = renamed(self.content, {part.identifier: identifier})
        content["parts"][key_of(part.kind, identifier)] = content["parts"].pop(part.key)
        self.content = content
        return self.part(part.kind, identifier)

    def remove(self, part: Part) -> None:
        """Take a part away: a new one is forgotten, a saved one deleted once the draft is saved."""
        self.content["parts"].pop(part.key, None)
        if not part.is_new:
            self.content["removed"][part.key] = part.revision

    def forget_unused(self) -> None:
        """New parts that nothing refers to any more go, so that nothing half-made stays."""
        while unused := [key for key in self.content["parts"] if self._is_unused(key)]:
            for key in unused:
                del self.content["parts"][key]

    def _is_unused(self, key: str) -> bool:
        kind, _, identifier = key.partition(":")
        is_new = self.content["parts"][key]["revision"] == 0
        if not is_new or kind in ("route", "scheduled-job", "webhook"):
            return False
        others = [part["data"] for k, part in self.content["parts"].items() if k != key]
        return identifier not in texts_in(others)


def blank(kind: str) -> dict:
    """The content of a configuration that nobody has set up yet."""
    row, fields = model_of(kind)(), forms()[kind].base_fields
    names = ("name", "identifier", "description", "enabled", *row.content_fields)
    values = {n: None if row._meta.get_field(n).is_relation else getattr(row, n) for n in names}
    begun = {n: fields[n].initial for n in names if n in fields and fields[n].initial is not None}
    return values | {n: value() if callable(value) else value for n, value in begun.items()}


def runs(data: dict, job: str, identifier: str | None) -> bool:
    """Whether a scheduled job runs this incoming or route, be it as one of those that follow."""
    return any(each[0] == job and identifier in each[1:] for each in what_it_runs(data))


def what_it_runs(data: dict) -> list[tuple]:
    """(kind of job, incoming, route) of all that a scheduled job runs in order."""
    rows = [data, *(data.get("then") or [])]
    return [(row.get("job"), row.get("incoming"), row.get("route")) for row in rows]


def texts_in(value) -> set[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(texts_in, value)) if isinstance(value, list) and value else set()


def renamed(value, names: dict[str, str]):
    """A JSON value with texts replaced that are exactly one of these names."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    return value
