"""The audit trail: how it reads, who may see it, and that nobody changes it."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from alumio import audit
from alumio.audit import Actor
from alumio.audit_words import SAID, Sentence
from alumio.models import AuditEntry, Immutable, User
from tests.pages.trail import actions, noted, sentence

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ANNA = Actor("anna@example.com", via="page", address="203.0.113.9")


def listed(person, query="") -> list[str]:
    page = person.client.get(f"/audit/{query}")
    assert page.status_code == 200
    return [str(entry.sentence) for entry in page.context["list"].page.rows]


# ---------------------------------------------------------------- how it reads


def test_an_entry_reads_as_a_sentence_with_names_for_identifiers(administrator):
    criteria = {"status": ["failed"], "route": ["orders"]}
    entry = audit.record(ANNA, "retry", criteria=criteria, changed=4312, not_allowed=12)

    assert sentence(entry, orders="Orders to ERP") == (
        "anna@example.com retried 4,312 tasks: status failed, route Orders to ERP; 12 not allowed"
    )


def test_the_tasks_of_a_sentence_lead_to_the_list_with_the_same_filter():
    criteria = {"filter": {"status": ["failed", "retry"], "route": ["orders"]}, "newest": 7}
    entry = audit.record(ANNA, "skip", criteria=criteria, changed=3)

    urls = [part.url for part in Sentence(entry, {}).parts() if part.url]

    assert urls == ["/tasks/?status=failed&status=retry&route=orders"]


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"changed": 1}, "retried 1 task"),
        (
            {"criteria": {"filter": {}, "newest": 9}, "changed": 5},
            "retried 5 tasks: all there were",
        ),
        ({"criteria": {"identifiers": ["A", "B"]}, "changed": 2}, "retried 2 tasks: 2 chosen"),
        ({"criteria": {"filter": {"status": ["new"]}}}, "retried tasks: status new"),
        (
            {"criteria": {"entity_identifier__contains": "10045"}, "changed": 2},
            "retried 2 tasks: entity identifier contains 10045",
        ),
        (
            {"criteria": {"created_after": "2026-11-20T08:30:00+00:00"}, "changed": 2},
            "retried 2 tasks: created from 2026-11-20 08:30 UTC",
        ),
        (
            {"criteria": {"created_after": "2026-13-50"}, "changed": 2},
            "retried 2 tasks: created from 2026-13-50",
        ),
        ({"criteria": ["odd"], "changed": 2}, "retried 2 tasks"),
        ({"subject": "01ABC"}, "retried task 01ABC"),
    ],
)
def test_filters_are_told_in_words(details, expected):
    assert sentence(audit.record(ANNA, "retry", **details)) == f"anna@example.com {expected}"


@pytest.mark.parametrize("action", [*SAID, "something-new"])
def test_every_action_reads_as_a_sentence_with_its_subject(action):
    one = {"kind": "route", "identifier": "orders", "revision": 3}
    entry = audit.record(ANNA, action, "Orders", changed=2, **one)

    text = sentence(entry)

    assert text.startswith("anna@example.com ")
    assert "{" not in text
    assert ("Orders" in text) == any(
        word in SAID.get(action, "{subject}") for word in ("{subject}", "{tasks}")
    )


def test_the_name_of_a_person_stands_for_the_address(administrator):
    User.objects.filter(pk=administrator.user.pk).update(name="Anna")
    administrator.post("/storages/x/switch/")
    audit.record(Actor(administrator.user.email, administrator.user.pk), "sign-in")

    assert listed(administrator) == ["Anna signed in"]


def test_markup_in_a_name_is_text(administrator):
    audit.record(ANNA, "delete", "<script>alert(1)</script>")

    page = administrator.open("/audit/").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- the page


def test_entries_are_listed_newest_first_and_filtered_by_the_address(administrator):
    audit.record(ANNA, "sign-in")
    audit.record(ANNA, "delete", "Orders", kind="route", identifier="orders")
    audit.record(Actor("root"), "import", "Orders", kind="route", identifier="orders")

    everything = listed(administrator)

    assert everything == [
        "root imported the route “Orders”",
        "anna@example.com deleted the route “Orders”",
        "anna@example.com signed in",
    ]
    assert listed(administrator, "?who=Anna@example.com&action=delete") == everything[1:2]
    assert listed(administrator, "?action=delete&action=sign-in") == everything[1:]
    assert listed(administrator, "?via=command") == everything[:1]
    assert listed(administrator, "?subject__contains=ORD&who__contains=anna") == everything[1:2]
    assert listed(administrator, "?kind=route&identifier=orders") == everything[:2]
    assert listed(administrator, "?address=203.0.113.9") == everything[1:]
    assert listed(administrator, "?after=-1h") == everything
    assert listed(administrator, "?before=2020-01-01") == []


def test_a_filter_that_cannot_be_read_is_told(administrator):
    for query in ("?action=nonsense", "?address=nowhere", "?after=yesterday", "?colour=red"):
        page = administrator.client.get(f"/audit/{query}")
        assert page.status_code == 400
        assert "This filter cannot be applied" in page.content.decode()


def test_pages_of_the_trail_go_by_keyset(administrator):
    for number in range(120):
        audit.record(ANNA, "delete", f"Route {number}")

    first = administrator.client.get("/audit/").context["list"]
    audit.record(ANNA, "delete", "Meanwhile")
    second = administrator.client.get(first.next_url()).context["list"]
    third = administrator.client.get(second.next_url()).context["list"]

    subjects = [e.subject for page in (first, second, third) for e in page.page.rows]
    assert subjects == [f"Route {number}" for number in reversed(range(120))]
    assert third.next_url() is None
    back = administrator.client.get(third.previous_url()).context["list"]
    assert [e.pk for e in back.page.rows] == [e.pk for e in second.page.rows]


def test_others_see_what_they_did_themselves_and_nothing_else(viewer, administrator):
    audit.record(Actor(viewer.user.email, viewer.user.pk), "sign-in")
    audit.record(Actor(administrator.user.email, administrator.user.pk), "sign-in")

    assert listed(viewer) == ["viewer@example.com signed in"]
    assert listed(viewer, "?who=administrator@example.com") == []
    assert "What you did" in viewer.open("/audit/").text
    file = viewer.client.get("/audit/file/").getvalue().decode()
    assert "administrator@example.com" not in file


def test_the_trail_is_a_file_that_is_safe_in_a_spreadsheet_and_taking_it_is_noted(administrator):
    audit.record(ANNA, "delete", "=cmd()", kind="route", identifier="orders", revision=3)
    audit.record(ANNA, "sign-in")

    answer = administrator.client.get("/audit/file/?action=delete")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert "attachment" in answer["Content-Disposition"]
    assert [row["subject"] for row in rows] == ["'=cmd()"]
    assert rows[0]["address"] == "203.0.113.9"
    assert rows[0]["sentence"] == "anna@example.com deleted the route “=cmd()”"
    assert actions()[-1] == "export-audit"


def test_an_empty_trail_says_what_it_is_for(administrator):
    assert "Nobody has done anything yet" in administrator.open("/audit/").text
    assert "No entry matches" in administrator.open("/audit/?via=api").text


# ---------------------------------------------------------------- nothing changes an entry


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/audit/", "/audit/file/", "/api/v1/audit"])
def test_no_door_changes_an_entry(administrator, method, path):
    audit.record(ANNA, "sign-in")

    answer = getattr(administrator.client, method)(path)

    assert answer.status_code == 405
    assert actions() == ["sign-in"]


def test_code_cannot_change_or_delete_an_entry_either():
    entry = audit.record(ANNA, "sign-in")
    entry.who = "somebody else"

    with pytest.raises(Immutable):
        entry.save()
    with pytest.raises(Immutable):
        entry.delete()
    with pytest.raises(Immutable):
        AuditEntry.objects.filter(pk=entry.pk).update(who="somebody else")
    with pytest.raises(Immutable):
        AuditEntry.objects.all().delete()
    assert noted().who == "anna@example.com"


def test_age_alone_removes_entries_the_oldest_first(db):
    for days in (400, 300, 1):
        entry = audit.record(ANNA, "sign-in", note=f"{days} days old")
        at = timezone.now() - timedelta(days=days)
        AuditEntry._base_manager.filter(pk=entry.pk).update(at=at)
    year_ago = timezone.now() - timedelta(days=30)

    assert AuditEntry.objects.remove_before(year_ago, most=1) == 1
    assert AuditEntry.objects.remove_before(year_ago, most=10) == 1
    assert AuditEntry.objects.remove_before(year_ago, most=10) == 0
    assert [entry.note for entry in AuditEntry.objects.all()] == ["1 days old"]


def test_an_entry_outlives_the_account(administrator):
    kim = User.objects.create_user("kim@example.com")
    audit.record(Actor(kim.email, kim.pk), "sign-in")

    kim.delete()

    assert noted().who == "kim@example.com"
    assert noted().user is None
