"""Who gives roles and passwords to whom: one test for each way around that is known."""

from django.urls import reverse

from clusters.models import CatalogCourse, Program
from schools.choices import Role
from schools.models import AuditEntry, Membership, User
from tests.access.asking import COUNSELOR, EDITOR, LEAD, form_of, row_of, sent, tells_of_b
from tests.access.matrix import undone
from tests.access.world import A, B
from tests.admin.forms import change_page, form_data, page


def new_membership(world, asker, **changes):
    data = form_data(world.clients[asker].get(page(Membership, "add")))
    return (
        data
        | {"user": world.users["without role"].username, "school": world.schools[A].pk, "role": Role.VIEWER}
        | changes
    )


def test_a_counselor_has_no_business_with_people(world):
    for model in (Membership, User, AuditEntry):
        assert world.clients[COUNSELOR].get(page(model, "changelist")).status_code == 403
        assert world.clients[COUNSELOR].get(page(model, "add")).status_code == 403
        assert world.clients[COUNSELOR].get(change_page(row_of(world, model, A))).status_code == 404


def test_a_lead_has_no_business_at_another_school(world):
    for model in (Membership, User, AuditEntry):
        for row in world.of(model, B):
            assert world.clients[LEAD].get(change_page(row)).status_code == 404
            assert sent(world, LEAD, change_page(row), {}).status_code == 404
    for changes in ({"school": world.schools[B].pk}, {"school": ""}):
        sent(world, LEAD, page(Membership, "add"), new_membership(world, LEAD, **changes))


def test_a_lead_of_one_school_who_is_counselor_of_another_gives_no_roles_there(world):
    with undone():
        Membership.objects.create(user=world.users[LEAD], school=world.schools[B], role=Role.COUNSELOR)
        changes = {"school": world.schools[B].pk}
        sent(world, LEAD, page(Membership, "add"), new_membership(world, LEAD, **changes))


def test_nobody_gives_away_more_than_they_have(world):
    add = page(Membership, "add")
    with undone():
        assert sent(world, LEAD, add, new_membership(world, LEAD)).status_code == 302
    for role, school in ((Role.SCHOOL_LEAD, world.schools[A].pk), (Role.DISTRICT_EDITOR, "")):
        sent(world, LEAD, add, new_membership(world, LEAD, role=role, school=school))
    own = Membership.objects.get(user=world.users[LEAD])
    of_counselor = Membership.objects.get(user=world.users[COUNSELOR])
    for row in (own, of_counselor):
        for changes in ({"role": Role.DISTRICT_EDITOR, "school": ""}, {"role": Role.SCHOOL_LEAD}):
            sent(
                world,
                LEAD,
                change_page(row),
                {"user": row.user_id, "school": row.school_id, "role": row.role} | changes,
            )
    for user in (LEAD, EDITOR):
        data = new_membership(world, user, role=Role.DISTRICT_EDITOR, school="", user=world.users["without role"].pk)
        world.clients[user].post(add, data)
    roles = Membership.objects.filter(role__in=[Role.DISTRICT_EDITOR, Role.SCHOOL_LEAD]).exclude(
        school=world.schools[B]
    )
    assert {row.user.username for row in roles} == {"lead-a", "district-editor"}


def test_accounts_that_may_do_more(world):
    """A district editor sets no password and takes no right of a superuser or of another district editor."""
    with undone():
        other = User.objects.create(username="other-editor", is_staff=True)
        Membership.objects.create(user=other, role=Role.DISTRICT_EDITOR)
        for user in (world.users["superuser"], other, world.users[EDITOR]):
            for name in ("auth_user_password_change", "schools_user_change", "schools_user_delete"):
                url = reverse(f"admin:{name}", args=[user.pk])
                for asker in (EDITOR, LEAD, COUNSELOR):
                    assert world.clients[asker].get(url).status_code == 404
                    assert (
                        world.clients[asker]
                        .post(url, {"password1": "a long new one", "password2": "a long new one"})
                        .status_code
                        == 404
                    )


def test_forged_ticks_at_an_account(world):
    account = world.users[COUNSELOR]
    ticks = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1"], "groups": ["1"]}
    data = form_of(world, account, EDITOR) | ticks
    world.clients[EDITOR].post(change_page(account), data)
    account = User.objects.get(pk=account.pk)
    assert not account.is_superuser
    assert not account.user_permissions.exists()


def test_passwords_of_foreign_accounts(world):
    for name in ("counselor A", "counselor B", "superuser"):
        url = reverse("admin:auth_user_password_change", args=[world.users[name].pk])
        for asker in (LEAD, COUNSELOR, "viewer A"):
            assert (
                sent(world, asker, url, {"password1": "a long new one", "password2": "a long new one"}).status_code
                == 404
            )


def test_session_of_a_disabled_account(world):
    with undone():
        assert world.clients[COUNSELOR].get("/admin/").status_code == 200
        User.objects.filter(pk=world.users[COUNSELOR].pk).update(is_active=False)
        assert world.clients[COUNSELOR].get("/admin/").status_code == 302
        assert not tells_of_b(world.clients[COUNSELOR].get("/admin/"))


def test_roles_that_were_taken_away(world):
    with undone():
        Membership.objects.filter(user=world.users[COUNSELOR]).delete()
        assert world.clients[COUNSELOR].get(change_page(row_of(world, Program, A))).status_code == 404


def test_messages_after_a_save(world):
    row = row_of(world, CatalogCourse, A)
    with undone():
        data = form_of(world, row) | {"title": "New title"}
        assert not tells_of_b(world.clients[COUNSELOR].post(change_page(row), data, follow=True))
