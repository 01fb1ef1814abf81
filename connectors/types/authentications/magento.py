"""Authentication: a Magento 2 integration (OAuth 1.0a, RFC 5849, signed with HMAC-SHA256)."""

import hashlib
import hmac
import secrets
import time
from base64 import b64encode
from urllib.parse import parse_qsl, quote, urlsplit

from django import forms

from alumio.fields import JSONField
from connectors.credentials import SecretTemplateField, known
from connectors.kinds import Authentication
from connectors.registries import authentications


@authentications.register
class MagentoIntegration(Authentication):
    prototype, label = "magento-2-integration-oauth1", "Magento 2 integration (OAuth 1)"
    help = "Signs every request with the four keys of an integration in Magento."

    class Parameters(forms.Form):
        consumerKey = SecretTemplateField(label="Consumer key")
        consumerSecret = SecretTemplateField(label="Consumer secret")
        accessToken = SecretTemplateField(label="Access token")
        accessTokenSecret = SecretTemplateField(label="Access token secret")
        signature = JSONField(required=False, label="Signature", help_text="HMAC-SHA256 always.")

    def apply(self, draft, data, context):
        value = {
            name: make(data, context) for name, make in self.parameters.items() if callable(make)
        }
        oauth = {
            "oauth_consumer_key": value["consumerKey"],
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
            "oauth_token": value["accessToken"],
            "oauth_version": "1.0",
        }
        key = f"{_escape(value['consumerSecret'])}&{_escape(value['accessTokenSecret'])}"
        oauth["oauth_signature"] = sign(draft.method, draft.url, oauth, key)
        pairs = ", ".join(f'{name}="{_escape(text)}"' for name, text in oauth.items())
        draft.set_header("Authorization", f"OAuth {pairs}")

    def secrets(self, context):
        return known([make for make in self.parameters.values() if callable(make)], context)


def sign(method: str, url: str, oauth: dict[str, str], key: str) -> str:
    """The signature of RFC 5849 §3.4 over method, address and parameters, in base64."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    address = f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}{port}{parts.path or '/'}"
    given = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((_escape(n), _escape(v)) for n, v in (*oauth.items(), *given))
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _escape(address), _escape(parameters)))
    return b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="~")
