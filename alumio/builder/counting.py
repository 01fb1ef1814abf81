"""How many records went into each step of the line in a trial, and how many came out."""

from collections import Counter

from django.utils.crypto import salted_hmac

from alumio import jsontext
from alumio.builder.document import Document
from alumio.builder.standing import BY_NAME
from alumio.builder.steps import Place, steps_of
from tasks.trying.trial import Trial

NO_ANSWER = "Runs only when something was really sent"
APART = ("name", "description", "enabled", "samples")
"""Settings of a line's parts that change nothing of what it does with a record in a trial."""


def counts_of(trial: Trial, document: Document) -> dict[str, dict]:
    """What the trial says of each step, by its address: `words` such as “5 → 3”, `title`, and
    whether one `failed` there. A step that is switched off has nothing to say."""
    parts = {
        "incoming": document.incoming,
        "route": document.route,
        "outgoing": document.outgoing,
    }
    given, came, failed = Counter(), Counter(), set()
    for step in (step for record in trial.records for step in record.steps):
        at = str(Place(parts[step.place].key, "transformers", step.number - 1))
        given[at] += len(step.visits)
        came[at] += sum(len(visit.after) for visit in step.visits)
        failed |= {at} if any(visit.error for visit in step.visits) else set()
    told = {at: count(given[at], came[at], at in failed) for at in given}
    return told | (behind(document) if trial.skips_after else {})


def count(given: int, came: int, failed: bool) -> dict:
    title = f"Last trial: {given} in, {came} out{', failed' if failed else ''}"
    return {"words": f"{given} → {came}", "title": title, "failed": failed}


def behind(document: Document) -> dict[str, dict]:
    """The steps after publishing never run in a trial: there is no answer for them."""
    name, part = "after_transformers", document.outgoing
    places = [str(Place(part.key, name, index)) for index in range(len(steps_of(part, name)))]
    return {at: {"words": "not tried", "title": NO_ANSWER, "failed": False} for at in places}


def fingerprint(document: Document) -> str:
    """Two documents with the same one do the same with a record."""
    line = filter(None, (document.incoming, document.route, document.outgoing))
    content = [{n: v for n, v in part.data.items() if n not in APART} for part in line]
    content += [part.data for part in document.changed_parts() if part.kind in BY_NAME]
    return salted_hmac("alumio.builder.line", jsontext.dumps(content)).hexdigest()[:16]
