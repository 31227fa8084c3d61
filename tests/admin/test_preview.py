"""Preview: the real public page of what a form would save, for staff only; nothing of it is kept."""

import pytest
from django.apps import apps
from django.urls import reverse

from clusters import models as content
from clusters.atlas import atlas
from clusters.models import Cluster, ContentVersion, Occupation, Pathway, Program, SchoolNote
from clusters.search import search
from clusters.search.snapshot import snapshot
from schools.models import School
from tests.admin.forms import change_page, form_data, page, sign_in
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school
from tests.test_pages import Outline

pytestmark = pytest.mark.django_db

PREVIEWED = [Cluster, Pathway, Program, Occupation, School, SchoolNote]
# What of each is changed, and shown on its page.
FIELDS = dict.fromkeys(PREVIEWED, "summary_en") | {School: "contact_name", SchoolNote: "text_en"}
each = pytest.mark.parametrize("model", PREVIEWED, ids=lambda model: model.__name__)


@pytest.fixture
def site(db):
    """A row of each kind; none of them is public, where that can be."""
    pathway = make_pathway(make_cluster(), hidden=True)
    school = make_school()
    occupation = make_occupation(on=pathway)
    make_program(pathway, school=school, occupations=[occupation], status="draft")
    SchoolNote.objects.create(school=school, pathway=pathway, text="Room 12.")


def everything():
    """All rows of all tables."""
    # Asking writes to the session of whoever asks.
    tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.label != "sessions.Session"]
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in tables}


def preview(client, row, **changes):
    data = form_data(client.get(change_page(row))) | {"_preview": "Preview"} | changes
    return client.post(change_page(row), data)


@each
def test_the_page_is_as_the_form_would_make_it_and_nothing_is_kept(staff, site, model):
    row = model.objects.get()
    kept, before = (atlas(), snapshot()), everything()
    response = preview(staff, row, **{FIELDS[model]: "Not yet for everybody"})
    assert response.status_code == 200
    assert "Preview: only you see this. Nothing is saved." in response.text
    assert "Not yet for everybody" in response.text
    assert everything() == before
    # The next edit gets the version of the content that was taken back: nothing may be kept under it.
    assert (atlas(), snapshot()) == kept


@each
def test_what_is_saved_has_a_preview_too(staff, client, site, model):
    row = model.objects.get()
    before = everything()
    response = staff.get(page(model, "preview", row.pk))
    assert "Preview: only you see this" in response.text
    assert str(getattr(row, FIELDS[model])) in response.text
    assert everything() == before
    public = client.get(row.get_absolute_url())
    assert public.status_code == (404 if model in (Pathway, Program, SchoolNote) else 200)
    assert "only you see this" not in public.text


@each
def test_a_preview_is_as_clean_as_every_public_page(staff, site, model):
    response = preview(staff, model.objects.get())
    outline = Outline(response.text)
    assert [
        attrs for _tag, attrs in outline.tags if "style" in attrs or any(key.startswith("on") for key in attrs)
    ] == []
    assert not outline.all("style")
    assert {attrs.get("type") for attrs in outline.all("script")} <= {"application/ld+json"}
    assert "csrfmiddlewaretoken" not in response.text
    assert '<meta name="robots" content="noindex">' in response.text
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_the_form_has_the_button_and_a_link_to_what_is_not_public(staff, site):
    for model in PREVIEWED:
        row = model.objects.get()
        text = staff.get(change_page(row)).text
        assert 'name="_preview" formtarget="_blank"' in text
        hidden = model in (Pathway, Program, SchoolNote)
        assert (page(model, "preview", row.pk) in text) == hidden
        assert ("View on site" in text) != hidden


def test_a_new_row_is_previewed_before_it_is_there(staff, site):
    data = form_data(staff.get(page(Program, "add")))
    data |= {"title_en": "Beekeeping", "slug": "bees", "pathway": Pathway.objects.get().pk, "_preview": "Preview"}
    before = everything()
    response = staff.post(page(Program, "add"), data)
    assert "<h1>Beekeeping</h1>" in response.text
    assert everything() == before


def test_what_is_wrong_is_said_in_the_form(staff, site):
    before = everything()
    response = preview(staff, Program.objects.get(), title_en="")
    assert "Please correct the error below." in response.text
    assert "Preview: only you see this" not in response.text
    assert everything() == before


def test_the_next_save_after_a_preview_is_found(staff, site):
    cluster = Cluster.objects.get()
    preview(staff, cluster, title_en="Beekeeping")
    version = ContentVersion.current()
    assert not search("beekeeping").clusters
    cluster.title = "Forestry"
    cluster.save()
    assert ContentVersion.current() == version + 1
    assert [hit.target for hit in search("forestry").clusters] == [cluster.pk]


def test_retired_rows_are_previewed_as_if_they_were_public(staff, site):
    for model in (Cluster, Pathway, Program):
        model.objects.update(retired_on="2026-01-01")
    for model in (Cluster, Pathway, Program):
        assert staff.get(page(model, "preview", model.objects.get().pk)).status_code == 200


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "counselor"])
def test_staff_of_another_school_get_no_preview(client, site, role):
    stranger = sign_in(client, role, make_school(2))
    for row in (Program.objects.get(), SchoolNote.objects.get(), School.objects.get(slug="school-1")):
        assert stranger.get(page(type(row), "preview", row.pk)).status_code == 404
        assert stranger.post(change_page(row), {"_preview": "Preview"}).status_code == 404


def test_a_viewer_sees_the_preview_of_what_is_saved_only(client, site):
    program = Program.objects.get()
    viewer = sign_in(client, "viewer", program.school)
    assert viewer.get(page(Program, "preview", program.pk)).status_code == 200
    assert "_preview" not in viewer.get(change_page(program)).text
    assert viewer.post(change_page(program), {"_preview": "Preview"}).status_code == 403


def test_a_preview_only_reads_and_asks_visitors_to_sign_in(staff, client, site):
    address = page(Program, "preview", Program.objects.get().pk)
    assert staff.post(address).status_code == 405
    client.logout()
    assert client.get(address).url.startswith(reverse("admin:login"))


def test_a_public_visitor_cannot_ask_for_a_preview(client, site):
    occupation = content.Occupation.objects.get()
    assert "only you see this" not in client.get(occupation.get_absolute_url(), {"is_preview": "1"}).text
