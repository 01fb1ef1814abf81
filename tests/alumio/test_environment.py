import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from alumio import environment, mounts

NOBODY = 65534
"""The user that owns nothing."""


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("TRUE", True), ("0", False), ("", False)]
)
def test_a_flag_is_read(monkeypatch, text, expected):
    monkeypatch.setenv("SOME_FLAG", text)

    assert environment.flag("SOME_FLAG", default=not expected) is expected


def test_an_unclear_flag_is_refused_rather_than_guessed(monkeypatch):
    monkeypatch.setenv("SOME_FLAG", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="SOME_FLAG must be 1 or 0"):
        environment.flag("SOME_FLAG", default=True)


@pytest.mark.parametrize("text", ["0", "65536", "http", "80.5", "-1"])
def test_a_number_out_of_range_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 1 to 65535"):
        environment.number("PORT", 8000, 1, 65535)


def test_a_list_may_be_separated_by_commas_and_blanks(monkeypatch):
    monkeypatch.setenv("SOME_LIST", "10.0.0.0/8, 127.0.0.1:9000  ::1")

    assert environment.words("SOME_LIST") == ["10.0.0.0/8", "127.0.0.1:9000", "::1"]


def test_a_data_folder_that_is_a_file_is_refused_with_what_to_do(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALUMIO_DATA", str(tmp_path / "file"))

    with pytest.raises(ImproperlyConfigured, match="Set ALUMIO_DATA to a folder"):
        environment.folder("ALUMIO_DATA", tmp_path)


def become_nobody():
    """Root may write everywhere; nobody, for good, may not."""
    if os.geteuid() == 0:
        os.setuid(NOBODY)


@pytest.fixture
def without_rights():
    """Calls functions in a process that is not root's."""
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, fork, become_nobody) as pool:
        yield lambda *call: pool.submit(*call).result(30)


def test_a_data_folder_that_cannot_be_written_is_refused(monkeypatch, tmp_path, without_rights):
    monkeypatch.setenv("ALUMIO_DATA", "/")

    with pytest.raises(ImproperlyConfigured, match="cannot be written"):
        without_rights(environment.folder, "ALUMIO_DATA", tmp_path)


def test_the_type_of_a_file_system_is_that_of_the_longest_mount(monkeypatch, tmp_path):
    table = tmp_path / "mounts"
    table.write_text("a / ext4 rw 0 0\nb /srv nfs4 rw 0 0\nc /srv/my\\040disk xfs rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", table)

    assert mounts.file_system(mounts.Path("/srv/data")) == "nfs4"
    assert mounts.file_system(mounts.Path("/srv/my disk/data")) == "xfs"
    assert mounts.file_system(mounts.Path("/srvx")) == "ext4"
