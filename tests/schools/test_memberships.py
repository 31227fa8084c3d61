"""Who gives which role to whom, and what accounts are."""

import pytest
from django.urls import reverse

from schools.choices import Role
from schools.models import AuditEntry, Membership, User
from tests.admin.forms import change_page, form_data, messages, page, save
from tests.schools.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ADD = reverse("admin:schools_membership_add")
LIST = reverse("admin:schools_membership_changelist")
LONG = "another sentence to keep"


def audited():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "subject", "school_id", "detail"))


def offered(response, field):
    return [str(value) for value, _label in response.context["adminform"].form.fields[field].choices if value]


@pytest.fixture
def editor(account, client):
    user = account("editor", Role.DISTRICT_EDITOR)
    client.force_login(user)
    return user


# --- School leads -----------------------------------------------------------------------------------------------------


def test_a_lead_types_the_name_of_a_counselor(lead, client, account, lincoln, harbor):
    bob = account("bob")
    form = client.get(ADD)
    assert "bob" not in form.text
    assert offered(form, "school") == [str(lincoln.pk)]
    assert offered(form, "role") == ["counselor", "viewer"]
    response = client.post(ADD, {"user": "bob", "school": lincoln.pk, "role": "counselor"}, follow=True)
    assert "was added successfully" in messages(response)
    assert bob.memberships.get().school == lincoln
    assert audited() == [("role", "lead", "bob", lincoln.pk, "Given: Counselor.")]


@pytest.mark.parametrize("name", ["nobody", "gone", "", "1", "bob\0"])
def test_an_unknown_name_is_no_account(lead, client, account, lincoln, name):
    account("gone", is_active=False)
    response = client.post(ADD, {"user": name, "school": lincoln.pk, "role": "viewer"})
    assert response.status_code == 200
    assert response.context["errors"]
    if name in ("nobody", "gone"):
        assert "Ask a district editor to make one" in response.text
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("school", "role"),
    [("harbor", "viewer"), ("lincoln", "school-lead"), ("lincoln", "district-editor"), ("", "district-editor")],
)
def test_a_lead_gives_no_more_than_they_have(lead, client, account, lincoln, harbor, school, role):
    account("bob")
    schools = {"lincoln": lincoln.pk, "harbor": harbor.pk, "": ""}
    response = client.post(ADD, {"user": "bob", "school": schools[school], "role": role})
    assert response.status_code == 200
    assert Membership.objects.count() == 1
    assert audited() == []


def test_a_lead_changes_and_removes_roles_of_their_school(lead, client, account, lincoln):
    bob = account("bob", Role.COUNSELOR, lincoln)
    save(client, bob.memberships.get(), role="viewer")
    assert bob.memberships.get().role == "viewer"
    client.post(page(Membership, "delete", bob.memberships.get().pk), {"post": "yes"})
    assert not bob.memberships.exists()
    assert [entry[-1] for entry in audited() if entry[0] == "role"] == ["From Counselor to Viewer.", "Taken: Viewer."]


def test_account_and_school_of_a_role_stay(lead, client, account, lincoln, harbor):
    bob = account("bob", Role.COUNSELOR, lincoln)
    save(client, bob.memberships.get(), user=lead.pk, school=harbor.pk, role="viewer")
    membership = bob.memberships.get()
    assert (membership.user, membership.school, membership.role) == (bob, lincoln, "viewer")


def test_a_lead_changes_neither_their_own_role_nor_another_leads(lead, client, account, lincoln, harbor):
    other = account("other", Role.SCHOOL_LEAD, lincoln)
    for membership in (lead.memberships.get(), other.memberships.get()):
        assert client.post(change_page(membership), {"role": "viewer"}).status_code == 403
        assert client.post(page(Membership, "delete", membership.pk), {"post": "yes"}).status_code == 403
    foreign = account("bob", Role.VIEWER, harbor).memberships.get()
    assert client.get(change_page(foreign)).status_code == 404
    assert b"bob" not in client.get(LIST).content
    assert {*Membership.objects.values_list("role", flat=True)} == {"school-lead", "viewer"}


def test_leads_have_no_list_of_accounts(lead, client):
    chooser = {"app_label": "schools", "model_name": "membership", "field_name": "user", "term": ""}
    assert client.get(reverse("admin:autocomplete"), chooser).status_code == 403
    assert client.get(page(User, "changelist")).status_code == 403


# --- District editors -------------------------------------------------------------------------------------------------


def test_roles_removed_at_once_are_each_written_down(editor, client, account, lincoln, harbor):
    rows = [account("bob", Role.VIEWER, lincoln), account("eve", Role.COUNSELOR, harbor)]
    chosen = [user.memberships.get().pk for user in rows]
    client.post(LIST, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert {(entry[1], entry[2], entry[4]) for entry in audited() if entry[0] == "role"} == {
        ("editor", "bob", "Taken: Viewer."),
        ("editor", "eve", "Taken: Counselor."),
    }
    assert not Membership.objects.filter(pk__in=chosen).exists()


def test_a_district_editor_makes_an_account_with_roles(editor, client, lincoln):
    address = page(User, "add")
    form = client.get(address)
    assert "15 characters or more; a sentence is fine." in form.text
    assert offered_roles(form) == ["school-lead", "counselor", "viewer"]
    data = form_data(form) | {"username": "bob", "password1": LONG, "password2": LONG}
    data |= {"memberships-TOTAL_FORMS": 1, "memberships-0-school": lincoln.pk, "memberships-0-role": "counselor"}
    # What the form does not ask is not taken either.
    assert client.post(address, data | {"is_superuser": "on"}).status_code == 302
    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser, bob.check_password(LONG)) == (True, False, True)
    assert bob.memberships.get().role == "counselor"
    assert {entry[0] for entry in audited()} == {"account", "role"}


def offered_roles(response):
    (inline,) = response.context["inline_admin_formsets"]
    return [value for value, _label in inline.formset.empty_form.fields["role"].choices if value]


def test_short_and_common_passwords_are_refused(editor, client):
    address = page(User, "add")
    data = form_data(client.get(address)) | {"username": "bob"}
    for password, words in (("short", "15 characters or more"), ("bob", "15 characters"), ("", "required")):
        response = client.post(address, data | {"password1": password, "password2": password})
        assert words in response.text
    assert not User.objects.filter(username="bob").exists()


def test_roles_are_changed_in_the_form_of_the_account(editor, client, account, lincoln, harbor):
    bob = account("bob", Role.COUNSELOR, lincoln)
    account("eve", Role.COUNSELOR, harbor)
    save(client, bob, **{"memberships-0-role": "viewer"})
    assert bob.memberships.get().role == "viewer"
    save(client, bob, **{"memberships-0-role": "district-editor", "memberships-0-school": ""})
    assert bob.memberships.get().role == "viewer"
    save(client, bob, **{"memberships-0-school": harbor.pk})
    save(client, bob, **{"memberships-0-DELETE": "on"})
    assert not bob.memberships.exists()
    assert [entry[3:] for entry in audited() if entry[0] == "role"] == [
        (lincoln.pk, "From Counselor to Viewer."),
        (lincoln.pk, "Taken: Viewer."),
        (harbor.pk, "Given: Viewer."),
        (harbor.pk, "Taken: Viewer."),
    ]


def test_an_account_is_switched_off_and_not_deleted(editor, client, account):
    bob = account("bob")
    form = form_data(client.get(change_page(bob)))
    form.pop("is_active")
    client.post(change_page(bob), form)
    bob.refresh_from_db()
    assert not bob.is_active
    assert client.post(page(User, "delete", bob.pk), {"post": "yes"}).status_code == 403
    action, actor, subject, _school, detail = audited()[-1]
    assert (action, actor, subject) == ("account", "editor", "bob")
    assert "Active" in detail


def test_the_password_of_somebody_else_is_set_without_knowing_it(editor, client, account):
    bob = account("bob")
    address = reverse("admin:auth_user_password_change", args=[bob.pk])
    text = client.get(address).text
    assert "Disable password-based" not in text
    assert "15 characters or more; a sentence is fine." in text
    assert client.post(address, {"password1": "short", "password2": "short", "set-password": "1"}).status_code == 200
    data = {"password1": LONG, "password2": LONG, "usable_password": "false", "unset-password": "1"}
    assert client.post(address, data).status_code == 302
    bob.refresh_from_db()
    assert bob.check_password(LONG)
    assert audited() == [("password", "editor", "bob", None, "Set by somebody else.")]


def test_who_may_do_more_is_out_of_reach_for_a_district_editor(editor, client, account):
    for above in (account("root", is_superuser=True), account("other", Role.DISTRICT_EDITOR)):
        assert client.get(change_page(above)).status_code == 404
        address = reverse("admin:auth_user_password_change", args=[above.pk])
        assert client.post(address, {"password1": LONG, "password2": LONG}).status_code == 404
        above.refresh_from_db()
        assert above.check_password(PASSWORD)
    assert "is_superuser" not in client.get(change_page(account("bob"))).text


# --- Superusers -------------------------------------------------------------------------------------------------------


def test_only_a_superuser_makes_district_editors_and_superusers(superuser, client, account):
    bob = account("bob")
    client.post(ADD, {"user": bob.pk, "school": "", "role": "district-editor"})
    assert bob.memberships.get().role == "district-editor"
    assert offered(client.get(change_page(bob.memberships.get())), "role") == ["district-editor"]
    save(client, bob, is_superuser="on")
    assert bob.is_superuser


def test_a_role_that_does_not_fit_the_school_is_refused_in_words(superuser, client, account, lincoln):
    bob = account("bob")
    for school, role in ((lincoln.pk, "district-editor"), ("", "counselor")):
        response = client.post(ADD, {"user": bob.pk, "school": school, "role": role})
        assert "A district editor has no school; every other role has one." in response.text
    account("eve", Role.VIEWER, lincoln)
    eve = User.objects.get(username="eve")
    response = client.post(ADD, {"user": eve.pk, "school": lincoln.pk, "role": "counselor"})
    assert "has a role at this school already" in response.text
    assert offered(client.get(change_page(eve.memberships.get())), "role") == ["school-lead", "counselor", "viewer"]


def test_nobody_switches_themselves_off(superuser, client):
    form = form_data(client.get(change_page(superuser)))
    client.post(change_page(superuser), {name: value for name, value in form.items() if name != "is_active"})
    superuser.refresh_from_db()
    assert superuser.is_active
    assert superuser.is_superuser
