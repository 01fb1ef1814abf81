"""REST: run an incoming or a route, watch its process, take it back."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from scheduler import queue, repair
from scheduler.execution import execute
from scheduler.models import Maintenance, Occurrence, Process
from tasks.pipeline import import_entities
from tests.scheduler.running import dying_with, let_expire, make_job
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_running_an_incoming_queues_a_process_that_can_be_watched(editor, viewer):
    route = make_route(entities=[{"sku": "A"}])

    queued = editor.post(f"incomings/{route.incoming.identifier}/run")
    assert queued.status_code == 202
    path = f"processes/{queued.body['process']}"
    assert viewer.get(path).body["status"] == "scheduled"
    execute(queue.start_next("test"))

    process = viewer.get(path).body
    assert process["status"] == "finished"
    assert process["counts"] == {"records": 1, "new": 1}
    assert (process["job"], process["trigger"]) == ("import", "api")
    assert process["incoming"] == route.incoming.identifier
    assert process["revisions"]["incoming"] == 1
    assert viewer.get("tasks").body["results"][0]["status"] == "new"


def test_what_is_queued_already_is_named(editor):
    route = make_route()
    first = editor.post(f"routes/{route.identifier}/run", {"limit": 10})

    second = editor.post(f"routes/{route.identifier}/run")

    assert first.status_code == 202
    assert second.status_code == 409
    assert second.body["duplicate_of"] == first.body["process"]
    assert Process.objects.get().limit == 10


def test_what_is_disabled_is_not_run(editor):
    route = make_route(enabled=False)

    answer = editor.post(f"routes/{route.identifier}/run")

    assert answer.status_code == 409
    assert "disabled" in answer.body["detail"]
    assert "duplicate_of" not in answer.body


def test_a_limit_is_a_whole_number_from_one(editor):
    route = make_route()

    for limit in (0, -1, "10", 1.5, True, [1], 2**40):
        answer = editor.post(f"routes/{route.identifier}/run", {"limit": limit})
        assert answer.status_code == 400, limit
        assert answer.body["errors"][0]["path"] == "limit"
    assert editor.post(f"routes/{route.identifier}/run", {"number": 1}).status_code == 400
    assert (
        editor.post(f"incomings/{route.incoming.identifier}/run", {"limit": 1}).status_code == 400
    )
    assert editor.post(f"routes/{route.identifier}/run", "[]").status_code == 400
    assert editor.post("routes/nowhere/run").status_code == 404
    assert not Process.objects.exists()


def test_a_scheduled_process_can_be_skipped_and_a_running_one_stopped(editor, viewer):
    route = make_route()
    queued = editor.post(f"routes/{route.identifier}/run").body["process"]
    assert editor.post(f"processes/{queued}/stop").status_code == 409
    assert viewer.post(f"processes/{queued}/skip").status_code == 403

    skipped = editor.post(f"processes/{queued}/skip")
    assert (skipped.status_code, skipped.body["status"]) == (200, "skipped")
    assert editor.post(f"processes/{queued}/skip").status_code == 409

    running = editor.post(f"routes/{route.identifier}/run").body["process"]
    queue.start_next("test")
    stopped = editor.post(f"processes/{running}/stop")
    assert (stopped.status_code, stopped.body["stop_requested"]) == (202, True)

    killed = editor.post(f"processes/{running}/kill")
    assert (killed.status_code, killed.body["status"]) == (200, "killed")
    assert editor.post(f"processes/{running}/kill").status_code == 409


def test_a_job_answers_when_it_was_due_and_why_it_did_not_run(viewer):
    job = make_job(make_route())
    Occurrence.objects.create(job=job, instant=timezone.now(), outcome="missed")
    path = f"scheduled-jobs/{job.identifier}/occurrences"

    [due] = viewer.get(path).body["results"]

    assert (due["outcome"], due["process"]) == ("missed", None)
    assert due["why"] == "The platform was down. The job does not catch up."
    assert viewer.get(f"{path}?outcome=queued").body["results"] == []
    assert viewer.get("scheduled-jobs/nothing/occurrences").status_code == 404


def test_the_messages_of_a_process_are_shown(viewer, editor):
    route = make_route()
    queued = editor.post(f"routes/{route.identifier}/run").body["process"]
    Process.objects.get().messages.create(
        created_at=timezone.now(), level=300, text="Careful.", detail='{"page":2}'
    )

    [message] = viewer.get(f"processes/{queued}").body["messages"]

    assert (message["level"], message["text"]) == ("warning", "Careful.")
    assert message["detail"] == {"page": 2}


def test_processes_are_listed_and_filtered(viewer, editor):
    route = make_route()
    editor.post(f"routes/{route.identifier}/run")
    editor.post(f"incomings/{route.incoming.identifier}/run")

    assert [p["job"] for p in viewer.get("processes").body["results"]] == ["import", "export"]
    assert viewer.get("processes?job=import").body["count"] == 1
    assert viewer.get(f"processes?route={route.identifier}&status=scheduled").body["count"] == 1
    assert viewer.get("processes?state=x").status_code == 400


def test_an_unknown_process_is_told(viewer):
    for number in ("1", str(2**70)):
        assert viewer.get(f"processes/{number}").status_code == 404


def test_a_process_without_a_configuration_is_shown(viewer):
    process = queue.enqueue_chore("repair", "person").process

    shown = viewer.get(f"processes/{process.pk}").body

    assert (shown["job"], shown["title"]) == ("repair", "Repair stuck tasks")
    assert (shown["incoming"], shown["route"]) == (None, None)
    assert viewer.get("processes?job=repair").body["count"] == 1


def test_a_queued_process_says_what_it_waits_for(editor, viewer):
    route = make_route()
    running = editor.post(f"routes/{route.identifier}/run").body["process"]
    assert viewer.get(f"processes/{running}").body["waits_for"] == "a free worker"
    queue.start_next("worker-2")

    waiting = editor.post(f"routes/{route.identifier}/run").body["process"]

    held = f"slot held by process {running} on worker-2 since "
    assert viewer.get(f"processes/{waiting}").body["waits_for"].startswith(held)
    rows = viewer.get("processes").body["results"]
    assert [row["waits_for"] is None for row in rows] == [False, True]


def test_a_process_that_maintenance_holds_back_says_until_when(editor, viewer):
    now = timezone.now() - timedelta(minutes=5)
    window = {"date": f"{now:%Y-%m-%d}", "start": f"{now:%H:%M}", "minutes": 60}
    Maintenance(name="Night", **window).store()

    queued = editor.post(f"routes/{make_route().identifier}/run").body["process"]

    told = viewer.get(f"processes/{queued}").body["waits_for"]
    end = now + timedelta(hours=1)
    assert told == f"maintenance “Night” until {end:%Y-%m-%d %H:%M} UTC"


def test_a_scheduled_job_is_run_as_it_says(editor, viewer):
    job = make_job(make_route(), number_of_tasks=25, priority=1)
    path = f"scheduled-jobs/{job.identifier}/run"
    assert viewer.post(path).status_code == 403

    queued = editor.post(path)

    assert queued.status_code == 202
    process = Process.objects.get(pk=queued.body["process"])
    assert (process.scheduled_job, process.limit, process.priority) == (job, 25, 1)
    assert process.trigger == "api"
    assert editor.post(path).body["duplicate_of"] == process.pk
    assert editor.post("scheduled-jobs/nowhere/run").status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/processes/{}/kill", "/processes/{}/kill/"])
def test_a_kill_that_meets_its_process_at_a_settle_is_tried_again(
    address, editor, admin_client, monkeypatch
):
    queue.enqueue(make_route(), "person")
    process, real, met = queue.start_next("worker"), repair.kill, []

    def meeting(*args):
        if not met:
            met.append(args)
            raise OperationalError("deadlock detected")
        return real(*args)

    monkeypatch.setattr(repair, "kill", meeting)
    (editor if address.startswith("/api") else admin_client).post(address.format(process.pk))

    process.refresh_from_db()
    assert (process.status, len(met)) == ("killed", 1)


def test_a_repair_is_queued_and_tells_what_it_freed(editor, viewer):
    route = make_route(entities=[{"sku": "A"}])
    import_entities(route.incoming)
    lost, _ = dying_with(route)
    let_expire(lost)
    assert viewer.post("repair").status_code == 403

    queued = editor.post("repair")
    assert queued.status_code == 202
    assert editor.post("repair").body["duplicate_of"] == queued.body["process"]
    execute(queue.start_next("test", ["repair"]))

    repair = viewer.get(f"processes/{queued.body['process']}").body
    assert (repair["job"], repair["trigger"]) == ("repair", "api")
    assert repair["result"] == "Gave up 1 process: 1 task due again."
    [message] = repair["messages"]
    assert message["text"].startswith(f"Process {lost.pk}, {route.name}, was lost")
    assert statuses(route) == ["new"]
