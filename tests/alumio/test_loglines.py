"""What callers send cannot make lines of the log, nor speak to the terminal of who reads it."""

import io
import logging

import pytest
from django.conf import settings
from django.utils.module_loading import import_string


@pytest.fixture
def lines():
    """A logger with the platform's own format, and what it wrote."""
    how = dict(settings.LOGGING["formatters"]["line"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(import_string(how["()"])(how["format"], style=how["style"]))
    logger = logging.Logger("told")
    logger.addHandler(handler)
    return logger, lambda: stream.getvalue().splitlines()


ODD = ["a\nb", "a\r\nb", "\x1b[2J", "\x00", "a\u2028b", "a\u0085b", "\ud800", "x" * 100_000]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_a_message_is_one_line_of_text(lines, text):
    logger, written = lines

    logger.warning("A call was refused: %s", text)

    (line,) = written()
    assert line.isprintable()
    assert len(line) < 20_000


def test_a_traceback_follows_its_line_and_looks_like_no_other(lines):
    logger, written = lines

    try:
        raise ValueError("first\n2026-01-01 00:00:00,000 INFO    alumio: forged")
    except ValueError:
        logger.exception("It failed")

    first, *others = written()
    assert first.endswith("told: It failed")
    assert all(line.startswith("| ") for line in others)


def test_letters_of_all_languages_stay_as_they_are(lines):
    logger, written = lines

    logger.warning("“Größe” 注文 🙂\ttab")

    assert written()[0].endswith("“Größe” 注文 🙂\ttab")
