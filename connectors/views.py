"""Pages of the two ends and of what they use."""

from alumio.pages import Notice, Pages, Section, register
from alumio.summary import line_of
from connectors.forms import ConnectionForm, IncomingForm, OutgoingForm, StorageForm
from connectors.models import Connection, Incoming, Outgoing, Storage
from connectors.registries import clients, publishers, subscribers


def steps_word(steps: list) -> str:
    count = len(steps or [])
    return f"{count} step{'s' if count != 1 else ''}" if count else ""


def incoming_line(incoming: Incoming) -> str:
    parts = [line_of(incoming.subscriber, subscribers), steps_word(incoming.transformers)]
    return " · ".join(filter(None, parts))


def outgoing_line(outgoing: Outgoing) -> str:
    steps = [*(outgoing.transformers or []), *(outgoing.after_transformers or [])]
    return " · ".join(filter(None, [line_of(outgoing.publisher, publishers), steps_word(steps)]))


def connection_line(connection: Connection) -> str:
    return line_of(connection.client, clients)


def storage_line(storage: Storage) -> str:
    if not storage.time_to_live:
        return "items stay until they are removed"
    return f"items go {duration(storage.time_to_live)} after their last write"


def duration(seconds: int) -> str:
    """Seconds in the largest unit that divides them."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"


def incoming_notices(incoming: Incoming) -> list[Notice]:
    if incoming.routes.exists():
        return []
    text = "No route uses this incoming yet: records that it fetches do not become tasks."
    return [Notice(text, level="info")]


incomings = register(
    Pages(
        form=IncomingForm,
        namespace="incomings",
        noun="incoming",
        plural="Incoming",
        icon="database-import",
        about="An incoming configuration fetches or receives records from one system. Each record "
        "becomes a task on every route that uses it.",
        sections=(
            Section("Subscriber", ("subscriber",), "Where the records come from."),
            Section(
                "Entity transformers",
                ("transformers",),
                "Steps that every record goes through before it reaches the routes.",
            ),
            Section("Entity schema", ("entity_schema",), "What the records must look like."),
            Section(
                "Samples",
                ("samples",),
                "Records to try the steps with. One that says what a route should publish is a "
                "test: “Try it” runs all of them.",
            ),
        ),
        line=incoming_line,
        notices=incoming_notices,
        run="run-incoming",
        tries="trying:incoming",
        joined=("entity_schema",),
    )
)

outgoings = register(
    Pages(
        form=OutgoingForm,
        namespace="outgoings",
        noun="outgoing",
        plural="Outgoing",
        icon="database-export",
        about="An outgoing configuration delivers tasks to one system. Any number of routes can "
        "use it.",
        sections=(
            Section(
                "Entity transformers",
                ("transformers",),
                "Steps that shape each task for the system before it is published.",
            ),
            Section("Publisher", ("publisher",), "Where the tasks go."),
            Section(
                "After publishing",
                ("after_transformers",),
                "Steps that see the response; what they store is kept.",
            ),
        ),
        line=outgoing_line,
        tries="trying:outgoing",
    )
)

connections = register(
    Pages(
        form=ConnectionForm,
        namespace="connections",
        noun="connection",
        plural="Connections",
        icon="plug-connected",
        group="Building blocks",
        about="A connection keeps the address and the credentials of one system, for all "
        "configurations that talk to it. Secrets are encrypted and never shown again.",
        sections=(Section("Client", ("client",), "How to reach the system and sign in to it."),),
        line=connection_line,
    )
)

storages = register(
    Pages(
        form=StorageForm,
        namespace="storages",
        noun="storage",
        plural="Storages",
        icon="archive",
        group="Building blocks",
        about="A storage remembers values between runs: which identifiers belong together, what "
        "was sent last, the moment of the last fetch.",
        sections=(Section("Storage", ("path", "time_to_live")),),
        line=storage_line,
    )
)
