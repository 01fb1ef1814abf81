"""Secret keys: taken from the environment, else made once and kept in the data folder (0600)."""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

# Values people copy from examples: a platform that starts with one of these has no secret at all.
KNOWN_DEFAULTS = {
    "secret",
    "changeme",
    "change-me",
    "change_me",
    "change-me-please",
    "password",
    "insecure",
    "secret-key",
    "your-secret-key",
    "django-insecure",
}


def secret_key(name: str, folder: Path) -> str:
    """Django's signing key: `name` in the environment, else the file `folder/secret_key`."""
    key = os.environ.get(name) or kept(folder / "secret_key", lambda: secrets.token_urlsafe(50))
    refuse_known(name, key)
    if len(key) < 50 or len(set(key)) < 5:
        raise ImproperlyConfigured(
            f"{name} is too short to be a secret: give at least 50 random characters, or leave it "
            "out and one is made."
        )
    return key


def fernet_keys(name: str, folder: Path) -> list[str]:
    """Keys that encrypt stored secrets, newest first; older ones can still be read with.

    `name` in the environment holds them separated by commas, else the file `folder/fernet_keys`
    one per line. Raises ImproperlyConfigured when one is not a Fernet key.
    """
    text = os.environ.get(name) or kept(
        folder / "fernet_keys", lambda: Fernet.generate_key().decode()
    )
    keys = text.replace(",", " ").split()
    if not keys:
        raise ImproperlyConfigured(f"{name} holds no key.")
    for key in keys:
        refuse_known(name, key)
        check_fernet(name, key)
    return keys


def kept(path: Path, make) -> str:
    """The text of the file, made first if there is none.

    Safe when several processes start at once: each writes a file of its own and links it into
    place, which only one can win; all read what the winner wrote.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        link_first(path, make())
    return path.read_text(encoding="ascii").strip()


def link_first(path: Path, text: str):
    # mkstemp makes files that only their owner may read (0600).
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        os.unlink(draft)


def refuse_known(name: str, key: str):
    plain = key.strip().lower()
    if plain in KNOWN_DEFAULTS or plain.startswith(("django-insecure", "change-me", "changeme")):
        raise ImproperlyConfigured(
            f"{name} is a value from an example that everyone knows. Give a random one, or leave "
            "it out and one is made."
        )


def check_fernet(name: str, key: str):
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must hold 32 random bytes as URL-safe base64 (44 characters). Make one with: "
            'python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())"'
        ) from error
