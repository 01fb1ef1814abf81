"""Words for the tests of pages: configurations to begin with."""

from connectors.models import Connection, Incoming, Outgoing, Storage
from routes.models import Route
from transformers.models import EntitySchema, SavedTransformer

NOTHING = {"prototype": "no-action-publisher", "parameters": {}}


def step(prototype="chain", name="", **parameters):
    spec = {"prototype": prototype, "parameters": parameters}
    return spec | ({"meta": {"name": name}} if name else {})


def set_values(**values):
    rows = [{"key": key, "value": value} for key, value in values.items()]
    return step("data", transformers=[step("value-setter", configurations=rows)])


def connection(password="open sesame", **fields):
    basic = step("basic", username="shop", password=password)
    client = step("http-client", authentications=[basic])
    return Connection(name="Shop", identifier="shop", client=client, **fields).store()


def incoming(name="Products", transformers=(), subscriber=None, **fields):
    return Incoming(
        name=name,
        subscriber=subscriber or step("static-data-subscriber", data=[]),
        transformers=list(transformers),
        **fields,
    ).store()


def outgoing(name="Warehouse", **fields):
    return Outgoing(name=name, publisher=NOTHING, **fields).store()


def route(name="Products to warehouse", **fields):
    return Route(name=name, incoming=incoming(), outgoing=outgoing(), **fields).store()


def schema(name="Product", **fields):
    return EntitySchema(name=name, identifier_paths=["sku"], **fields).store()


def storage(name="Seen", **fields):
    return Storage(name=name, **fields).store()


def transformer(name="Clean up", spec=None, **fields):
    return SavedTransformer(name=name, step=spec or step(), **fields).store()
