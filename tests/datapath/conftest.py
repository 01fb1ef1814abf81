import pytest

from tests import fakes


@pytest.fixture(autouse=True)
def _fresh_fakes():
    fakes.TARGET.__init__()
    fakes.SOURCE.update(pages=[], fetched=[], fails_after=None)


@pytest.fixture
def target():
    """The fake target, up and empty."""
    return fakes.TARGET


@pytest.fixture
def source():
    """The fake source: `pages` of records, `fetched` page numbers, `fails_after` a page."""
    return fakes.SOURCE
