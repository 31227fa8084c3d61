"""What each role may edit of the content that all schools share; tests/access has all pages and all roles."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from clusters import models as content
from schools.choices import Role
from schools.models import Membership, School, User
from tests.admin.forms import change_page, each_model, first, page, save

pytestmark = pytest.mark.django_db


@each_model
def test_a_visitor_is_asked_to_sign_in(rows, client, model):
    response = client.get(page(model, "changelist"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


@each_model
def test_staff_without_a_role_find_nothing(rows, client, model):
    client.force_login(User.objects.create(username="new", is_staff=True))
    assert [client.get(page(model, name)).status_code for name in ("changelist", "add")] == [403, 403]
    if row := first(model):
        assert client.get(change_page(row)).status_code == 404


def test_somebody_with_an_account_who_is_not_staff_is_asked_to_sign_in(client):
    client.force_login(User.objects.create(username="visitor"))
    assert client.get(reverse("admin:index")).status_code == 302


def with_role(client, role):
    user = User.objects.create(username="editor", is_staff=True)
    Membership.objects.create(user=user, role=role, school=None if role == Role.DISTRICT_EDITOR else first(School))
    client.force_login(user)
    return client


def test_permissions_by_ticks_do_not_count(rows, client):
    user = User.objects.create(username="ticked", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    assert client.get(page(content.Cluster, "changelist")).status_code == 403


def test_a_counselor_sees_edits_of_shared_content_and_cannot_restore(rows, client):
    cluster = first(content.Cluster)
    cluster.summary_en = "Our own words."
    cluster.save()
    reader = with_role(client, Role.COUNSELOR)
    response = reader.get(change_page(cluster))
    assert "Edited here" in response.text
    assert "Restore" not in response.text
    assert reader.post(change_page(cluster), {"_restore": "summary_en"}).status_code == 403
    cluster.refresh_from_db()
    assert cluster.summary_en == "Our own words."


def test_a_district_editor_edits_shared_content(rows, client):
    editor = with_role(client, Role.DISTRICT_EDITOR)
    save(editor, first(content.Cluster), summary_en="Our own words.")
    assert first(content.Cluster).summary_en == "Our own words."
    assert editor.get(page(content.Cluster, "add")).status_code == 200


def test_releases_are_read_only(rows, staff):
    source = first(content.DataSource)
    assert staff.get(change_page(source)).status_code == 200
    assert staff.post(change_page(source), {"title": "x"}).status_code == 403
    assert staff.get(page(content.DataSource, "add")).status_code == 403
    assert staff.post(page(content.DataSource, "delete", source.pk), {"post": "yes"}).status_code == 403
