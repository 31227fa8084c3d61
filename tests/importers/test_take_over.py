import datetime

import pytest
from django.db.models import Q

from clusters.importers.base import Report, one_release, take_over
from clusters.models import ContentVersion, Course, DataSource, Occupation, SearchEntry
from tests.factories import make_source

pytestmark = pytest.mark.django_db
FIELDS = ["title", "subject_area"]
LABEL = "SCED courses"


def course(code, title, source):
    return {"code": code, "title": title, "subject_area": code[:2], "source_id": source.pk}


@pytest.fixture
def release():
    """Take over courses from (code, title) pairs, and return the report."""
    source = make_source("sced-12")

    def take(*courses, source=source, **options):
        report = Report()
        rows = [course(code, title, source) for code, title in courses]
        take_over(Course, rows, fields=FIELDS, report=report, **options)
        return report

    return take


def counts(report):
    found = report.of(LABEL)
    return {name: number for name, number in vars(found).items() if number}


def get(code="01001"):
    return Course.objects.get(code=code)


def test_created_and_remembered_as_shipped(release):
    assert counts(release(("01001", "English"), ("14051", "Nursing"))) == {"created": 2}
    assert get().shipped == {"title": "English", "subject_area": "01"}
    assert get().source.slug == "sced-12"


def test_unchanged(release):
    release(("01001", "English"))
    report = release(("01001", "English"))
    assert counts(report) == {"unchanged": 1}
    assert not report.changed


def test_updated(release):
    release(("01001", "English"))
    assert counts(release(("01001", "English I"))) == {"updated": 1}
    assert (get().title, get().shipped["title"]) == ("English I", "English I")


def test_a_newer_source_alone_is_an_update(release):
    release(("01001", "English"))
    newer = make_source("sced-13", released_on=datetime.date(2026, 1, 1))
    assert counts(release(("01001", "English"), source=newer)) == {"updated": 1}
    assert get().source == newer


def test_an_older_source_changes_nothing(release):
    release(("01001", "English"), ("14051", "Nursing"))
    older = make_source("sced-11", released_on=datetime.date(2020, 1, 1))
    report = release(("01001", "Old English"), ("22999", "Dropped since"), source=older)
    assert counts(report) == {}
    assert (get().title, Course.objects.current().count()) == ("English", 2)
    assert "Left alone: SCED courses" in report.notes[0]


def test_another_publication_is_not_an_older_release(release):
    release(("01001", "English"))
    other = make_source("sced-local-1", released_on=datetime.date(2020, 1, 1))
    assert counts(release(("01001", "English"), source=other)) == {"updated": 1}


def test_an_edit_is_kept_and_reported(release):
    release(("01001", "English"))
    Course.objects.update(title="Ours")
    report = release(("01001", "English I"))
    assert counts(report) == {"kept": 1}
    assert report.kept == ["SCED course 01001: title"]
    assert (get().title, get().shipped["title"]) == ("Ours", "English I")
    assert get().edited_fields() == {"title": ("English I", "Ours")}


def test_an_edit_beside_an_update(release):
    release(("01001", "English"))
    Course.objects.update(title="Ours")
    rows = [course("01001", "English", DataSource.objects.get()) | {"subject_area": "99"}]
    report = Report()
    take_over(Course, rows, fields=FIELDS, report=report)
    assert counts(report) == {"kept": 1, "updated": 1}
    assert report.changed
    assert (get().title, get().subject_area) == ("Ours", "99")


def test_an_edit_that_the_release_agrees_with_is_no_longer_an_edit(release):
    release(("01001", "English"))
    Course.objects.update(title="English I")
    assert counts(release(("01001", "English I"))) == {"unchanged": 1}
    assert get().edited_fields() == {}
    release(("01001", "English II"))
    assert get().title == "English II"


def test_an_edit_to_nothing_is_kept(release):
    release(("01001", "English"))
    Course.objects.update(title="")
    assert counts(release(("01001", "English I"))) == {"kept": 1}
    assert get().title == ""


def test_a_field_that_was_never_shipped_is_filled_when_it_is_empty(release):
    source = make_source()
    Course.objects.create(code="01001", title="Ours", shipped={}, source=source)
    release(("01001", "English"))
    assert (get().title, get().subject_area) == ("Ours", "01")


def test_retired_and_back_again(release):
    both = ("01001", "English"), ("14051", "Nursing")
    release(*both)
    assert counts(release(both[0])) == {"unchanged": 1, "retired": 1}
    assert get("14051").retired_on
    assert counts(release(both[0])) == {"unchanged": 1}
    assert counts(release(*both)) == {"unchanged": 1, "updated": 1}
    assert get("14051").retired_on is None


def test_only_what_meets_the_condition_is_retired(release):
    release(("01001", "English"), ("14051", "Nursing"), ("10152", "Programming"))
    assert counts(release(("10152", "Programming"), retire=Q(subject_area="14"))) == {"unchanged": 1, "retired": 1}
    assert get("14051").retired_on
    assert get("01001").retired_on is None


def test_a_row_that_was_added_here_is_left_alone(release):
    Course.objects.create(code="14999", title="Ours", subject_area="14")
    release(("01001", "English"))
    added = get("14999")
    assert (added.title, added.retired_on, added.shipped, added.source) == ("Ours", None, None, None)


def test_a_row_that_was_added_here_and_then_shipped_keeps_its_words(release):
    Course.objects.create(code="01001", title="Ours", subject_area="01")
    # The title is kept; that the row now has a source is an update.
    assert counts(release(("01001", "English"))) == {"kept": 1, "updated": 1}
    assert (get().title, get().source.slug) == ("Ours", "sced-12")


def test_figures_that_cannot_stand_beside_an_edit_are_kept_too():
    source = make_source("oews-2025-05")
    wages = {"wage_p25": 30_000, "wage_median": 40_000, "wage_p75": 50_000}
    Occupation.objects.create(code="29-1141.00", soc_code="29-1141", title="Nurses", shipped=wages, **wages)
    Occupation.objects.update(wage_median=48_000)
    report = Report()
    lower = {"wage_p25": 29_000, "wage_median": 39_000, "wage_p75": 45_000}
    take_over(
        Occupation,
        [{"code": "29-1141.00", "wages_source_id": source.pk, **lower}],
        fields=list(lower),
        source="wages_source_id",
        report=report,
        only_known=True,
    )
    found = Occupation.objects.get()
    assert (found.wage_p25, found.wage_median, found.wage_p75) == (30_000, 48_000, 50_000)
    assert found.shipped == lower
    assert report.kept == ["occupation 29-1141.00: wage_p25, wage_median, wage_p75"]


def test_a_release_counts_as_one_change_and_is_found_by_search():
    source = make_source()
    with one_release(dry_run=False) as report:
        rows = [{"code": "29-1141.00", "title_en": "Nurses", "soc_code": "29-1141", "source_id": source.pk}]
        take_over(Occupation, rows, fields=["title_en"], report=report)
    assert SearchEntry.objects.get().title == "Nurses"
    version = ContentVersion.current()
    with one_release(dry_run=False) as report:
        take_over(Occupation, rows, fields=["title_en"], report=report)
    assert ContentVersion.current() == version


def test_the_report_is_a_table(release):
    report = release(("01001", "English"))
    report.notes.append("A note.")
    assert [line.split() for line in report.lines()] == [
        ["created", "updated", "unchanged", "kept", "retired"],
        ["SCED", "courses", "1", "0", "0", "0", "0"],
        ["A", "note."],
    ]
