"""Reads the platform's settings from environment variables, with clear errors."""

import ipaddress
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def flag(name: str, default: bool) -> bool:
    """True or false from the environment; anything unclear is refused rather than guessed."""
    text = os.environ.get(name)
    if text is None:
        return default
    if text.strip().lower() in YES | NO:
        return text.strip().lower() in YES
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {text!r}.")


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number between `least` and `most` from the environment."""
    text = os.environ.get(name, "").strip() or str(default)
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} to {most}, not {text!r}."
        )
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or blanks from the environment."""
    return os.environ.get(name, default).replace(",", " ").split()


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks or single addresses from the environment, none unless it names some."""
    found = []
    for word in words(name):
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} takes addresses and networks such as 10.0.0.5 or 10.0.0.0/8, not {word!r}."
            ) from None
    return found


def folder(name: str, default: Path) -> Path:
    """A folder this process can write in, made if there is none (only its owner may read it)."""
    path = Path(os.environ.get(name) or default).expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {path} cannot be made: {error.strerror}. Set {name} to a folder "
            "that this user may write in."
        ) from error
    if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"The data folder {path} cannot be written in by this user. Change its owner, or set "
            f"{name} to another folder."
        )
    return path
