"""Editing of pathways: notes of schools, hiding, what was shipped, and that the next request shows it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from assessments import recommend
from clusters import search
from clusters.atlas import atlas
from clusters.models import Cluster, Occupation, Pathway, Program, SchoolNote
from schools.models import AuditEntry, School
from tests.admin.forms import BUDGET, change_page, form_data, messages, page, save, sign_in, stamp_of
from tests.admin.test_every_model import queries_of
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school, make_site
from tests.urls import MADE_UP, ONLY_SENT_TO, PRIVATE, addresses

pytestmark = pytest.mark.django_db


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster())


@pytest.fixture
def school(db):
    return make_school()


@pytest.fixture
def counselor(client, school):
    return sign_in(client, "counselor", school)


def add_note(client, **values):
    """Fill in the form of a new note as the browser shows it, and send it."""
    data = form_data(client.get(page(SchoolNote, "add"))) | {"offered": "offered"} | values
    return client.post(page(SchoolNote, "add"), data, follow=True)


# --- Notes ------------------------------------------------------------------------------------------------------------


def test_a_counselor_of_one_school_writes_its_note(counselor, client, school, pathway):
    program = make_program(pathway, school=school)
    field = counselor.get(page(SchoolNote, "add")).context["adminform"].form["school"]
    assert field.value() == school.pk
    assert field.field.disabled
    assert b"School 1 name" in counselor.get(page(SchoolNote, "add")).content
    response = add_note(counselor, pathway=pathway.pk, text_en="Ask Ms. R., room 12.", first_program=program.pk)
    assert "was added successfully" in messages(response)
    note = SchoolNote.objects.get()
    assert (note.school, note.pathway, note.first_program) == (school, pathway, program)
    text = client.get(pathway.get_absolute_url()).text
    assert "Ask Ms. R., room 12." in text
    save(counselor, note, text_en="Ask Mr. T., room 3.", offered="elsewhere")
    text = client.get(pathway.get_absolute_url()).text
    assert "Ask Mr. T., room 3." in text
    assert "Not here, but at another school" in text


def test_the_second_note_of_a_school_on_a_pathway_is_refused(counselor, school, pathway):
    SchoolNote.objects.create(school=school, pathway=pathway)
    assert "This school has a note on this pathway already." in add_note(counselor, pathway=pathway.pk).text
    assert SchoolNote.objects.count() == 1


def test_a_counselor_of_two_schools_chooses_among_them(client, school, pathway):
    other, foreign = make_school(2), make_school(3, name="Canary school")
    counselor = sign_in(client, "counselor", school, other)
    assert not counselor.get(page(SchoolNote, "add")).context["adminform"].form["school"].field.disabled
    response = add_note(counselor, pathway=pathway.pk, school=foreign.pk)
    assert "not one of the available choices" in response.text
    assert "Canary" not in response.text
    add_note(counselor, pathway=pathway.pk, school=other.pk)
    assert SchoolNote.objects.get().school == other


def test_a_posted_school_is_not_taken(counselor, school, pathway):
    add_note(counselor, pathway=pathway.pk, school=make_school(2).pk)
    assert SchoolNote.objects.get().school == school
    response = counselor.get(page(SchoolNote, "add"), {"school": make_school(3, name="Canary school").pk})
    assert "Canary" not in response.text


@pytest.mark.parametrize("whose", ["another school's", "archived", "on another pathway", "a model"])
def test_the_first_program_is_one_of_the_schools_own_on_the_pathway(counselor, school, pathway, whose):
    here = {"school": school, "title": "Canary"}
    program = {
        "another school's": lambda: make_program(pathway, 7, school=make_school(2), title="Canary"),
        "archived": lambda: make_program(pathway, 7, status="archived", **here),
        "on another pathway": lambda: make_program(make_pathway(pathway.cluster, 2), 7, **here),
        "a model": lambda: make_program(pathway, 7, title="Canary"),
    }[whose]()
    response = add_note(counselor, pathway=pathway.pk, first_program=program.pk)
    assert "Please correct the error below." in response.text
    assert ("Canary" in response.text) == (whose == "on another pathway")
    add_note(counselor, pathway=pathway.pk)
    note = SchoolNote.objects.get()
    response = counselor.post(
        change_page(note), form_data(counselor.get(change_page(note))) | {"first_program": program.pk}
    )
    assert "not one of the available choices" in response.text
    note.refresh_from_db()
    assert note.first_program is None


def test_the_chooser_offers_the_programs_of_the_school_on_the_pathway(staff, school, pathway):
    own = make_program(pathway, school=school)
    make_program(pathway, 2)
    make_program(pathway, 3, school=make_school(2))
    make_program(make_pathway(pathway.cluster, 2), 4, school=school)
    note = SchoolNote.objects.create(school=school, pathway=pathway)
    widget = staff.get(change_page(note)).context["adminform"].form.fields["first_program"].widget.widget
    query = {"app_label": "clusters", "model_name": "schoolnote", "field_name": "first_program"}
    results = staff.get(f"{widget.get_url()}&{urlencode(query)}").json()["results"]
    assert [result["id"] for result in results] == [str(own.pk)]


def test_a_note_stays_with_its_school_and_its_pathway(staff, school, pathway):
    note = SchoolNote.objects.create(school=school, pathway=pathway)
    save(staff, note, school=make_school(2).pk, pathway=make_pathway(pathway.cluster, 2).pk, text_en="Room 3.")
    assert (note.school, note.pathway, note.text) == (school, pathway, "Room 3.")


def test_the_form_of_a_pathway_leads_to_the_notes_of_ones_own_schools(counselor, school, pathway):
    foreign = SchoolNote.objects.create(school=make_school(2), pathway=pathway, text="Canary")
    text = counselor.get(change_page(pathway)).text
    assert "Your school's note" in text
    assert f"{page(SchoolNote, 'add')}?pathway={pathway.pk}&amp;school={school.pk}" in text
    own = SchoolNote.objects.create(school=school, pathway=pathway, text="Room 12.")
    text = counselor.get(change_page(pathway)).text
    assert change_page(own) in text
    assert "Room 12." in text
    assert f"{page(SchoolNote, 'add')}?" not in text
    assert change_page(foreign) not in text
    assert "Canary" not in text


def test_a_viewer_reads_the_note_and_cannot_add_one(client, school, pathway):
    viewer = sign_in(client, "viewer", school)
    assert "Your school" not in viewer.get(change_page(pathway)).text
    note = SchoolNote.objects.create(school=school, pathway=pathway)
    assert change_page(note) in viewer.get(change_page(pathway)).text
    assert viewer.get(page(SchoolNote, "add")).status_code == 403


def test_a_district_editor_sees_the_schools_that_say_something(client, pathway):
    SchoolNote.objects.create(school=make_school(), pathway=pathway, offered="elsewhere")
    make_school(2)
    editor = sign_in(client, "district-editor")
    text = editor.get(change_page(pathway)).text
    assert "School 1 name: Not here, but at another school" in text
    assert "School 2 name" not in text
    assert f"{page(SchoolNote, 'add')}?pathway={pathway.pk}" in text


def test_the_form_costs_the_same_with_many_notes(staff, pathway):
    counts = []
    for numbers in (range(1, 2), range(2, 30)):
        schools = School.objects.bulk_create(School(slug=f"s-{n}", name=f"School {n}") for n in numbers)
        SchoolNote.objects.bulk_create(SchoolNote(school=school, pathway=pathway) for school in schools)
        counts += queries_of(staff, [change_page(pathway)])
    assert counts[0] == counts[1]
    assert counts[1] <= BUDGET["form"]


# --- Hiding -----------------------------------------------------------------------------------------------------------

CANARY = "Hidden canary"


def test_a_hidden_pathway_and_its_programs_are_on_no_public_page(staff):
    make_site(1)
    pathway = Pathway.objects.get()
    pathway.title = CANARY
    pathway.save()
    for program in Program.objects.all():
        program.title = f"{CANARY} {program.pk}"
        program.save()
    school = School.objects.get()
    SchoolNote.objects.create(school=school, pathway=pathway, text=CANARY)
    own = {reverse("clusters:pathway_detail", args=[MADE_UP["cluster"], MADE_UP["pathway"]])}
    own |= {program.get_absolute_url() for program in Program.objects.all()}
    pages = {url for name, url in addresses(MADE_UP).items() if name not in ONLY_SENT_TO | PRIVATE}
    pages |= own | {reverse("clusters:search") + "?q=canary"}
    client = Client()
    shown = {url for url in pages if says(client, url)}
    assert own <= shown
    assert len(shown) >= 10
    before = recommend.profiles(atlas())

    step(staff, pathway, "hide")
    assert {url for url in pages if says(client, url)} == set()
    assert {client.get(url).status_code for url in own} == {404}
    assert client.get("/sitemap.xml").text.count(MADE_UP["pathway"]) == 0
    assert not search.search("canary").pathways
    assert recommend.profiles(atlas()) is not before

    step(staff, pathway, "show")
    assert {url for url in pages if says(client, url)} == shown


def says(client, url):
    # Files are sent piece by piece.
    return CANARY in b"".join(client.get(url)).decode()


def step(client, pathway, name):
    address = page(Pathway, "step", pathway.pk, name)
    assert address in client.get(change_page(pathway)).text
    asked = client.get(address)
    assert "1 row:" in asked.text
    client.post(address, {"confirmed": "yes", "stamp": stamp_of(asked)})


def test_hiding_is_a_step_of_the_list_too(staff, pathway):
    others = [make_pathway(pathway.cluster, 2), make_pathway(pathway.cluster, 3, hidden=True)]
    data = {"action": "hide", "_selected_action": [row.pk for row in (pathway, *others)]}
    asked = staff.post(page(Pathway, "changelist"), data)
    assert "2 rows:" in asked.text
    data |= {"confirmed": "Hide", "stamp": stamp_of(asked)}
    response = staff.post(page(Pathway, "changelist"), data, follow=True)
    assert "Hide: 2 rows." in messages(response)
    assert Pathway.objects.filter(hidden=True).count() == 3
    assert staff.get(page(Pathway, "changelist"), {"hidden__exact": 0}).context["cl"].result_count == 0
    assert list(AuditEntry.objects.values_list("action", "detail")) == [("unpublish", "Hide")] * 2


def test_hiding_in_the_form_is_written_down_as_well(staff, pathway):
    save(staff, pathway, hidden="on")
    assert pathway.hidden
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == ("unpublish", "ada", "Hide")


def test_a_counselor_hides_nothing(counselor, pathway):
    assert "/step/" not in counselor.get(change_page(pathway)).text
    assert counselor.post(page(Pathway, "step", pathway.pk, "hide"), {"confirmed": "yes"}).status_code == 403
    data = {"action": "hide", "_selected_action": [pathway.pk], "confirmed": "yes"}
    counselor.post(page(Pathway, "changelist"), data)
    pathway.refresh_from_db()
    assert not pathway.hidden


def test_a_pathway_of_the_districts_own_is_added(client, pathway):
    editor = sign_in(client, "district-editor")
    data = form_data(editor.get(page(Pathway, "add")))
    data |= {"title_en": "Beekeeping", "slug": "bees", "cluster": pathway.cluster_id, "number": "8.90", "position": 90}
    assert "was added successfully" in messages(editor.post(page(Pathway, "add"), data, follow=True))
    assert "Beekeeping" in client.get(pathway.cluster.get_absolute_url()).text
    assert client.get(Pathway.objects.get(slug="bees").get_absolute_url()).status_code == 200


# --- What was shipped -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "counselor", "district-editor"])
def test_everybody_reads_what_was_shipped_beside_what_it_is_now(client, school, pathway, role):
    pathway.shipped = {"summary_en": "As it was shipped."}
    pathway.save()
    reader = sign_in(client, role, *([] if role == "district-editor" else [school]))
    text = reader.get(change_page(pathway)).text
    assert "As it was shipped." in text
    assert '<td class="current">Treating people.</td>' in text
    assert ("Restore" in text) == (role == "district-editor")


# --- Public effect ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Cluster, "summary_en"),
        (Pathway, "summary_en"),
        (SchoolNote, "text_en"),
        (Program, "summary_en"),
        (School, "contact_name"),
        (Occupation, "summary_en"),
    ],
)
def test_the_next_request_shows_what_was_saved(staff, client, school, pathway, model, field):
    make_program(pathway, school=school, occupations=[make_occupation(on=pathway)])
    SchoolNote.objects.create(school=school, pathway=pathway)
    row = model.objects.get()
    for text in ("Said today", "Said tomorrow"):
        save(staff, row, **{field: text})
        assert text in client.get(row.get_absolute_url()).text
