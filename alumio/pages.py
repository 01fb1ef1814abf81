"""The pages of one kind of configuration: list, create, edit, delete, duplicate, switch, history.

A floor above describes its kinds and gets their addresses::

    fetch = Section("Fetch", ("subscriber",))
    incomings = Pages(form=IncomingForm, namespace="incomings", sections=(fetch,), …)
    urlpatterns = [path("incomings/", incomings.urls())]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import path

from alumio.configuration import Configuration
from alumio.forms import ConfigurationForm
from alumio.navigation import address


@dataclass(frozen=True)
class Section:
    """A card of the edit page. `switch` names the checkbox that the other fields depend on;
    `excludes` the switch that cannot be on at the same time."""

    title: str
    fields: tuple[str, ...]
    help: str = ""
    switch: str = ""
    excludes: str = ""

    @property
    def dependents(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name != self.switch)


@dataclass(frozen=True)
class Notice:
    """Something to know about a configuration, shown over its form."""

    text: str
    level: str = "warning"
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Pages:
    """What is special about one kind of configuration."""

    form: type[ConfigurationForm]
    namespace: str
    noun: str
    plural: str
    icon: str
    about: str
    sections: Sequence[Section]
    line: Callable[[Configuration], str] = lambda configuration: ""
    notices: Callable[[Configuration], list[Notice]] = lambda configuration: []
    group: str = "Integrations"
    run: str = ""
    run_word: str = "Run now"
    tries: str = ""
    joined: tuple[str, ...] = ()
    visual: str = ""
    drafted: Callable[[object], set[int]] = lambda user: set()
    """The keys of those of which a person has a draft in the visual editor."""

    @property
    def model(self) -> type[Configuration]:
        return self.form._meta.model

    def rows(self):
        return self.model.objects.select_related("updated_by", *self.joined)

    def url(self, name: str, *args) -> str:
        return address(f"{self.namespace}:{name}", *args)

    def run_url(self, identifier: str) -> str:
        return address(self.run, identifier) if self.run else ""

    def try_url(self, identifier: str) -> str:
        return address(self.tries, identifier) if self.tries else ""

    def fields_url(self, identifier: str) -> str:
        """Where the fields of the records are told that arrive at its steps."""
        return address(f"{self.tries}-fields", identifier) if self.tries else ""

    def visual_url(self, identifier: str = "", page: str = "page") -> str:
        """The address of the visual editor, of a saved configuration or a new one; or ""."""
        if not self.visual:
            return ""
        if identifier:
            return address(f"{self.visual}:{page}", identifier)
        return address(f"new-{self.visual}:{page}")

    def urls(self) -> tuple:
        """What `path(…, pages.urls())` includes."""
        from alumio import configuration_pages as views

        one = "<slug:identifier>/"
        patterns = [
            path("", views.List.as_view(pages=self), name="list"),
            path("new/", views.Edit.as_view(pages=self), name="create"),
            path(one + "edit/", views.Edit.as_view(pages=self), name="edit"),
            path(one + "delete/", views.Delete.as_view(pages=self), name="delete"),
            path(one + "duplicate/", views.Duplicate.as_view(pages=self), name="duplicate"),
            path(one + "switch/", views.Switch.as_view(pages=self), name="switch"),
            path(one + "history/", views.History.as_view(pages=self), name="history"),
            path(one + "history/<int:number>/", views.Old.as_view(pages=self), name="old"),
        ]
        return patterns, self.namespace, self.namespace


registered: dict[str, Pages] = {}
"""The pages of each kind, by the kind's name: how a page finds the address of another kind's."""


def register(pages: Pages) -> Pages:
    registered[pages.model.kind] = pages
    return pages


def edit_url(configuration: Configuration) -> str:
    """The address of a configuration's own page; "" where its kind has none."""
    pages = registered.get(configuration.kind)
    if pages:
        return pages.url("edit", configuration.identifier)
    return address(f"{configuration.kind}s:edit", configuration.identifier)
