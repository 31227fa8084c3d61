"""Codes from an app and on paper: setting up, signing in, removing."""

import time

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from schools import second_factor
from schools.models import AuditEntry
from tests.admin.forms import messages
from tests.schools.conftest import PASSWORD, WRONG

pytestmark = pytest.mark.django_db

OVERVIEW, SET_UP, PAPER_CODES, REMOVE = (
    reverse(f"admin:second_factor{name}") for name in ("", "_set_up", "_paper_codes", "_remove")
)
INDEX = reverse("admin:index")
MESSAGE = "Write the code that your app shows now"


def code_of(user, *, steps=0):
    """The code that an app shows; ``steps`` half minutes from now."""
    key = TOTPDevice.objects.get(user=user).bin_key
    return f"{totp(key, t0=-30 * steps):06}"


@pytest.fixture
def ada(account):
    return account()


@pytest.fixture
def protected(ada):
    """An account that asks for a code, and the codes that it has on paper."""
    device = second_factor.start(user=ada)
    assert second_factor.confirm(user=ada, code=code_of(ada))
    TOTPDevice.objects.filter(pk=device.pk).update(last_t=int(time.time()) // 30 - 5)
    return second_factor.make_paper_codes(user=ada)


# --- Setting up -------------------------------------------------------------------------------------------------------


def test_an_app_counts_once_it_has_shown_a_code(ada, client):
    client.force_login(ada)
    assert client.get(SET_UP).url == OVERVIEW
    assert client.post(OVERVIEW).url == SET_UP
    page = client.get(SET_UP).text
    assert second_factor.key_in_words(TOTPDevice.objects.get()) in page
    assert '<svg class="qr-code"' in page
    wrong = f"{(int(code_of(ada)) + 1) % 10**6:06}"
    assert "This is not the code of now" in client.post(SET_UP, {"code": wrong}).text
    assert not TOTPDevice.objects.get().confirmed
    response = client.post(SET_UP, {"code": code_of(ada)})
    codes = response.context["codes"]
    assert len(set(codes)) == 10
    assert all(code in response.text for code in codes)
    assert TOTPDevice.objects.get().confirmed
    # This session has shown a code, and goes on.
    assert client.get(INDEX).status_code == 200
    assert [(entry.action, entry.actor, entry.detail) for entry in AuditEntry.objects.order_by("pk")] == [
        ("second-factor", "ada", "Set up."),
        ("second-factor", "ada", "New codes on paper."),
    ]
    page = client.get(OVERVIEW).text
    assert "You have 10 codes on paper left" in page
    assert not any(code in page for code in codes)


def test_other_sessions_are_asked_for_a_code_at_once(ada, client):
    other = Client()
    for browser in (client, other):
        browser.force_login(ada)
    client.post(OVERVIEW)
    client.post(SET_UP, {"code": code_of(ada)})
    for address in (INDEX, OVERVIEW, REMOVE):
        assert other.get(address).url.startswith(reverse("admin:login"))
    assert TOTPDevice.objects.filter(confirmed=True).exists()


def test_a_key_in_use_is_not_shown_again(ada, protected, sign_in, client):
    sign_in(code=code_of(ada))
    assert client.get(SET_UP).url == OVERVIEW
    client.post(OVERVIEW)
    assert TOTPDevice.objects.count() == 1


def test_the_key_is_of_its_owner_alone(ada, protected, superuser, client):
    key = TOTPDevice.objects.get(user=ada)
    page = client.get(reverse("admin:schools_user_change", args=[ada.pk])).text
    assert key.key not in page
    assert second_factor.key_in_words(key) not in client.get(OVERVIEW).text


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_the_password_alone_is_not_enough(ada, protected, sign_in, client):
    assert MESSAGE in sign_in().text
    assert MESSAGE in sign_in(code="000000").text
    assert client.get(INDEX).status_code == 302
    assert sign_in(code=code_of(ada)).status_code == 302
    assert client.get(INDEX).status_code == 200


def test_a_right_code_with_a_wrong_password_says_nothing_of_codes(ada, protected, sign_in):
    code = code_of(ada)
    assert MESSAGE not in sign_in(password=WRONG, code=code).text
    # And the code was not spent by it.
    assert sign_in(code=code).status_code == 302


def test_a_code_is_good_once(ada, protected, sign_in):
    code = code_of(ada)
    assert sign_in(code=code).status_code == 302
    assert MESSAGE in sign_in(code=code).text
    assert sign_in(code=f" {protected[0][:4].upper()} {protected[0][4:]} ").status_code == 302
    assert MESSAGE in sign_in(code=protected[0]).text
    assert StaticToken.objects.count() == 9


def test_wrong_codes_slow_the_name_down_as_wrong_passwords_do(ada, protected, sign_in):
    for _number in range(5):
        assert MESSAGE in sign_in(code="000000").text
    assert "Wait for" in sign_in(code=code_of(ada)).text


def test_the_code_of_somebody_else_is_wrong(ada, protected, account, sign_in):
    account("bob")
    for code in (code_of(ada), protected[0]):
        sign_in("bob", code=code)
    other = Client()
    other.force_login(ada)
    assert other.get(INDEX).status_code == 302


def test_odd_codes_get_an_answer(ada, protected, sign_in):
    for code in ("", "²", "-1", "9" * 20):
        assert MESSAGE in sign_in(code=code).text


# --- Codes on paper, and removing -------------------------------------------------------------------------------------


def test_new_codes_on_paper_take_the_place_of_the_old_ones(ada, protected, sign_in, client):
    sign_in(code=code_of(ada))
    codes = client.post(PAPER_CODES).context["codes"]
    assert not set(codes) & set(protected)
    assert MESSAGE in sign_in(code=protected[0]).text
    assert sign_in(code=codes[0]).status_code == 302
    assert client.get(PAPER_CODES).status_code == 405


def test_nobody_has_codes_on_paper_alone(ada, client):
    client.force_login(ada)
    assert client.post(PAPER_CODES).url == OVERVIEW
    assert client.get(REMOVE).url == OVERVIEW
    assert not StaticToken.objects.exists()


def test_removing_asks_for_the_password(ada, protected, sign_in, client):
    sign_in(code=code_of(ada))
    assert "This is not your password" in client.post(REMOVE, {"password": "wrong"}).text
    assert TOTPDevice.objects.exists()
    assert "asks for no code any more" in messages(client.post(REMOVE, {"password": PASSWORD}, follow=True))
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert AuditEntry.objects.latest("pk").detail == "Removed."
    assert sign_in().status_code == 302


def test_guessing_the_password_there_is_slowed_down(ada, protected, sign_in, client):
    sign_in(code=code_of(ada))
    for _number in range(5):
        client.post(REMOVE, {"password": "wrong"})
    assert "Wait for" in client.post(REMOVE, {"password": PASSWORD}).text
    assert TOTPDevice.objects.exists()


# --- Required of everybody --------------------------------------------------------------------------------------------


def test_where_it_is_required_nothing_else_is_open_without_it(ada, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(ada)
    for address in (INDEX, reverse("admin:schools_school_changelist"), reverse("admin:autocomplete")):
        assert client.get(address).url == OVERVIEW
        assert client.post(address, {"csrfmiddlewaretoken": "x", "name": "y"}).url == OVERVIEW
    page = client.get(OVERVIEW).text
    assert "Your district asks all staff for a code" in page
    assert client.get(reverse("admin:password_change")).status_code == 200
    client.post(OVERVIEW)
    assert client.post(SET_UP, {"code": code_of(ada)}).status_code == 200
    assert client.get(INDEX).status_code == 200


def test_where_it_is_required_one_can_sign_out_without_it(ada, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(ada)
    client.post(reverse("admin:logout"))
    assert "_auth_user_id" not in client.session


def test_where_it_is_required_a_password_is_still_not_enough(ada, protected, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(ada)
    for address in (INDEX, OVERVIEW, reverse("admin:password_change")):
        assert client.get(address).url.startswith(reverse("admin:login"))


def test_visitors_are_asked_to_sign_in(client, settings):
    for settings.SECOND_FACTOR_REQUIRED in (False, True):
        for address in (OVERVIEW, SET_UP, PAPER_CODES, REMOVE):
            assert client.post(address, {"code": "1"}).url.startswith(reverse("admin:login"))
