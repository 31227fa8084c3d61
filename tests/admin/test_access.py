"""Who may look, and who may edit."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from clusters import models as content
from schools.models import User
from tests.admin.forms import (
    change_page,
    each_model,
    first,
    page,
    save,
)

pytestmark = pytest.mark.django_db


@each_model
def test_a_visitor_is_asked_to_sign_in(rows, client, model):
    response = client.get(page(model, "changelist"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


@each_model
def test_staff_without_permission_are_refused(rows, client, model):
    client.force_login(User.objects.create(username="new", is_staff=True))
    addresses = [page(model, "changelist"), page(model, "add")] + ([change_page(first(model))] if first(model) else [])
    assert [client.get(address).status_code for address in addresses] == [403] * len(addresses)


def test_somebody_with_an_account_who_is_not_staff_is_asked_to_sign_in(client):
    client.force_login(User.objects.create(username="visitor"))
    assert client.get(reverse("admin:index")).status_code == 302


def with_permissions(client, *codenames):
    user = User.objects.create(username="editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


def test_staff_who_may_look_see_edits_but_cannot_restore(rows, client):
    cluster = first(content.Cluster)
    cluster.summary_en = "Our own words."
    cluster.save()
    reader = with_permissions(client, "view_cluster")
    response = reader.get(change_page(cluster))
    assert "Edited here" in response.content.decode()
    assert "Restore" not in response.content.decode()
    assert reader.post(change_page(cluster), {"_restore": "summary_en"}).status_code == 403
    cluster.refresh_from_db()
    assert cluster.summary_en == "Our own words."


def test_staff_with_permission_for_clusters_edit_clusters_only(rows, client):
    editor = with_permissions(client, "view_cluster", "change_cluster")
    save(editor, first(content.Cluster), summary_en="Our own words.")
    assert first(content.Cluster).summary_en == "Our own words."
    assert editor.get(change_page(first(content.Occupation))).status_code == 403
    assert editor.get(page(content.Cluster, "add")).status_code == 403


def test_releases_are_read_only(rows, staff):
    source = first(content.DataSource)
    assert staff.get(change_page(source)).status_code == 200
    assert staff.post(change_page(source), {"title": "x"}).status_code == 403
    assert staff.get(page(content.DataSource, "add")).status_code == 403
    assert staff.post(page(content.DataSource, "delete", source.pk), {"post": "yes"}).status_code == 403
