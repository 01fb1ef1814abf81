"""`python -m tests.chaos.scene PATH RECORDS`: in a database of its own, an import is queued whose
real-time route delivers to the file target at PATH."""

import sys

import django


def main(path: str, records: str) -> None:
    django.setup()
    from connectors.models import Incoming, Outgoing
    from routes.models import Route
    from scheduler import queue
    from tests.world import make_schema

    source = {"records": int(records), "page_size": 100, "pause": 0.02}
    incoming = Incoming(
        name="Counting",
        subscriber={"prototype": "counting-source", "parameters": source},
        entity_schema=make_schema(),
    ).store()
    target = {"path": path, "pause": 0.02}
    outgoing = Outgoing(
        name="File", publisher={"prototype": "file-target", "parameters": target}
    ).store()
    route = Route(
        name="Route", incoming=incoming, outgoing=outgoing, realtime=True, requests_in_flight=4
    )
    route.store()
    queue.enqueue(incoming, "person")


if __name__ == "__main__":
    main(*sys.argv[1:])
