"""The types of Alumio's exports, and how their settings are called here.

Each kind reads the `object` of a line into the data of our form and writes it back. What Alumio has
no name for gets one in its style, written only where it differs from the default.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alumio.configuration import Configuration
from alumio.exchange.jobs import read_job, write_job
from alumio.exchange.settings import Settings, says_nothing
from alumio.exchange.webhooks import read_webhook, write_webhook
from alumio.forms import ConfigurationForm
from alumio.located import Located
from connectors.forms import ConnectionForm, IncomingForm, OutgoingForm, StorageForm
from routes.forms import RouteForm
from scheduler.forms import ScheduledJobForm
from scheduler.webhooks.forms import WebhookForm
from transformers.forms import EntitySchemaForm, SavedTransformerForm

GENERIC_CLIENT = "http-client"
UNITS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": 86_400,
    "weeks": 604_800,
    "months": 2_592_000,
}


@dataclass(frozen=True)
class Kind:
    """`read(object)` gives (data for the form, names of settings that were not understood)."""

    type: str
    form: type[ConfigurationForm]
    read: Callable[[dict], tuple[dict, list[str]]]
    write: Callable[[Configuration, dict], dict]

    @property
    def model(self) -> type[Configuration]:
        return self.form._meta.model


def plain(names: dict[str, str]):
    """A kind whose settings only have other names: {Alumio's: ours}."""

    def read(body: dict) -> tuple[dict, list[str]]:
        settings = Settings(body.get("parameters"))
        data = {
            ours: settings.take(theirs) for theirs, ours in names.items() if theirs in settings.left
        }
        return data, sorted(settings.left)

    def write(configuration: Configuration, content: dict) -> dict:
        values = {theirs: content.get(ours) for theirs, ours in names.items()}
        return {"parameters": {name: v for name, v in values.items() if v is not None}}

    return read, write


def read_entity(body: dict) -> tuple[dict, list[str]]:
    data, unknown = PLAIN_ENTITY[0](body)
    return data | {"schema": data.get("schema") or {}}, unknown


def read_storage(body: dict) -> tuple[dict, list[str]]:
    settings = Settings(body.get("parameters"))
    data = {"path": settings.take("path") or "", "time_to_live": None}
    pruning = settings.take("pruning")
    if isinstance(pruning, dict) and pruning.get("enabled", True) and "timeToLive" in pruning:
        data["time_to_live"] = _seconds(pruning["timeToLive"], pruning.get("unit", "seconds"))
    elif not says_nothing(pruning):
        settings.left["pruning"] = pruning
    settings.drop_if_empty("logger")
    return data, sorted(settings.left)


def _seconds(number, unit) -> int:
    try:
        return int(number) * UNITS[unit]
    except (KeyError, TypeError, ValueError):
        raise Located(
            "Give a number and a unit: " + ", ".join(UNITS), ("object", "parameters", "pruning")
        ) from None


def write_storage(configuration: Configuration, content: dict) -> dict:
    parameters = {"path": content["path"], "logger": {"parameters": {"actions": []}}}
    if content["time_to_live"]:
        parameters["pruning"] = {
            "enabled": True,
            "timeToLive": content["time_to_live"],
            "unit": "seconds",
        }
    return {"parameters": parameters}


def read_transformer(body: dict) -> tuple[dict, list[str]]:
    return {"step": body}, []


def write_transformer(configuration: Configuration, content: dict) -> dict:
    step = content["step"]
    if isinstance(step, str):
        step = {"prototype": "chain", "parameters": {"transformers": [step]}}
    return step


def read_client(body: dict) -> tuple[dict, list[str]]:
    """A client without a prototype is the generic one."""
    return {"client": {"prototype": GENERIC_CLIENT} | body}, []


def write_client(configuration: Configuration, content: dict) -> dict:
    client = content["client"]
    if client.get("prototype") != GENERIC_CLIENT:
        return client
    return {name: value for name, value in client.items() if name != "prototype"}


ROUTE = {"incoming": "incoming", "outgoing": "outgoing", "transformers": "transformers"}
SWITCHES = {"realtime": "realtime", "waitingStatus": "waiting_status"}
RETRYING = {
    "enabled": "retry_enabled",
    "attempts": "max_retries",
    "interval": "retry_interval",
    "statuses": "retry_statuses",
}
EXTRAS = {
    "requestsInFlight": "requests_in_flight",
    "maximumEntityBytes": "max_entity_bytes",
    "unchangedEntities": "unchanged",
    "newestWins": "newest_wins",
    "retention": "retention",
}


def read_route(body: dict) -> tuple[dict, list[str]]:
    settings = Settings(body.get("parameters"))
    data = {ours: settings.take(theirs) for theirs, ours in ROUTE.items()}
    data |= {ours: bool(settings.take(theirs)) for theirs, ours in SWITCHES.items()}
    parallel = Settings(settings.take("parallelExecution"))
    data["parallel"] = bool(parallel.take("enabled"))
    _put(data, "max_processes", parallel.take("maximumProcesses"))
    retrying = Settings(settings.take("retry"))
    for theirs, ours in RETRYING.items():
        _put(data, ours, retrying.take(theirs))
    for theirs, ours in EXTRAS.items():
        _put(data, ours, settings.take(theirs))
    return data, sorted({**settings.left, **parallel.left, **retrying.left})


def _put(data: dict, name: str, value) -> None:
    if value is not None:
        data[name] = value


def write_route(configuration: Configuration, content: dict) -> dict:
    parameters = {theirs: content[ours] for theirs, ours in (ROUTE | SWITCHES).items()}
    parameters["parallelExecution"] = []
    if content["parallel"] or _differs(configuration, "max_processes"):
        parameters["parallelExecution"] = {
            "enabled": content["parallel"],
            "maximumProcesses": content["max_processes"],
        }
    if any(_differs(configuration, ours) for ours in RETRYING.values()):
        parameters["retry"] = {theirs: content[ours] for theirs, ours in RETRYING.items()}
    for theirs, ours in EXTRAS.items():
        if _differs(configuration, ours):
            parameters[theirs] = content[ours]
    return {"parameters": parameters}


def _differs(configuration: Configuration, name: str) -> bool:
    return getattr(configuration, name) != configuration._meta.get_field(name).get_default()


PLAIN_ENTITY = plain({"schema": "schema", "identifierPath": "identifier_paths", "link": "link"})
INCOMING = {
    "subscriber": "subscriber",
    "transformers": "transformers",
    "entityType": "entity_schema",
    "samples": "samples",
}
OUTGOING = {
    "publisher": "publisher",
    "transformers": "transformers",
    "afterTransformers": "after_transformers",
}

PLAIN_INCOMING, PLAIN_OUTGOING = plain(INCOMING), plain(OUTGOING)


def write_incoming(incoming: Configuration, content: dict) -> dict:
    """Alumio has no samples, so they are named only where there are some."""
    written = PLAIN_INCOMING[1](incoming, content)
    if not content["samples"]:
        del written["parameters"]["samples"]
    return written


def write_outgoing(outgoing: Configuration, content: dict) -> dict:
    """Alumio has no steps after publishing, so they are named only where there are some."""
    written = PLAIN_OUTGOING[1](outgoing, content)
    if not content["after_transformers"]:
        del written["parameters"]["afterTransformers"]
    return written


KINDS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind("entity", EntitySchemaForm, read_entity, PLAIN_ENTITY[1]),
        Kind("storage", StorageForm, read_storage, write_storage),
        Kind("http-client", ConnectionForm, read_client, write_client),
        Kind("list-transformer", SavedTransformerForm, read_transformer, write_transformer),
        Kind("incoming-configuration", IncomingForm, PLAIN_INCOMING[0], write_incoming),
        Kind("outgoing-configuration", OutgoingForm, PLAIN_OUTGOING[0], write_outgoing),
        Kind("route-configuration", RouteForm, read_route, write_route),
        Kind("scheduler-entry", ScheduledJobForm, read_job, write_job),
        Kind("webhook", WebhookForm, read_webhook, write_webhook),
    )
}
"""By Alumio's type; in the order in which they are exported, so that what is used comes first."""
