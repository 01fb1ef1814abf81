"""The demo shop and the demo ERP: functions of the time that keep nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from alumio.demo import erp, shop

NOON = datetime(2026, 11, 21, 12, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def as_sent(number: int) -> dict:
    return {"reference": f"SO-{number}", "ordered_at": shop.as_text(shop.placed_at(number))}


def test_the_shop_says_the_same_whenever_it_is_asked_about_the_same_moment():
    assert shop.orders(NOON) == shop.orders(NOON)
    assert shop.products(NOON) == shop.products(NOON)


def test_new_orders_come_every_minute_and_none_is_told_twice():
    last = shop.orders(NOON)[-1]["id"]

    later = shop.orders(NOON + MINUTE, after=last)

    assert [order["id"] for order in later] == list(range(last + 1, last + 7))
    assert shop.orders(NOON + MINUTE, after=later[-1]["id"]) == []


def test_who_comes_back_after_a_day_does_not_get_a_day_of_orders():
    orders = shop.orders(NOON, after=shop.last_number(NOON - timedelta(days=1)))

    assert len(orders) == shop.ORDERS_A_MINUTE * 30


def test_four_products_change_their_price_every_minute():
    before = {each["sku"]: each["price"] for each in shop.products(NOON)}
    mark = max(shop.changed_at(number, NOON) for number in range(shop.PRODUCTS))

    changed = shop.products(NOON + MINUTE, after=mark)

    assert len(before) == shop.PRODUCTS
    assert len(changed) == 4
    assert any(each["price"] != before[each["sku"]] for each in changed)


def test_the_erp_refuses_a_few_products_for_good():
    answers = [erp.take_product({"code": p["sku"], "unit": p["unit"]}) for p in shop.products(NOON)]

    statuses = [answer.status for answer in answers]
    assert statuses.count(422) == len(shop.BULKY)
    assert statuses.count(200) == shop.PRODUCTS - len(shop.BULKY)


@pytest.mark.parametrize("minute", range(10))
def test_whenever_ten_orders_are_sent_some_are_taken_some_find_it_busy_some_are_refused(minute):
    orders = shop.orders(NOON)[minute : minute + 10]

    answers = [erp.take_order(as_sent(order["id"]), NOON + minute * MINUTE) for order in orders]

    assert {answer.status for answer in answers} == {201, 422, 503}
    assert {a.retry_after for a in answers if a.status == 503} == {60}


@pytest.mark.parametrize("later", [1, 2])
def test_an_order_that_found_the_erp_busy_gets_through_a_minute_or_two_later(later):
    busy = [n for n in range(1, 99) if erp.take_order(as_sent(n), NOON).status == 503]

    answers = [erp.take_order(as_sent(n), NOON + later * MINUTE) for n in busy]

    assert {answer.status for answer in answers} == {201}


@pytest.mark.parametrize("record", [{}, {"reference": None}, {"reference": "x", "ordered_at": 1}])
def test_an_order_without_what_the_erp_needs_is_a_clear_400(record):
    assert erp.take_order(record, NOON).status == 400
