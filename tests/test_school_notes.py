"""What schools say about a pathway, on its public page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from zeal import zeal_context

from clusters.atlas import atlas
from clusters.models import SchoolNote
from clusters.views.framework import NOTES_SHOWN
from schools.models import School
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster())


def section(client, pathway):
    """The part of the page under "At our schools"; empty where there is none."""
    _before, heading, after = client.get(pathway.get_absolute_url()).text.partition('<section id="schools"')
    return heading and after.partition("</section>")[0]


def test_a_pathway_without_notes_has_no_such_section(client, pathway):
    assert section(client, pathway) == ""


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        ("offered", "Offered here"),
        ("elsewhere", "Not here, but at another school"),
        ("not-offered", "Not offered"),
    ],
)
def test_a_note_says_who_and_whether_and_what(client, pathway, offered, words):
    school = make_school()
    note = {"offered": offered, "text": "Ask Ms. R., room 12.\n<b>Bold</b> https://example.org/ & more"}
    SchoolNote.objects.create(school=school, pathway=pathway, **note)
    text = section(client, pathway)
    assert f'<a href="{school.get_absolute_url()}">School 1 name</a>' in text
    assert words in text
    assert "Ask Ms. R., room 12.<br>&lt;b&gt;Bold&lt;/b&gt; https://example.org/ &amp; more" in text
    assert text.count("<a ") == 1


def test_notes_of_other_pathways_stay_there(client, pathway):
    other = make_pathway(pathway.cluster, 2)
    SchoolNote.objects.create(school=make_school(), pathway=other, text="Not for this page")
    assert section(client, pathway) == ""


def test_the_first_program_is_linked_while_it_is_public(client, pathway):
    program = make_program(pathway, school=make_school())
    note = SchoolNote.objects.create(school=program.school, pathway=pathway, first_program=program)
    link = f'Start with: <a href="{program.get_absolute_url()}">Program 1 title</a>'
    assert link in section(client, pathway)
    for field, value in (
        ("status", "draft"),
        ("retired_on", "2026-01-01"),
        ("pathway", make_pathway(pathway.cluster, 2)),
    ):
        before = getattr(program, field)
        setattr(program, field, value)
        program.save()
        assert "Program 1 title" not in section(client, pathway), field
        setattr(program, field, before)
        program.save()
    program.delete()
    note.refresh_from_db()
    assert note.first_program is None


def test_a_note_without_a_spanish_text_is_shown_in_english(pathway):
    note = SchoolNote.objects.create(school=make_school(), pathway=pathway, text_en="Room 12.")
    with translation.override("es"):
        assert SchoolNote.objects.get(pk=note.pk).text == "Room 12."
        note.text_es = "Aula 12."
        note.save()
        assert SchoolNote.objects.get(pk=note.pk).text == "Aula 12."


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_page_keeps_its_budget_whatever_the_number_of_schools(client, pathway, count):
    program = make_program(pathway, occupations=[make_occupation(on=pathway)], school=make_school())
    make_program(pathway, 2)
    schools = School.objects.bulk_create(School(slug=f"s-{n}", name=f"Many {n:03}") for n in range(1, count))
    notes = [SchoolNote(school=school, pathway=pathway, text_en=f"Room {school.slug}.") for school in schools]
    SchoolNote.objects.bulk_create(
        [*notes, SchoolNote(school=program.school, pathway=pathway, first_program=program, text_en="Room 12.")]
    )
    atlas()  # Asked for once after a change, and for all pages.
    with zeal_context(), CaptureQueriesContext(connection) as queries:
        text = section(client, pathway)
    assert len(queries) <= 5
    assert text.count('class="school-note ') == count
    assert ("<details" in text) == (count > NOTES_SHOWN)
    if count > NOTES_SHOWN:
        assert f"{count - NOTES_SHOWN} more schools" in text
