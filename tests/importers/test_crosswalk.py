import pytest
from django.core.management import CommandError, call_command

from clusters.choices import Basis
from clusters.models import Occupation, Pathway, PathwayOccupation
from tests.importers.releases import (
    CAREER_CLUSTERS,
    CRITICAL_CARE,
    DEVELOPER,
    ELECTRICIAN,
    NURSE,
    SOC,
    everything,
)


@pytest.fixture(autouse=True)
def _occupations(imported):
    imported("onet")


def assignments(**condition):
    found = PathwayOccupation.objects.filter(**condition).values_list("pathway__number", "occupation__code")
    return set(found)


def put_by_editors(number, code, **fields):
    return PathwayOccupation.objects.create(
        pathway=Pathway.objects.get(number=number),
        occupation=Occupation.objects.get(code=code),
        basis=Basis.EDITORIAL,
        **fields,
    )


def refuse(file):
    content = everything()
    with pytest.raises(CommandError) as refusal:
        call_command("import_crosswalk", file)
    assert everything() == content
    return str(refusal.value)


def test_several_pathways_of_a_line_go_with_their_clusters(tmp_path):
    call_command("import_crosswalk", CAREER_CLUSTERS.write(tmp_path))
    assert assignments(basis=Basis.CROSSWALK) == {
        ("8.1", NURSE),
        ("8.1", CRITICAL_CARE),
        ("8.2", DEVELOPER),
        ("11.1", DEVELOPER),
    }
    assert PathwayOccupation.objects.first().source.slug == "career-clusters-2023"


def test_a_pathway_whose_title_was_edited_here_is_still_found(tmp_path):
    Pathway.objects.filter(number="8.1").update(title_en="Healing")
    call_command("import_crosswalk", CAREER_CLUSTERS.write(tmp_path))
    assert ("8.1", NURSE) in assignments()
    assert Pathway.objects.get(number="8.1").title == "Healing"


def test_what_editors_put_on_a_pathway_stays(tmp_path):
    put_by_editors("8.2", ELECTRICIAN)
    put_by_editors("8.2", NURSE, shipped={"basis": "editorial", "hidden": False})
    call_command("import_crosswalk", CAREER_CLUSTERS.write(tmp_path))
    assert assignments(basis=Basis.EDITORIAL, retired_on=None) == {("8.2", ELECTRICIAN), ("8.2", NURSE)}


def test_what_editors_put_on_a_pathway_becomes_official_when_the_crosswalk_has_it(tmp_path):
    put_by_editors("8.1", NURSE)
    put_by_editors("8.1", CRITICAL_CARE, shipped={"basis": "editorial", "hidden": False})
    call_command("import_crosswalk", CAREER_CLUSTERS.write(tmp_path))
    assert {("8.1", NURSE), ("8.1", CRITICAL_CARE)} <= assignments(basis=Basis.CROSSWALK)


def test_an_assignment_hidden_here_stays_hidden(tmp_path):
    file = CAREER_CLUSTERS.write(tmp_path)
    call_command("import_crosswalk", file)
    PathwayOccupation.objects.filter(occupation__code=NURSE).update(hidden=True)
    call_command("import_crosswalk", file)
    assert assignments(hidden=True) == {("8.1", NURSE)}


def test_an_assignment_the_crosswalk_drops_is_retired(tmp_path):
    call_command("import_crosswalk", CAREER_CLUSTERS.write(tmp_path))
    call_command("import_crosswalk", CAREER_CLUSTERS.without_row(0).write(tmp_path))
    assert assignments(retired_on__isnull=False) == {("8.1", NURSE)}


def test_soc_codes_and_titles(tmp_path):
    changed = SOC.with_cell(1, "2018 SOC Code", "29-1999")
    call_command("import_crosswalk", changed.write(tmp_path))
    found = Occupation.objects.get(code=CRITICAL_CARE)
    assert (found.soc_code, found.soc_title) == ("29-1999", "Registered Nurses")


def test_onet_does_not_take_the_soc_code_back(imported, tmp_path):
    call_command("import_crosswalk", SOC.with_cell(1, "2018 SOC Code", "29-1999").write(tmp_path))
    imported("onet")
    assert Occupation.objects.get(code=CRITICAL_CARE).soc_code == "29-1999"


@pytest.mark.parametrize(
    ("table", "header", "text", "expected"),
    [
        (CAREER_CLUSTERS, "Career Pathway", "Witchcraft", "pathways of Health Science"),
        (CAREER_CLUSTERS, "Career Cluster", "Magic", "clusters of framework ncc-16"),
        (
            CAREER_CLUSTERS,
            "Career Pathway",
            "Therapeutic Services; Support Services",
            "as many pathways as clusters, 1",
        ),
        (CAREER_CLUSTERS, "Code", "99-9999.00", "the code of an occupation"),
        (SOC, "O*NET-SOC 2019 Code", "99-9999.00", "the code of an occupation"),
        (SOC, "O*NET-SOC 2019 Code", CRITICAL_CARE, "each code once"),
        (SOC, "2018 SOC Code", "29.1141", "a code such as 29-1141"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(table, header, text, expected, tmp_path):
    row = 1 if text == CRITICAL_CARE else 0
    if row:
        table = table.with_cell(0, header, text)
    message = refuse(table.with_cell(row, header, text).write(tmp_path))
    assert f"{table.name}.csv, line {row + 2}: “{text}” in column “{header}”. Expected {expected}" in message


def test_before_there_are_pathways(tmp_path):
    Pathway.objects.all().delete()
    assert "load_reference_data" in refuse(CAREER_CLUSTERS.write(tmp_path))
