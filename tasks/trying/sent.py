"""What was published, or would be, in a form that can be compared field by field."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors.redaction import Redactor
from tasks.models import Level, Message, Phase, Task
from tasks.status import Status
from tasks.trying import trial
from tasks.trying.trial import Delivery, Record

DELIVERED = (Status.FINISHED, Status.WAITING)


@dataclass(frozen=True)
class Result:
    """What became of a task or record, and each request or entity that was published. `is_whole`:
    all of these is known, so that they can be compared; `is_real`: it was really sent."""

    outcome: str
    published: list[dict] = field(default_factory=list)
    error: str = ""
    is_whole: bool = True
    is_real: bool = False

    def against(self, other: "Result") -> tuple[dict, dict]:
        """Both as JSON that says what differs: where one was not sent, what the other holds says
        nothing."""
        if self.outcome != other.outcome:
            return self._ending, other._ending
        return self._whole, other._whole

    @property
    def _ending(self) -> dict:
        return {"outcome": self.outcome} | ({"error": self.error} if self.error else {})

    @property
    def _whole(self) -> dict:
        if len(self.published) == 1:
            return self.published[0] | self._ending
        return {"published": self.published} | self._ending


def planned(record: Record) -> Result:
    """What a dry run says of a record, or of a task that it began with."""
    outcome = trial.SENT if record.outcome == trial.UNCHANGED else record.outcome
    deliveries = [delivery for task in record.tasks for delivery in task.deliveries]
    errors = [record.error, *(task.error or " ".join(task.refusals) for task in record.tasks)]
    published = [
        comparable(each.request) if each.request else {"entity": each.entity.value}
        for each in deliveries
    ]
    return Result(outcome, published, " ".join(filter(None, errors)), _is_whole(deliveries))


def _is_whole(deliveries: list[Delivery]) -> bool:
    return not any(
        each.request.get("truncated") if each.request else each.entity.is_cut for each in deliveries
    )


def sent(tasks: Iterable[Task], redactor: Redactor) -> dict[int, Result]:
    """What was really sent for delivered tasks, by their ids, where all of it is kept: requests
    are noted with the lines of a task, up to 64 kB of each body."""
    delivered = {task.pk: task for task in tasks if task.status in DELIVERED}
    lines = Message.objects.filter(
        task_id__in=delivered, phase=Phase.EXPORT.value, level=Level.INFO.value
    ).exclude(detail="")
    requests = defaultdict(list)
    for pk, attempt, detail in lines.order_by("id").values_list("task_id", "attempt", "detail"):
        if attempt == delivered[pk].attempt and (found := _request(detail, delivered[pk])):
            requests[pk].append(found)
    return {
        pk: Result(
            trial.SENT, [comparable(redactor.value(request)) for request in found], is_real=True
        )
        for pk, found in requests.items()
        if not any(request.get("truncated") for request in found)
    }


def _request(detail: str, task: Task) -> dict | None:
    """The request of a line, if it was the delivery: look-ups are noted too, but carry no key."""
    try:
        request = jsontext.loads(detail)["request"]
        keys = [str(value) for value in request["headers"].values()]
    except (JSONTextError, KeyError, TypeError, AttributeError):
        return None
    return request if any(key.startswith(f"{task.identifier}-") for key in keys) else None


def comparable(request: dict) -> dict:
    """A noted request without the key of its delivery, and with its body read if it can be."""
    headers = {
        name.lower(): value
        for name, value in request.get("headers", {}).items()
        if name.lower() != "idempotency-key"
    }
    said = {"method": request["method"], "url": request["url"], "headers": headers}
    return said | ({"body": _body(request["body"])} if request.get("body") else {})


def _body(text: str):
    try:
        return jsontext.loads(text)
    except JSONTextError:
        return text
