"""The secrets in two versions of one setting, each beside the one that stood in its place."""

from alumio.components import MASK


class Cover(str):
    """Looks like a mask, so that items of a list are found again, and knows what it hides.

    `now` is what somebody else has put in the place of the secret since, else the secret."""

    secret: object = ""
    now: object = ""


def covered(secret, now=None):
    """A cover over the secret; what is empty needs none."""
    if not secret:
        return secret
    cover = Cover(MASK)
    cover.secret, cover.now = secret, now or secret
    return cover


def paired(field, value, other, change):
    """A copy of `value` in which each secret is `change(secret, secret in the other version)`: that
    of the same item, wherever it stands, None where there is none."""
    hidden = field.walk_secrets(value, None, lambda secret, _: covered(secret))

    def uncover(cover, beside):
        return change(cover.secret, beside) if isinstance(cover, Cover) else cover

    return field.walk_secrets(hidden, other, uncover)
