"""Log lines: one for each event, whatever others have put into it."""

import logging
import re

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST = 10_000
"""Characters of a message that are kept."""


class LineFormatter(logging.Formatter):
    """Writes what is no text as an escape, so that nobody who calls can add lines of their own or
    speak to a terminal. The lines of a traceback follow, each behind a “|”."""

    def formatMessage(self, record):
        return escaped(super().formatMessage(record)[:LONGEST])

    def formatException(self, exc_info):
        lines = super().formatException(exc_info).splitlines()
        return "\n".join(f"| {escaped(line)}" for line in lines)

    def formatStack(self, stack_info):
        return "\n".join(f"| {escaped(line)}" for line in stack_info.splitlines())


def escaped(text: str) -> str:
    """The text with its control characters, line breaks among them, as escapes."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
