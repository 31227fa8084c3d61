"""How long staff stay signed in, and what becomes of what they typed."""

import re
import time

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools import carried, middleware
from schools.models import AuditEntry, School
from tests.admin.forms import change_page, form_data
from tests.schools.conftest import PASSWORD, WRONG

pytestmark = pytest.mark.django_db

INDEX, LOGIN = reverse("admin:index"), reverse("admin:login")


@pytest.fixture
def clock(monkeypatch):
    """The time that sessions see; ``clock(minutes)`` moves it on."""
    passed = 0

    class Clock:
        @staticmethod
        def time():
            return time.time() + passed

    def move(minutes):
        nonlocal passed
        passed += minutes * 60

    monkeypatch.setattr(middleware, "time", Clock)
    return move


def is_signed_in(client):
    return client.get(INDEX).status_code == 200


def test_staff_are_signed_out_after_half_an_hour_without_a_click(lead, client, clock):
    for _click in range(3):
        assert is_signed_in(client)
        clock(29)
    assert is_signed_in(client)
    clock(31)
    assert not is_signed_in(client)
    assert "_auth_user_id" not in client.session
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == ("sign-out", "lead", "The time was up.")


def test_staff_are_signed_out_after_twelve_hours_at_most(lead, client, clock):
    for _click in range(24):
        assert is_signed_in(client)
        clock(29.9)
    clock(3)
    assert not is_signed_in(client)


def test_signing_in_again_starts_the_time_anew(account, sign_in, client, clock):
    account()
    sign_in()
    for _click in range(24):
        assert is_signed_in(client)
        clock(29.9)
    sign_in()
    clock(10)
    assert is_signed_in(client)


def test_the_session_is_written_once_a_minute_at_most(lead, client, clock):
    assert is_signed_in(client)
    for minutes, writes in ((0.5, 0), (1, 1), (0.1, 0)):
        clock(minutes)
        with CaptureQueriesContext(connection) as queries:
            assert is_signed_in(client)
        assert sum(query["sql"].startswith("UPDATE") for query in queries) == writes


def test_knowing_about_codes_costs_no_query_of_its_own(lead, client):
    client.get(INDEX)
    with CaptureQueriesContext(connection) as queries:
        client.get(INDEX)
    about = [query["sql"] for query in queries if "otp_" in query["sql"]]
    assert len(about) == 1
    assert "schools_user" in about[0]


def test_public_pages_look_at_no_session(lead, client, clock):
    client.get(INDEX)
    clock(40)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/about/")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert len(queries) == 0
    assert not is_signed_in(client)


# --- Nothing typed is lost --------------------------------------------------------------------------------------------


@pytest.fixture
def typed(lead, client, lincoln):
    return form_data(client.get(change_page(lincoln))) | {
        "contact_name": "Ms. <b>Okafor</b> & “friends”",
        "website": "",
        "contact_email": "cte@lincoln.example.org",
        "contact_phone": "555-0199",
        "_save": "Save",
    }


@pytest.fixture
def careful(lead, clock, typed):
    """A browser whose session has just ended, with a token of a form that is open in it."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(lead)
    page = browser.get(reverse("admin:password_change")).text
    browser.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    clock(31)
    return browser


def hidden_fields(page):
    """The hidden fields of the last form of a page."""
    from html import unescape

    form = page[page.rindex("<form") :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {unescape(name): unescape(value) for name, value in found}


def sign_in_with(browser, page, **changes):
    login = {"username": "lead", "password": PASSWORD, "code": ""}
    return browser.post(LOGIN, hidden_fields(page) | login | changes)


def test_what_was_typed_is_sent_after_signing_in(careful, lincoln, typed):
    address = change_page(lincoln)
    page = careful.post(address, typed | {"csrfmiddlewaretoken": careful.token})
    assert page.status_code == 200
    assert "What you typed is kept" in page.text
    assert "no-store" in page["Cache-Control"]
    # A wrong password loses nothing either.
    page = sign_in_with(careful, page.text, password=WRONG)
    assert "do not fit together" in page.text
    page = sign_in_with(careful, page.text)
    assert "You were signed out. What you typed is still here" in page.text
    assert f'action="{address}"' in page.text
    lincoln.refresh_from_db()
    assert lincoln.contact_name == "Ms. Rivera"
    fields = hidden_fields(page.text)
    assert {name: fields[name] for name in typed} == {name: str(value) for name, value in typed.items()}
    assert careful.post(address, fields).status_code == 302
    lincoln.refresh_from_db()
    assert lincoln.contact_name == typed["contact_name"]


def test_each_of_several_values_is_kept(careful):
    sent = {"action": "delete_selected", "_selected_action": ["1", "2"], "csrfmiddlewaretoken": careful.token}
    address = reverse("admin:schools_membership_changelist") + "?role=viewer"
    page = careful.post(address, sent).text
    fields = carried.unpack(hidden_fields(page)["carried"], path=address)
    assert fields == [["action", "delete_selected"], ["_selected_action", "1"], ["_selected_action", "2"]]


def test_passwords_and_files_are_not_kept(careful, tmp_path):
    upload = tmp_path / "catalog.csv"
    upload.write_text("number")
    address = reverse("admin:schools_user_add")
    with upload.open() as file:
        sent = {"username": "new", "password1": "a secret", "password2": "a secret", "file": file}
        page = careful.post(address, sent | {"csrfmiddlewaretoken": careful.token}).text
    assert carried.unpack(hidden_fields(page)["carried"], path=address) == [["username", "new"]]


def test_where_nothing_is_left_to_keep_the_sign_in_page_comes_as_ever(careful):
    sent = {"old_password": "x", "csrfmiddlewaretoken": careful.token}
    assert careful.post(reverse("admin:password_change"), sent).url.startswith(LOGIN)


@pytest.mark.parametrize("change", ["path", "outside", "text", "old"])
def test_what_somebody_changed_on_the_way_is_not_shown(careful, lincoln, typed, change, monkeypatch):
    address = change_page(lincoln)
    page = careful.post(address, typed | {"csrfmiddlewaretoken": careful.token}).text
    changes = {
        "path": {"next": reverse("admin:schools_school_add")},
        "outside": {"next": "https://example.org/"},
        "text": {"carried": hidden_fields(page)["carried"][:-1]},
        "old": {},
    }[change]
    if change == "old":
        later = time.time() + 13 * 3600
        monkeypatch.setattr(signing.time, "time", lambda: later)
    response = sign_in_with(careful, page, **changes)
    assert response.status_code == 302
    assert "example.org" not in response.url


def test_a_form_of_another_site_is_kept_by_nobody(careful, lincoln):
    address = change_page(lincoln)
    assert careful.post(address, {"contact_name": "x", "csrfmiddlewaretoken": "y"}).status_code == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    sent = {"contact_name": "x", "csrfmiddlewaretoken": careful.token}
    assert careful.post(address, sent, headers=headers).status_code == 403


def test_who_signs_in_has_to_be_allowed_to_send_it(careful, harbor, typed):
    address = change_page(harbor)
    page = sign_in_with(careful, careful.post(address, typed | {"csrfmiddlewaretoken": careful.token}).text)
    assert careful.post(address, hidden_fields(page.text)).status_code == 404
    assert School.objects.get(pk=harbor.pk).contact_name == "Ms. Rivera"
