import datetime

import pytest
from django.core.management import CommandError, call_command

from clusters.models import (
    AlternateTitle,
    DataSource,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    RelatedOccupation,
    Skill,
    Technology,
)
from tests.importers.releases import (
    ALTERNATE_TITLES,
    CRITICAL_CARE,
    DEVELOPER,
    ELECTRICIAN,
    INFANTRY,
    JOB_ZONES,
    KNOWLEDGE,
    NURSE,
    OCCUPATION_DATA,
    ONET,
    RELATED,
    SKILLS,
    TECHNOLOGY,
    everything,
    interests,
    write_onet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(tmp_path):
    return write_onet(tmp_path / "db_29_3_excel")


@pytest.fixture
def newer_interests(tmp_path):
    """As 30.2: no read-me, and interests and codes alone."""
    return write_onet(tmp_path / "db_30_2_text", interests(0.5, date="02/2026"), OCCUPATION_DATA, read_me="")


def refuse(folder):
    content = everything()
    with pytest.raises(CommandError) as refusal:
        call_command("import_onet", folder)
    assert everything() == content
    return str(refusal.value)


def test_occupations_get_title_job_zone_and_soc_code(release):
    call_command("import_onet", release, verbosity=0)
    assert Occupation.objects.count() == 5
    nurse = Occupation.objects.get(code=NURSE)
    assert (nurse.title, nurse.job_zone, nurse.soc_code, nurse.source.slug) == (
        "Registered Nurses",
        3,
        "29-1141",
        "onet-29-3",
    )
    assert Occupation.objects.get(code=INFANTRY).job_zone is None
    assert not Occupation.objects.exclude(summary_en=None).exclude(summary_en="").exists()


def test_interests_are_the_scale_oi_and_null_where_there_are_none(release):
    call_command("import_onet", release)
    assert [getattr(Occupation.objects.get(code=NURSE), area) for area in Occupation.INTERESTS] == [
        1.1,
        1.2,
        1.3,
        1.4,
        1.5,
        1.6,
    ]
    assert [getattr(Occupation.objects.get(code=INFANTRY), area) for area in Occupation.INTERESTS] == [None] * 6


def test_skills_are_the_ten_most_important_ones(release):
    call_command("import_onet", release)
    skills = OccupationSkill.objects.filter(occupation__code=NURSE, skill__kind="skill")
    found = list(
        skills.order_by("-importance", "skill__element_id").values_list("skill__element_id", "importance", "level")
    )
    assert found == [("2.A.1.z", 4.25, 5.5)] + [(f"2.A.1.{letter}", 3.5, 4.0) for letter in "abcdefghi"]
    knowledge = OccupationSkill.objects.filter(occupation__code=NURSE, skill__kind="knowledge")
    assert list(knowledge.values_list("skill__name_en", "level")) == [("Medicine", 6.1)]


def test_an_importance_below_three_or_suppressed_is_left_out(release):
    call_command("import_onet", release)
    developer = OccupationSkill.objects.filter(occupation__code=DEVELOPER)
    assert set(developer.values_list("skill__element_id", flat=True)) == {"2.A.1.a", "2.C.3.a"}
    assert Skill.objects.count() == 14


def test_a_suppressed_level_is_null(tmp_path):
    level = next(number for number, row in enumerate(KNOWLEDGE.rows) if row[4] == "LV")
    knowledge = KNOWLEDGE.with_cell(level, "Recommend Suppress", "Y")
    call_command("import_onet", write_onet(tmp_path, OCCUPATION_DATA, JOB_ZONES, SKILLS, knowledge))
    assert OccupationSkill.objects.get(occupation__code=NURSE, skill__kind="knowledge").level is None


def test_technologies_are_ten_hot_ones_first_then_in_demand_then_by_name(release):
    call_command("import_onet", release)
    found = OccupationTechnology.objects.filter(occupation__code=NURSE).values_list(
        "technology__name", "position", "in_demand"
    )
    names = ["Zebra", "Yak", *(f"Chart {number:02}" for number in range(8))]
    assert list(found) == [(name, position, name == "Yak") for position, name in enumerate(names, start=1)]
    assert set(Technology.objects.filter(hot=True).values_list("name", flat=True)) == {"Zebra", "Python", "C#"}


def test_related_occupations_are_the_primary_ones_by_index(release):
    call_command("import_onet", release)
    found = RelatedOccupation.objects.filter(occupation__code=NURSE).values_list("related__code", "position")
    assert list(found) == [(CRITICAL_CARE, 1), (DEVELOPER, 2)]


def test_alternate_titles_keep_their_short_forms(release):
    call_command("import_onet", release)
    found = AlternateTitle.objects.filter(occupation__code=NURSE).values_list("title", "short_title")
    assert set(found) == {("Registered Nurse", "RN"), ("Registered Nurse", ""), ("Staff Nurse", "")}


def test_the_release_is_recorded_with_its_credit(release):
    call_command("import_onet", release)
    source = DataSource.objects.get()
    assert (source.slug, source.release, source.released_on) == ("onet-29-3", "29.3", datetime.date(2025, 5, 1))
    for words in ("O*NET 29.3 Database", "CC BY 4.0", "O*NET® is a trademark of USDOL/ETA", "modified"):
        assert words in source.credit


def test_a_folder_without_read_me_is_dated_by_its_name_and_newest_row(release, newer_interests):
    call_command("import_onet", release)
    call_command("import_onet", newer_interests)
    source = DataSource.objects.get(slug="onet-30-2")
    assert (source.release, source.released_on, source.used_for) == ("30.2", datetime.date(2026, 2, 1), "Interests")


@pytest.mark.parametrize("newest_last", [True, False])
def test_each_block_is_of_the_newest_release_that_has_it(newest_last, release, newer_interests, capsys):
    call_command("import_onet", release)
    order = [newer_interests, release] if newest_last else [release, newer_interests, release]
    for folder in order:
        call_command("import_onet", folder)
    nurse = Occupation.objects.get(code=NURSE)
    assert (nurse.realistic, nurse.interests_source.slug, nurse.source.slug) == (1.6, "onet-30-2", "onet-29-3")
    assert set(OccupationSkill.objects.values_list("source__slug", flat=True)) == {"onet-29-3"}
    assert "Left alone: interests of occupations" in capsys.readouterr().out
    assert "interests" not in DataSource.objects.get(slug="onet-29-3").used_for.lower()
    content = everything()
    for folder in order:
        call_command("import_onet", folder)
    assert everything() == content


def test_what_the_folder_lacks_is_said_and_stays(release, newer_interests, capsys):
    call_command("import_onet", release)
    call_command("import_onet", newer_interests)
    assert "has no occupations and job zones, skills and knowledge, technology" in capsys.readouterr().out
    assert OccupationSkill.objects.exists()


def test_an_occupation_that_a_release_drops_is_retired_and_comes_back(release, tmp_path):
    call_command("import_onet", release)
    rest = [table for table in ONET if table not in (OCCUPATION_DATA, RELATED)]
    last = len(OCCUPATION_DATA.rows) - 1
    call_command("import_onet", write_onet(tmp_path / "next", OCCUPATION_DATA.without_row(last), *rest))
    assert Occupation.objects.get(code=INFANTRY).retired_on
    assert not Occupation.objects.current().filter(code=INFANTRY).exists()
    call_command("import_onet", release)
    assert Occupation.objects.get(code=INFANTRY).retired_on is None


def cells(table, row, header, text, problem, expected):
    return pytest.param(table, row, header, text, problem, expected, id=f"{table.name}: {header}")


@pytest.mark.parametrize(
    ("table", "row", "header", "text", "problem", "expected"),
    [
        cells(OCCUPATION_DATA, 1, "O*NET-SOC Code", "29-114", "“29-114”", "a code such as 29-1141.00"),
        cells(OCCUPATION_DATA, 1, "Title", "", "“”", "the title of the occupation"),
        cells(OCCUPATION_DATA, 1, "O*NET-SOC Code", NURSE, NURSE, "no second line"),
        cells(JOB_ZONES, 1, "Job Zone", "6", "“6”", "a number from 1 to 5"),
        cells(JOB_ZONES, 1, "Job Zone", "2.5", "“2.5”", "a whole number"),
        cells(JOB_ZONES, 1, "Job Zone", "n/a", "“n/a”", "a number from 1 to 5"),
        cells(interests(), 1, "O*NET-SOC Code", "99-9999.00", "“99-9999.00”", "the code of an occupation"),
        cells(interests(), 1, "Data Value", "7.01", "“7.01”", "a number from 1 to 7"),
        cells(interests(), 1, "Data Value", "nan", "“nan”", "a number from 1 to 7"),
        cells(interests(), 1, "Element Name", "Realist", "“Realist”", "one of Realistic"),
        cells(interests(), 1, "Element Name", "Realistic", NURSE, "no second line"),
        cells(SKILLS, 1, "O*NET-SOC Code", "99-9999.00", "“99-9999.00”", "the code of an occupation"),
        cells(SKILLS, 0, "Data Value", "0.5", "“0.5”", "a number from 1 to 5"),
        cells(SKILLS, 1, "Data Value", "7.5", "“7.5”", "a number from 0 to 7"),
        cells(KNOWLEDGE, 1, "Scale ID", "XX", "“XX”", "IM or LV"),
        cells(TECHNOLOGY, 1, "O*NET-SOC Code", "99-9999.00", "“99-9999.00”", "the code of an occupation"),
        cells(TECHNOLOGY, 1, "Hot Technology", "perhaps", "“perhaps”", "Y or N"),
        cells(RELATED, 1, "Related O*NET-SOC Code", "99-9999.00", "“99-9999.00”", "the code of an occupation"),
        cells(RELATED, 1, "Related O*NET-SOC Code", NURSE, f"“{NURSE}”", "another occupation"),
        cells(RELATED, 1, "Relatedness Tier", "Distant", "“Distant”", "one of Primary-Short"),
        cells(RELATED, 1, "Index", "first", "“first”", "a number from 1 to 100"),
        cells(ALTERNATE_TITLES, 1, "O*NET-SOC Code", "99-9999.00", "“99-9999.00”", "the code of an occupation"),
        cells(ALTERNATE_TITLES, 1, "Alternate Title", "", "“”", "a title"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(table, row, header, text, problem, expected, tmp_path):
    wrong = table.with_cell(row, header, text)
    message = refuse(write_onet(tmp_path, *(wrong if each.name == table.name else each for each in ONET)))
    assert f"{table.name}.txt, line {row + 2}: " in message
    assert problem in message
    assert f"Expected {expected}" in message


def test_five_of_six_interests(tmp_path):
    message = refuse(write_onet(tmp_path, OCCUPATION_DATA, JOB_ZONES, interests().without_row(8)))
    assert "Interests.txt, line 12: " in message
    assert CRITICAL_CARE in message
    assert "all six interests" in message


def test_a_job_zone_of_an_occupation_that_has_no_line(tmp_path):
    message = refuse(write_onet(tmp_path, OCCUPATION_DATA.without_row(3), JOB_ZONES))
    assert ELECTRICIAN in message
    assert "tables of one release" in message


def test_a_folder_without_tables(tmp_path):
    message = refuse(write_onet(tmp_path, JOB_ZONES))
    assert "Expected a folder with Occupation Data and Job Zones, or Interests, or" in message


def test_a_folder_that_does_not_say_which_release_it_is(tmp_path):
    message = refuse(write_onet(tmp_path / "onet", OCCUPATION_DATA, JOB_ZONES, read_me=""))
    assert "“Read Me.txt”" in message


def test_codes_of_a_part_of_a_release_are_checked(release, tmp_path):
    call_command("import_onet", release)
    codes = OCCUPATION_DATA.with_cell(4, "O*NET-SOC Code", "55-3016.99")
    assert "“55-3016.99”" in refuse(write_onet(tmp_path / "part", interests(), codes))


def test_a_release_that_lacks_most_occupations_was_cut_off(release, tmp_path):
    call_command("import_onet", release)
    cut = OCCUPATION_DATA.without_row(4).without_row(3).without_row(2)
    message = refuse(write_onet(tmp_path / "cut", cut, JOB_ZONES.without_row(3).without_row(2)))
    assert "Occupation Data.txt: 3 of 5 occupations are not in it. Expected the whole release." in message
