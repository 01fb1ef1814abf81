"""When two JSON values are the same: strictly, and adaptively (Alumio's `…-adaptive`)."""

from transformers.numbers import exact, is_number, is_numeric, same_number


def same(one, other) -> bool:
    """Equal in kind and value: 1 is 1.0, but not "1" and not true.

    An empty list equals an empty map, for Alumio's exports cannot tell them apart.
    """
    if is_number(one) or is_number(other):
        return is_number(one) and is_number(other) and same_number(one, other)
    if isinstance(one, list | dict):
        return _same_containers(one, other, same)
    return type(one) is type(other) and one == other


def same_adaptive(one, other) -> bool:
    """Equal after adapting: numbers in texts count as numbers, "true" and 1 as true, and null,
    a missing value, an empty text and an empty list or map as nothing. 0 and false are values."""
    if is_nothing(one) or is_nothing(other):
        return is_nothing(one) and is_nothing(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return truth(one) is not None and truth(one) == truth(other)
    if is_numeric(one) and is_numeric(other):
        return exact(one) == exact(other)
    if isinstance(one, list | dict):
        return _same_containers(one, other, same_adaptive)
    return type(one) is type(other) and one == other


def _same_containers(one, other, same_item) -> bool:
    if not isinstance(other, list | dict) or len(one) != len(other):
        return False
    if not one:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return all(map(same_item, one, other))
    return all(key in other and same_item(item, other[key]) for key, item in one.items())


def is_nothing(value) -> bool:
    """Null, an empty text, an empty list or map."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def truth(value) -> bool | None:
    """What a value says as true or false: booleans, 1 and 0, and their texts; else None."""
    if isinstance(value, bool):
        return value
    if is_number(value):
        return {0: False, 1: True}.get(value)
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower())
    return None


def order(one, other) -> int | None:
    """-1, 0 or 1: numbers (also in texts) by size, texts by their characters; else None."""
    if is_numeric(one) and is_numeric(other):
        one, other = exact(one), exact(other)
    elif not (isinstance(one, str) and isinstance(other, str)):
        return None
    return (one > other) - (one < other)
