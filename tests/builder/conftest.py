"""People, as the tests of pages have them, and the Route Builder of an editor."""

import pytest

from tests.builder.drafting import Builder
from tests.pages.conftest import administrator, editor, viewer  # noqa: F401


@pytest.fixture
def builder(editor):  # noqa: F811 - the fixture
    return Builder(editor)
