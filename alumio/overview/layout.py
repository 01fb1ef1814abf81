"""Where the nodes of the map stand: five columns, each node at the height of what it leads to."""

from collections.abc import Iterable


def rows_of(ideals: dict[str, float]) -> dict[str, int]:
    """One row each, from 0, as near to the ideal one as there is room; none is taken twice."""
    rows, free = {}, 0
    for key in sorted(ideals, key=lambda key: (ideals[key], key)):
        rows[key] = free = max(free, round(ideals[key]))
        free += 1
    return rows


def column(rows: dict[str, int], neighbours: dict[str, Iterable[str]], last: int) -> dict[str, int]:
    """The rows of a column whose nodes have neighbours in one that is placed already; those that
    have none come below `last`."""
    ideals = {}
    for key, beside in neighbours.items():
        placed = [rows[other] for other in beside if other in rows]
        ideals[key] = sum(placed) / len(placed) if placed else last
    return rows_of(ideals)
