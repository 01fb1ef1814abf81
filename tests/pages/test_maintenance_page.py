"""Maintenance windows through their page and the API."""

import pytest

from scheduler.models import Maintenance

pytestmark = pytest.mark.django_db

WEEKLY = {
    "name": "Sunday night",
    "enabled": "on",
    "repeats": "weekly",
    "weekdays": ["sun"],
    "start": "02:00",
    "minutes": "90",
    "time_zone": "Europe/Amsterdam",
}


def test_a_window_is_made_and_says_when_it_comes_next(editor):
    answer = editor.client.post("/maintenance/new/", WEEKLY)

    assert answer.status_code == 302
    made = Maintenance.objects.get()
    assert (made.weekdays, made.start, made.minutes, made.jobs) == (["sun"], "02:00", 90, [])
    page = editor.client.get(f"/maintenance/{made.identifier}/edit/").content.decode()
    assert "It begins next at" in page
    assert "Sunday 02:00, 90 min" in editor.client.get("/maintenance/").content.decode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"start": "25:00"}, "such as 04:30"),
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"repeats": "once", "date": "2026-02-30"}, "There is no day “2026-02-30”"),
        ({"repeats": "once"}, "Say on which day"),
        ({"repeats": "monthly"}, "Say on which day of the month."),
        ({"jobs": ["nothing"]}, "nothing is not one of the available choices"),
    ],
)
def test_what_cannot_be_a_window_is_refused_where_it_is_wrong(editor, change, told):
    page = editor.client.post("/maintenance/new/", WEEKLY | change)

    assert page.status_code in (200, 400, 422)
    assert told in page.content.decode()
    assert not Maintenance.objects.exists()
