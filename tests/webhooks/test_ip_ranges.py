"""Addresses from which a webhook may be called."""

import pytest
from django.core.exceptions import ValidationError

from scheduler.webhooks.registries import validators
from tests.webhooks.judging import lets_in, make_call, make_validator, refusal


@pytest.mark.parametrize(
    ("ranges", "inside", "outside"),
    [
        (["192.0.2.7"], ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.8", "::192.0.2.7"]),
        (["192.0.2.0/25"], ["192.0.2.0", "192.0.2.127"], ["192.0.2.128", "192.0.1.255"]),
        (["192.0.2.9/24"], ["192.0.2.200"], ["192.0.3.9"]),
        (["2001:db8::/32"], ["2001:db8::1", "2001:DB8:ffff::"], ["2001:db9::1", "32.1.13.184"]),
        (["fe80::1"], ["fe80::1%eth0"], ["fe80::2"]),
        (["::ffff:10.0.0.0/104"], ["10.9.9.9", "::ffff:10.9.9.9"], ["11.0.0.0", "::a00:1"]),
        (["0.0.0.0/0"], ["203.0.113.7", "::ffff:1.2.3.4"], ["2001:db8::1"]),
        (["::/0"], ["2001:db8::1"], ["203.0.113.7"]),
        ([" 192.0.2.7 ", "2001:db8::7"], ["192.0.2.7", "2001:db8::7"], ["192.0.2.1"]),
    ],
)
def test_only_callers_from_the_ranges_are_let_in(ranges, inside, outside):
    validator = make_validator("ip-ranges", ranges=ranges)

    assert [refusal(validator, make_call(sender=sender)) for sender in inside] == [""] * len(inside)
    for sender in outside:
        assert "in none of the ranges" in refusal(validator, make_call(sender=sender))


@pytest.mark.parametrize("sender", [None, "", "unknown", "192.0.2.7, 192.0.2.7", "1.2.3"])
def test_a_caller_whose_address_is_not_known_is_refused(sender):
    validator = make_validator("ip-ranges", ranges=["0.0.0.0/0", "::/0"])

    assert "not known" in refusal(validator, make_call(sender=sender))


@pytest.mark.parametrize(
    "wrong",
    ["10.0.0.0/33", "10.0.0", "10.0.0.1-10.0.0.9", "shop.example", "2001:db8::/129", "010.0.0.1", 7,
     None, ["10.0.0.1"]],
)  # fmt: skip
def test_a_range_that_is_none_is_told_with_its_line(wrong):
    with pytest.raises(ValidationError) as caught:
        make_validator("ip-ranges", ranges=["10.0.0.0/8", wrong])

    (error,) = caught.value.error_list
    assert "line 2" in str(error)
    assert "is no address or range" in str(error)
    assert error.path == ("parameters", "ranges", 1)


def test_no_ranges_are_refused_when_saved_and_let_nobody_in_when_stored():
    with pytest.raises(ValidationError, match="required"):
        make_validator("ip-ranges", ranges=[])
    stored = validators.build({"prototype": "ip-ranges", "parameters": {}})
    assert "in none of the ranges" in refusal(stored, make_call())


def test_ranges_and_a_secret_can_both_be_required():
    both = [
        make_validator("ip-ranges", ranges=["192.0.2.0/24"]),
        make_validator("header-secret", header="X-Secret", secret="s3cret"),
    ]

    assert lets_in(both, make_call(sender="192.0.2.1", headers={"X-Secret": "s3cret"}))
    assert "IP ranges" in refusal(both, make_call(headers={"X-Secret": "s3cret"}))
    assert "Secret in a header" in refusal(both, make_call(sender="192.0.2.1"))
