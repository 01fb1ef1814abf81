"""Which system an incoming or outgoing talks to: its connection or storage, else the host that its
settings name, else just what kind of end it is."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.text import slugify

from alumio import references
from alumio.components import Registry
from alumio.configuration import Configuration
from alumio.pages import edit_url
from alumio.summary import title_of
from connectors.models import Connection, Storage
from connectors.registries import publishers, subscribers

ENDS = {"incoming": ("subscriber", subscribers), "outgoing": ("publisher", publishers)}


class System(NamedTuple):
    """`key` tells systems apart; `url` is "" where it has no page of its own."""

    key: str
    name: str
    icon: str
    url: str = ""


class Systems:
    """The systems of any number of ends: two queries for all of them."""

    def __init__(self):
        self._saved = {
            (model.kind, row.identifier): row
            for model in (Connection, Storage)
            for row in model.objects.only("name", "identifier")
        }

    def of(self, end: Configuration) -> System:
        """The system of an incoming or outgoing."""
        setting, registry = ENDS[end.kind]
        form = references.forms_by_model()[type(end)]
        spec = getattr(end, setting)
        named = references.references_in({setting: form.base_fields[setting]}, {setting: spec})
        for kind, identifier, _ in named:
            if saved := self._saved.get((kind, identifier)):
                icon = "archive" if kind == "storage" else "server"
                return System(f"{kind}-{saved.pk}", saved.name, icon, edit_url(saved))
        return _by_host(spec) or _by_type(spec, registry)


def _by_host(spec) -> System | None:
    for text in _texts(spec):
        if text.startswith(("http://", "https://")) and (host := _host(text)):
            return System(f"host-{host}", host, "world")
    return None


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _texts(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _by_type(spec, registry: Registry) -> System:
    title = title_of({**spec, "meta": {}} if isinstance(spec, dict) else spec, registry)
    return System(f"type-{slugify(title)}", title or "Nothing chosen", "box")
