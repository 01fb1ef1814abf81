"""The clock and the repair by hand, on the command line."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from alumio import database, jsontext
from alumio.models import AuditEntry
from scheduler.models import Occurrence, Process, ScheduledJob
from tests.scheduler.running import (
    dying_with,
    let_expire,
    make_job,
    queued,
    route_with_tasks,
    started,
)
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def due(target, **fields) -> ScheduledJob:
    """A job that came due a moment ago."""
    job = make_job(target, **fields)
    now = database.now()
    ScheduledJob.objects.filter(pk=job.pk).update(created_at=now - timedelta(minutes=1))
    return job


# ---------------------------------------------------------------- tick


@pytest.mark.usefixtures("still")
def test_a_tick_says_of_each_job_that_was_due_what_came_of_it(capsys):
    fresh, waiting = due(make_route()), due(make_route())
    already = queued(waiting.route)

    call_command("tick")

    lines = capsys.readouterr().out
    process = Process.objects.get(scheduled_job=fresh)
    assert f"{fresh.identifier}, due " in lines
    assert f"It was queued on time. It has not started yet. (process {process.pk})" in lines
    assert f"so it was not queued again. It has not started yet. (process {already.pk})" in lines
    assert Process.objects.count() == 2


@pytest.mark.usefixtures("still")
def test_a_second_tick_finds_nothing_due(capsys):
    due(make_route())
    call_command("tick")
    before = list(Occurrence.objects.order_by("pk").values_list("instant", flat=True))
    capsys.readouterr()

    ScheduledJob.objects.update(expression="0 0 1 1 *")
    call_command("tick")

    assert capsys.readouterr().out == "Nothing is due.\n"
    assert list(Occurrence.objects.order_by("pk").values_list("instant", flat=True)) == before


@pytest.mark.usefixtures("still")
def test_a_tick_answers_programs_in_json(capsys):
    job = due(make_route())

    call_command("tick", "--json")

    row, *_ = jsontext.loads(capsys.readouterr().out)
    process = Process.objects.get()
    assert (row["job"], row["outcome"], row["process"]) == (job.identifier, "queued", process.pk)
    assert row["instant"] == Occurrence.objects.earliest("instant").instant.isoformat()


# ---------------------------------------------------------------- repair


def test_a_repair_frees_what_a_lost_process_held_and_leaves_living_ones_alone(capsys):
    lost, alive = route_with_tasks(2), make_route()
    process, _ = dying_with(lost)
    let_expire(process)
    living = started(alive)

    call_command("repair")

    assert "Gave up 1 process: 2 tasks due again." in capsys.readouterr().out
    assert statuses(lost) == ["new", "new"]
    process.refresh_from_db()
    living.refresh_from_db()
    assert (process.status, living.status) == ("failed", "running")
    repair = Process.objects.get(job="repair")
    [line] = repair.messages.values_list("text", flat=True)
    assert line == (
        f"Process {process.pk}, {lost.name}, was lost with its worker: 2 tasks due again."
    )
    assert repair.counts == {"lost": 1, "due again": 2}


def test_a_repair_that_finds_nothing_says_so_and_is_audited(capsys):
    call_command("repair")

    assert "Nothing was stuck." in capsys.readouterr().out
    process, entry = Process.objects.get(), AuditEntry.objects.get()
    assert (process.job, process.trigger, process.status) == ("repair", "command", "finished")
    assert (entry.action, entry.via, entry.process) == ("repair", "command", process.pk)


def test_a_repair_answers_programs_in_one_line(capsys):
    call_command("repair", "--json")

    [line] = capsys.readouterr().out.splitlines()
    assert jsontext.loads(line)["result"] == "Nothing was stuck."
