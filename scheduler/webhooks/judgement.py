"""Who may call a webhook, and what of a call may be kept."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote_plus

from alumio.components import MASK
from connectors.redaction import is_secret_name
from scheduler.webhooks.call import Call
from scheduler.webhooks.kinds import Handshake, Refused, Validator

NOBODY = (
    "Nobody may call this webhook until you choose who may: a secret, a signature, addresses, or "
    "“Anybody may call”."
)


def judge(validators: Iterable[Validator], call: Call) -> None:
    """Returns if the call is let in: by every validator that is not disabled, and by at least one.
    Raises Refused, with the validator's name."""
    active = [validator for validator in validators if not validator.disabled]
    if not active:
        raise Refused(NOBODY)
    for validator in active:
        try:
            validator.check(call)
        except Refused as refused:
            raise Refused(f"{validator.title}: {refused}") from None


def redacted_headers(
    judges: Iterable[Validator | Handshake], headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers as they are kept: what lets a caller in is masked, and what looks like it."""
    named = {name for judge in judges for name in judge.secret_headers()}
    return {
        name: MASK if name.lower() in named or is_secret_name(name) else value
        for name, value in headers.items()
    }


def redacted_query(judges: Iterable[Validator | Handshake], query: str) -> str:
    """The query as it is kept; the names stay, and the values that are no secrets."""
    named = {name for judge in judges for name in judge.secret_parameters()}
    return "&".join(_redacted_pair(pair, named) for pair in query.split("&"))


def _redacted_pair(pair: str, named: set[str]) -> str:
    name, _, value = pair.partition("=")
    plain = unquote_plus(name)
    return f"{name}={MASK}" if value and (plain in named or is_secret_name(plain)) else pair
