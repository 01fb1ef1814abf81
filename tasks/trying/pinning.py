"""Pinning samples to an incoming, and keeping their results as what is expected."""

from django.db import transaction

from alumio import configuration_audit, jsontext
from alumio.audit import Actor
from alumio.jsontext import JSONTextError
from alumio.located import Located
from connectors.forms import IncomingForm
from connectors.models import Incoming
from tasks.trying import samples
from tasks.trying.asking import NotUnderstood
from tasks.trying.line import Line


def pin(incoming: Incoming, name: str, text: str, actor: Actor, user) -> None:
    """Keep a record as a sample. Raises NotUnderstood and StaleRevision."""
    try:
        data = jsontext.loads(text)
    except JSONTextError as error:
        raise NotUnderstood([Located(f"This is not JSON: {error}.")]) from error
    if name in [each["name"] for each in incoming.samples]:
        raise NotUnderstood([Located(f"There is a sample called “{name}” already.")])
    _save(incoming, [*incoming.samples, {"name": name, "data": data}], actor, user)


def unpin(incoming: Incoming, name: str, actor: Actor, user) -> None:
    """Keep a sample no longer. Raises StaleRevision."""
    kept = [each for each in incoming.samples if each["name"] != name]
    _save(incoming, kept, actor, user)


def expect(line: Line, name: str, actor: Actor, user) -> None:
    """Expect of a sample what the line's route makes of it now. Raises NotUnderstood where it comes
    to nothing, and StaleRevision."""
    for checked in samples.run(line, [name]):
        if checked.outcome == samples.FAILED:
            raise NotUnderstood([Located(checked.reason)])
        result = {line.route.identifier: samples.result_of(checked.record)}
        changed = [
            each | {"expected": each["expected"] | result} if each["name"] == name else each
            for each in line.incoming.samples
        ]
        _save(line.incoming, changed, actor, user)


def _save(incoming: Incoming, changed: list[dict], actor: Actor, user) -> None:
    form = IncomingForm(
        {"samples": changed, "revision": incoming.revision}, instance=incoming, user=user
    )
    if not form.is_valid():
        raise NotUnderstood(form.located_errors())
    with transaction.atomic():
        configuration_audit.saved(actor, form.save())
