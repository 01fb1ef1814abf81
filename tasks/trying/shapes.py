"""The shapes of what trying takes and answers, for the description of the API."""

from alumio.openapi import MAYBE, SHAPES, TEXT, WHOLE, an_object, shape
from tasks.trying import samples, shadow, trial
from tasks.trying.asking import KINDS
from tasks.trying.line import PLACES
from tasks.trying.sources import MOST_RECORDS, RECORDS
from transformers.context import LEVELS

FLAG = {"type": "boolean", "default": False}
NUMBER = {"type": "number"}
ANY_OBJECT = {"type": "object", "additionalProperties": True}


def one_of(names, **more) -> dict:
    return {"type": "string", "enum": list(names)} | more


def many(items: dict) -> dict:
    return {"type": "array", "items": items}


LOOKUPS = FLAG | {
    "description": "Let steps look things up in other systems, with GET and HEAD. Otherwise such a "
    "step is left out and says so.",
}
DRAFT = {
    "type": "object",
    "description": "Settings that are not saved, in place of those that are: any of them, in the "
    "shape in which each configuration is saved.",
    "properties": dict.fromkeys(PLACES, ANY_OBJECT),
    "additionalProperties": False,
}
SHAPES["Try"] = an_object(
    {
        "source": an_object(
            {
                "kind": one_of(KINDS, default="fetch"),
                "name": TEXT | {"description": "Of a sample."},
                "task": TEXT | {"description": "The identifier of a past task."},
                "text": TEXT
                | {
                    "description": "For text: JSON. For answer: what the source would "
                    "answer, which the incoming's own parser reads."
                },
                "data": {"description": "A record, or a list of records."},
            },
            ("kind",),
        ),
        "records": WHOLE | {"minimum": 1, "maximum": MOST_RECORDS, "default": RECORDS},
        "until": an_object(
            {
                "place": one_of(PLACES),
                "step": WHOLE | {"minimum": 0, "description": "Its last step that runs; 0: none."},
            }
        ),
        "ask_lookups": LOOKUPS,
        "draft": DRAFT,
    },
    (),
)
SHAPES["TriedData"] = an_object(
    {
        "data": {"description": "Secrets are masked; of what is cut, the beginning as text."},
        "schema": MAYBE,
        "cut": {"type": "boolean"},
        "size": WHOLE | {"description": "Characters of all of it."},
    },
    ("data", "schema"),
)
LINE = an_object({"level": one_of(LEVELS), "text": TEXT, "detail": {}}, ("level", "text"))
VISIT = an_object(
    {
        "before": shape("TriedData"),
        "after": many(shape("TriedData")),
        "messages": many(LINE),
        "milliseconds": NUMBER,
        "error": MAYBE,
        "left_out": {"type": "boolean"},
    }
)
STATES = ("changed", "same", "dropped", "failed", "left out", "not reached")
STEP = an_object(
    {
        "place": one_of(PLACES),
        "step": WHOLE,
        "title": TEXT,
        "prototype": TEXT,
        "state": one_of(STATES),
        "visits": many(VISIT),
    }
)
DELIVERY = an_object(
    {
        "entity": shape("TriedData"),
        "text": TEXT,
        "request": {"type": ["object", "null"], "description": "What would be sent."},
    }
)
TASK = an_object(
    {
        "outcome": one_of(trial.OUTCOMES),
        "entity": shape("TriedData"),
        "entity_identifier": TEXT,
        "bytes": WHOLE,
        "most_bytes": WHOLE,
        "refusals": many(TEXT),
        "unchanged": MAYBE,
        "deliveries": many(DELIVERY),
        "messages": many(LINE),
        "error": MAYBE,
    }
)
STORED = an_object(
    {"storage": TEXT, "key": TEXT, "value": {}, "deleted": {"type": "boolean"}},
    ("storage", "key"),
)
RECORD = an_object(
    {
        "number": WHOLE,
        "outcome": one_of(trial.OUTCOMES),
        "record": shape("TriedData"),
        "steps": many(STEP),
        "entities": many(shape("TriedData")),
        "tasks": many(TASK),
        "stored": many(STORED) | {"description": "What steps would store; it was not stored."},
        "error": MAYBE,
        "milliseconds": NUMBER,
    }
)
SHAPES["Trial"] = an_object(
    {
        "records": many(RECORD),
        "messages": many(LINE) | {"description": "What the source logged."},
        "error": MAYBE | {"description": "Why the source failed, or nothing could begin."},
        "ended": MAYBE | {"description": "Why it ended before all records were through."},
        "milliseconds": NUMBER,
    }
)
DIFFERENCES = many(an_object({"path": TEXT, "before": {}, "after": {}}, ("path",)))
SHAPES["RunSamples"] = an_object(
    {
        "names": many(TEXT) | {"description": "Of samples. Left out: all."},
        "ask_lookups": LOOKUPS,
        "draft": DRAFT,
    },
    (),
)
OUTCOMES = (samples.PASSED, samples.DIFFERS, samples.FAILED, samples.UNCHECKED)
SHAPES["SampleRun"] = an_object(
    dict.fromkeys(OUTCOMES, WHOLE)
    | {
        "results": many(
            an_object(
                {
                    "name": TEXT,
                    "outcome": one_of(OUTCOMES),
                    "reason": MAYBE,
                    "differences": DIFFERENCES | {"description": "From the expected result."},
                    "entities": many({}) | {"description": "What would be published."},
                }
            )
        )
    }
)
SHAPES["ShadowOf"] = an_object(
    {
        "over": one_of(("tasks", "records", "samples"), default="tasks"),
        "number": WHOLE
        | {
            "minimum": 1,
            "maximum": shadow.MOST_TASKS,
            "description": f"Of tasks {shadow.TASKS} unless asked otherwise, of records to be "
            f"fetched {RECORDS} and at most {MOST_RECORDS}.",
        },
        "draft": DRAFT,
    },
    (),
)
AGAINST = (shadow.SENT, shadow.SAVED)
SHAPES["Shadow"] = an_object(
    dict.fromkeys(("asked", "compared", "same", "differ", "not_compared"), WHOLE)
    | {
        "against": an_object(dict.fromkeys(AGAINST, WHOLE)),
        "fields": many(
            an_object(
                {
                    "path": TEXT | {"description": "With * in the place of numbers."},
                    "tasks": WHOLE,
                    "example": an_object(
                        {"task": TEXT, "path": TEXT, "before": {}, "after": {}}, ("task", "path")
                    ),
                }
            )
        ),
        "examples": many(
            an_object(
                {
                    "task": TEXT,
                    "entity_identifier": TEXT,
                    "against": one_of(AGAINST),
                    "differences": DIFFERENCES,
                }
            )
        ),
        "ended": MAYBE,
        "error": MAYBE,
    }
)
