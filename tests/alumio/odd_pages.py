"""The platform's web server with odd pages, little patience, and static files of its own.

`/odd/echo…` tells what it was given, `/odd/long?N` sends N blocks without saying how many,
`/odd/broken?N` fails at the block N, `/odd/failed` at once, `/odd/seen` tells what happened.
"""

import json
import os
from collections import Counter
from pathlib import Path

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")
settings.STORAGES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
settings.STATIC_ROOT = Path(os.environ["ALUMIO_DATA"]) / "static"
django.setup()

from django.core import signals  # noqa: E402
from django.db import connection  # noqa: E402

from alumio import bodies, server  # noqa: E402

BLOCK = b"0123456789abcdef" * 4096
seen: Counter[str] = Counter()
pages = server.pages
bodies.BODY_SECONDS = 10.0
signals.request_started.connect(lambda **_: seen.update(["started"]), weak=False)
signals.request_finished.connect(lambda **_: seen.update(["finished"]), weak=False)


class Blocks:
    def __init__(self, number: int, breaks: bool):
        self.number, self.breaks = number, breaks

    def __iter__(self):
        for _ in range(self.number):
            yield BLOCK
        if self.breaks:
            raise RuntimeError("no further")

    def close(self):
        seen["closed"] += 1


def odd_pages(environ, start):
    path = environ["PATH_INFO"]
    if not path.startswith("/odd/"):
        return pages(environ, start)
    if path == "/odd/failed":
        raise RuntimeError("not even begun")
    start("200 OK", [("Content-Type", "text/plain")])
    if path in ("/odd/long", "/odd/broken"):
        return Blocks(int(environ["QUERY_STRING"]), path == "/odd/broken")
    if path == "/odd/seen":
        return [json.dumps(seen | {"connection": id(connection.connection)}).encode()]
    seen["echoed"] += 1
    body = environ["wsgi.input"].read()
    told = {name: value for name, value in environ.items() if name.isupper()}
    return [json.dumps(told | {"bytes": len(body)}).encode()]


server.pages = odd_pages
application = server.application
