"""Words for tests of bulk actions: ask for one, and count what it did."""

from collections import Counter

from alumio.audit import Actor
from tasks import actions
from tasks.choice import Choice
from tasks.models import Message

ADMIN = Actor("admin@example.com", via="page")


def asked(verb="retry", **criteria) -> actions.Queued:
    done = actions.act(verb, Choice.matching(criteria), ADMIN)
    assert isinstance(done, actions.Queued)
    return done


def retries() -> Counter:
    """How often each task was retried, by its log."""
    return Counter(Message.objects.filter(verb="retry").values_list("task_id", flat=True))
