"""Signing in with a password, and what wrong ones do."""

import datetime

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schools import passwords, throttle
from schools.forms import SignInForm
from schools.models import AuditEntry, SignInThrottle, User
from tests.schools.conftest import PASSWORD, WRONG

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The time that throttling sees; ``clock(seconds=...)`` moves it on."""
    now = timezone.now()

    def move(**delta):
        nonlocal now
        now += datetime.timedelta(**delta)

    monkeypatch.setattr(throttle.timezone, "now", lambda: now)
    return move


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "actor"))


def test_staff_sign_in_and_out(account, client, sign_in):
    account()
    response = sign_in(next="/admin/schools/school/")
    assert (response.status_code, response.url) == (302, "/admin/schools/school/")
    assert client.get(reverse("admin:index")).status_code == 200
    client.post(reverse("admin:logout"))
    assert client.get(reverse("admin:index")).status_code == 302
    assert actions() == [("sign-in", "ada"), ("sign-out", "ada")]


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"is_staff": False}, {"password": "!"}], ids=["disabled", "visitor", "unusable"]
)
def test_nobody_else_signs_in(account, sign_in, fields):
    account(**fields)
    assert "do not fit together" in sign_in().text
    assert actions() == []


def test_the_answer_is_the_same_for_an_account_and_for_none(account, sign_in):
    account()
    errors = [sign_in(name, "wrong").context["form"].errors.as_json() for name in ("ada", "nobody")]
    assert errors[0] == errors[1]


def test_a_disabled_account_is_out_at_its_next_request(account, client):
    user = account()
    client.force_login(user)
    assert client.get(reverse("admin:index")).status_code == 200
    for field in ("is_active", "is_staff"):
        User.objects.filter(pk=user.pk).update(**{field: False})
        assert client.get(reverse("admin:index")).url.startswith(reverse("admin:login"))
        User.objects.filter(pk=user.pk).update(**{field: True})


# --- Wrong passwords --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exists", [True, False])
def test_five_tries_are_free_and_then_each_waits_twice_as_long(account, sign_in, clock, exists):
    if exists:
        account()
    for _number in range(5):
        assert "do not fit together" in sign_in(password=WRONG).text
    for wait, words in (
        (5, "5 seconds"),
        (10, "10 seconds"),
        (20, "20 seconds"),
        (40, "40 seconds"),
        (80, "2 minutes"),
    ):
        assert f"Wait for {words}, then try again." in sign_in(password=WRONG).text
        # Asking too early makes nothing longer.
        clock(seconds=wait - 1)
        assert "Wait for 1 second, then" in sign_in(password=WRONG).text
        clock(seconds=1)
        assert "do not fit together" in sign_in(password=WRONG).text
    clock(minutes=3)
    for _number in range(6):
        sign_in(password=WRONG)
        clock(minutes=15)
        assert "do not fit together" in sign_in(password=WRONG).text


def test_no_wait_is_longer_than_a_quarter_of_an_hour(clock):
    SignInThrottle.objects.create(key=throttle._key("ada"), failures=2_000_000, failed_at=timezone.now())
    with pytest.raises(throttle.Slowed) as slowed:
        throttle.attempt("ada", lambda: True)
    assert slowed.value.wait == datetime.timedelta(minutes=15)


def test_even_the_right_password_waits_and_then_clears_the_name(account, sign_in, clock):
    account()
    for _number in range(5):
        sign_in(password=WRONG)
    assert "Wait for" in sign_in().text
    clock(seconds=5)
    assert sign_in().status_code == 302
    assert not SignInThrottle.objects.exists()


def test_a_name_is_slowed_however_it_is_written_and_no_other_one(account, sign_in, clock):
    account()
    account("bob")
    for name in ("ada", "ADA", "Ada", "aDa", "adA"):
        sign_in(name, "wrong")
    assert "Wait for" in sign_in("ada").text
    assert sign_in("bob").status_code == 302


def test_slowing_knows_no_addresses(account, sign_in, clock):
    """A whole school sits behind one: a hundred wrong names from there slow no right one down."""
    account()
    for number in range(20):
        sign_in(f"somebody-{number}", "wrong")
    assert sign_in().status_code == 302


def test_wrong_passwords_are_forgotten_after_a_day(clock, sign_in):
    for _number in range(5):
        sign_in(password=WRONG)
    clock(days=1, seconds=1)
    assert "do not fit together" in sign_in(password=WRONG).text
    assert SignInThrottle.objects.get().failures == 1


def test_typed_names_are_kept_nowhere(account, sign_in, clock, caplog):
    account()
    for _number in range(7):
        sign_in("my secret password", "wrong")
    assert "secret" not in str(list(SignInThrottle.objects.values())) + caplog.text
    assert not AuditEntry.objects.exists()


def test_slowing_an_account_is_written_down_once(account, sign_in, clock):
    account()
    for _number in range(8):
        sign_in(password=WRONG)
    assert actions() == [("sign-in-slowed", "ada")]


def test_tries_are_counted_before_they_are_looked_at(account):
    """Or a hundred tries at one moment would all count as the first."""
    seen = []
    throttle.attempt("ada", lambda: seen.append(SignInThrottle.objects.get().failures))
    assert seen == [1]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_tries_are_all_counted():
    from concurrent.futures import ThreadPoolExecutor

    def wrong_try(_number):
        try:
            return throttle.attempt("ada", lambda: None)
        except throttle.Slowed:
            return "slowed"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(wrong_try, range(16)))
    assert results.count(None) == 5


def test_an_unknown_name_costs_a_hash_too(account, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, password: hashed.append(password))
    assert authenticate(None, username="nobody", password=WRONG) is None
    assert hashed == ["wrong"]


def test_odd_input_gets_an_answer(sign_in):
    for name in ("x" * 5000, "a\0b", "   ", "ﬀ" * 149):
        assert sign_in(name, "x" * 10_000, "9" * 500).status_code == 200


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_sign_in_page_asks_for_a_code_and_names_each_field(client):
    page = client.get(reverse("admin:login")).text
    assert "Code from your app, if you use one" in page
    assert page.count("<h1>") == 1
    assert all(f'aria-describedby="id_{name}_helptext"' in page for name in SignInForm().fields if name == "code")


def test_the_password_is_changed_and_that_is_written_down(account, client):
    client.force_login(account())
    page = client.get(reverse("admin:password_change"))
    assert "15 characters or more; a sentence is fine." in page.text
    new = {"old_password": PASSWORD, "new_password1": "too short", "new_password2": "too short"}
    assert "Write 15 characters or more" in client.post(reverse("admin:password_change"), new).text
    assert actions() == []
    new |= {"new_password1": "another sentence to keep", "new_password2": "another sentence to keep"}
    assert client.post(reverse("admin:password_change"), new).status_code == 302
    assert actions() == [("password", "ada")]


def test_other_sessions_end_with_the_password(account, client):
    user = account()
    other = Client()
    for browser in (client, other):
        browser.force_login(user)
    new = {"old_password": PASSWORD, "new_password1": "another sentence to keep"}
    client.post(reverse("admin:password_change"), new | {"new_password2": new["new_password1"]})
    assert client.get(reverse("admin:index")).status_code == 200
    assert other.get(reverse("admin:index")).status_code == 302


def test_made_up_passwords_are_long_and_differ():
    made = {passwords.generate() for _number in range(50)}
    assert len(made) == 50
    assert all(len(password) == 24 and not set(password) & set("il01oO") for password in made)


# --- From a row to its public page ------------------------------------------------------------------------------------


def to_public_page(client, row, content_type=None):
    from django.contrib.contenttypes.models import ContentType

    number = content_type or ContentType.objects.get_for_model(row).pk
    return client.get(reverse("admin:view_on_site", args=[number, row.pk]))


def test_the_way_to_the_public_page_is_for_rows_that_one_may_see(lead, client, lincoln, harbor):
    assert to_public_page(client, lincoln).url.endswith(lincoln.get_absolute_url())
    assert to_public_page(client, harbor).status_code == 404
    # A model that the admin does not have, rows that are not there, and odd addresses.
    from django.contrib.sessions.models import Session

    assert to_public_page(client, Session(pk="x")).status_code == 404
    assert to_public_page(client, lead).status_code == 404
    for odd in ("999999", "nonsense", "9" * 30, "-1"):
        assert to_public_page(client, lincoln, odd).status_code == 404
        assert client.get(f"/admin/r/1/{odd}/").status_code == 404
