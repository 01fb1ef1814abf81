"""The record that every benchmark carries: an order of about 1 KB with customer, address, lines."""

CITIES = ("Amsterdam", "Berlin", "Cologne", "Delft", "Eindhoven", "Florence", "Ghent", "Hamburg")


def record(number: int) -> dict:
    """Order `number`; always the same for the same number."""
    customer = number % 977
    return {
        "number": f"ORD-{number:07d}",
        "placed_at": f"2026-03-{number % 28 + 1:02d}T{number % 24:02d}:15:30Z",
        "status": "paid",
        "currency": "EUR",
        "total": round(20 + number % 5000 / 100, 2),
        "customer": {
            "id": customer,
            "first_name": f"Robin{customer}",
            "last_name": f"van den Berg {customer % 31}",
            "email": f"robin.{customer}@example.com",
            "phone": f"+31 20 {number % 10_000_000:07d}",
        },
        "address": {
            "street": f"Keizersgracht {number % 900 + 1}",
            "postcode": f"{1000 + number % 9000} AB",
            "city": CITIES[number % len(CITIES)],
            "country": "NL",
        },
        "payment": {"method": "ideal", "reference": f"PAY-{number * 7919:012d}", "state": "paid"},
        "note": "Please ring at the neighbours if nobody opens, and leave no parcels outside.",
        "lines": [line(number, position) for position in range(1, 7)],
    }


def line(number: int, position: int) -> dict:
    sku = (number * 7 + position) % 5000
    return {
        "position": position,
        "sku": f"SKU-{sku:05d}",
        "name": f"Product number {sku}",
        "quantity": position % 3 + 1,
        "price": round(1.5 + sku / 100, 2),
    }


def mapped(order: dict) -> dict:
    """The order with the five mapped fields, as the bare script writes them."""
    customer = order["customer"]
    order["externalId"] = order["number"]
    order["name"] = f"{customer['first_name']} {customer['last_name']}"
    order["email"] = customer["email"]
    order["city"] = order["address"]["city"]
    order["amount"] = order["total"]
    return order


MAPPING = {
    "prototype": "data",
    "parameters": {
        "transformers": [
            {
                "prototype": "value-setter",
                "parameters": {
                    "configurations": [
                        {"key": "externalId", "value": "&{number}"},
                        {
                            "key": "name",
                            "value": "&{customer.first_name} &{customer.last_name}",
                        },
                        {"key": "email", "value": "&{customer.email}"},
                        {"key": "city", "value": "&{address.city}"},
                        {"key": "amount", "value": "&{total}"},
                    ]
                },
            }
        ]
    },
}
"""The same five fields as the platform's own steps."""
