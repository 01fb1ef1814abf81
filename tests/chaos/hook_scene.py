"""`python -m tests.chaos.hook_scene`: a webhook `chaos`, which takes keys from a header and
makes tasks of one route."""

import django


def main() -> None:
    django.setup()
    from connectors.models import Incoming, Outgoing
    from routes.models import Route
    from scheduler.models import Webhook
    from tests.world import make_schema

    incoming = Incoming(
        name="Calls",
        subscriber={"prototype": "webhook-subscriber", "parameters": {}},
        entity_schema=make_schema(),
    ).store()
    target = {"path": "/dev/null", "pause": 0}
    outgoing = Outgoing(
        name="Nothing", publisher={"prototype": "file-target", "parameters": target}
    ).store()
    Route(name="Route", incoming=incoming, outgoing=outgoing).store()
    Webhook(
        name="Chaos",
        identifier="chaos",
        incomings=[incoming.identifier],
        validators=[{"prototype": "open", "parameters": {}}],
        methods=["POST"],
        key_header="X-Key",
    ).store()


if __name__ == "__main__":
    main()
