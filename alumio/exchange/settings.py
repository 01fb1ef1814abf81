"""The settings of one line of an export, taken one by one."""

from alumio.located import Located


class Settings:
    """The parameters of a line, taken one by one; what nobody takes is told, not lost silently."""

    def __init__(self, given):
        if given in (None, []):
            given = {}
        if not isinstance(given, dict):
            raise Located("“parameters” must be an object.", ("object", "parameters"))
        self.left = dict(given)

    def take(self, name: str, default=None):
        return self.left.pop(name, default)

    def drop_if_empty(self, *names: str) -> None:
        """Settings we have no use for are no loss while they say nothing."""
        for name in names:
            if says_nothing(self.left.get(name)):
                self.left.pop(name, None)


def says_nothing(value) -> bool:
    """Whether a value is empty or off, in all its parts."""
    if isinstance(value, dict):
        return all(says_nothing(item) for item in value.values())
    return value in (None, "", [], {}, False)
