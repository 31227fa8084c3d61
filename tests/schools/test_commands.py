"""Accounts and roles from the command line."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from schools import second_factor
from schools.models import AuditEntry, Membership, User
from tests.factories import make_school

pytestmark = pytest.mark.django_db


def run(*arguments):
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def passwords_in(text):
    return re.findall(r"\b(?:[a-z2-9]{4}-){4}[a-z2-9]{4}\b", text)


# --- add_staff --------------------------------------------------------------------------------------------------------


def test_a_new_account_gets_a_role_and_a_password_shown_once(lincoln):
    text = run("add_staff", "ada", "--role", "counselor", "--school", lincoln.slug)
    ada = User.objects.get(username="ada")
    (password,) = passwords_in(text)
    assert ada.check_password(password)
    assert (ada.is_staff, ada.is_superuser) == (True, False)
    assert (ada.memberships.get().school, ada.memberships.get().role) == (lincoln, "counselor")
    assert {entry.action for entry in AuditEntry.objects.all()} == {"account", "role"}


def test_an_account_that_is_there_gets_another_role_and_keeps_its_password(account, lincoln, harbor):
    ada = account(role="viewer", school=lincoln)
    before = ada.password
    for school, role in ((harbor, "school-lead"), (lincoln, "counselor")):
        assert not passwords_in(run("add_staff", "ada", "--role", role, "--school", school.slug))
    run("add_staff", "ada", "--role", "district-editor")
    ada.refresh_from_db()
    assert ada.password == before
    assert {(m.school and m.school.slug, m.role) for m in ada.memberships.all()} == {
        ("school-1", "counselor"),
        ("school-2", "school-lead"),
        (None, "district-editor"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--role", "king"], "The roles are: district-editor, school-lead, counselor, viewer."),
        (["--role", "counselor"], "say which with --school. The schools are: school-1."),
        (["--role", "counselor", "--school", "nowhere"], "There is no school nowhere. The schools are: school-1."),
        (["--role", "district-editor", "--school", "school-1"], "leave out --school"),
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_is_made(lincoln, arguments, words):
    with pytest.raises(CommandError) as error:
        run("add_staff", "ada", *arguments)
    assert words in str(error.value)
    assert not User.objects.exists()


def test_odd_names_and_disabled_accounts_are_refused(account, lincoln):
    account("gone", is_active=False)
    for name, words in (("a b/c", "valid username"), ("x" * 200, "at most 150"), ("gone", "switched off")):
        with pytest.raises(CommandError, match=words):
            run("add_staff", name, "--role", "viewer", "--school", lincoln.slug)
    assert not Membership.objects.exists()


# --- remove_second_factor ---------------------------------------------------------------------------------------------


def test_a_lost_phone_is_no_end(account):
    ada = account()
    second_factor.start(user=ada)
    TOTPDevice.objects.update(confirmed=True)
    second_factor.make_paper_codes(user=ada)
    assert "can set up a new code" in run("remove_second_factor", "ada")
    assert not TOTPDevice.objects.exists()
    assert AuditEntry.objects.latest("pk").detail == "Removed by a command on the server."
    for name, words in (("ada", "asks for no code"), ("nobody", "no account")):
        with pytest.raises(CommandError, match=words):
            run("remove_second_factor", name)


# --- demo_login -------------------------------------------------------------------------------------------------------


def test_the_demo_has_a_login_for_each_role():
    lincoln = make_school(slug="lincoln", name="Lincoln High School")
    first, second = run("demo_login"), run("demo_login")
    assert len(passwords_in(second)) == 5
    assert not set(passwords_in(first)) & set(passwords_in(second))
    for name, password in re.findall(r"^(\w+) +((?:[a-z2-9]{4}-?){5}) ", second, re.MULTILINE):
        user = User.objects.get(username=name)
        assert user.check_password(password)
        assert user.is_staff
    assert {(m.user.username, m.role, m.school) for m in Membership.objects.all()} == {
        ("editor", "district-editor", None),
        ("lead", "school-lead", lincoln),
        ("counselor", "counselor", lincoln),
        ("viewer", "viewer", lincoln),
    }
    assert [user.username for user in User.objects.filter(is_superuser=True)] == ["demo"]


def test_the_logins_of_the_demo_can_be_switched_off_also_where_they_do_not_belong(settings):
    run("demo_login")
    settings.SECURE_SSL_REDIRECT = True
    assert run("demo_login", "--off") == "Logins of the demo switched off: 2.\n"
    assert not User.objects.filter(is_active=True).exists()


def test_without_the_demo_schools_it_says_what_is_missing():
    text = run("demo_login")
    assert "run load_demo_schools first" in text
    assert set(User.objects.values_list("username", flat=True)) == {"demo", "editor"}


def test_a_site_that_is_served_to_the_world_has_no_demo_logins(settings):
    settings.SECURE_SSL_REDIRECT = True
    with pytest.raises(CommandError, match="served to the world"):
        run("demo_login")
    assert not User.objects.exists()
