"""The audit log: read by who answers for it, changed by nobody."""

import pytest

from schools.audit import record
from schools.choices import AuditAction, Role
from schools.models import AuditEntry
from tests.admin.forms import change_page, page

pytestmark = pytest.mark.django_db

LIST = page(AuditEntry, "changelist")


@pytest.fixture
def entries(account, lincoln, harbor):
    bob = account("bob")
    for school in (lincoln, harbor, None):
        record(AuditAction.ROLE, by=bob, subject=f"at {school}", school=school, detail=f"In {school}.")
    return {entry.school_id: entry for entry in AuditEntry.objects.all()}


def test_a_lead_reads_what_happened_at_their_school(entries, lead, client, lincoln, harbor):
    text = client.get(LIST).text
    assert "at School 1 name" in text
    assert "at School 2 name" not in text
    assert "at None" not in text
    assert "In School 1 name." in client.get(change_page(entries[lincoln.pk])).text
    for foreign in (harbor.pk, None):
        assert client.get(change_page(entries[foreign])).status_code == 404


def test_a_counselor_reads_none_of_it(entries, account, client, lincoln):
    client.force_login(account("eve", Role.COUNSELOR, lincoln))
    assert client.get(LIST).status_code == 403


def test_the_log_names_schools_and_survives_them(entries, superuser, client, harbor):
    text = client.get(LIST).text
    assert "School 2 name</td>" in text
    assert "the district</td>" in text
    harbor.delete()
    assert "a school that is gone</td>" in client.get(LIST).text


@pytest.mark.parametrize(
    ("query", "count"),
    [("action__exact=role", 3), ("action__exact=import", 0), ("q=school+1", 1), ("at__year=1999", 0), ("q=bob", 3)],
)
def test_entries_are_found(entries, superuser, client, query, count):
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert response.context["cl"].result_count == count


def test_the_log_asks_no_query_for_each_row(entries, superuser, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_nobody_adds_changes_or_deletes_an_entry(entries, superuser, client):
    entry = entries[None]
    assert client.get(page(AuditEntry, "add")).status_code == 403
    assert client.post(change_page(entry), {"actor": "somebody else"}).status_code == 403
    assert client.post(page(AuditEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    for deed in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(TypeError):
            deed()
    with pytest.raises(TypeError):
        AuditEntry.objects.update(actor="somebody else")
    assert AuditEntry.objects.filter(actor="bob").count() == 3
