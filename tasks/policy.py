"""The instance's policy of retention as a form: the rules for tasks, and how long other records are
kept. One form for the page and the REST API."""

from django import forms
from django.core.exceptions import ValidationError

from alumio.components import label_of
from alumio.located import Located, under
from routes.retention import MOST_DAYS, RetentionField
from tasks.models import RetentionPolicy
from tasks.retention import days_of, rules_of
from tasks.status import Status


def days(label: str, help_text: str, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        required=False, min_value=least, max_value=MOST_DAYS, label=label, help_text=help_text
    )


class PolicyForm(forms.Form):
    rules = RetentionField(label="Rules")
    processes = days("Ended processes (days)", "With their logs. Empty: for ever.")
    occurrences = days(
        "Runs of schedules (days)", "When jobs were due and what came of it. Empty: for ever.", 2
    )
    deliveries = days(
        "Deliveries (days)",
        "What webhooks received, once it has been read; its tasks stay. Empty: for ever.",
    )
    audit = days("Audit trail (days)", "Who did what. Empty: for ever.")

    def __init__(self, data=None, *, policy: RetentionPolicy):
        self.policy = policy
        super().__init__(data, initial=as_json(policy))

    def _clean_fields(self):
        """Errors say where they belong."""
        for name, bound in self._bound_items():
            try:
                self.cleaned_data[name] = bound.field.clean(bound.data)
            except ValidationError as error:
                self.add_error(name, under([error], name, label_of(name, bound.field)))

    def located_errors(self) -> list[Located]:
        return [part for parts in self.errors.as_data().values() for part in parts]

    def save(self) -> str:
        """Store the policy. Returns what has changed, in words; "" for nothing."""
        before = in_words(self.policy)
        kept = [{"records": n, "days": self.cleaned_data[n]} for n in days_of(self.policy)]
        self.policy.rules = [*self.cleaned_data["rules"], *kept]
        self.policy.save()
        after = in_words(self.policy)
        named = before | after
        return "; ".join(
            f"{name}: {before.get(name, 'for ever')} → {after.get(name, 'for ever')}"
            for name in named
            if before.get(name) != after.get(name)
        )


def as_json(policy: RetentionPolicy) -> dict:
    """A policy as the REST API shows and takes it."""
    rules = [
        {"status": rule.status, "days": rule.days, "number": rule.number}
        for rule in rules_of(policy.rules).values()
    ]
    return {"rules": rules, **days_of(policy)}


def in_words(policy: RetentionPolicy) -> dict[str, str]:
    """How long each kind of records is kept, by its name."""
    tasks = {Status(s).label: str(rule) for s, rule in rules_of(policy.rules).items()}
    others = {
        name.capitalize(): f"{number} days" if number else "for ever"
        for name, number in days_of(policy).items()
    }
    return tasks | others
