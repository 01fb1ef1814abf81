"""What tests of webhooks share."""

import pytest

from tests.webhooks.calling import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller()
