"""Two people's changes to one configuration: what one of them did not touch stays as the other
saved it."""

from alumio.configuration import Configuration


def mine_on_top(current: Configuration, mine: dict, number: int | None) -> dict:
    """The content of `current` with what `mine` changed since the revision that it started from."""
    return current.content() | touched(mine, content_at(current, number))


def touched(mine: dict, started_from: dict) -> dict:
    """The settings that are different from what somebody started from."""
    return {name: value for name, value in mine.items() if started_from.get(name) != value}


def content_at(configuration: Configuration, number: int | None) -> dict:
    """What a revision held; nothing where it is not kept."""
    from alumio.models import Revision

    rows = Revision.objects.filter(
        kind=configuration.kind, object_id=configuration.pk, number=number
    )
    kept = rows.first() if number is not None else None
    return kept.content if kept else {}
