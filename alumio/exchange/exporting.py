"""Writes configurations as lines of NDJSON as Alumio and `importing` read. Secrets never leave."""

from collections.abc import Iterable, Iterator

from alumio import jsontext
from alumio.configuration import Configuration
from alumio.exchange.kinds import KINDS, Kind
from alumio.exchange.variables import without_secrets

SCHEMA = "https://di.schema.alumio.com/register.configuration.json"


def export(types: Iterable[str] = (), identifiers: Iterable[str] = ()) -> Iterator[str]:
    """The lines of all configurations, or of these types or identifiers, by identifier."""
    wanted = set(identifiers)
    for kind in KINDS.values():
        if types and kind.type not in types:
            continue
        rows = kind.model.objects.order_by("identifier")
        for row in rows.filter(identifier__in=wanted) if wanted else rows:
            yield jsontext.dumps(line(kind, row))


def line(kind: Kind, configuration: Configuration) -> dict:
    """One configuration in Alumio's shape."""
    content = configuration.content()
    # The field's name is left out of the variable's: ${SHOP_PASSWORD}, not ${SHOP_CLIENT_PASSWORD}.
    clean = {
        name: without_secrets({name: field}, {name: content[name]}, configuration.identifier)[name]
        for name, field in kind.form.base_fields.items()
        if name in content
    }
    return {
        "$schema": SCHEMA,
        "type": kind.type,
        "identifier": configuration.identifier,
        "name": configuration.name,
        "description": configuration.description,
        "object": kind.write(configuration, clean),
        "owner": None,
        "disabled": not configuration.enabled,
    }
