import pytest

from schools.models import User
from tests.admin.forms import make_content


@pytest.fixture
def rows():
    make_content([1, 2, 3])


@pytest.fixture
def staff(client):
    """A client signed in as a superuser."""
    client.force_login(User.objects.create(username="ada", is_staff=True, is_superuser=True))
    return client
