from ulid import ULID

from tasks import identifiers


def test_identifiers_are_ulids_that_differ_and_rise():
    made = identifiers.make(1_000)

    assert len(set(made)) == 1_000
    assert made == sorted(made)
    assert [str(ULID.from_str(text)) for text in made] == made


def test_their_time_is_now():
    before = ULID()

    (made,) = identifiers.make(1)

    assert before.milliseconds <= ULID.from_str(made).milliseconds <= ULID().milliseconds
