"""The kinds of component on this floor, and what they hand over."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from alumio.components import Component
from connectors.bodies import Body
from connectors.draft import Draft
from connectors.errors import SubscriberError
from connectors.http import HttpClient, Response
from connectors.rehearsal import Planned
from transformers.context import Context
from transformers.entity import Entity


class Page(NamedTuple):
    """Some records of a source. `cursor` (JSON) makes `subscribe` begin with this very page."""

    records: Iterable[Any]
    cursor: Any = None


class Result(NamedTuple):
    """What a target answered. `data` is what steps after publishing see."""

    ok: bool
    text: str
    detail: Any = None
    data: Any = None


class Subscriber(Component):
    """Fetches records from a system. `can_be_asked_again`: for a record that it gave before; a
    source that only receives what is sent to it cannot. `is_at_hand`: its records are part of its
    settings, so that to look at them asks nobody."""

    can_be_asked_again = True
    is_at_hand = False

    def subscribe(self, context: Context, cursor: Any = None) -> Iterator[Page]:
        """Stream the source's pages. Raises SubscriberError; logs requests with context.log."""
        raise NotImplementedError

    def parse(self, received: "Readable") -> "Parsed":
        """The records in the call of a webhook. Raises SubscriberError, here or while they are
        read."""
        text = "The subscriber of this incoming cannot read calls of a webhook. Choose “Webhook”."
        raise SubscriberError(text)

    def secrets(self, context: Context) -> list[str]:
        """Values that must never be shown."""
        return []

    def close(self) -> None:
        """Give back what was held open."""


class Publisher(Component):
    """Delivers entities to a system. Called from several threads at once."""

    def publish(self, entity: Entity, context: Context) -> Result:
        """Deliver one entity. Raises PublisherError, or answers with a Result that is not ok."""
        raise NotImplementedError

    def rehearse(self, entity: Entity, context: Context) -> Planned:
        """What `publish` would do, without doing it: for dry runs, in which this is all that is
        called. Raises PublisherError where it could not be done."""
        return Planned(f"Would be handed to “{self.label}”, which cannot show what it would send.")

    def secrets(self, context: Context) -> list[str]:
        """Values that must never be shown."""
        return []

    def close(self) -> None:
        """Give back what was held open."""


class Plugin(Component):
    """Changes every request of a client, or of one configuration."""

    def apply(self, draft: Draft, data: Any, context: Context) -> None:
        raise NotImplementedError

    def secrets(self, context: Context) -> list[str]:
        """Values that must never be shown."""
        return []


class Authentication(Plugin):
    """Adds credentials to every request."""

    def removed_from(self, url: str) -> str:
        """The URL without what `apply` adds to it."""
        return url


class Client(Component):
    """How a system is talked to: its address, credentials and limits (Alumio: HTTP client)."""

    plugins: list[Plugin] = []
    authentications: list[Authentication] = []

    def options(self) -> dict:
        """Keyword arguments of `HttpClient`: limits, redirects, TLS."""
        return {}

    def prepare(self, draft: Draft, data: Any, context: Context, http: HttpClient) -> None:
        """Complete a request. `http` is there for what must be asked first, such as a token."""
        for part in (*self.plugins, *self.authentications):
            if not part.disabled:
                part.apply(draft, data, context)

    def renew(self, draft: Draft) -> bool:
        """Forget the credentials of a request that was refused; True: it is worth asking again."""
        return False

    def refuses(self, status: int) -> bool:
        """Whether an answer with this status is an error."""
        return status >= 400

    def secrets(self, context: Context) -> list[str]:
        parts = (*self.plugins, *self.authentications)
        return [secret for part in parts for secret in part.secrets(context)]


class Readable(Protocol):
    """What a parser reads: an answer (`connectors.http.Response`), or what came by itself
    (`connectors.received.Received`)."""

    body: Body
    headers: Mapping[str, str]
    """Ask for names in small letters."""

    @property
    def came(self) -> str:
        """The beginning of a sentence that goes on with “with …”: “GET https://… answered 200”,
        “The call of the webhook “orders” came”."""

    def excerpt(self, size: int = 200) -> str:
        """The beginning of the body on one line, without secrets."""

    def note(self) -> Any:
        """What is kept with an error, bounded and without secrets; None for nothing."""


class Parsed(NamedTuple):
    """The records of what came. `document()` is what stands around them (all of it, where that is
    small), `remark()` what is worth a warning where there are no records, or nothing; ask for both
    when the records have been read."""

    records: Iterator[Any]
    document: Callable[[], Any]
    remark: Callable[[], str] = str


class Parser(Component):
    """Reads records from what came."""

    def parse(self, readable: Readable) -> Parsed:
        """Raises SubscriberError, here or while the records are read; what is small enough to be
        in memory is read as a whole first, so that a fault in it leaves no half of it behind."""
        raise NotImplementedError


class Serializer(Component):
    """Writes a payload as the body of a request."""

    content_type: str = ""

    def serialize(self, payload: Any) -> bytes:
        raise NotImplementedError


class Pagination(Component):
    """Finds the next page of a source. A page is known by its state (JSON), kept as the cursor."""

    def first(self) -> Any:
        """The state of the first page."""
        return {"page": 1}

    def place(self, draft: Draft, state: Any) -> None:
        """Make a request ask for this page."""

    def after(self, state: Any, count: int, response: Response, parsed: Parsed) -> Any:
        """The state of the page behind one that had `count` raw records; None after the last."""
        return None
