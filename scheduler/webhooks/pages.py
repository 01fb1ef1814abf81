"""The pages of webhooks: those of any configuration, and one that shows the calls."""

from django.urls import path

from alumio.pages import Notice, Pages, Section, register
from routes.models import Route
from scheduler.webhooks import overview, pauses
from scheduler.webhooks.forms import WebhookForm
from scheduler.webhooks.models import Answering, Webhook
from scheduler.webhooks.reading import incomings_of


def line(webhook: Webhook) -> str:
    read_by = ", ".join(incoming.name for incoming in incomings_of(webhook))
    answered = "200 after processing" if webhook.answer == Answering.PROCESS else "202 at once"
    return f"{read_by} · {answered}"


def notices(webhook: Webhook) -> list[Notice]:
    """Who may call, and what keeps calls from becoming tasks."""
    return [*_callers(webhook), *_readers(webhook)]


def _callers(webhook: Webhook) -> list[Notice]:
    active = [each for each in webhook.validators if not each.get("meta", {}).get("disabled")]
    if not active:
        return [Notice("Nobody may call this webhook yet: choose who may.")]
    if all(each["prototype"] == "open" for each in active):
        return [Notice("Anybody who knows the address may call this webhook.", "info")]
    return []


def _readers(webhook: Webhook) -> list[Notice]:
    found, resting = [], pauses.resting(webhook.incomings)
    for incoming in incomings_of(webhook):
        if not incoming.enabled:
            found.append(Notice(f"“{incoming.name}” is disabled: calls wait until it is not."))
        elif pause := resting.get(incoming.identifier):
            told = pauses.told(pause)
            found.append(Notice(f"“{incoming.name}” cannot be run, so calls wait: {told}"))
        elif not Route.objects.filter(incoming=incoming, enabled=True).exists():
            found.append(Notice(f"No enabled route uses “{incoming.name}”: calls make no tasks."))
    return found


PAGES = register(
    Pages(
        form=WebhookForm,
        namespace="webhooks",
        noun="webhook",
        plural="Webhooks",
        icon="webhook",
        about="A webhook takes calls of other systems. What it answers with 2xx is stored; the "
        "incomings read it afterwards and make tasks.",
        sections=(
            Section("What reads the calls", ("incomings",)),
            Section("Who may call", ("validators", "handshake", "by_token")),
            Section("Answer", ("answer", "wait_seconds")),
            Section(
                "Repeated calls",
                ("key_header", "key_path", "key_hours"),
                "A call with a known key gets the same answer and makes nothing. Without a key "
                "nothing is guessed: every call counts.",
            ),
            Section(
                "Limits",
                (
                    "methods",
                    "content_types",
                    "max_bytes",
                    "calls_per_second",
                    "max_waiting",
                    "logging",
                ),
            ),
        ),
        line=line,
        notices=notices,
    )
)


def urls() -> tuple:
    """The addresses of any configuration; those that show calls are our own."""
    patterns, *names = PAGES.urls()
    one = "<slug:identifier>/"
    ours = [
        path("", overview.List.as_view(pages=PAGES), name="list"),
        path("new/", overview.Edit.as_view(pages=PAGES), name="create"),
        path(one + "edit/", overview.Edit.as_view(pages=PAGES), name="edit"),
        path(one + "switch/", overview.Switch.as_view(pages=PAGES), name="switch"),
        path(one + "history/", overview.History.as_view(pages=PAGES), name="history"),
        path(one + "history/<int:number>/", overview.Old.as_view(pages=PAGES), name="old"),
        path(one, overview.Overview.as_view(pages=PAGES), name="overview"),
        path(one + "test-call/", overview.TestCall.as_view(pages=PAGES), name="test-call"),
        path(one + "renew/", overview.RenewToken.as_view(pages=PAGES), name="renew"),
    ]
    return [*ours, *patterns], *names
