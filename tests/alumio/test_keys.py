import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from alumio import keys


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    first = keys.secret_key("SECRET_KEY", tmp_path)

    assert keys.secret_key("SECRET_KEY", tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_folder(tmp_path, monkeypatch):
    key = "k3y-from-the-environment-" * 3
    monkeypatch.setenv("SECRET_KEY", key)

    assert keys.secret_key("SECRET_KEY", tmp_path) == key
    assert not list(tmp_path.iterdir())


def test_processes_that_start_at_once_agree_on_one_key(tmp_path, monkeypatch):
    monkeypatch.delenv("ALUMIO_FERNET_KEYS", raising=False)

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: keys.fernet_keys("ALUMIO_FERNET_KEYS", tmp_path), range(64)))

    assert len({tuple(one) for one in made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["fernet_keys"]


@pytest.mark.parametrize(
    "known", ["secret", "changeme", "CHANGE-ME", "django-insecure-" + "x" * 50]
)
def test_values_known_from_examples_are_refused(tmp_path, monkeypatch, known):
    monkeypatch.setenv("SECRET_KEY", known)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is a value from an example"):
        keys.secret_key("SECRET_KEY", tmp_path)


@pytest.mark.parametrize("weak", ["short", "a" * 80])
def test_a_weak_key_is_refused(tmp_path, monkeypatch, weak):
    monkeypatch.setenv("SECRET_KEY", weak)

    with pytest.raises(ImproperlyConfigured, match="too short"):
        keys.secret_key("SECRET_KEY", tmp_path)


def test_what_is_not_a_fernet_key_is_refused_with_the_way_to_make_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ALUMIO_FERNET_KEYS", "too-short")

    with pytest.raises(ImproperlyConfigured, match="generate_key"):
        keys.fernet_keys("ALUMIO_FERNET_KEYS", tmp_path)


def test_several_keys_are_given_newest_first(tmp_path, monkeypatch):
    new, old = keys.Fernet.generate_key().decode(), keys.Fernet.generate_key().decode()
    monkeypatch.setenv("ALUMIO_FERNET_KEYS", f"{new}, {old}")

    assert keys.fernet_keys("ALUMIO_FERNET_KEYS", tmp_path) == [new, old]
