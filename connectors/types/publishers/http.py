"""Publisher: send the entity by HTTP."""

from django import forms

from alumio import jsontext
from alumio.fields import ComponentField, GroupField, RowsField
from connectors.errors import ConnectorError, PublisherError
from connectors.failures import HttpError
from connectors.fields import ExpressionField
from connectors.http import Response
from connectors.kinds import Publisher, Result
from connectors.registries import clients, publishers
from connectors.rehearsal import Planned
from connectors.requests import PublishingRequestForm, require_address
from connectors.session import Session, told
from connectors.types.clients.http import CodeRange
from transformers.errors import TransformError
from transformers.paths import MISSING

_ASKS_TO_WAIT = (429, 503)


class SuccessForm(forms.Form):
    """What must be true of an answer, besides that there is one."""

    statuses = RowsField(CodeRange, label="Statuses", help_text="Empty: 200 to 299.")
    condition = ExpressionField(
        required=False,
        label="Condition on the body",
        help_text="A JMESPath expression that must be true, such as status == 'ok' or !errors.",
    )


@publishers.register
class HTTPPublisher(Publisher):
    prototype, label = "http-publisher", "HTTP"
    help = "Sends each entity in a request of its own. It says which answers are a success."

    class Parameters(forms.Form):
        client = ComponentField(clients, required=False, label="Connection")
        request = GroupField(PublishingRequestForm, label="Request")
        success = GroupField(SuccessForm, label="Success")
        idempotencyHeader = forms.CharField(
            required=False,
            initial="Idempotency-Key",
            label="Header of the idempotency key",
            help_text="The same for each attempt of a task, so that a target can refuse repeats.",
        )

        def clean(self):
            require_address(self)

    def setup(self):
        self.session = Session(self.parameters["client"], self.parameters["request"])
        success = self.parameters["success"]
        self.ranges = [(r["from"], r["to"]) for r in success["statuses"]] or [(200, 300)]
        self.condition = success["condition"]

    def publish(self, entity, context):
        try:
            response = self.session.send(entity.data, context, headers=self._key(context))
        except (HttpError, ConnectorError) as error:
            raise PublisherError(str(error), error.detail) from error
        except TransformError as error:
            raise PublisherError(f"The request cannot be made: {error}") from error
        try:
            return self._judge(response)
        finally:
            response.body.close()

    def rehearse(self, entity, context):
        try:
            request = self.session.rehearse(entity.data, context, headers=self._key(context))
        except (HttpError, ConnectorError) as error:
            raise PublisherError(str(error), error.detail) from error
        except TransformError as error:
            raise PublisherError(f"The request cannot be made: {error}") from error
        return Planned(f"Would send {request['method']} {request['url']}.", {"request": request})

    def secrets(self, context):
        return self.session.secrets(context)

    def close(self):
        self.session.close()

    def _key(self, context) -> dict[str, str]:
        name, key = self.parameters["idempotencyHeader"], context.scope.get("idempotency_key")
        return {name: str(key)} if name and key else {}

    def _judge(self, response: Response) -> Result:
        detail = response.note()
        if response.status in _ASKS_TO_WAIT and "retry-after" in response.headers:
            detail["retry_after"] = response.headers["retry-after"][:100]
        if not any(low <= response.status < high for low, high in self.ranges):
            return Result(False, told(response), detail)
        data = _read(response)
        if problem := self._unmet(data, response):
            return Result(False, problem, detail, data)
        return Result(True, f"{response.where} answered {response.status}.", detail, data)

    def _unmet(self, data, response: Response) -> str | None:
        """Why the condition on the body does not hold, if there is one."""
        if self.condition is None:
            return None
        try:
            held = self.condition(data)
        except TransformError as error:
            held = error
        if held is True or (held is not MISSING and held and not isinstance(held, Exception)):
            return None
        return (
            f"{response.where} answered {response.status}, but the condition on the body does not "
            f"hold: {response.excerpt()}"
        )


def _read(response: Response):
    """The body for the steps after publishing: JSON where it is JSON, else text; null if empty."""
    body = response.body.bytes()
    if not body:
        return None
    try:
        return jsontext.loads(body)
    except jsontext.JSONTextError:
        return body.decode(errors="replace").replace("\0", "\ufffd")
