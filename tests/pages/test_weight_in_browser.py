"""What pages bring along: bytes of scripts as they are sent, and nothing that jumps."""

import pytest

from tests.pages.making import route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST = 200_000
"""Bytes of all scripts of a page, packed."""
PACKED = """async () => {
  const sizes = [...document.scripts].filter((each) => each.src).map(async (each) => {
    const zip = (await fetch(each.src)).body.pipeThrough(new CompressionStream("gzip"));
    return (await new Response(zip).arrayBuffer()).byteLength;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}"""


@pytest.mark.parametrize(
    "path",
    ["/", "/map/", "/tasks/", "/routes/builder/edit/{}/", "/routes/{}/edit/", "/processes/"],
)
def test_the_scripts_of_a_page_stay_small(signed_in, path):
    signed_in.goto(path.format(route().identifier))

    assert 10_000 < signed_in.evaluate(PACKED) < MOST
