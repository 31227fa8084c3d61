import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from schools.choices import Role
from schools.models import Membership, User
from tests.factories import make_school

PASSWORD = "a counselor walks to school"  # noqa: S105 (of accounts that live for one test)
WRONG = "wrong"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password that takes as long to check as it should would take most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account(db):
    """Makes a staff account with a password, and a role at a school if one is given."""

    def make(name="ada", role=None, school=None, **fields):
        user = User.objects.create(**{"username": name, "password": make_password(PASSWORD), "is_staff": True} | fields)
        if role:
            Membership.objects.create(user=user, role=role, school=school)
        return user

    return make


@pytest.fixture
def lincoln(db):
    return make_school(1)


@pytest.fixture
def harbor(db):
    return make_school(2)


@pytest.fixture
def lead(account, lincoln, client):
    """The lead of the first school, signed in."""
    user = account("lead", Role.SCHOOL_LEAD, lincoln)
    client.force_login(user)
    return user


@pytest.fixture
def superuser(account, client):
    user = account("root", is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def sign_in(client):
    """Sends the sign-in form."""

    def send(name="ada", password=PASSWORD, code="", **fields):
        return client.post(reverse("admin:login"), {"username": name, "password": password, "code": code, **fields})

    return send
