"""Two people have the same form open: the second one to save merges, and nothing is overwritten in silence."""

from decimal import Decimal

import pytest
from django.test import Client
from reversion.models import Version

from clusters import models as content
from clusters.choices import Basis, Grade
from schools.admin.merging import OPENED
from schools.models import School, User
from schools.wholes import changed_since, is_whole, stamp_of
from tests.admin.forms import MODELS, change_page, first, form_data, make_occupation, save

pytestmark = pytest.mark.django_db
each_whole = pytest.mark.parametrize("model", list(filter(is_whole, MODELS)), ids=lambda model: model.__name__)


@pytest.fixture
def other(rows):
    """Another client, signed in as somebody else."""
    client = Client()
    client.force_login(User.objects.create(username="bo", first_name="Bo", is_staff=True, is_superuser=True))
    return client


def send(client, row, data):
    response = client.post(change_page(row), data)
    row.refresh_from_db()
    return response


def prefixes_of(part, data):
    """How the names of the fields of each row begin, by its number in the database."""
    ids = {name: value for name, value in data.items() if name.startswith(part) and name.endswith("-id")}
    return {value: name.removesuffix("id") for name, value in ids.items()}


def asked(response):
    """The form came back, and says why."""
    return response.status_code == 200 and "Somebody else saved this" in response.content.decode()


def test_what_both_changed_is_shown_twice_and_saved_knowingly(staff, other):
    cluster = first(content.Cluster)
    mine = form_data(staff.get(change_page(cluster)))
    save(other, cluster, summary_en="Bo's words.", you_might_like_en="Bo likes.")
    response = send(staff, cluster, mine | {"summary_en": "My words.", "why_it_matters_en": "I say why."})
    assert asked(response)
    assert cluster.summary_en == "Bo's words."
    ((line, key),) = response.context["merge"].clashes
    assert (line.label, line.old, line.new, key) == ("Summary (English)", "Bo's words.", "My words.", "summary_en")
    assert response.context["merge"].who == "Bo (bo)"
    (theirs,) = response.context["merge"].theirs
    assert (theirs.label, theirs.new) == ("What you might like (English)", "Bo likes.")
    again = form_data(response)
    assert (again["summary_en"], again["why_it_matters_en"], again["you_might_like_en"]) == (
        "My words.",
        "I say why.",
        "Bo likes.",
    )
    assert send(staff, cluster, again).status_code == 302
    assert (cluster.summary_en, cluster.why_it_matters_en, cluster.you_might_like_en) == (
        "My words.",
        "I say why.",
        "Bo likes.",
    )


def test_what_both_wrote_alike_is_no_clash(staff, other):
    cluster = first(content.Cluster)
    mine = form_data(staff.get(change_page(cluster)))
    save(other, cluster, summary_en="The same.")
    response = send(staff, cluster, mine | {"summary_en": "The same."})
    assert asked(response)
    assert response.context["merge"].clashes == []


def test_a_change_between_the_pages_asks_again(staff, other):
    cluster = first(content.Cluster)
    mine = form_data(staff.get(change_page(cluster)))
    save(other, cluster, summary_en="Bo's words.")
    again = form_data(send(staff, cluster, mine | {"summary_en": "My words."}))
    save(other, cluster, summary_en="Bo once more.")
    response = send(staff, cluster, again)
    assert asked(response)
    assert response.context["merge"].clashes[0][0].old == "Bo once more."


def test_rows_of_lists_are_merged_one_by_one(staff, other):
    program = first(content.Program)
    for number in (2, 3, 4):
        occupation = content.Occupation.objects.filter(code=f"29-{number:04}.00").first() or make_occupation(number)
        content.ProgramOccupation.objects.get_or_create(
            program=program, occupation=occupation, defaults={"position": number}
        )
    content.ProgramOccupation.objects.filter(program=program).update(shipped=None)
    kept, moved, removed, mended = content.ProgramOccupation.objects.filter(program=program).order_by("pk")
    mine = form_data(staff.get(change_page(program)))
    prefixes = prefixes_of("program_occupations", mine)
    theirs = dict(mine)
    theirs[f"{prefixes[moved.pk]}position"] = 21
    theirs[f"{prefixes[removed.pk]}DELETE"] = "on"
    theirs[f"{prefixes[mended.pk]}DELETE"] = "on"
    learning = "work_based_learning"
    place = int(theirs[f"{learning}-TOTAL_FORMS"])
    theirs |= {
        f"{learning}-TOTAL_FORMS": place + 1, f"{learning}-{place}-grade": 10, f"{learning}-{place}-kind": "tour",
        f"{learning}-{place}-position": 1, f"{learning}-{place}-description_en": "Bo's step.",
    }  # fmt: skip
    assert send(other, program, theirs).status_code == 302
    mine |= {
        f"{prefixes[moved.pk]}position": 11, f"{prefixes[kept.pk]}position": 12, f"{prefixes[mended.pk]}position": 13,
        f"{learning}-TOTAL_FORMS": place + 1, f"{learning}-{place}-grade": 11, f"{learning}-{place}-kind": "tour",
        f"{learning}-{place}-position": 2, f"{learning}-{place}-description_en": "My step.",
    }  # fmt: skip
    response = send(staff, program, mine)
    assert asked(response)
    merge = response.context["merge"]
    assert [(line.old, line.new) for line, _key in merge.clashes] == [("21", "11")]
    assert [line.label for line in merge.lost] == ["Occupation taken out: " + str(mended.occupation)]
    assert sorted(line.label.split(":")[0] for line in merge.theirs) == [
        "Occupation taken out", "Occupation taken out", "Step of work-based learning added",
    ]  # fmt: skip
    assert send(staff, program, form_data(response)).status_code == 302
    positions = dict(program.program_occupations.values_list("pk", "position"))
    assert (positions[moved.pk], positions[kept.pk]) == (11, 12)
    assert {removed.pk, mended.pk}.isdisjoint(positions)
    assert {"Bo's step.", "My step."} <= set(program.work_based_learning.values_list("description_en", flat=True))


def test_a_row_that_one_takes_out_and_the_other_changed_is_asked_about(staff, other):
    pathway = first(content.Pathway)
    content.PathwayOccupation.objects.update(shipped=None, basis=Basis.EDITORIAL)
    row = pathway.pathway_occupations.order_by("pk").first()
    mine = form_data(staff.get(change_page(pathway)))
    prefix = prefixes_of("pathway_occupations", mine)[row.pk]
    assert send(other, pathway, mine | {f"{prefix}hidden": "on"}).status_code == 302
    response = send(staff, pathway, mine | {f"{prefix}DELETE": "on"})
    assert asked(response)
    assert pathway.pathway_occupations.filter(pk=row.pk, hidden=True).exists()
    ((line, _key),) = response.context["merge"].clashes
    assert "taken out" in line.label
    assert send(staff, pathway, form_data(response)).status_code == 302
    assert not pathway.pathway_occupations.filter(pk=row.pk).exists()


@pytest.mark.parametrize("state", ["", "forged", None, "of another row"])
def test_without_a_state_of_ours_the_form_is_shown_again_with_all_that_differs(rows, staff, state):
    cluster = first(content.Cluster)
    data = form_data(staff.get(change_page(cluster))) | {"summary_en": "My words."}
    if state is None:
        del data[OPENED]
    else:
        elsewhere = form_data(staff.get(change_page(content.Cluster.objects.last())))[OPENED]
        data[OPENED] = elsewhere if state == "of another row" else state
    response = send(staff, cluster, data)
    assert asked(response)
    assert cluster.summary_en == "As shipped."
    ((line, _key),) = response.context["merge"].clashes
    assert (line.old, line.new) == ("As shipped.", "My words.")
    assert send(staff, cluster, form_data(response)).status_code == 302
    assert cluster.summary_en == "My words."


def test_lists_without_a_state_of_ours_lose_nothing(rows, staff):
    program = first(content.Program)
    data = form_data(staff.get(change_page(program)))
    parts = {name for name in data if "-" in name and not name.endswith("_FORMS")}
    response = send(staff, program, {name: value for name, value in data.items() if name not in parts | {OPENED}})
    assert asked(response)
    assert send(staff, program, form_data(response)).status_code == 302
    assert program.program_occupations.exists()
    assert program.work_based_learning.exists()


@each_whole
def test_each_form_carries_the_state_that_it_was_opened_with(rows, staff, model):
    """A template that leaves out a block of the one below would leave it out."""
    assert f'name="{OPENED}"' in staff.get(change_page(first(model))).content.decode()


def test_courses_that_come_first_are_merged(staff, other):
    course = first(content.CatalogCourse)
    mine = form_data(staff.get(change_page(course)))
    more = content.CatalogCourse.objects.filter(school=course.school).exclude(pk=course.pk).last()
    save(other, course, prerequisites=[more.pk])
    response = send(staff, course, mine | {"title": "My title"})
    assert asked(response)
    assert response.context["merge"].clashes == []
    assert send(staff, course, form_data(response)).status_code == 302
    assert course.title == "My title"
    assert list(course.prerequisites.all()) == [more]


def test_a_form_of_a_school_is_merged_too(staff, other):
    school = first(School)
    mine = form_data(staff.get(change_page(school)))
    save(other, school, contact_name="Bo")
    response = send(staff, school, mine | {"contact_phone": "555 0100"})
    assert asked(response)
    assert send(staff, school, form_data(response)).status_code == 302
    assert (school.contact_name, school.contact_phone) == ("Bo", "555 0100")


def test_a_stamp_tells_what_changed_since(rows):
    programs = list(content.Program.objects.all())
    stamp = stamp_of(programs)
    assert not changed_since(stamp, reversed(programs))
    assert changed_since(stamp, programs[1:])
    assert changed_since("forged", programs)
    content.CourseSlot.objects.filter(program=programs[0]).update(credits=Decimal("0.50"), grade=Grade.TWELFTH)
    assert changed_since(stamp, programs)


def test_a_form_that_is_refused_leaves_no_version_of_its_own(rows, staff):
    cluster = first(content.Cluster)
    save(staff, cluster, title_en="")
    assert set(Version.objects.values_list("revision__user", flat=True)) <= {None}
