"""Rules of retention: how long, and how many, finished, failed… tasks are kept.

A rule is a row `{"status", "days", "number"}`: a task of that status is removed once its last
change is more than `days` days ago, or once the route has `number` newer ones; either suffices.
With neither of them the tasks are kept for ever, which lets a route except itself from a rule of
the instance. New, Retry and Waiting are touched only where a rule names them; Processing never
(Alumio §15.4).
"""

from collections import Counter

from django import forms
from django.core.exceptions import ValidationError

from alumio.fields import RowsField
from alumio.located import Located, under

REMOVABLE = [
    ("finished", "Finished"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("rejected", "Rejected"),
    ("waiting", "Waiting"),
    ("retry", "Retry"),
    ("new", "New"),
]
MOST_DAYS = 36_500
MOST_TASKS = 1_000_000_000


class RuleForm(forms.Form):
    status = forms.ChoiceField(
        choices=REMOVABLE,
        error_messages={
            "invalid_choice": "“%(value)s” cannot be removed. Choose one of "
            + ", ".join(value for value, _ in REMOVABLE)
            + "; a task that is Processing is never removed."
        },
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        label="Older than (days)",
        help_text="Since the task last changed. Empty: age does not matter.",
    )
    number = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_TASKS,
        label="Keep the newest",
        help_text="Tasks kept per route. Empty: their number does not matter. Either of the two "
        "removes a task; with both empty the tasks are kept for ever.",
    )


class RetentionField(RowsField):
    """At most one rule per status, each with all of its three settings."""

    def __init__(self, **kwargs):
        super().__init__(RuleForm, **kwargs)

    def clean(self, value) -> list[dict]:
        rules = [
            {"status": rule["status"], "days": rule.get("days"), "number": rule.get("number")}
            for rule in super().clean(value)
        ]
        refuse_doubles([rule["status"] for rule in rules])
        return rules


def refuse_doubles(statuses: list[str]) -> None:
    """Two rules for one status would contradict each other."""
    seen, errors = Counter(), []
    for index, status in enumerate(statuses):
        seen[status] += 1
        if seen[status] > 1:
            label = dict(REMOVABLE)[status]
            text = f"There is a rule for {label} above: one rule per status."
            errors += under([Located(text, ("status",), ("Status",))], index, f"row {index + 1}")
    if errors:
        raise ValidationError(errors)
