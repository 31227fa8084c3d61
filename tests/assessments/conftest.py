import pytest
from django.conf import settings

from assessments import items
from assessments.instruments import load
from assessments.models import Assessment


@pytest.fixture
def sixty(db) -> Assessment:
    """The project's own assessment of 60 items."""
    load(settings.BASE_DIR / "fixtures" / "assessments.json")
    return Assessment.objects.get(slug="interests-60")


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """A test that is undone gives its primary keys to the next one, which has other content."""
    items.forget()
