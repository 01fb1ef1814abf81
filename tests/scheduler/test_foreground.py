"""Commands that run in the foreground: the same processes, only without a worker."""

import pytest
from django.core.management import CommandError, call_command

from alumio import jsontext
from scheduler import foreground, queue
from scheduler.models import Process
from tests import fakes
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def summary(capsys) -> dict:
    [line] = capsys.readouterr().out.splitlines()
    return jsontext.loads(line)


def test_import_and_export_run_to_their_end_and_sum_up_in_one_line(capsys):
    route = make_route(entities=[{"sku": "A"}, {"sku": "B"}, {"sku": "C"}])

    call_command("import_entities", route.incoming.identifier, "--json")
    imported = summary(capsys)
    call_command("export_tasks", route.identifier, "--limit", "2", "--json")
    exported = summary(capsys)

    assert (imported["status"], imported["counts"]) == ("finished", {"records": 3, "new": 3})
    assert (exported["status"], exported["counts"]) == ("finished", {"finished": 2})
    assert statuses(route) == ["finished", "finished", "new"]
    assert set(Process.objects.values_list("trigger", "status")) == {("command", "finished")}


def test_without_json_the_summary_is_for_people(capsys):
    route = make_route(entities=[{"sku": "A"}])

    call_command("import_entities", route.incoming.identifier)

    assert "1 record, " in capsys.readouterr().out


def test_a_run_that_fails_is_an_error_that_says_why(capsys):
    route = make_route()
    fakes.SOURCE.update(pages=[[{"sku": "A"}], []], fails_after=1)

    with pytest.raises(CommandError, match=r"failed: The source went away\."):
        call_command("import_entities", route.incoming.identifier, "--json")

    assert summary(capsys)["status"] == "failed"
    assert statuses(route) == ["new"]


def test_what_is_unknown_disabled_or_being_run_is_refused():
    route = make_route()
    for command in ("import_entities", "export_tasks"):
        with pytest.raises(CommandError, match="“nowhere”"):
            call_command(command, "nowhere")
    foreground.start(route)
    with pytest.raises(CommandError, match="being run by another process"):
        call_command("export_tasks", route.identifier)
    assert Process.objects.count() == 1

    route.enabled = False
    route.store()
    with pytest.raises(CommandError, match="disabled"):
        call_command("export_tasks", route.identifier)


def test_a_limit_is_a_whole_number_from_one():
    for text in ("0", "-1", "x", "1.5"):
        with pytest.raises(CommandError, match="limit"):
            call_command("export_tasks", "any", "--limit", text)


def test_what_waits_in_the_queue_does_not_keep_a_command_from_running(capsys):
    route = make_route(entities=[{"sku": "A"}])
    queue.enqueue(route.incoming, "person")

    call_command("import_entities", route.incoming.identifier, "--json")

    assert summary(capsys)["status"] == "finished"
