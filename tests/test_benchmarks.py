"""The benchmarks compare like with like."""

import json

from benchmarks.records import MAPPING, mapped, record
from transformers.context import Context
from transformers.entity import Entity
from transformers.pipeline import Pipeline


def test_the_platforms_steps_and_the_bare_script_make_the_same_record():
    (made,) = Pipeline.build([MAPPING]).run(Entity(record(7)), Context())

    assert made.data == mapped(record(7))


def test_a_record_has_about_a_kilobyte():
    assert 900 < len(json.dumps(record(12_345), separators=(",", ":"))) < 1100
