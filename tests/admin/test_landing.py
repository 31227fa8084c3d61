"""The start page of the admin: what needs doing, for each role, and nothing of other schools."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters import adoption
from clusters.landing import age_in_words
from clusters.models import Cluster, Occupation, Pathway, Program
from schools.history import versions_of
from schools.models import User
from tests.admin.forms import change_page, messages, page, sign_in
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school, make_source

pytestmark = pytest.mark.django_db

START = reverse("admin:index")
BUDGET = 15


@pytest.fixture
def model():
    pathway = make_pathway(make_cluster())
    return make_program(pathway, occupations=[make_occupation(number, on=pathway) for number in (1, 2)])


@pytest.fixture
def schools():
    return [make_school(number) for number in (1, 2)]


def adopt(model, school, **values):
    by = User.objects.get_or_create(username="grace", is_staff=True)[0]
    own = adoption.adopt(program=model, school=school, by=by)
    Program.objects.filter(pk=own.pk).update(**values)
    return own


def test_a_counselor_sees_what_waits_at_their_school(client, model, schools):
    own = adopt(model, schools[0], title_en="Nursing at ours")
    Program.objects.filter(pk=model.pk).update(summary_en="Newer words.", audience_en="For everybody.")
    text = sign_in(client, "counselor", schools[0]).get(START).content.decode()
    assert f'href="{change_page(own)}"' in text
    assert f'href="{reverse("admin:clusters_program_changes", args=[own.pk])}"' in text
    assert "2 changes" in text
    assert "Missing: Academic subjects; Work that is asked for" in text
    assert f'href="{page(type(schools[0]), "change", schools[0].pk)}"' in text
    assert f'href="{schools[0].get_absolute_url()}"' in text
    assert "<b>0</b> programs published" in text
    assert "<b>1</b> draft" in text


def test_nothing_of_other_schools_is_there(client, model, schools):
    adopt(model, schools[0])
    adopt(model, schools[1], title_en="Canary", status="published")
    schools[1].name = "Canary school"
    schools[1].save()
    user = sign_in(client, "counselor", schools[0])
    # They worked for the other school before.
    LogEntry.objects.log_actions(User.objects.get(username="counselor 1").pk, [schools[1]], 2)
    text = user.get(START).content.decode()
    assert "Canary" not in text
    assert text.count("Program 1 title") == 3


def test_empty_lists_say_what_to_do_next(client, model, schools):
    text = sign_in(client, "counselor", schools[0]).get(START).content.decode()
    assert "No drafts. Adopt a model program" in text
    assert "No texts yet. Adopt a model program" in text
    assert "No program of your schools misses an element." in text
    assert "Nothing to take over." in text
    assert f'href="{page(Program, "changelist")}?offered_by=models"' in text


def test_a_site_without_content_has_a_start_page(client):
    text = sign_in(client, "district-editor").get(START).content.decode()
    assert "There is no school yet." in text
    assert "No reference data yet." in text


def test_a_viewer_reads_and_has_nothing_to_press(client, model, schools):
    own = adopt(model, schools[0])
    Program.objects.filter(pk=model.pk).update(summary_en="Newer words.")
    text = sign_in(client, "viewer", schools[0]).get(START).content.decode()
    assert f'href="{change_page(own)}"' in text
    assert "1 change" in text
    assert "/changes/" not in text
    assert "Texts to read through" not in text
    assert "Reviewed</button>" not in text
    assert "Edit contacts" not in text


def test_staff_without_a_role_are_told_whom_to_ask(client, model, schools):
    adopt(model, schools[0], title_en="Canary")
    client.force_login(User.objects.create(username="newcomer", is_staff=True))
    text = client.get(START).content.decode()
    assert "Ask the lead of your school, or a district editor" in text
    assert "newcomer" in text
    assert "Canary" not in text
    assert schools[0].name not in text


def test_a_district_editor_sees_all_schools_and_drafts_of_model_programs(client, model, schools):
    for school in schools:
        adopt(model, school)
    Program.objects.filter(pk=model.pk).update(status="draft")
    context = sign_in(client, "district-editor").get(START).context
    assert [school.name for school in context["schools"].rows] == ["School 1 name", "School 2 name"]
    assert [program.school for program in context["drafts"].rows] == [schools[1], schools[0], None]


# --- Texts to read through --------------------------------------------------------------------------------------------


def texts(client):
    return [(row["text"].title, row["text"].reviewed_on) for row in client.get(START).context["texts"]]


def test_texts_nobody_read_come_first_then_those_read_longest_ago(client, model):
    Cluster.objects.update(reviewed_on="2025-01-01")
    Pathway.objects.update(reviewed_on="2024-01-01")
    Program.objects.update(reviewed_on="2024-06-01")
    assert texts(sign_in(client, "district-editor")) == [
        ("Occupation 1 title", None),
        ("Occupation 2 title", None),
        ("Pathway 1 title", datetime.date(2024, 1, 1)),
        ("Program 1 title", datetime.date(2024, 6, 1)),
        ("Cluster 8 title", datetime.date(2025, 1, 1)),
    ]


def test_a_counselor_reads_the_programs_they_edit(client, model, schools):
    adopt(model, schools[0], title_en="Ours")
    adopt(model, schools[0], title_en="Archived", status="archived")
    adopt(model, schools[1], title_en="Theirs")
    assert texts(sign_in(client, "counselor", schools[0])) == [("Ours", None)]


def test_one_click_says_that_a_text_was_read(client, model, schools):
    own = adopt(model, schools[0])
    counselor = sign_in(client, "counselor", schools[0])
    address = counselor.get(START).context["texts"][0]["reviewed"]
    response = counselor.post(address, follow=True)
    assert response.request["PATH_INFO"] == START
    assert "you read “Program 1 title" in messages(response)
    own.refresh_from_db()
    assert own.reviewed_on == timezone.localdate()
    assert LogEntry.objects.latest("pk").get_change_message() == "Read through"
    assert versions_of(own)[0].revision.user.username == "counselor 1"


@pytest.mark.parametrize(("whose", "status"), [("model", 403), ("theirs", 404)])
def test_nobody_says_so_of_what_is_not_theirs(client, model, schools, whose, status):
    row = {"model": model, "theirs": adopt(model, schools[1])}[whose]
    counselor = sign_in(client, "counselor", schools[0])
    address = reverse("admin:clusters_program_reviewed", args=[row.pk])
    assert counselor.post(address).status_code == status
    assert counselor.get(address).status_code == 405
    assert not Program.objects.filter(reviewed_on__isnull=False).exists()


def test_who_only_reads_says_nothing(client, model, schools):
    viewer = sign_in(client, "viewer", schools[0])
    for row in (Occupation.objects.first(), adopt(model, schools[0])):
        address = reverse(f"admin:clusters_{row._meta.model_name}_reviewed", args=[row.pk])
        assert viewer.post(address).status_code == 403


# --- Reference data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "words", "months"),
    [
        ((2026, 3, 2), "released this month", 0),
        ((2026, 4, 1), "released this month", 0),
        ((2026, 2, 15), "released 1 month ago", 1),
        ((2025, 1, 15), "released 14 months ago", 14),
        ((2024, 3, 16), "released 23 months ago", 23),
        ((2024, 3, 15), "released 2 years ago", 24),
    ],
)
def test_ages_are_told_in_words(day, words, months):
    assert age_in_words(datetime.date(*day), datetime.date(2026, 3, 15)) == (words, months)


def test_an_old_release_says_so(client, schools):
    today = timezone.localdate()
    make_source("fresh", released_on=today)
    make_source("old", released_on=today - datetime.timedelta(days=600))
    releases = sign_in(client, "viewer", schools[0]).get(START).context["releases"]
    assert [(release["source"].slug, release["is_old"]) for release in releases] == [("fresh", False), ("old", True)]


# --- Queries ----------------------------------------------------------------------------------------------------------


def queries(client):
    assert client.get(START).status_code == 200
    with CaptureQueriesContext(connection) as found:
        client.get(START)
    return len(found)


@pytest.mark.once
@pytest.mark.parametrize("role", ["counselor", "district-editor"])
def test_the_start_page_costs_the_same_with_three_schools_and_a_hundred_programs(client, model, schools, role):
    adopt(model, schools[0])
    one = queries(sign_in(client, role, *([schools[0]] if role == "counselor" else [])))
    schools.append(make_school(3))
    copied = [
        Program(slug=f"copy-{number}", title=f"Copy {number}", pathway=model.pathway, school=schools[number % 3])
        for number in range(100)
    ]
    for program in copied:
        program.based_on, program.adopted = model, {}
    Program.objects.bulk_create(copied)
    many = sign_in(client, role, *(schools if role == "counselor" else [])) if role == "counselor" else client
    assert queries(many) == one <= BUDGET
    context = many.get(START).context
    assert context["left_out"] == 41
    assert len(context["incomplete"].rows) == 8 < context["incomplete"].count == 60
