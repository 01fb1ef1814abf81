"""Lines for a shell that call a webhook as its validators want it. Secrets are shown to nobody, so
a line begins with a place for each."""

import re
import shlex
from collections.abc import Callable
from urllib.parse import quote_plus

from scheduler.webhooks.models import Webhook

BODIES = {
    "application/json": '{"sku": "A-1", "stock": 7}',
    "application/x-ndjson": '{"sku": "A-1", "stock": 7}',
    "application/xml": "<item><sku>A-1</sku></item>",
    "text/xml": "<item><sku>A-1</sku></item>",
    "text/csv": "sku,stock\nA-1,7",
    "application/x-www-form-urlencoded": "sku=A-1&stock=7",
}
USUAL = "application/json"
_PART = re.compile(r"\{([^{}]*)\}")
_HEX = "openssl dgst -{algorithm} -hmac \"${secret}\" -r | cut -d' ' -f1"
_BASE64 = 'openssl dgst -{algorithm} -hmac "${secret}" -binary | openssl base64 -A'
_WRITTEN = {"hex": _HEX, "base64": _BASE64, "base64url": _BASE64 + " | tr '+/' '-_'"}
_BODY_SIGNED = {
    "github": ("X-Hub-Signature-256", "sha256=", _HEX),
    "shopify": ("X-Shopify-Hmac-Sha256", "", _BASE64),
    "woocommerce": ("X-WC-Webhook-Signature", "", _BASE64),
}


def lines(webhook: Webhook, url: str) -> str:
    """What to paste into a shell; "" where nobody may call."""
    active = [v for v in webhook.validators if not v.get("meta", {}).get("disabled")]
    return _Lines(webhook, url, active).text() if active else ""


def media_type_of(webhook: Webhook) -> str:
    """The content type that its calls have, as far as its settings say."""
    return (webhook.content_types or [USUAL])[0]


class _Lines:
    """The lines that set something, what goes on curl's own line, and the address."""

    def __init__(self, webhook: Webhook, url: str, validators: list[dict]):
        self.method = (webhook.methods or ["POST"])[0]
        self.media_type = media_type_of(webhook)
        self.query: list[str] = []
        self.options: list[str] = []
        self.before = [f"URL={shlex.quote(url)}"]
        self.before.append(f"BODY={shlex.quote(BODIES.get(self.media_type, BODIES[USUAL]))}")
        self.secrets = 0
        for number, spec in enumerate(validators, 1):
            if prove := PROVING.get(spec["prototype"]):
                prove(self, spec.get("parameters") or {}, "" if number == 1 else str(number))

    def text(self) -> str:
        url = "$URL" + ("?" + "&".join(self.query) if self.query else "")
        method = "" if self.method == "POST" else f" -X {self.method}"
        kind = f" -H 'Content-Type: {self.media_type}'"
        options = "".join(f" {option}" for option in self.options)
        curl = f'curl{method} "{url}"{kind}{options} --data-binary "$BODY"'
        return "\n".join([*self.before, curl])

    def secret(self, end: str, example: str = "the-secret") -> str:
        """The name of a variable of the shell that holds a secret."""
        self.before.append(f"SECRET{end}={example}")
        return f"SECRET{end}"

    def header(self, name: str, value: str) -> None:
        self.options.append(f'-H "{_inside(name)}: {value}"')


# ---------------------------------------------------------------- how each validator is satisfied


def _header_secret(lines: _Lines, settings: dict, end: str) -> None:
    lines.header(settings["header"], f"${lines.secret(end)}")


def _query_secret(lines: _Lines, settings: dict, end: str) -> None:
    lines.query.append(f"{quote_plus(settings['parameter'])}=${lines.secret(end)}")


def _basic(lines: _Lines, settings: dict, end: str) -> None:
    secret, user = lines.secret(end), _inside(settings.get("username", ""))
    lines.options.append(f'-u "{user}:${secret}"')


def _bearer(lines: _Lines, settings: dict, end: str) -> None:
    lines.header("Authorization", f"Bearer ${lines.secret(end)}")


def _signed_body(header: str, prefix: str, written: str) -> Callable:
    def prove(lines: _Lines, settings: dict, end: str) -> None:
        how = written.format(algorithm="sha256", secret=lines.secret(end))
        lines.before.append(f'SIGNATURE{end}=$(printf %s "$BODY" | {how})')
        lines.header(header, f"{prefix}$SIGNATURE{end}")

    return prove


def _stripe(lines: _Lines, settings: dict, end: str) -> None:
    how = _HEX.format(algorithm="sha256", secret=lines.secret(end))
    lines.before.append(f"TIME{end}=$(date +%s)")
    lines.before.append(f'SIGNATURE{end}=$(printf %s "$TIME{end}.$BODY" | {how})')
    lines.header("Stripe-Signature", f"t=$TIME{end},v1=$SIGNATURE{end}")


def _standard(lines: _Lines, settings: dict, end: str) -> None:
    secret, names = lines.secret(end, "whsec_dGhlLXNlY3JldA=="), settings.get("headers", "webhook")
    lines.before += [
        f"ID{end}=msg_$(openssl rand -hex 8) TIME{end}=$(date +%s)",
        f'KEY{end}=$(printf %s "${{{secret}#whsec_}}" | openssl base64 -d -A'
        " | od -An -vtx1 | tr -d ' \\n')",
        f'SIGNATURE{end}=$(printf %s "$ID{end}.$TIME{end}.$BODY" | openssl dgst -sha256'
        f' -mac HMAC -macopt "hexkey:$KEY{end}" -binary | openssl base64 -A)',
    ]
    lines.header(f"{names}-id", f"$ID{end}")
    lines.header(f"{names}-timestamp", f"$TIME{end}")
    lines.header(f"{names}-signature", f"v1,$SIGNATURE{end}")


def _hmac(lines: _Lines, settings: dict, end: str) -> None:
    time = settings.get("timestampHeader")
    shape = settings.get("signed") or ("{timestamp}.{body}" if time else "{body}")
    written = _WRITTEN[settings.get("encoding", "hex")]
    how = written.format(algorithm=settings.get("algorithm", "sha256"), secret=lines.secret(end))
    if time:
        zeros = "000" if settings.get("timestampUnit") == "milliseconds" else ""
        lines.before.append(f"TIME{end}=$(date +%s){zeros}")
        lines.header(time, f"$TIME{end}")
    parts = {"body": "${BODY}", "url": "${URL}", "timestamp": f"${{TIME{end}}}"}
    parts["method"] = lines.method

    def part(found: re.Match) -> str:
        name = found[1]
        return parts[name] if name in parts else _signed_header(lines, name, time, parts)

    signed = _PART.sub(part, _inside(shape))
    lines.before.append(f'SIGNATURE{end}=$(printf %s "{signed}" | {how})')
    lines.header(settings["header"], f"{_inside(settings.get('prefix', ''))}$SIGNATURE{end}")


def _signed_header(lines: _Lines, part: str, time: str | None, parts: dict) -> str:
    """What stands in a header that is signed as well: one more is sent for it."""
    name = part.removeprefix("header").strip()
    if name.lower() == "content-type":
        return lines.media_type
    if time and name.lower() == time.lower():
        return parts["timestamp"]
    lines.header(name, "1")
    return "1"


def _inside(text: str) -> str:
    """A text as it stands between a shell's double quotes."""
    for sign in ("\\", '"', "$", "`"):
        text = text.replace(sign, "\\" + sign)
    return text


PROVING: dict[str, Callable[[_Lines, dict, str], None]] = {
    "header-secret": _header_secret,
    "query-secret": _query_secret,
    "basic": _basic,
    "bearer": _bearer,
    "stripe": _stripe,
    "standard-webhooks": _standard,
    "hmac": _hmac,
    **{name: _signed_body(*how) for name, how in _BODY_SIGNED.items()},
}
"""How a line satisfies each validator; the others ask for nothing that a line could give."""
