"""The settings of the demo's configurations, as anybody could type them in.

Each is (form, settings); they are in the order in which they need each other.
"""

from alumio.demo import door
from connectors.forms import ConnectionForm, IncomingForm, OutgoingForm, StorageForm
from routes.forms import RouteForm
from scheduler.forms import ScheduledJobForm
from transformers.forms import EntitySchemaForm

BOOKMARKS = "demo-bookmarks"
SHOP_ORDERS, SHOP_PRODUCTS = "demo-shop-orders", "demo-shop-products"
ERP_ORDERS, ERP_PRODUCTS = "demo-erp-orders", "demo-erp-products"
ORDERS, PRODUCTS = "demo-orders-to-erp", "demo-products-to-erp"
EVERY_MINUTE = "* * * * *"
ORDERS_AT_ONCE = 10
"""A few more than come or are due again in a minute: the first ones wait for hours, seen as New."""


def all_of_them() -> list[tuple[type, dict]]:
    return [
        (ConnectionForm, connection("shop", door.SHOP, "Demo shop")),
        (ConnectionForm, connection("erp", door.ERP, "Demo ERP")),
        (StorageForm, bookmarks()),
        (EntitySchemaForm, order_schema()),
        (EntitySchemaForm, product_schema()),
        (IncomingForm, shop_orders()),
        (IncomingForm, shop_products()),
        (OutgoingForm, erp_orders()),
        (OutgoingForm, erp_products()),
        (RouteForm, orders_route()),
        (RouteForm, products_route()),
        *[(ScheduledJobForm, job) for job in jobs()],
    ]


# ---------------------------------------------------------------- what the ends use


def connection(system: str, identifier: str, name: str) -> dict:
    return {
        "identifier": identifier,
        "name": name,
        "description": f"The demo {system} inside this platform. It answers nobody else.",
        "client": client(system),
    }


def client(system: str) -> dict:
    address = {"prototype": "base-uri", "parameters": {"uri": door.base_uri(system)}}
    bearer = {"prototype": "bearer", "parameters": {"token": door.token()}}
    return {
        "prototype": "http-client",
        "parameters": {"plugins": [address], "authentications": [bearer], "timeout": 10},
    }


def bookmarks() -> dict:
    return {
        "identifier": BOOKMARKS,
        "name": "Demo: bookmarks",
        "description": "Up to where the shop's orders and products were fetched.",
    }


def order_schema() -> dict:
    return {
        "identifier": "demo-order",
        "name": "Demo: order",
        "description": "What every order must have. Orders that break it are rejected.",
        "identifier_paths": ["number"],
        "schema": {
            "type": "object",
            "required": ["number", "placed_at", "state", "lines", "total"],
            "properties": {
                "number": {"type": "string"},
                "total": {"type": "number", "minimum": 0},
                "lines": {"type": "array", "minItems": 1},
            },
        },
    }


def product_schema() -> dict:
    return {
        "identifier": "demo-product",
        "name": "Demo: product",
        "description": "What every product must have. The gift card has no price: it is rejected.",
        "identifier_paths": ["sku"],
        "schema": {
            "type": "object",
            "required": ["sku", "title", "price"],
            "properties": {
                "sku": {"type": "string", "minLength": 1},
                "price": {"type": "number", "exclusiveMinimum": 0},
                "stock": {"type": "integer"},
            },
        },
    }


# ---------------------------------------------------------------- the two ends


def shop_orders() -> dict:
    return {
        "identifier": SHOP_ORDERS,
        "name": "Demo shop: new orders",
        "description": "Fetches the orders behind the bookmark, a page at a time.",
        "subscriber": subscriber("/orders", "orders"),
        "entity_schema": "demo-order",
        "transformers": [step("Keep a bookmark", remember("orders", "id"))],
    }


def shop_products() -> dict:
    return {
        "identifier": SHOP_PRODUCTS,
        "name": "Demo shop: changed products",
        "description": "At first all products, then those that changed since the bookmark.",
        "subscriber": subscriber("/products", "products"),
        "entity_schema": "demo-product",
        "transformers": [step("Keep a bookmark", remember("products", "updated_at"))],
    }


def subscriber(uri: str, key: str) -> dict:
    """Reads the bookmark first, then asks for what is behind it."""
    bookmark = {"storage": BOOKMARKS, "storageKey": key, "destination": "after"}
    return {
        "prototype": "http-subscriber",
        "parameters": {
            "client": door.SHOP,
            "transformer": {"prototype": "storage-get-entity-from-storage", "parameters": bookmark},
            "request": {"uri": uri, "query": {"after": "?{after}"}},
            "pagination": {"prototype": "next", "parameters": {"pattern": "next"}},
            "deserializer": {"prototype": "json", "parameters": {"pattern": "items"}},
        },
    }


def remember(key: str, source: str) -> dict:
    return {
        "prototype": "storage-save-entity-in-storage",
        "parameters": {"storage": BOOKMARKS, "storageKey": key, "source": source},
    }


def erp_orders() -> dict:
    return {
        "identifier": ERP_ORDERS,
        "name": "Demo ERP: orders",
        "description": "Delivers paid orders; cancelled ones are skipped.",
        "publisher": publisher("/orders"),
        "transformers": [
            step(
                "Only paid orders, as the ERP names them",
                moved("number", "reference"),
                moved("placed_at", "ordered_at"),
                moved("ship_to", "delivery"),
                removed("id", "state"),
                filters=[where("state", "paid")],
            )
        ],
    }


def erp_products() -> dict:
    return {
        "identifier": ERP_PRODUCTS,
        "name": "Demo ERP: products",
        "description": "Delivers products. The ERP refuses those whose unit it does not know.",
        "publisher": publisher("/products"),
        "transformers": [step("As the ERP names it", moved("sku", "code"), moved("title", "name"))],
    }


def publisher(uri: str) -> dict:
    return {
        "prototype": "http-publisher",
        "parameters": {"client": door.ERP, "request": {"method": "POST", "uri": uri}},
    }


# ---------------------------------------------------------------- routes and their schedule


def orders_route() -> dict:
    return {
        "identifier": ORDERS,
        "name": "Demo: orders to ERP",
        "description": "Sends new orders each minute. The ERP is busy at times: those are retried.",
        "incoming": SHOP_ORDERS,
        "outgoing": ERP_ORDERS,
        "transformers": [
            step(
                "One name for the customer",
                setter("customer.name", "&{customer.first_name} &{customer.last_name}"),
                setter("channel", "demo shop"),
            )
        ],
        "retry_enabled": True,
        "max_retries": 3,
        "retry_interval": 1,
    }


def products_route() -> dict:
    return {
        "identifier": PRODUCTS,
        "name": "Demo: products to ERP",
        "description": "Sends changed products as they come. The ERP refuses some for good.",
        "realtime": True,
        "incoming": SHOP_PRODUCTS,
        "outgoing": ERP_PRODUCTS,
        "transformers": [step("Colours begin with a capital", capital("attributes.colour"))],
    }


def jobs() -> list[dict]:
    """Products need none to be sent: their route is a real-time one."""
    return [
        {
            "identifier": "demo-fetch-products",
            "name": "Demo: fetch changed products",
            "job": "import",
            "incoming": SHOP_PRODUCTS,
            "expression": EVERY_MINUTE,
        },
        {
            "identifier": "demo-fetch-orders",
            "name": "Demo: fetch new orders",
            "job": "import",
            "incoming": SHOP_ORDERS,
            "expression": EVERY_MINUTE,
        },
        {
            "identifier": "demo-send-orders",
            "name": "Demo: send orders",
            "job": "export",
            "route": ORDERS,
            "number_of_tasks": ORDERS_AT_ONCE,
            "expression": EVERY_MINUTE,
        },
    ]


# ---------------------------------------------------------------- steps


def step(name: str, *transformers: dict, filters=()) -> dict:
    parameters = {"filters": list(filters), "transformers": list(transformers)}
    return {"prototype": "data", "parameters": parameters, "meta": {"name": name}}


def setter(key: str, value) -> dict:
    rows = [{"key": key, "value": value}]
    return {"prototype": "value-setter", "parameters": {"configurations": rows}}


def moved(pattern: str, replacement: str) -> dict:
    parameters = {"pattern": pattern, "replacement": replacement}
    return {"prototype": "pattern-move", "parameters": parameters}


def removed(*keys: str) -> dict:
    rows = [{"key": key} for key in keys]
    return {"prototype": "value-remover", "parameters": {"patterns": rows}}


def capital(pattern: str) -> dict:
    mappers = [{"prototype": "string-upper-first", "parameters": {}}]
    parameters = {"accessor": at(pattern), "mappers": mappers}
    return {"prototype": "value-mapper", "parameters": parameters}


def at(pattern: str) -> dict:
    return {"prototype": "pattern", "parameters": {"pattern": pattern}}


def where(path: str, value) -> dict:
    equals = {"prototype": "equals", "parameters": {"value": value}}
    parameters = {"accessor": at(path), "conditions": [equals]}
    return {"prototype": "value-condition-v2", "parameters": parameters}
