"""A request in the making: steps of configuration add to it until it is sent."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, urljoin, urlsplit

from connectors.http import Request
from transformers.placeholders import render


@dataclass(slots=True)
class Draft:
    """`headers` keeps the names as they were written; look-ups ignore their case."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def has_header(self, name: str) -> bool:
        return any(known.lower() == name.lower() for known in self.headers)

    def set_header(self, name: str, value: str) -> None:
        for known in [known for known in self.headers if known.lower() == name.lower()]:
            del self.headers[known]
        self.headers[name] = value

    def default_header(self, name: str, value: str) -> None:
        if not self.has_header(name):
            self.headers[name] = value

    def set_query(self, name: str, value: str) -> None:
        """Give a query parameter this value, in the place of any it has."""
        self.url = without_query(self.url, name)
        self.add_query(f"{quote(name, safe='[]')}={quote(value, safe='')}")

    def add_query(self, query: str) -> None:
        if query:
            before, mark, fragment = self.url.partition("#")
            joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
            self.url = before + joint + query + mark + fragment

    def relative_to(self, base: str) -> None:
        """Put a base in front of a URI that is not absolute (php-http's base URI)."""
        if "://" in self.url.partition("?")[0]:
            return
        if not self.url or self.url.startswith("?"):
            self.url = base + self.url
        else:
            self.url = base.rstrip("/") + "/" + self.url.lstrip("/")

    def request(self) -> Request:
        return Request(self.method, self.url, self.headers, self.body)


def without_query(url: str, name: str) -> str:
    before, mark, query = url.partition("?")
    query, hash_mark, fragment = query.partition("#")
    kept = [pair for pair in query.split("&") if pair and _name_of(pair) != name]
    return before + (mark + "&".join(kept) if kept else "") + hash_mark + fragment


def _name_of(pair: str) -> str:
    return (parse_qsl(pair, keep_blank_values=True) or [(pair, "")])[0][0]


def next_url(url: str, link: str) -> str:
    """The address of a link found in the answer of `url`. Raises ValueError where it leads to
    another host, because our credentials would go there too. Behind a proxy many systems write
    http:// for their own https:// address: that is put right."""
    target = urljoin(url, link.strip())
    old, new = urlsplit(url), urlsplit(target)
    if (old.scheme, new.scheme) == ("https", "http") and old.hostname == new.hostname:
        target, new = "https" + target[4:], urlsplit("https" + target[4:])
    if (old.scheme, old.hostname, _port(old)) != (new.scheme, new.hostname, _port(new)):
        raise ValueError(
            f"it leads to another host, {new.scheme}://{new.netloc.rpartition('@')[2]}"
        )
    return target


def _port(parts) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def form_encode(payload, plus: bool = True) -> str:
    """A payload as a query or form, nested the way PHP does it: `a[b]=1&c[0]=2`.

    `plus` writes a space as “+” (RFC 1738), otherwise as “%20” (RFC 3986). Null is left out,
    true and false are 1 and 0.
    """
    encode = quote_plus if plus else quote
    return "&".join(
        f"{encode(name, safe='[]')}={encode(value, safe='')}" for name, value in _flat(payload, "")
    )


def _flat(value, name: str):
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from _flat(item, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    elif value is not None:
        yield name, render(value)
