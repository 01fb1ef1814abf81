"""Tags about one task's versions, and the ways in which it may be retried."""

from dataclasses import dataclass

from django import template

from tasks import reimport
from tasks import versions as chain
from tasks.models import PayloadVersion, Task

register = template.Library()

MOST_SHOWN = 50


@dataclass(frozen=True)
class Choices:
    """What a person may do to get a task delivered again. `refusal` says why importing it anew is
    not possible, where it would be by its status."""

    retry: bool
    edit: bool
    reimport: bool
    refusal: str

    def __bool__(self) -> bool:
        return self.retry or self.edit or self.reimport


@register.simple_tag
def retry_choices(task: Task) -> Choices:
    anew = task.status in reimport.REIMPORTED
    refusal = reimport.refusal(task) if anew else ""
    return Choices(chain.allows(task, retry=True), chain.allows(task), anew, refusal)


@register.simple_tag
def versions_of(task: Task) -> list[PayloadVersion]:
    """The newest versions of a task's data, newest first and without the data; none where it was
    never changed."""
    return list(task.versions.defer("data").order_by("-number")[:MOST_SHOWN])


@register.simple_tag
def may_edit(task: Task) -> bool:
    return chain.allows(task)
