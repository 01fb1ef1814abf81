"""Specs of steps and ends that a trial must not let act."""


def http_publisher(uri="https://target.example/items", **parameters) -> dict:
    settings = {"request": {"uri": uri, **parameters.pop("request", {})}, **parameters}
    return {"prototype": "http-publisher", "parameters": settings}


def http_subscriber(uri="https://source.example/items", **parameters) -> dict:
    return {"prototype": "http-subscriber", "parameters": {"request": {"uri": uri}, **parameters}}


def in_data(*steps) -> dict:
    """An entity step of data steps."""
    return {"prototype": "data", "parameters": {"transformers": list(steps)}}


def look_up(uri="https://lookup.example/&{sku}", method="GET") -> dict:
    """A step that puts the answer of a look-up at “found”."""
    request = {
        "prototype": "http-transformer",
        "parameters": {"request": {"uri": uri, "method": method}},
    }
    merger = {"template": {"found": "&{@}"}, "transformer": request}
    return in_data({"prototype": "merger", "parameters": merger})


def save_in(storage: str, key="&{sku}") -> dict:
    parameters = {"storage": storage, "storageKey": key}
    return in_data({"prototype": "storage-save-entity-in-storage", "parameters": parameters})


def get_from(storage: str, destination: str, key="&{sku}") -> dict:
    parameters = {"storage": storage, "storageKey": key, "destination": destination}
    return in_data({"prototype": "storage-get-entity-from-storage", "parameters": parameters})


def set_schema(name: str) -> dict:
    return {"prototype": "type-setter", "parameters": {"entityType": name}}


def branch(pattern: str) -> dict:
    return {"prototype": "brancher", "parameters": {"pattern": pattern}}


def note_the_time() -> dict:
    """Puts the present moment, to the microsecond, at “at”."""
    setter = {"key": "at", "value": "now"}
    mapper = {
        "prototype": "value-mapper",
        "parameters": {
            "accessor": {"prototype": "pattern", "parameters": {"pattern": "at"}},
            "mappers": [{"prototype": "format-date", "parameters": {"toFormat": "H:i:s.u"}}],
        },
    }
    return in_data(
        {"prototype": "value-setter", "parameters": {"configurations": [setter]}}, mapper
    )
