"""The kinds of component of a webhook, and their verbs."""

from alumio.components import Component
from scheduler.webhooks.call import Answer, Call
from scheduler.webhooks.unsent import Unsent


class Refused(Exception):
    """A validator does not let a call in. The text is for the operator; the caller is told only
    that it was refused."""


class _Judge(Component):
    """Knows where a call carries secrets."""

    def secret_headers(self) -> tuple[str, ...]:
        """Names, in small letters, of the headers that carry secrets; they are never kept."""
        return ()

    def secret_parameters(self) -> tuple[str, ...]:
        """Names of the query's parameters that carry secrets; they are never kept."""
        return ()


class Validator(_Judge):
    """Lets a call in, or not (Alumio: request validator)."""

    def check(self, call: Call) -> None:
        """Raises Refused. Compares secrets in constant time; a missing secret refuses."""
        raise NotImplementedError

    def prove(self, call: Unsent) -> None:
        """Add to a call of our own what lets it in, with the present secret; nothing where no
        caller can choose it. Raises Refused where the secret cannot be read."""


class Handshake(_Judge):
    """Answers the calls by which a sender asks whether somebody is there."""

    methods: tuple[str, ...] = ()
    """Methods, beside the webhook's own, that this handshake answers."""
    comes_first = False
    """Whether it is answered without the validators: where it proves itself, or proves nothing."""

    def answer(self, call: Call) -> Answer | None:
        """The answer to a handshake; None: the call is a delivery. Raises Refused where the
        sender has to prove itself with a secret and does not."""
        raise NotImplementedError
