"""What leaves by an export, and what never does."""

import pytest
from django.core.management import CommandError, call_command

from alumio import jsontext
from alumio.exchange.exporting import export
from alumio.exchange.importing import import_configurations
from alumio.exchange.reading import Contents, read_lines
from alumio.exchange.variables import named_in, variable
from connectors.models import Connection, Storage
from routes.models import Route
from scheduler.models import ScheduledJob
from tests.world import make_route

pytestmark = pytest.mark.django_db


def exported(*identifiers, **options) -> list[dict]:
    return [jsontext.loads(line) for line in export(identifiers=identifiers, **options)]


def test_secrets_leave_as_variables_named_after_their_place():
    parameters = {
        "baseUri": "https://shop.example",
        "clientId": "id",
        "clientSecret": "s3cret",
        "username": "u",
        "password": "${SHOP_PASSWORD}",
    }
    client = {"prototype": "akeneo-http-client-v2", "parameters": parameters}
    Connection(name="Shop 1", identifier="shop-1", client=client).store()

    [line] = exported("shop-1")

    given = line["object"]["parameters"]
    assert given["clientSecret"] == "${SHOP_1_CLIENT_CLIENTSECRET}"
    assert given["password"] == "${SHOP_PASSWORD}"
    assert given["username"] == "u"
    assert "s3cret" not in jsontext.dumps(line)
    assert Connection.objects.get().client == client


def test_variables_are_found_wherever_they_are():
    value = {"a": ["x${ONE}y${TWO}"], "${THREE}": 1, "b": "&{path}", "c": "$ {NO}"}

    assert named_in(value) == {"ONE", "TWO", "THREE"}
    assert variable("shop-1_client") == "${SHOP_1_CLIENT}"


def test_policies_are_written_only_where_they_differ_from_the_defaults():
    plain, special = make_route(), make_route(retry_enabled=True, requests_in_flight=5)

    lines = {line["identifier"]: line for line in exported(plain.identifier, special.identifier)}
    one, other = lines[plain.identifier], lines[special.identifier]

    assert set(one["object"]["parameters"]) == {
        "incoming",
        "outgoing",
        "transformers",
        "realtime",
        "waitingStatus",
        "parallelExecution",
    }
    assert other["object"]["parameters"]["retry"]["enabled"] is True
    assert other["object"]["parameters"]["requestsInFlight"] == 5


def test_one_type_or_one_identifier_can_be_chosen(capsys, tmp_path):
    Storage(name="A").store()
    Storage(name="B").store()
    make_route()

    assert [x["identifier"] for x in exported(types=["storage"])] == ["a", "b"]
    call_command("export_config", "b")
    assert jsontext.loads(capsys.readouterr().out)["name"] == "B"
    call_command("export_config", "--type", "storage", "--output", tmp_path / "out.ndjson")
    assert len((tmp_path / "out.ndjson").read_text().splitlines()) == 2
    with pytest.raises(CommandError):
        call_command("export_config", "nowhere")


def test_jobs_that_keep_the_platform_tidy_go_out_and_come_back_switched_off():
    jobs = [ScheduledJob(name=job, job=job, expression="0 3 * * *") for job in ("repair", "prune")]
    for job in jobs:
        job.store()
    lines = [line.encode() for line in export(types=["scheduler-entry"])]
    ScheduledJob.objects.all().delete()

    contents = Contents()
    read_lines(lines, "again.ndjson", contents)
    assert import_configurations(contents).ok

    found = ScheduledJob.objects.order_by("-job").values_list("job", "expression", "enabled")
    assert list(found) == [("repair", "0 3 * * *", False), ("prune", "0 3 * * *", False)]


def test_every_setting_of_a_route_goes_out_and_comes_back():
    route = make_route(
        description="d",
        enabled=False,
        retry_enabled=True,
        max_retries=7,
        retry_interval=11,
        retry_statuses=["skipped"],
        waiting_status=True,
        parallel=True,
        max_processes=4,
        requests_in_flight=9,
        max_entity_bytes=1_000,
        unchanged="skip",
        newest_wins=True,
        retention=[{"status": "failed", "days": 7, "number": None}],
    )
    before = route.content()
    same = {n for n in Route.content_fields if before[n] == Route._meta.get_field(n).get_default()}
    assert same <= {"realtime", "transformers"}
    lines = [line.encode() for line in export(identifiers=[route.identifier])]
    route.delete()

    contents = Contents()
    read_lines(lines, "again.ndjson", contents)
    assert import_configurations(contents).ok

    assert Route.objects.get().content() == before
