"""Exact JSON for the REST API: what is read and written keeps every digit."""

from django.conf import settings
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from alumio import jsontext


class ExactParser(BaseParser):
    """Reads JSON strictly; numbers keep all their digits."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        length = int(stream.META.get("CONTENT_LENGTH") or 0) if hasattr(stream, "META") else 0
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge(f"Send at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
        try:
            return jsontext.loads(stream.read())
        except jsontext.JSONTextError as error:
            raise NotJSON(error) from None


class ExactRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return b"" if data is None else jsontext.dumps(data).encode()


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class NotJSON(exceptions.APIException):
    """The body of a request is not the JSON we accept; says where."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, error: jsontext.JSONTextError):
        super().__init__(f"The body is not JSON: {error}.")
        self.answer = {
            "detail": str(self.detail),
            "line": error.line,
            "column": error.column,
            "path": error.path,
        }
