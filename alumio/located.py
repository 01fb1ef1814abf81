"""Errors that say where: each part of a ValidationError knows its path and its words."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError


class Located(ValidationError):
    """One message with its place.

    `path` is for machines: ("transformers", 1, "parameters", "key"); `words` are for people:
    ("step 2", "Settings", "row 3", "Key"), shown as "step 2 › Settings › row 3 › Key: …".
    """

    def __init__(self, reason: str, path: tuple = (), words: tuple = ()):
        self.reason, self.path, self.words = reason, path, words
        super().__init__(" › ".join(words) + ": " + reason if words else reason)

    def __str__(self):
        return self.message  # Django's own gives a list, which reads badly in a log line

    def __reduce__(self):
        return (Located, (self.reason, self.path, self.words))


def located(error: ValidationError) -> Located:
    """The error itself if it knows its place, else the same message without one."""
    if isinstance(error, Located):
        return error
    return Located(" ".join(error.messages))


def inside(key, error: ValidationError) -> Located:
    """The same error with a longer path and the same words: a level that people do not see."""
    error = located(error)
    return Located(error.reason, (key, *error.path), error.words)


def under(errors: Iterable[ValidationError], key, word: str) -> list[Located]:
    """The same errors, one level deeper: at `key`, called `word`."""
    placed = []
    for error in flatten(errors):
        error = located(error)
        placed.append(Located(error.reason, (key, *error.path), (word, *error.words)))
    return placed


def flatten(errors: Iterable[ValidationError] | ValidationError) -> list[ValidationError]:
    if isinstance(errors, ValidationError):
        errors = [errors]
    return [part for error in errors for part in getattr(error, "error_list", [error])]
