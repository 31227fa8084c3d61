"""A school's copy of a model program, and what it takes over of the model's later changes."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from clusters import adoption
from clusters.choices import ProgramStatus
from clusters.models import ContentVersion, Credential, Program, ProgramCredential
from schools.models import User
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version_moves")]


@pytest.fixture
def ada():
    return User.objects.create(username="ada", is_staff=True)


@pytest.fixture
def model(db):
    """A model program with texts in both languages."""
    pathway = make_pathway(make_cluster())
    occupations = [make_occupation(number, on=pathway) for number in (1, 2)]
    program = make_program(pathway, occupations=occupations, summary_es="Aprende a cuidar.", ways_in_es="Empieza.")
    program.course_slots.update(title_es="Curso")
    program.work_based_learning.update(description_es="Lo ves.")
    return program


@pytest.fixture
def own(model, ada):
    return adoption.adopt(program=model, school=make_school(), by=ada)


def read(program):
    return Program.objects.with_parts().get(pk=program.pk)


def changes(own):
    return adoption.changes(read(own))


def names(own):
    return {(change.group, change.model, change.own) for change in changes(own)}


def settle(own, ada, *, take, change=None):
    change = change or changes(own)[0].name
    return adoption.settle(program=own, change=change, take=take, by=ada)


def contents(row, *, without):
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in without
    }


# --- Adopting ---------------------------------------------------------------------------------------------------------


def test_a_copy_has_every_part_with_every_column_in_both_languages(model, own):
    local = {"id", "program", "source", "shipped", "retired_on"}
    for part in adoption.PARTS:
        rows, copies = ([*getattr(program, part.name).in_order()] for program in (model, own))
        assert rows
        assert [contents(row, without=local) for row in copies] == [contents(row, without=local) for row in rows]
        assert {row.shipped for row in copies} == {None}
    itself = local | {"slug", "status", "school", "based_on", "adopted"}
    assert contents(own, without=itself) == contents(model, without=itself)
    assert read(own).course_slots.all()[0].title_es == "Curso"


def test_a_copy_is_a_draft_of_the_school_with_an_entry_in_its_history(model, own, ada):
    assert (own.status, own.school.slug, own.based_on) == (ProgramStatus.DRAFT, "school-1", model)
    entry = LogEntry.objects.get(object_id=str(own.pk))
    assert (entry.user, entry.get_change_message()) == (ada, "Adopted from program-1")
    assert not changes(own)


def test_each_copy_gets_an_address_that_is_free(model, own, ada):
    second = adoption.adopt(program=model, school=own.school, by=ada)
    third = adoption.adopt(program=model, school=own.school, by=ada)
    assert [own.slug, second.slug, third.slug] == ["school-1-program-1", "school-1-program-1-2", "school-1-program-1-3"]


def test_what_the_model_program_retired_is_not_copied(model, ada):
    model.work_based_learning.filter(grade=9).update(retired_on=timezone.localdate())
    assert adoption.adopt(program=model, school=make_school(), by=ada).work_based_learning.count() == 3


# --- What changed -----------------------------------------------------------------------------------------------------


def change_model(model):
    """A text, a slot's title, one slot more, one less, and a credential more."""
    Program.objects.filter(pk=model.pk).update(summary_en="Learn more.")
    model.course_slots.filter(grade=11).update(title_en="Better care")
    slot = model.course_slots.get(kind="elective")
    slot.delete()
    model.course_slots.create(key="10-new", grade=10, title="Ethics", kind="academic", position=9)
    badge = Credential.objects.create(slug="badge", name="Badge", issuer="Made-up board", kind="card")
    model.program_credentials.create(credential=badge, grade=12)


CHANGED = {
    ("columns", "Learn more.", "Learn to care for people."),
    (
        "course_slots",
        "Grade 11: Better care (Career-technical, Core skills, credits: 1)",
        "Grade 11: Care (Career-technical, Core skills, credits: 1)",
    ),
    ("course_slots", "Grade 10: Ethics (Academic, credits: 1)", ""),
    ("course_slots", "", "Grade 9: Leadership (Elective, credits: 1)"),
    ("program_credentials", "Badge (Made-up board), Grade 12", ""),
}


def test_exactly_what_changed_in_the_model_program_is_shown(model, own):
    change_model(model)
    assert names(own) == CHANGED


def test_what_the_school_edited_itself_is_no_change(model, own):
    Program.objects.filter(pk=own.pk).update(audience_en="For everybody.", local_demand="The clinic.", position=7)
    own.course_slots.filter(grade=9, kind="academic").update(title_en="Our English", credits=2)
    own.course_slots.create(grade=12, title="Our own course", kind="elective")
    own.work_based_learning.first().delete()
    ProgramCredential.objects.filter(program=own).delete()
    assert changes(own) == []
    change_model(model)
    assert names(own) == CHANGED


def test_a_row_that_the_model_program_retired_counts_as_dropped(model, own):
    model.program_majors.update(retired_on=timezone.localdate())
    assert names(own) == {("program_majors", "", "Study of care, Associate's degree")}


def test_a_change_in_another_language_is_told_in_that_language(model, own):
    model.course_slots.filter(grade=11).update(title_es="Cuidar mejor")
    assert names(own) == {("course_slots", "Cuidar mejor", "Curso")}


def test_nothing_and_an_empty_text_are_the_same(model, own):
    assert model.audience_es is None
    Program.objects.filter(pk=model.pk).update(audience_es="")
    model.work_based_learning.update(description_en="You see it.")
    assert changes(own) == []


def test_what_the_school_wrote_the_same_is_no_change(model, own):
    for program in (model, own):
        Program.objects.filter(pk=program.pk).update(summary_en="Learn more.")
        program.course_slots.filter(grade=11).update(title_en="Better care")
    assert changes(own) == []


def test_a_model_program_has_no_changes(model, ada):
    assert adoption.changes(read(model)) == []
    assert not settle(model, ada, take=True, change="columns:summary_en")


# --- Settling ---------------------------------------------------------------------------------------------------------


def test_taking_one_change_over_leaves_the_others(model, own, ada):
    change_model(model)
    while found := changes(own):
        before, version = names(own), ContentVersion.current()
        assert settle(own, ada, take=True)
        assert names(own) == before - {(found[0].group, found[0].model, found[0].own)}
        assert ContentVersion.current() > version
    expected, taken = adoption.picture(read(model)), adoption.picture(read(own))
    assert taken == expected
    assert LogEntry.objects.filter(object_id=str(own.pk), change_message__startswith="Took over").count() == len(
        CHANGED
    )


def test_keeping_ours_changes_nothing_and_is_not_asked_again(model, own, ada):
    change_model(model)
    before = adoption.picture(read(own))
    for change in changes(own):
        assert settle(own, ada, take=False, change=change.name)
    assert changes(own) == []
    assert adoption.picture(read(own)) == before


def test_what_was_kept_is_asked_again_when_the_model_changes_again(model, own, ada):
    for text, shown in (("First", True), ("First", False), ("Second", True)):
        Program.objects.filter(pk=model.pk).update(summary_en=text)
        model.course_slots.filter(grade=11).update(title_en=text)
        assert len(changes(own)) == (2 if shown else 0)
        for change in changes(own):
            settle(own, ada, take=False, change=change.name)


def test_a_slot_that_was_dropped_here_is_not_offered_again(model, own, ada):
    own.course_slots.filter(grade=11).delete()
    model.course_slots.filter(grade=11).update(title_en="Better care")
    assert changes(own) == []


def test_what_the_school_edited_of_the_same_slot_survives(model, own, ada):
    own.course_slots.filter(grade=11).update(credits=2, title_es="Nuestro curso")
    model.course_slots.filter(grade=11).update(title_en="Better care")
    settle(own, ada, take=True)
    slot = own.course_slots.get(grade=11)
    assert (slot.title_en, slot.title_es, slot.credits) == ("Better care", "Nuestro curso", 2)


def test_the_kind_of_a_course_is_taken_over_with_its_stage(model, own, ada):
    """The school made a career-technical course of it; without its stage, an academic one would be refused."""
    own.course_slots.filter(kind="elective").update(kind="career-technical", stage=1)
    model.course_slots.filter(kind="elective").update(kind="academic")
    settle(own, ada, take=True)
    slot = own.course_slots.get(title_en="Leadership")
    assert (slot.kind, slot.stage) == ("academic", None)


def test_a_change_that_is_gone_is_not_settled(model, own, ada):
    change_model(model)
    change = changes(own)[0].name
    assert settle(own, ada, take=True, change=change)
    assert not settle(own, ada, take=True, change=change)
    assert not settle(own, ada, take=False, change="nonsense")
