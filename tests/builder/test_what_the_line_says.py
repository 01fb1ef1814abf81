"""What the screen says of a line: what is missing, what would be better, where a plus adds."""

import pytest

from scheduler.models import ScheduledJob
from tasks import counts
from tests.builder.drafting import of
from tests.pages.making import route, schema, set_values, step
from tests.scheduler.running import executed
from tests.webhooks.calling import OPEN, make_receiver, make_webhook
from tests.world import make_route

pytestmark = pytest.mark.django_db
HINT = "Choose a schema, so that tasks carry an identifier that can be read"
DONE = 'Add a trigger that fetches<span class="visually-hidden">: done</span>'


def page(builder) -> str:
    return builder.person.open(builder.base).text


def test_without_a_schema_the_checklist_and_the_panel_hint_at_one_and_stop_nothing(editor):
    saved = route()
    builder = of(editor, saved)

    assert HINT in page(builder)
    assert "Without a schema" in builder.panel(f"incoming:{saved.incoming.identifier}").text

    saved.incoming.entity_schema = schema()
    saved.incoming.store()
    assert HINT not in page(builder)
    assert "Without a schema" not in builder.panel(f"incoming:{saved.incoming.identifier}").text


def test_a_step_that_sets_the_schema_is_enough(editor):
    builder = of(editor, route(transformers=[step("type-setter", entityType="product")]))

    assert HINT not in page(builder)


def test_a_webhook_that_nobody_may_call_is_no_trigger_yet(editor):
    fed = make_route(incoming=make_receiver())
    builder = of(editor, fed)
    hook = make_webhook(fed.incoming, validators=[])
    assert "Nobody may call yet" in page(builder)
    assert DONE not in page(builder)

    hook.validators = [OPEN]
    hook.store()

    assert DONE in page(builder)


def test_each_plus_at_an_end_says_what_it_adds_to(editor):
    text = page(of(editor, route()))

    for words in ("Add to the incoming", "Add a transformer", "Add to the outgoing"):
        assert text.count(f"<span>{words}</span>") == 1
    assert "<span>Add after publishing</span>" in text


def test_each_plus_at_an_end_says_in_its_title_when_the_step_runs(editor):
    text = page(of(editor, route()))

    for when in (
        "Runs on each record that comes in, for every route of this incoming.",
        "Runs on each record of this route, before it becomes a task.",
        "Runs on each task as it is delivered, for every route of this outgoing.",
        "Runs on what the target answered, once a task was delivered.",
    ):
        assert text.count(f'title="{when}"') == 1


def test_what_makes_a_route_deliver_is_offered_in_two_ways_and_what_fits_better_first(editor):
    fetched, fed = (
        page(of(editor, make_route())),
        page(of(editor, make_route(incoming=make_receiver()))),
    )

    assert fetched.index("Add a scheduler</button>") < fetched.index("Switch real-time on</button>")
    assert fed.index("Switch real-time on</button>") < fed.index("Add a scheduler</button>")


def test_delivering_says_beforehand_where_there_is_nothing_to_deliver(editor):
    saved = make_route(entities=[{"sku": "a"}])
    builder, why = of(editor, saved), "There are no tasks to deliver: fetch first."
    counts.forget()
    assert why in page(builder)

    executed(saved.incoming)
    counts.forget()

    assert why not in page(builder)
    assert "<b>1</b> new</a>" in page(builder)


def test_a_time_that_is_seldom_chosen_is_put_into_words_by_the_page(editor):
    saved = route()
    for expression in ("*/5 * * * *", "15,45 3 * * mon"):
        ScheduledJob(name=expression, job="export", route=saved, expression=expression).store()

    text = page(of(editor, saved))

    assert 'data-cron="15,45 3 * * mon"' in text
    assert 'data-cron="*/5 * * * *"' not in text


def test_the_list_of_routes_marks_those_that_i_have_changed_and_not_saved(editor, administrator):
    saved = route(transformers=[set_values(a=1)])
    badge = f'draft-badge" href="/routes/builder/edit/{saved.identifier}/"'
    assert badge not in editor.open("/routes/").text

    of(editor, saved).post("remove", at=f"route:{saved.identifier}/transformers/0")

    assert badge in editor.open("/routes/").text
    assert badge not in administrator.open("/routes/").text
    of(editor, saved).post("undo")
    assert badge not in editor.open("/routes/").text


def test_undo_leaves_the_panel_where_it_is(editor):
    saved = route(transformers=[set_values(a=1), set_values(b=2)])
    builder, at = of(editor, saved), f"route:{saved.identifier}/transformers/0"
    builder.post("remove", at=f"route:{saved.identifier}/transformers/1")

    assert f'data-panel="{at}"' in builder.post("undo", at=at).content.decode()
    gone = builder.post("redo", at=f"route:{saved.identifier}/transformers/1").content.decode()
    assert "data-panel" not in gone
