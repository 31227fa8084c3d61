"""What is kept in memory until the content changes, and queries that are put into SQL once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import translation

from clusters import kept
from clusters.atlas import atlas
from clusters.choices import Basis
from clusters.compiled import compiled
from clusters.kept import kept_until_change
from clusters.models import ContentVersion, Occupation, OccupationTechnology, PathwayOccupation, Technology
from schools.undone import undone
from tests.factories import make_cluster, make_occupation, make_pathway

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(db) -> Occupation:
    return make_occupation(on=make_pathway(make_cluster()))


def test_the_atlas_says_what_is_where(nurse):
    found = atlas()
    (pathway,) = found.pathways.values()
    assert found.pathway(pathway.cluster.slug, pathway.slug) is pathway
    assert found.cluster(pathway.cluster.slug) is pathway.cluster
    assert (pathway.cluster.pathway_count, pathway.cluster.occupation_count) == (1, 1)
    assert [row["code"] for row in found.rows_on([pathway])] == [nurse.code]
    assert found.pathways_with(nurse.pk) == [(pathway, Basis(PathwayOccupation.objects.get().basis))]
    assert found.by_code[nurse.code]["url"] == nurse.get_absolute_url()
    assert found.cluster("elsewhere") is found.pathway("elsewhere", pathway.slug) is None


def test_it_is_the_same_one_until_the_content_changes(nurse, django_assert_num_queries):
    before = atlas()
    with django_assert_num_queries(1):
        assert atlas() is before
    nurse.friendly_title_en = "Night nurse"
    nurse.save()
    assert atlas().rows[nurse.pk]["title"] == "Night nurse"
    assert before.rows[nurse.pk]["title"] != "Night nurse"


@pytest.mark.parametrize("change", [{"hidden": True}, {"retired_on": "2026-01-01"}])
def test_what_is_not_public_is_not_in_it(nurse, change):
    pathway = nurse.pathways.get()
    for name, value in change.items():
        setattr(pathway, name, value)
    pathway.save()
    found = atlas()
    assert not found.pathways
    assert found.pathways_with(nurse.pk) == []
    assert [cluster.occupation_count for cluster in found.clusters.values()] == [0]
    assert nurse.pk in found.rows


def test_words_are_in_the_language_of_now(nurse):
    nurse.summary_en, nurse.summary_es = "Care for people.", "Cuidar."
    nurse.save()
    assert atlas().rows[nurse.pk]["summary"] == "Care for people."
    with translation.override("es"):
        assert atlas().rows[nurse.pk]["summary"] == "Cuidar."


def test_what_is_taken_back_is_made_for_itself(nurse):
    before = atlas()
    with undone():
        # Past all signals, as a preview does.
        Occupation.objects.update(friendly_title_en="Not yet for everybody")
        assert atlas().rows[nurse.pk]["title"] == "Not yet for everybody"
        ContentVersion.bump()
        atlas()
    assert atlas() is before


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_it_is_made_once_for_all_who_ask_at_the_same_moment():
    made, together = [], Barrier(4)

    @kept_until_change
    def make():
        made.append(1)
        return object()

    def ask(_number):
        together.wait()
        try:
            return make()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(ask, range(4)))) == 1
    assert len(made) == 1
    kept.forget()


def test_a_compiled_query_answers_as_its_queryset(nurse, django_assert_num_queries):
    other = make_occupation(2, on=nurse.pathways.get())
    for occupation, hot in ((nurse, True), (other, False)):
        technology = Technology.objects.create(name=f"Program {occupation.pk}", hot=hot)
        OccupationTechnology.objects.create(occupation=occupation, technology=technology, position=1)

    def build(occupation):
        return OccupationTechnology.objects.filter(occupation=occupation).values("position", "technology__hot")

    ask = compiled(build)
    for occupation in (nurse, other, nurse):
        with django_assert_num_queries(1):
            answer = ask(occupation.pk)
        assert answer == list(build(occupation.pk))
        assert isinstance(answer[0]["technology__hot"], bool)
    assert ask(0) == []


@pytest.mark.parametrize(("summary_es", "expected"), [("Cuidar.", "Cuidar."), ("", "Care.")])
def test_a_compiled_query_falls_back_to_english(nurse, summary_es, expected):
    Occupation.objects.update(summary_en="Care.", summary_es=summary_es)
    ask = compiled(lambda occupation: Occupation.objects.filter(pk=occupation).values("code", "summary"))
    assert ask(nurse.pk) == [{"code": nurse.code, "summary": "Care."}]
    with translation.override("es"):
        assert ask(nurse.pk) == [{"code": nurse.code, "summary": expected}]
