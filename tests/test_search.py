"""What search finds, on a few made-up rows."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clusters import search
from clusters.importers.base import one_release
from clusters.models import (
    AlternateTitle,
    Cluster,
    ContentVersion,
    Occupation,
    Pathway,
    PathwayOccupation,
    SearchEntry,
    Skill,
)
from tests.factories import make_cluster, make_occupation, make_pathway

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(db):
    """A little of everything, by short names."""
    health = make_cluster(8, title="Health Science")
    therapy = make_pathway(health, 1, title="Therapeutic Services")
    nurses = make_occupation(141, title="Registered Nurses", employment=3_400_000)
    practical = make_occupation(161, title="Licensed Practical Nurses", employment=650_000)
    doctors = make_occupation(229, title="Physicians and Surgeons", employment=700_000)
    welders = make_occupation(412, title="Welders, Cutters, and Solderers", employment=450_000)
    grooms = make_occupation(302, title="Animal Caretakers", employment=300_000)
    AlternateTitle.objects.create(occupation=nurses, title="Registered Nurse (RN)", short_title="RN")
    AlternateTitle.objects.create(occupation=nurses, title="Nurse")
    AlternateTitle.objects.create(occupation=practical, title="Nurse")
    AlternateTitle.objects.create(occupation=doctors, title="Doctor of medicine", short_title="MD")
    AlternateTitle.objects.create(occupation=welders, title="Welding Technician")
    AlternateTitle.objects.create(occupation=grooms, title="Dog Groomer")
    AlternateTitle.objects.create(occupation=grooms, title="Éleveur d’animaux")
    return {
        "health": health,
        "therapy": therapy,
        "nurses": nurses,
        "practical": practical,
        "doctors": doctors,
        "welders": welders,
        "grooms": grooms,
    }


def occupations(query: str) -> list[str]:
    titles = dict(Occupation.objects.values_list("pk", "title"))
    return [titles[found.target] for found in search.search(query).occupations]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("registered nurse", "Registered Nurses"),
        ("REGISTERED NURSE", "Registered Nurses"),
        ("nurses registered", "Registered Nurses"),
        ("régistered nürse", "Registered Nurses"),
        ("the registered nurse", "Registered Nurses"),
        ("r.n.", "Registered Nurses"),
        ("rn", "Registered Nurses"),
        ("RNs", "Registered Nurses"),
        ("md", "Physicians and Surgeons"),
        ("doctor's", "Physicians and Surgeons"),
        ("welding", "Welders, Cutters, and Solderers"),
        ("weldi", "Welders, Cutters, and Solderers"),
        ("dog-groomer", "Animal Caretakers"),
        ("eleveur d'animaux", "Animal Caretakers"),
        ("nurse jobs", "Registered Nurses"),
        ("how do i become a nurse", "Registered Nurses"),
    ],
)
def test_forgives_case_accents_plural_order_and_little_words(rows, query, expected):
    assert occupations(query)[0] == expected
    assert not search.search(query).partial


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("registred nurse", "registered nurse"),  # a letter left out
        ("registered nursee", "registered nurse"),  # a letter too many
        ("registered nurze", "registered nurse"),  # a wrong letter
        ("regsitered nurse", "registered nurse"),  # two letters in the wrong order
        ("regsitered nurze", "registered nurse"),  # an error in each word
        ("registerednurse", "registered nurse"),  # no space
    ],
)
def test_forgives_one_typing_error_in_each_word_and_says_so(rows, query, corrected):
    results = search.search(query)
    assert results.corrected == corrected
    assert results.occupations[0].target == rows["nurses"].pk
    assert search.search(corrected).corrected is None


def test_corrects_neither_known_words_nor_beginnings_nor_numbers(rows):
    for query in ("groomer", "groo", "welders", "n0rse"):
        assert search.search(query).corrected is None


def test_corrects_to_the_likeliest_word(rows):
    titles = ["Lawyer", "Layer", "Layer Helper", "Sawyer", "Miller", "Miller Helper", "Millet Grower", "Runs Scorer"]
    for title in titles:
        AlternateTitle.objects.create(occupation=rows["grooms"], title=title)
    assert search.search("lawer").corrected == "lawyer"
    assert search.search("millex").corrected == "miller"
    assert search.search("rns").corrected == "rn"


def test_the_most_people_lead_among_equals_and_a_specialty_follows_its_occupation(rows):
    specialty = Occupation.objects.create(
        code="29-1141.01", soc_code="29-1141", title="Acute Care Nurses", employment=3_400_000, job_zone=3
    )
    AlternateTitle.objects.create(occupation=specialty, title="Nurse")
    assert occupations("nurse") == ["Registered Nurses", "Licensed Practical Nurses", "Acute Care Nurses"]


def test_a_title_says_more_than_another_name_and_a_whole_word_more_than_a_beginning(rows):
    AlternateTitle.objects.create(occupation=rows["grooms"], title="Sculptor")
    make_occupation(501, title="Sculptors", employment=100_000)
    make_occupation(502, title="Sculptorium Managers", employment=500_000)
    assert occupations("sculptor") == ["Sculptors", "Animal Caretakers", "Sculptorium Managers"]


def test_an_occupation_is_listed_once_with_the_name_that_led_to_it(rows):
    (found,) = search.search("dog groomer").occupations
    assert (found.kind, found.target, found.matched_title) == ("occupation", rows["grooms"].pk, "Dog Groomer")
    (found,) = search.search("md").occupations
    assert found.matched_title == "Doctor of medicine (MD)"
    assert search.search("nurse").occupations[0].matched_title is None


def test_results_come_in_groups(rows):
    health = search.search("health")
    assert [found.target for found in health.clusters] == [rows["health"].pk]
    assert health.clusters[0].kind == "cluster"
    therapy = search.search("therapeutic")
    assert [found.target for found in therapy.pathways] == [rows["therapy"].pk]
    assert therapy.pathways[0].kind == "pathway"
    assert (therapy.total, therapy.is_empty) == (1, False)


@pytest.mark.parametrize("query", ["29-1141", "29-1141.00", "291141", "29 1141", "29-114", "29-1141."])
def test_finds_codes_by_their_beginning(rows, query):
    results = search.search(query)
    assert [found.target for found in results.occupations] == [rows["nurses"].pk]
    assert results.corrected is None


def test_a_short_code_finds_all_that_begin_so_in_order(rows):
    targets = [found.target for found in search.search("29-11").occupations]
    assert targets == [rows["nurses"].pk, rows["practical"].pk]


def test_a_number_that_is_no_code_is_a_word(rows):
    AlternateTitle.objects.create(occupation=rows["welders"], title="911 Operator")
    assert occupations("911") == ["Welders, Cutters, and Solderers"]


def test_without_a_title_that_has_all_words_any_of_them_will_do(rows):
    results = search.search("nurse welder")
    assert results.partial
    assert {found.target for found in results.occupations} == {
        rows[name].pk for name in ("nurses", "practical", "welders")
    }
    assert search.search("nurse xylophone").partial


def test_nothing_found_is_empty_and_not_partial(rows):
    results = search.search("xylophone")
    assert results.is_empty
    assert not results.partial
    assert results.corrected is None


def test_the_limit_holds_in_each_group(rows):
    for number in range(60):
        make_occupation(600 + number, title=f"Baker {number}")
    assert len(search.search("baker").occupations) == 50
    assert len(search.search("baker", limit=3).occupations) == 3


def test_at_most_four_queries_once_the_process_knows_the_content(rows, django_assert_max_num_queries):
    search.search("nurse")
    for query in ("nurse", "nurse job xylophone", "career nurse welder", "29-1141", "registred", "12"):
        with django_assert_max_num_queries(4):
            search.search(query)


def test_at_most_two_more_after_a_change(rows, django_assert_max_num_queries):
    for query in ("nurse", "career nurse welder"):
        rows["nurses"].save()
        with django_assert_max_num_queries(6):
            search.search(query)


# --- Any input at all ---


@given(query=st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example("")
@example(" \t\n ")
@example("\0nurse\0")
@example("\ud800")
@example("🧑\u200d⚕️ nurse")
@example("护士")
@example("a" * 10_000)
@example("nurse " * 5_000)
@example('"nurse')
@example("nurse*")
@example("nurse AND NOT welder")
@example("NEAR(nurse welder, 5)")
@example("words:nurse ^ nurse + -")
@example("nurse & ! ( | ) :* <->")
@example("nurse'); DROP TABLE clusters_searchentry; --")
@example("%_\\")
@example("i i i i i i i i i i")
@example("99-9999.99")
@example("\uff12\uff19-1141")
def test_any_input_gets_an_answer(rows, query):
    results = search.search(query)
    assert len(results.query) <= 100
    results.query.encode()
    assert "\0" not in results.query


@pytest.mark.parametrize("query", ["nurse\0", "\ud800nurse", '"nurse"', "nurse*", "(nurse)", "nurse:", "🧑 nurse"])
def test_a_word_is_found_whatever_stands_around_it(rows, query):
    assert occupations(query)[0] == "Registered Nurses"


# --- Freshness ---


def test_a_new_title_is_found_at_once_by_an_old_one_no_more(rows):
    assert occupations("phlebotomist") == []
    title = AlternateTitle.objects.create(occupation=rows["nurses"], title="Phlebotomist")
    assert occupations("phlebotomist") == ["Registered Nurses"]
    title.title = "Blood Drawer"
    title.save()
    assert occupations("phlebotomist") == []
    assert occupations("blood drawer") == ["Registered Nurses"]
    title.delete()
    assert occupations("blood drawer") == []


def test_the_spelling_of_a_new_word_is_known_at_once(rows):
    search.search("nurse")
    make_cluster(3, title="Xylophones")
    assert search.search("xylophnes").corrected == "xylophones"


def test_a_retired_occupation_is_not_found_nor_by_its_other_names_until_it_is_back(rows):
    nurses = rows["nurses"]
    nurses.retired_on = datetime.date(2025, 1, 1)
    nurses.save()
    assert occupations("rn") == []
    assert occupations("29-1141") == []
    assert occupations("nurse") == ["Licensed Practical Nurses"]
    nurses.retired_on = None
    nurses.save()
    assert occupations("rn") == ["Registered Nurses"]


def test_a_retired_title_is_not_found(rows):
    AlternateTitle.objects.get(title="Dog Groomer").delete()
    AlternateTitle.objects.create(occupation=rows["grooms"], title="Dog Groomer", retired_on=datetime.date(2025, 1, 1))
    assert occupations("dog groomer") == []


def test_the_pathways_of_a_retired_cluster_are_not_found(rows):
    health = rows["health"]
    health.retired_on = datetime.date(2025, 1, 1)
    health.save()
    assert search.search("health").is_empty
    assert search.search("therapeutic").is_empty


def test_deleting_forgets(rows):
    rows["therapy"].delete()
    rows["health"].delete()
    assert not SearchEntry.objects.filter(kind__in=["cluster", "pathway"]).exists()
    assert search.search("health").is_empty


def test_rebuilding_mends_what_bulk_writes_left_and_counts_the_names(rows):
    before = list(SearchEntry.objects.order_by("kind", "row").values())
    AlternateTitle.objects.bulk_create([AlternateTitle(occupation=rows["grooms"], title="Falconer")])
    Occupation.objects.filter(pk=rows["doctors"].pk).update(title_en="Physicians")
    AlternateTitle.objects.filter(title="Welding Technician").delete()
    SearchEntry.objects.create(kind="occupation", row=999_999, target=999_999, title="Ghosts", words="ghost", length=1)
    assert search.rebuild() == len(before)  # one more, one less
    assert occupations("falconer") == ["Animal Caretakers"]
    assert search.search("surgeons").is_empty
    assert search.search("ghosts").is_empty


def test_rebuilding_what_is_right_changes_nothing(rows):
    entries, version = list(SearchEntry.objects.order_by("pk").values()), ContentVersion.current()
    search.rebuild()
    assert list(SearchEntry.objects.order_by("pk").values()) == entries
    assert ContentVersion.current() == version


def test_an_import_makes_its_rows_findable_and_a_trial_does_not(rows):
    for dry_run, expected in ((True, []), (False, ["Animal Caretakers"])):
        with one_release(dry_run=dry_run) as report:
            AlternateTitle.objects.bulk_create([AlternateTitle(occupation=rows["grooms"], title="Falconer")])
            report.of("alternate titles").created += 1
        assert occupations("falconer") == expected


def test_the_command_rebuilds_and_says_how_many(rows):
    SearchEntry.objects.all().delete()
    out = io.StringIO()
    call_command("rebuild_search", stdout=out)
    assert out.getvalue() == "14 names can be found.\n"
    assert occupations("rn") == ["Registered Nurses"]


def test_loaddata_makes_rows_findable_and_counts_the_clusters_alone(rows, tmp_path):
    file = tmp_path / "some.json"
    with file.open("w") as out:
        models = ["framework", "cluster", "pathway", "datasource", "occupation", "alternatetitle"]
        call_command("dumpdata", *(f"clusters.{model}" for model in models), stdout=out)
    for model in (AlternateTitle, Occupation, Pathway, Cluster):
        model.objects.all().delete()
    assert not SearchEntry.objects.exists()
    version = ContentVersion.current()
    call_command("loaddata", str(file), verbosity=0)
    assert ContentVersion.current() == version + 1
    assert SearchEntry.objects.count() == 14
    assert occupations("rn") == ["Registered Nurses"]


def test_every_save_and_delete_of_public_content_is_counted(rows):
    version = ContentVersion.current()
    skill = Skill.objects.create(element_id="2.A.1.a", name="Reading", kind="skill")
    assert ContentVersion.current() == version + 1
    skill.save()
    assert ContentVersion.current() == version + 2
    skill.delete()
    assert ContentVersion.current() == version + 3
    PathwayOccupation.objects.create(pathway=rows["therapy"], occupation=rows["nurses"])
    assert ContentVersion.current() == version + 4


# --- The index of the database ---


@pytest.mark.django_db(transaction=True)
def test_the_index_comes_and_goes_with_its_migration():
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "clusters"]

    def migrate(targets):
        MigrationExecutor(connection).migrate(targets)

    before = make_cluster(1, title="Nurses")
    without = make_cluster(2, title="Doctors")
    later = SearchEntry.objects.get(row=without.pk)
    later.delete()
    try:
        migrate([("clusters", "0001_initial")])
        # As a save would have written it then.
        later.save(force_insert=True)
    finally:
        migrate(newest)
    assert [found.target for found in search.search("nurses").clusters] == [before.pk]
    assert [found.target for found in search.search("doctors").clusters] == [without.pk]
