"""Two people's changes to one configuration: what one of them did not touch stays as the other
saved it. A setting counts as a whole, but for the secrets in it: nobody sees them, so each of them
counts alone."""

from collections.abc import Mapping

from alumio.configuration import Configuration
from alumio.pairing import Cover, covered, paired


def mine_on_top(current: Configuration, mine: dict, number: int | None, fields: Mapping) -> dict:
    """The content of `current` with what `mine` changed since the revision that it started from.
    `fields` are those of the configuration's form."""
    started_from, theirs = content_at(current, number), current.content()
    return theirs | {
        name: with_their_secrets(fields.get(name), value, started_from.get(name), theirs.get(name))
        for name, value in touched(mine, started_from).items()
    }


def touched(mine: dict, started_from: dict) -> dict:
    """The settings that are different from what somebody started from."""
    return {name: value for name, value in mine.items() if started_from.get(name) != value}


def with_their_secrets(field, mine, started_from, theirs):
    """My setting, in which a secret that I left alone is theirs where its place still holds one."""
    if not hasattr(field, "walk_secrets"):
        return mine
    known = paired(field, started_from, theirs, covered)
    return paired(field, mine, known, _newer)


def _newer(secret, before):
    untouched = isinstance(before, Cover) and before.secret == secret
    return before.now if untouched else secret


def content_at(configuration: Configuration, number: int | None) -> dict:
    """What a revision held; nothing where it is not kept."""
    from alumio.models import Revision

    rows = Revision.objects.filter(
        kind=configuration.kind, object_id=configuration.pk, number=number
    )
    kept = rows.first() if number is not None else None
    return kept.content if kept else {}
