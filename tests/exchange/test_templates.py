"""Alumio's published configurations (tests/exchange/data, MIT) come in and go out as they were."""

from pathlib import Path

import pytest

from alumio import jsontext
from alumio.exchange.exporting import export
from alumio.exchange.importing import OVERWRITE, import_configurations
from alumio.exchange.kinds import KINDS
from alumio.exchange.reading import Contents, read_files, read_lines
from scheduler.models import ScheduledJob

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent / "data"
SETS = {
    "to Magento": [DATA / "categories.ndjson"],
    "to Spryker": [DATA / "category.ndjson", DATA / "categories-to-spryker.ndjson"],
}
UNUSED = {"owner", "$schema", "logger", "handlers"}


@pytest.fixture(params=SETS.values(), ids=SETS)
def files(request):
    return request.param


def lines_of(files) -> dict:
    lines = [jsontext.loads(line) for file in files for line in file.read_bytes().splitlines()]
    return {(line["type"], line["identifier"]): line for line in lines}


def contents() -> dict:
    return {
        (kind.type, row.identifier): row.content()
        for kind in KINDS.values()
        for row in kind.model.objects.all()
    }


def said(value):
    """What a setting says: without what is empty, for which PHP writes []."""
    if isinstance(value, dict):
        kept = {k: said(v) for k, v in value.items() if k not in UNUSED}
        return {k: v for k, v in kept.items() if v not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [said(item) for item in value]
    return value


def test_everything_in_them_is_stored(files):
    report = import_configurations(read_files(files))

    assert [str(problem) for problem in report.problems] == []
    assert report.left_out == report.notes == []
    assert len(contents()) >= len(lines_of(files))
    assert any(name.startswith("AKENEO_") for name in report.undefined_variables)


def test_they_are_exported_as_they_came(files):
    import_configurations(read_files(files))

    exported = [jsontext.loads(line) for line in export()]

    original = lines_of(files)
    for line in exported:
        assert said(line) == said(original.pop((line["type"], line["identifier"])))
    assert original == {}


def test_what_was_exported_imports_to_the_same(files):
    import_configurations(read_files(files))
    before, lines = contents(), [line.encode() for line in export()]
    for kind in reversed(KINDS.values()):
        kind.model.objects.all().delete()

    again = Contents()
    read_lines(lines, "again.ndjson", again)
    report = import_configurations(again)

    assert report.ok
    assert contents() == before
    assert [line.encode() for line in export()] == lines


def test_importing_twice_skips_or_overwrites(files):
    import_configurations(read_files(files))
    before = contents()

    skipped = import_configurations(read_files(files))
    overwritten = import_configurations(read_files(files), OVERWRITE)

    assert sum(skipped.skipped.values()) == sum(overwritten.updated.values()) == len(before)
    assert not skipped.created
    assert not overwritten.created
    assert contents() == before


def test_schedules_come_in_switched_off_with_their_jobs_in_order():
    import_configurations(read_files(SETS["to Spryker"]))

    job = ScheduledJob.objects.get(identifier="spryker-send-categories")
    assert (job.name, job.job, job.enabled) == ("Spryker - Send Categories", "import", False)
    [then] = job.then
    assert (then["job"], then["number_of_tasks"]) == ("export", 15)
