"""Talking to one system for as long as a configuration runs: its client, its request settings, and
the connections that are kept open."""

import threading
from http import HTTPStatus

from connectors.bodies import readable_size
from connectors.credentials import in_variables
from connectors.draft import Draft
from connectors.failures import CHECK_URI, HttpError
from connectors.http import HttpClient, Response
from connectors.kinds import Client
from connectors.redaction import Redactor
from connectors.registries import clients
from connectors.rehearsal import NOT_SENT
from connectors.requests import RequestTemplate
from connectors.types.plugins.logger import Logger

NO_CLIENT = {"prototype": "http-client", "parameters": {}}
_ADVICE = {
    400: "The data may not be what it expects.",
    401: "Check the credentials of the connection.",
    403: "Check what the credentials of the connection permit.",
    404: CHECK_URI,
    405: "Check the method.",
    413: "Send less at once.",
    422: "The data may not be what it expects.",
    429: "It asks to be called less often.",
}


class Session:
    """Built from the settings `client` and `request`; used by several threads at once.

    `transport` (a function that makes one) stands for the network in tests.
    """

    transport = None

    def __init__(self, client: Client | None, request: dict):
        self.client = client or clients.build(NO_CLIENT)
        self.template = RequestTemplate(request)
        self._http: HttpClient | None = None
        self._lock = threading.Lock()

    def send(self, data, context, change=None, headers: dict | None = None) -> Response:
        """Send the request of this data; `change` may alter the draft first. Raises HttpError."""
        http = self._open(context)
        draft = self._draft(http, data, context, change, headers)
        response = http.send(draft.request())
        if response.status == 401 and self.client.renew(draft):
            response = http.send(self._draft(http, data, context, change, headers).request())
        return response

    def answer(self, data, context, change=None) -> Response:
        """As `send`, but an answer that the client takes for an error is raised as HttpError."""
        response = self.send(data, context, change)
        if self.client.refuses(response.status) or 300 <= response.status < 400:
            raise refused(response)
        return response

    def rehearse(self, data, context, headers: dict | None = None) -> dict:
        """The request of this data as `send` would send it, noted without secrets; nothing is sent.

        A token that would have to be asked for first is missing in it, which it says. Raises
        HttpError where it cannot be sent at all.
        """
        http = self._open(context)
        draft, noted = self._begun(data, context, None, headers), {}
        try:
            self.client.prepare(draft, data, context, http)
        except HttpError as error:
            if error.kind != NOT_SENT:
                raise
            noted["missing"] = "The credentials, which are asked for when it is really sent."
        self.template.complete(draft, data, context)
        return http.rehearse(draft.request()) | noted

    def secrets(self, context) -> list[str]:
        """Values that must never be shown."""
        return [
            *self.client.secrets(context),
            *self.template.secrets(context),
            *in_variables(context),
        ]

    def public(self, url: str) -> str:
        """A URL without the credentials that are added to each request, fit to be stored."""
        for part in (*self.client.authentications, *self.template.authentications):
            url = part.removed_from(url)
        return url

    def log(self, context, response: Response) -> None:
        """Note a request that went well: a line, and as much as the plugin “logger” asks for."""
        size = readable_size(response.body.size)
        text = f"{response.where} answered {response.status}, {size} in {response.seconds:.3g} s."
        detailed = any(
            part.formatter in ("long", "full")
            for part in (*self.client.plugins, *self.template.plugins)
            if isinstance(part, Logger)
        )
        context.log("info", text, response.note() if detailed else None)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _draft(self, http: HttpClient, data, context, change, headers) -> Draft:
        draft = self._begun(data, context, change, headers)
        self.client.prepare(draft, data, context, http)
        self.template.complete(draft, data, context)
        return draft

    def _begun(self, data, context, change, headers) -> Draft:
        draft = self.template.draft(data, context)
        for name, value in (headers or {}).items():
            draft.default_header(name, value)
        if change:
            change(draft)
        return draft

    def _open(self, context) -> HttpClient:
        """The connections, made when the first request knows what `${…}` in secrets stands for."""
        if self._http is None:
            with self._lock:
                if self._http is None:
                    transport = type(self).transport
                    self._http = HttpClient(
                        redactor=Redactor(self.secrets(context)),
                        transport=transport and transport(),
                        **self.client.options(),
                    )
        return self._http


def refused(response: Response) -> HttpError:
    """The error of an answer whose status says that it failed."""
    return HttpError("status", told(response), response.note(), sent=True)


def told(response: Response) -> str:
    """What was answered, in words, with what to do about it."""
    try:
        phrase = f"{response.status} {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = str(response.status)
    text = f"{response.where} answered {phrase}"
    if 300 <= response.status < 400 and "location" in response.headers:
        to = response.redactor.url(response.headers["location"][:200])
        return f"{text}: it redirects to {to}. Use that address, or allow redirects in the client."
    if excerpt := response.excerpt():
        text += f": {excerpt}"
    advice = _ADVICE.get(
        response.status, "" if response.status < 500 else "The fault is on its side."
    )
    return f"{text.rstrip('. ')}. {advice}".rstrip()
