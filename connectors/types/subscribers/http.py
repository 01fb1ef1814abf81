"""Subscriber: fetch records by HTTP, page by page."""

import hashlib
from collections.abc import Iterator

from django import forms

from alumio.fields import ComponentField, ComponentsField, GroupField
from connectors.errors import ConnectorError, SubscriberError
from connectors.failures import HttpError
from connectors.http import Response
from connectors.kinds import Page, Parsed, Subscriber
from connectors.registries import clients, paginations, parsers, plugins, subscribers
from connectors.requests import RequestForm, require_address
from connectors.session import Session
from transformers.errors import StepError, TransformError
from transformers.registries import data_transformers


@subscribers.register
class HTTPSubscriber(Subscriber):
    prototype, label = "http-subscriber", "HTTP"
    help = "Sends a request, reads records from the answer, and goes on with the next page."

    class Parameters(forms.Form):
        client = ComponentField(clients, required=False, label="Connection")
        request = GroupField(RequestForm, label="Request")
        transformer = ComponentField(
            data_transformers,
            required=False,
            label="Input transformer",
            help_text="Makes data for the placeholders in the request, such as a date to ask for.",
        )
        pagination = ComponentField(paginations, required=False, label="Pagination")
        deserializer = ComponentField(
            parsers,
            required=False,
            label="Parser",
            help_text="Reads records out of the answer. None: it is JSON, a list or one record.",
        )
        requestListeners = ComponentsField(plugins, word="listener", label="Request listeners")

        def clean(self):
            require_address(self)

    def setup(self):
        given = self.parameters
        listeners = [*given["request"]["plugins"], *given["requestListeners"]]
        self.session = Session(given["client"], {**given["request"], "plugins": listeners})
        self.pagination = given["pagination"] or paginations.build(ONE_PAGE)
        self.parser = given["deserializer"] or parsers.build("json")

    def subscribe(self, context, cursor=None):
        data = self._input(context)
        state, before, followed = cursor or self.pagination.first(), None, set()
        while state is not None:
            response = self._fetch(data, context, state)
            try:
                parsed = self.parser.parse(response)
                page = _digest(response)
                if page is not None and page == before:
                    text = "answered the same page twice running, so this is taken for the end."
                    context.log("warning", f"{response.where} {text} Check the pagination.")
                    return
                before = page
                counted = _Counted(parsed.records)
                yield Page(counted, state)
                state = self._next(state, counted, response, parsed, context, followed)
            finally:
                response.body.close()

    def parse(self, received):
        return self.parser.parse(received)

    def secrets(self, context):
        return self.session.secrets(context)

    def close(self):
        self.session.close()

    def _input(self, context):
        step = self.parameters["transformer"]
        if step is None or step.disabled:
            return {}
        try:
            return step.transform({}, context)
        except (StepError, TransformError) as error:
            raise SubscriberError(f"The input transformer failed: {error}") from error

    def _fetch(self, data, context, state) -> Response:
        try:
            response = self.session.answer(
                data, context, lambda draft: self.pagination.place(draft, state)
            )
        except (HttpError, ConnectorError) as error:
            raise SubscriberError(str(error), error.detail) from error
        except (StepError, TransformError) as error:
            raise SubscriberError(f"The request cannot be made: {error}") from error
        self.session.log(context, response)
        return response

    def _next(self, state, counted: "_Counted", response, parsed: Parsed, context, followed: set):
        for _ in counted:  # what nobody read of this page, so that it is counted whole
            pass
        if not counted.count and (remark := parsed.remark()):
            context.log("warning", remark)
        following = self.pagination.after(state, counted.count, response, parsed)
        if following is None or "uri" not in following:
            return following
        following["uri"] = self.session.public(following["uri"])
        followed.add(self.session.public(response.request.url))
        if following["uri"] in followed:
            text = "names a page that was read already as the next one, so this is taken for the"
            context.log("warning", f"{response.where} {text} end. Check the pagination.")
            return None
        return following


ONE_PAGE = {"prototype": "one-page", "parameters": {}}


class _Counted:
    """Records that are counted as they are read."""

    def __init__(self, records: Iterator):
        self._records, self.count = records, 0

    def __iter__(self):
        return self

    def __next__(self):
        record = next(self._records)
        self.count += 1
        return record


def _digest(response: Response) -> bytes | None:
    """What tells a page from the one before it: a source that ignores the page we ask for would
    otherwise be read for ever. None for one too large to compare."""
    if not response.body.in_memory:
        return None
    return hashlib.blake2b(response.body.bytes(), digest_size=16).digest()
