"""The pages of deliveries: the list, one call with what came of it, refused calls, replays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduler.models import Delivery
from scheduler.webhooks import replay
from tests.pages.rows import make_process
from tests.webhooks.calling import Caller, make_receiver, make_webhook, read_all
from tests.webhooks.rows import count_refused, make_delivery, make_reading, make_refused
from tests.world import make_route, make_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def caller() -> Caller:
    return Caller()


def listed(person, query="") -> list[int]:
    response = person.client.get(f"/deliveries/{query}")
    return [delivery.pk for delivery in response.context["list"].page.rows]


def test_deliveries_are_listed_newest_first_and_found_by_each_filter(viewer):
    hook, other = make_webhook(make_receiver()), make_webhook(make_receiver())
    long_ago = timezone.now() - timedelta(days=2)
    old = make_delivery(hook, "failed", received_at=long_ago)
    keyed = make_delivery(other, key="order-7", sender="198.51.100.9")
    new = make_delivery(hook, "received")

    assert listed(viewer) == [new.pk, keyed.pk, old.pk]
    assert listed(viewer, "?status=failed") == [old.pk]
    assert listed(viewer, f"?webhook={hook.identifier}") == [new.pk, old.pk]
    assert listed(viewer, "?received_after=-24h") == [new.pk, keyed.pk]
    assert listed(viewer, f"?received_before={long_ago.date()}") == [old.pk]
    assert listed(viewer, "?key=order-7") == [keyed.pk]
    assert listed(viewer, "?sender=198.51.100.9") == [keyed.pk]
    assert listed(viewer, f"?identifier={old.identifier.lower()}") == [old.pk]
    assert listed(viewer, f"?webhook={hook.identifier}&key=order-7") == []


def test_what_was_received_long_ago_is_found_though_clocks_differ(viewer):
    hook, now = make_webhook(make_receiver()), timezone.now()
    minutes = (90, 55, 65, 0)
    rows = [make_delivery(hook, received_at=now - timedelta(minutes=m)) for m in minutes]
    until = (now - timedelta(minutes=60)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert listed(viewer, f"?received_before={until}") == [rows[2].pk, rows[0].pk]


def test_a_filter_that_cannot_be_read_is_explained(viewer):
    page = viewer.client.get("/deliveries/?status=lost&webhook=nowhere")

    assert page.status_code == 400
    assert "There is no webhook called “nowhere”." in page.content.decode()


def test_a_row_says_what_was_made_of_the_call_or_why_it_is_unreadable(viewer):
    incoming = make_receiver()
    hook = make_webhook(incoming)
    good, bad = make_delivery(hook), make_delivery(hook, "failed")
    make_reading(good, incoming, {"records": 3, "new": 2, "rejected": 1})
    make_reading(bad, incoming, error=f"The call {bad.identifier} came with no JSON at line 2.")

    text = viewer.open("/deliveries/").text

    assert f'href="/tasks/?delivery={good.pk}">3 tasks<' in text
    assert "Came with no JSON at line 2." in text


def test_the_list_is_turned_page_by_page_without_reading_bodies(viewer, django_assert_num_queries):
    hook = make_webhook(make_receiver())
    rows = [make_delivery(hook) for _ in range(60)]

    first = viewer.client.get("/deliveries/").context["list"]
    second = viewer.client.get(first.next_url()).context["list"]

    assert [d.pk for d in second.page.rows] == [d.pk for d in rows[:10]][::-1]
    assert "body" in first.page.rows[0].get_deferred_fields()


# ---------------------------------------------------------------- one


def test_the_page_of_a_call_shows_what_arrived_and_what_came_of_it(viewer, caller):
    incoming = make_receiver()
    make_route(incoming=incoming)
    hook = make_webhook(incoming, key_header="x-id")
    caller.call(
        hook,
        content=b'[{"sku": "<b>A</b>"}]',
        params={"shop": "berlin"},
        headers={"x-id": "7", "authorization": "Bearer horse"},
    )
    read_all()
    delivery = Delivery.objects.get()

    text = viewer.open(f"/deliveries/{delivery.identifier}/").text

    assert "&lt;b&gt;A&lt;/b&gt;" in text
    assert "<b>A" not in text
    assert "horse" not in text
    assert "berlin" in text
    assert incoming.name in text
    assert f"/processes/{delivery.readings.get().process}/" in text
    assert "1 new" in text
    assert f"/tasks/?delivery={delivery.pk}" in text
    assert "Replay" not in text


def test_a_call_is_found_by_its_number_and_in_small_letters(viewer):
    delivery = make_delivery(make_webhook())

    for name in (delivery.pk, delivery.identifier.lower()):
        assert delivery.identifier in viewer.open(f"/deliveries/{name}/").text
    for name in ("01NOTHING", "0", 10**20, "%00"):
        assert viewer.client.get(f"/deliveries/{name}/").status_code == 404, name


def test_a_call_that_waits_says_for_what(viewer):
    on, off = make_receiver(), make_receiver(enabled=False)
    delivery = make_delivery(make_webhook(on, off), "received")

    text = viewer.open(f"/deliveries/{delivery.identifier}/").text

    assert "The next process reads it." in text
    assert "This incoming is disabled: the call waits until it is not." in text


@pytest.mark.parametrize(
    ("body", "headers", "shown"),
    [
        (b'{"a":1.10}', {}, "{\n  &quot;a&quot;: 1.10\n}"),
        (b"{broken", {}, "{broken"),
        ("Grüße".encode("latin-1"), {"content-type": "text/plain; charset=latin-1"}, "Grüße"),
        (b"\x00\xff", {}, "00000000  00 ff "),
        (b"", {}, "The call had no body."),
    ],
)
def test_a_body_is_shown_as_what_it_is(viewer, body, headers, shown):
    delivery = make_delivery(make_webhook(), body=body, headers=headers)

    assert shown in viewer.open(f"/deliveries/{delivery.identifier}/").text


def test_of_a_large_body_the_beginning_is_shown_and_all_is_downloaded(viewer):
    body = b'["' + b"x" * 400_000 + b'"]'
    delivery = make_delivery(make_webhook(), body=body)

    page = viewer.open(f"/deliveries/{delivery.identifier}/")
    file = viewer.client.get(f"/deliveries/{delivery.identifier}/body/")

    assert "This is the beginning" in page.text
    assert len(page.text) < 350_000
    assert file.content == body
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"] == f'attachment; filename="{delivery.identifier}.json"'


def test_a_task_leads_to_its_call_and_the_list_finds_the_tasks_of_one(viewer):
    delivery = make_delivery(make_webhook())
    route = make_route()
    (task,) = make_tasks(route, "new", delivery=delivery.pk)
    make_tasks(route, "new")

    assert f"/deliveries/{delivery.identifier}/" in viewer.open(f"/tasks/{task.identifier}/").text
    rows = viewer.client.get(f"/tasks/?delivery={delivery.pk}").context["list"].page.rows
    assert rows == [task]


# ---------------------------------------------------------------- replays


def test_one_call_is_replayed_with_a_click_and_both_lead_to_each_other(editor):
    delivery = make_delivery(make_webhook(make_receiver()))
    own = f"/deliveries/{delivery.identifier}/"

    answer = editor.post("/deliveries/replay/", one=delivery.identifier, next=own)

    copied = delivery.replays.get()
    assert f'<a href="/deliveries/{copied.identifier}/">' in answer.content.decode()
    assert f"/deliveries/{copied.identifier}/" in editor.open(own).text
    assert own in editor.open(f"/deliveries/{copied.identifier}/").text


def test_an_unreadable_call_that_could_be_read_since_says_so(editor):
    incoming = make_receiver()
    bad = make_delivery(make_webhook(incoming), "failed")
    make_reading(bad, incoming, error="There was no JSON.")
    own = f"/deliveries/{bad.identifier}/"
    assert "Correct the incoming’s parser" in editor.open(own).text

    editor.post("/deliveries/replay/", one=bad.identifier, next=own)
    bad.replays.update(status="processed", ended_at=timezone.now())

    text = editor.open(own).text
    assert "It could be read since" in text
    assert "Correct the incoming’s parser" not in text


def test_all_that_match_are_replayed_after_a_question(editor):
    hook = make_webhook(make_receiver())
    make_delivery(hook, "failed")
    make_delivery(hook, "failed")
    make_delivery(hook)
    newest = Delivery.objects.order_by("-id").first().pk
    form = {"everything": "1", "filter": "status=failed", "newest": newest}

    question = editor.post("/deliveries/replay/", **form).content.decode()
    assert "Replay 2 calls?" in question
    assert Delivery.objects.count() == 3
    answer = editor.post("/deliveries/replay/", sure="1", **form)

    assert "2 calls are read anew." in answer.content.decode()
    assert Delivery.objects.exclude(replay_of=None).count() == 2


def test_very_many_are_replayed_by_a_process_whose_page_says_what_it_does(editor, monkeypatch):
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 1)
    hook = make_webhook(make_receiver())
    make_delivery(hook, "failed")
    make_delivery(hook, "failed")
    newest = Delivery.objects.order_by("-id").first().pk
    form = {"everything": "1", "filter": "status=failed", "newest": newest}

    question = editor.post("/deliveries/replay/", **form).content.decode()
    page = editor.post("/deliveries/replay/", sure="1", **form).content.decode()

    assert "a process does it in the background" in question
    assert "Replay 2 calls" in page
    assert "Status: failed" in page
    assert "2 when it was confirmed" in page


def test_what_cannot_be_read_or_replayed_is_said(editor):
    waiting = make_delivery(make_webhook(), "received")

    one = editor.post("/deliveries/replay/", one=waiting.identifier)
    bad = editor.post("/deliveries/replay/", everything="1", filter="status=lost", newest="1")

    assert "still unread" in one.content.decode()
    assert "The filter cannot be read." in bad.content.decode()
    assert Delivery.objects.count() == 1


def test_viewers_replay_nothing(viewer):
    delivery = make_delivery(make_webhook())

    answer = viewer.client.post("/deliveries/replay/", {"one": delivery.identifier})

    assert answer.status_code == 403
    assert "Replay" not in viewer.open("/deliveries/").text


# ---------------------------------------------------------------- refused calls


def test_refused_calls_tell_what_was_called_what_was_answered_and_why(viewer, caller):
    hook = make_webhook(make_receiver(), enabled=False)
    caller.call(hook, json={}, headers={"authorization": "Bearer horse"})
    caller.door.refused_calls.write()
    make_refused(answered=404, called="unknown-hook", reason="There is no such webhook.")

    page = viewer.open("/deliveries/refused/")

    assert "The webhook is disabled." in page.text
    assert "unknown-hook" in page.text
    assert "horse" not in page.text


def test_refused_calls_are_found_by_webhook_answer_sender_and_time(viewer):
    hook = make_webhook(make_receiver())
    one = make_refused(hook, sender="198.51.100.9")
    two = make_refused(None, 404, called="orders", at=timezone.now() - timedelta(hours=5))

    def found(query):
        page = viewer.client.get(f"/deliveries/refused/{query}")
        return [call.pk for call in page.context["list"].page.rows]

    assert found("") == [two.pk, one.pk]
    assert found(f"?webhook={hook.identifier}") == [one.pk]
    assert found("?answered=404") == [two.pk]
    assert found("?called=ORD") == [two.pk]
    assert found("?sender=198.51.100.9") == [one.pk]
    assert found("?at_after=-1h") == [one.pk]


def test_the_counts_of_the_last_day_stand_by_answer_and_hour(viewer):
    hook = make_webhook(make_receiver())
    count_refused(5, hook)
    count_refused(2, hook, ago=timedelta(hours=3))
    count_refused(9, None, 404)
    count_refused(7, hook, ago=timedelta(days=2))

    answers = viewer.client.get("/deliveries/refused/").context["list"].answers
    mine = viewer.client.get(f"/deliveries/refused/?webhook={hook.identifier}").context["list"]

    assert [(a.status, a.number) for a in answers] == [(404, 9), (401, 7)]
    assert [(a.hours[-1], a.hours[-4]) for a in mine.answers] == [(5, 2)]


# ---------------------------------------------------------------- processes


def test_a_process_that_reads_calls_leads_to_its_webhook_and_its_tasks(editor, caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    hook = make_webhook(incoming)
    caller.call(hook, json={"sku": "A"})
    (process,) = read_all()
    make_process(route)

    listed = editor.client.get(f"/processes/?webhook={hook.identifier}").context["list"].page.rows
    page = editor.open(f"/processes/{process.pk}/")

    assert listed == [process]
    assert f"/webhooks/{hook.identifier}/" in page.text
    assert f"route={route.identifier}" in page.response.context["tasks_url"]
    assert "Run again" not in page.text
    told = editor.open(f"/tasks/{route.tasks.get().identifier}/").text
    assert f"/webhooks/{hook.identifier}/history/1/" in told
