"""The task filter: what the page, the REST API and the bulk actions ask for."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from tasks.filters import TaskFilter
from tasks.models import Task

pytestmark = pytest.mark.django_db


def wrong(data) -> dict:
    chosen = TaskFilter(data)
    assert not chosen.is_valid()
    return {".".join(map(str, e.path)): e.reason for e in chosen.located_errors()}


def where(data) -> str:
    return str(TaskFilter(data).apply(Task.objects.all()).query)


def test_statuses_come_repeated_separated_by_commas_or_as_a_list():
    for data in (
        QueryDict("status=new,failed"),
        QueryDict("status=new&status=failed"),
        {"status": ["new", "failed"]},
        {"status": "new,failed"},
    ):
        chosen = TaskFilter(data)

        assert chosen.is_valid()
        assert chosen.criteria() == {"status": ["new", "failed"]}


def test_an_unknown_parameter_is_refused_by_name():
    assert wrong({"state": "new"}) == {"state": "There is no filter “state”."}


def test_parameters_of_the_page_are_left_alone():
    assert TaskFilter({"cursor": "x"}, besides=("cursor",)).is_valid()


def test_unknown_statuses_and_routes_are_named():
    assert wrong({"status": "done"}) == {"status": "There is no status “done”."}
    assert wrong({"route": "nowhere"}) == {"route": "There is no route called “nowhere”."}


def test_a_moment_is_read_with_zone_without_and_with_a_plus_that_the_url_lost():
    for text in ("2026-01-31T13:00:00Z", "2026-01-31T14:00:00 01:00", "2026-01-31T13:00"):
        chosen = TaskFilter({"created_after": text})

        assert chosen.is_valid(), text
        moment = chosen.cleaned_data["created_after"]
        assert moment.timestamp() == 1769864400


def test_until_a_date_includes_that_day():
    chosen = TaskFilter({"created_after": "2026-01-31", "created_before": "2026-01-31"})

    assert chosen.is_valid()
    length = chosen.cleaned_data["created_before"] - chosen.cleaned_data["created_after"]
    assert length.days == 1


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("-30min", {"minutes": 30}),
        ("-24h", {"hours": 24}),
        ("-7d", {"days": 7}),
        ("-2w", {"weeks": 2}),
    ],
)
def test_a_moment_may_be_so_long_ago(text, ago):
    chosen = TaskFilter({"created_after": text})

    assert chosen.is_valid()
    since = timezone.now() - chosen.cleaned_data["created_after"]
    assert timedelta(**ago) <= since < timedelta(**ago) + timedelta(minutes=1)


def test_what_is_no_moment_is_refused_with_an_example():
    for text in ("yesterday", "2026-02-30", "9999-12-31", "2026-01-01T99:00", "-3y", "-24"):
        assert "is not a moment" in wrong({"updated_before": text})["updated_before"]


def test_a_single_value_given_twice_is_refused():
    assert wrong(QueryDict("identifier=A&identifier=B")) == {"identifier": "Give this once."}
    assert wrong({"identifier": ["A"]}) == {"identifier": "Give this once."}


def test_an_empty_filter_says_so():
    chosen = TaskFilter({"status": [], "identifier": "", "route": ""})

    assert chosen.is_valid()
    assert chosen.criteria() == {}


def test_a_filter_with_errors_matches_no_task():
    assert not TaskFilter({"status": "done"}).apply(Task.objects.all()).exists()


def test_equal_and_containing_are_different_filters():
    assert '"entity_identifier" = A' in where({"entity_identifier": "A"})
    assert "LIKE" in where({"entity_identifier__contains": "A"})
