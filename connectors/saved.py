"""What a string in the place of a client stands for."""

from alumio.configuration import named, note_use
from alumio.located import Located
from connectors.models import Connection


def saved_client(identifier: str) -> dict | str | None:
    """The client saved under this identifier. A disabled connection refuses to communicate."""
    connection = named(Connection, identifier)
    if connection is None:
        return None
    if not connection.enabled:
        raise Located(f"The connection “{connection.name}” is disabled. Enable it to use it.")
    note_use(connection)
    return connection.client


def saved_clients() -> list[tuple[str, str]]:
    """The connections to choose from: identifier and name."""
    return list(Connection.objects.order_by("name").values_list("identifier", "name"))
