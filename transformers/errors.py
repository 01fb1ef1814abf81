"""What goes wrong while entities are changed, told with the place of the step."""

from collections.abc import Callable


class TransformError(Exception):
    """A step cannot do its work on this data. The message says what, and what to do."""


class PlaceholderError(TransformError):
    """A placeholder is wrong: what it is, where it stands, and what to do."""

    def __init__(self, what: str, where: str = "", hint: str = ""):
        self.what, self.where, self.hint = what, where, hint
        told = f"{where}: {what}" if where else what
        super().__init__(f"{told} {hint}".rstrip())


class MissingValue(PlaceholderError):
    """A `&{path}` found nothing in this entity."""


class StepError(Exception):
    """An entity failed in a step. `path` says which: "step 2 › Set values › mapper 1"."""

    def __init__(self, path: str, message: str):
        self.path, self.message = path, message
        super().__init__(f"{path}: {message}" if path else message)

    def __reduce__(self):
        return StepError, (self.path, self.message)


def placed(error: Exception, word: str) -> StepError:
    """The same error, one level further out: in the part called `word`."""
    if isinstance(error, StepError):
        return StepError(f"{word} › {error.path}" if error.path else word, error.message)
    return StepError(word, reason(error))


def reason(error: Exception) -> str:
    """What people read. An error that nobody foresaw keeps its type, for whoever reports it."""
    if isinstance(error, TransformError):
        return str(error)
    if isinstance(error, RecursionError):
        return "The data or the steps are nested too deeply."
    return f"Unexpected {type(error).__name__}: {error}"


def call(word: str, function: Callable, *arguments):
    """Call a part of a step; what it raises tells the part's name."""
    try:
        return function(*arguments)
    except Exception as error:
        raise placed(error, word) from error
