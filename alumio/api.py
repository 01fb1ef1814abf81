"""What all doors of the REST API share: who may enter, exact JSON, and one shape of errors.

400  {"errors": [{"path": "subscriber.parameters.uri", "where": "Subscriber › URI", "message"}]}
400  {"detail", "line", "column", "path"}   the body is not JSON
401, 403, 404, 405, 409, 413, 415, 503   {"detail": …}
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError
from rest_framework import exceptions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from alumio import keyset
from alumio.access import HasRole
from alumio.api_json import ExactParser, ExactRenderer
from alumio.api_keys import ApiKeyAuthentication
from alumio.filters import Filter
from alumio.located import Located
from alumio.openapi import ApiSchema

log = logging.getLogger(__name__)

PAGE_SIZE, MAX_PAGE_SIZE = 50, 500
NOT_SIGNED_IN = (
    "Send an API key in the header “Authorization: Bearer ak_…”. "
    "An administrator makes keys on the page API keys, or with manage.py create_api_key."
)
PAGING = ("cursor", "page_size")


class Unavailable(exceptions.APIException):
    """The platform cannot answer now. `retry_after`: seconds."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE

    def __init__(self, detail: str, retry_after: int):
        super().__init__(detail)
        self.wait = retry_after  # becomes the header Retry-After


class Invalid(exceptions.APIException):
    """Something in the request is wrong; each error names its place."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors: Iterable[Located]):
        super().__init__("Some of this is not right.")
        self.answer = {"errors": [as_json(error) for error in errors]}


class Conflict(exceptions.APIException):
    """The request is fine, but not as things stand. `more` is answered beside the detail."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, detail: str, **more):
        super().__init__(detail)
        self.answer = {"detail": detail, **more}


def as_json(error: Located) -> dict:
    return {
        "path": ".".join(map(str, error.path)),
        "where": " › ".join(error.words),
        "message": error.reason,
    }


def answer_error(error: Exception, context: dict) -> Response | None:
    """Every refusal as JSON of one shape; None for a fault of ours, which Django reports."""
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("The database is away: %s", error)
        error = Unavailable("The database does not answer. Try again in a moment.", retry_after=5)
    response = exception_handler(error, context)
    if response is not None:
        detail = getattr(error, "detail", None) or response.data.get("detail", "")
        if isinstance(error, exceptions.NotAuthenticated):
            detail = NOT_SIGNED_IN
        response.data = getattr(error, "answer", None) or {"detail": str(detail)}
    return response


class ApiView(APIView):
    """A door of the API. Subclasses say `role` and `role_to_change` where they differ from
    viewer and editor."""

    authentication_classes = [ApiKeyAuthentication, SessionAuthentication]
    permission_classes = [HasRole]
    parser_classes = [ExactParser]
    renderer_classes = [ExactRenderer]
    schema = ApiSchema()

    def get_exception_handler(self):
        return answer_error

    def body(self) -> dict:
        """The body of the request, an object."""
        if not isinstance(self.request.data, dict):
            raise Invalid([Located("Send a JSON object.")])
        return self.request.data


class NoSuchAddress(ApiView):
    """What answers below /api/ where nothing else does."""

    schema = None
    role_to_change = "viewer"

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound("There is nothing at this address. See /api/v1/docs/.")


def listed(view: ApiView, queryset, key: str, filter_class, represent) -> Response:
    """A page of a list: filtered, counted, with links to the pages beside it."""
    chosen = filter_class(view.request.query_params, besides=PAGING)
    if not chosen.is_valid():
        raise Invalid(chosen.located_errors())
    rows = chosen.apply(queryset)
    try:
        page = keyset.page(
            rows, key, page_size(view.request), view.request.query_params.get("cursor")
        )
    except Located as error:
        raise Invalid([error]) from None
    count, exact = keyset.bounded_count(rows)
    answer = {
        "count": count,
        "next": link(view.request, page.next),
        "previous": link(view.request, page.previous),
        "results": [represent(row) for row in page.rows],
    }
    return Response(answer if exact else answer | {"count_exact": False})


def page_size(request) -> int:
    text = request.query_params.get("page_size") or str(PAGE_SIZE)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_PAGE_SIZE):
        raise Invalid([Located(f"A number from 1 to {MAX_PAGE_SIZE}.", ("page_size",))])
    return int(text)


def link(request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def moment(value: datetime | None) -> str | None:
    """A moment in ISO 8601, in UTC, with microseconds, so that texts sort as moments do."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def criteria_in(asked, filter_class: type[Filter], noun: str) -> dict:
    """The criteria of a filter that stands in a body. Every row must be asked for by name, never by
    an empty filter. Raises Invalid."""
    if not isinstance(asked, dict):
        raise Invalid([Located("Give an object of filters.", ("filter",))])
    if "all" in asked:
        if asked != {"all": True}:
            raise Invalid([Located("“all” stands alone and is true.", ("filter", "all"))])
        return {}
    chosen = filter_class(asked)
    if not chosen.is_valid():
        raise Invalid(
            Located(error.reason, ("filter", *error.path)) for error in chosen.located_errors()
        )
    if not chosen.criteria():
        raise Invalid([Located(f'Say {{"all": true}} if you mean every {noun}.', ("filter",))])
    return chosen.criteria()
