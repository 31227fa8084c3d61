"""What staff type, take back, add and link, and what of it is refused."""

import pytest
from django.contrib.admin.models import LogEntry

from clusters import models as content
from tests.admin.forms import (
    BUDGET,
    change_page,
    first,
    form_data,
    make_occupation,
    messages,
    page,
    save,
    ship,
)

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"


# --- Edited here, and restored ----------------------------------------------------------------------------------------


def test_an_edited_field_is_shown_with_what_was_shipped(rows, staff):
    cluster = first(content.Cluster)
    assert b"Edited here" not in staff.get(change_page(cluster)).content
    save(staff, cluster, summary_en="Our own words.", colour=20, summary_es="En español.")
    edited = staff.get(change_page(cluster)).context["edited_here"]
    assert [(field["label"], str(field["shipped"])) for field in edited] == [
        ("Summary (English)", "As shipped."),
        ("Summary (Spanish)", "(empty)"),
        ("Colour", "Emerald"),
    ]
    assert "Edited here: Summary (English)" in staff.get(page(content.Cluster, "changelist")).content.decode()


def another_value(column, value):
    """A value that keeps each wage between its neighbours."""
    if column.choices:
        return column.choices[-1][0]
    if isinstance(value, bool):
        return not value
    if column.empty_strings_allowed:
        return "Edited"
    return 70_000 if value is None else value + 1


@pytest.mark.parametrize("name", sorted(content.Occupation.shipped_columns()))
def test_each_field_can_be_restored(rows, staff, name):
    occupation = first(content.Occupation)
    shipped = occupation.shipped[name]
    edited = another_value(content.Occupation._meta.get_field(name), shipped)
    content.Occupation.objects.filter(pk=occupation.pk).update(**{name: edited})
    occupation.refresh_from_db()
    assert name in occupation.edited_fields()
    response = save(staff, occupation, _restore=name)
    assert "as it was shipped again" in messages(response)
    assert response.request["PATH_INFO"] == change_page(occupation)
    assert getattr(occupation, name) == shipped
    assert occupation.edited_fields() == {}


def test_restoring_one_field_saves_what_was_typed_in_the_others(rows, staff):
    cluster = first(content.Cluster)
    save(staff, cluster, summary_en="Our own words.", you_might_like_en="Bees.")
    save(staff, cluster, summary_en="Even better words.", why_it_matters_en="It does.", _restore="summary_en")
    assert cluster.summary_en == "As shipped."
    assert (cluster.you_might_like_en, cluster.why_it_matters_en) == ("Bees.", "It does.")
    assert "Summary (English)" in LogEntry.objects.latest("pk").get_change_message()


def test_restoring_is_refused_with_a_reason_when_the_rest_contradicts_it(rows, staff):
    occupation = first(content.Occupation)
    save(staff, occupation, wage_p10=50_000, wage_p25=52_000)
    response = save(staff, occupation, _restore="wage_p25")
    assert b"Each yearly wage must be at least the one before it." in response.content
    assert (occupation.wage_p10, occupation.wage_p25) == (50_000, 52_000)


@pytest.mark.parametrize("name", ["pk", "slug", "number", "nonsense", ""])
def test_nothing_else_can_be_restored(rows, staff, name):
    cluster = first(content.Cluster)
    assert "was changed successfully" in messages(save(staff, cluster, _restore=name))


def test_a_field_that_was_emptied_and_shipped_empty_is_not_edited(rows, staff):
    cluster = first(content.Cluster)
    assert cluster.shipped["why_it_matters_en"] in (None, "")
    save(staff, cluster, why_it_matters_en="It does.")
    assert "why_it_matters_en" in cluster.edited_fields()
    save(staff, cluster, why_it_matters_en="")
    assert cluster.edited_fields() == {}


# --- Links between rows -----------------------------------------------------------------------------------------------


def add_link(prefix, **values):
    """The fields of one more row in an inline that has three."""
    names = {f"{prefix}-{name}": value for name, value in {"TOTAL_FORMS": 4, "INITIAL_FORMS": 3}.items()}
    return names | {f"{prefix}-3-{name}": value for name, value in values.items()}


def test_an_occupation_added_to_a_pathway_is_our_own_choice(rows, staff):
    pathway, occupation = first(content.Pathway), make_occupation(4)
    # "basis" is what somebody would send who bends the form.
    save(staff, pathway, **add_link("pathway_occupations", occupation=occupation.pk, basis="crosswalk"))
    link = pathway.pathway_occupations.get(occupation=occupation)
    assert (link.basis, link.shipped, link.source, link.hidden) == ("editorial", None, None, False)
    assert "Added here" in staff.get(change_page(pathway)).content.decode()


def test_an_occupation_is_not_added_twice(rows, staff):
    pathway = first(content.Pathway)
    response = save(staff, pathway, **add_link("pathway_occupations", occupation=first(content.Occupation).pk))
    assert b"This is in the list already." in response.content
    assert pathway.pathway_occupations.count() == 3


def test_a_shipped_link_is_hidden_but_not_deleted_or_led_elsewhere(rows, staff):
    pathway, other = first(content.Pathway), make_occupation(4)
    before = set(pathway.pathway_occupations.values_list("pk", "occupation_id"))
    changes = {"DELETE": "on", "hidden": "on", "occupation": other.pk, "basis": "editorial"}
    save(staff, pathway, **{f"pathway_occupations-0-{name}": value for name, value in changes.items()})
    assert set(pathway.pathway_occupations.values_list("pk", "occupation_id")) == before
    hidden = pathway.pathway_occupations.get(hidden=True)
    assert hidden.basis == "crosswalk"
    assert "Edited here: Hidden" in staff.get(change_page(pathway)).content.decode()


def test_a_link_added_here_can_be_deleted(rows, staff):
    pathway, occupation = first(content.Pathway), make_occupation(4)
    pathway.pathway_occupations.all().delete()
    content.PathwayOccupation.objects.create(pathway=pathway, occupation=occupation)
    save(staff, pathway, **{"pathway_occupations-0-DELETE": "on"})
    assert not pathway.pathway_occupations.exists()


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("occupation_skills", {"skill": content.Skill, "importance": 4, "level": 2}),
        ("occupation_technologies", {"technology": content.Technology, "position": 7}),
    ],
)
def test_links_of_an_occupation_are_added(rows, staff, prefix, values):
    nurse = first(content.Occupation)
    new = {
        content.Skill: lambda: content.Skill.objects.create(element_id="9.Z", name_en="Whistling", kind="skill"),
        content.Technology: lambda: content.Technology.objects.create(name="Whistle"),
    }
    values = {name: new[value]().pk if value in new else value for name, value in values.items()}
    save(staff, nurse, **add_link(prefix, **values))
    assert getattr(nurse, prefix).get(shipped__isnull=True).source is None


@pytest.mark.once
def test_a_pathway_with_a_hundred_occupations_opens_with_the_same_few_queries(
    rows, staff, django_assert_max_num_queries
):
    pathway = first(content.Pathway)
    for n in range(10, 114):
        ship(content.PathwayOccupation, pathway=pathway, occupation=make_occupation(n), basis="crosswalk")
    with django_assert_max_num_queries(BUDGET["form"]):
        response = staff.get(change_page(pathway))
    assert response.content.count(b"Nurses") >= 104


# --- New rows ---------------------------------------------------------------------------------------------------------


def test_a_new_pathway_has_no_source_and_belongs_to_the_cluster_it_was_added_from(rows, staff):
    cluster = first(content.Cluster)
    add = page(content.Pathway, "add")
    assert f"{add}?cluster={cluster.pk}".encode() in staff.get(change_page(cluster)).content
    data = form_data(staff.get(add, {"cluster": cluster.pk}))
    response = staff.post(add, data | {"title_en": "Bees", "slug": "bees", "number": "1.9", "position": 9}, follow=True)
    assert "was added successfully" in messages(response)
    pathway = content.Pathway.objects.get(slug="bees")
    assert (pathway.cluster, pathway.source, pathway.shipped) == (cluster, None, None)


def test_other_titles_of_an_occupation_are_one_click_away(rows, staff):
    nurse = first(content.Occupation)
    link = f"{page(content.AlternateTitle, 'changelist')}?occupation__id__exact={nurse.pk}"
    assert f'<a href="{link}">3 other titles</a>' in staff.get(change_page(nurse)).content.decode()
    make_occupation(4).alternate_titles.create(title="Somebody else")
    assert staff.get(link).context["cl"].result_count == 3


def test_what_is_saved_is_seen_by_the_public_pages(rows, staff):
    cluster, version = first(content.Cluster), content.ContentVersion.current()
    save(staff, cluster, title_en="Beekeeping")
    assert content.ContentVersion.current() > version
    assert content.SearchEntry.objects.filter(title="Beekeeping").exists()


def test_a_text_with_a_nul_byte_is_refused_with_a_reason(rows, staff):
    response = save(staff, first(content.Cluster), summary_en="a\0b")
    assert b"Null characters are not allowed." in response.content


@pytest.mark.parametrize("model", [content.Cluster, content.Pathway, content.Occupation], ids=lambda m: m.__name__)
def test_the_public_page_is_one_click_away(rows, staff, model):
    row = first(model)
    link = next(
        line.split('href="')[1].split('"')[0]
        for line in staff.get(change_page(row)).content.decode().splitlines()
        if "viewsitelink" in line
    )
    assert staff.get(link).url.endswith(row.get_absolute_url())
