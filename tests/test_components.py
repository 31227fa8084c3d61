import pytest

from careers.templatetags.components import (
    about,
    about_dollars,
    dollars,
    lines,
    occupations,
    signed_percent,
    source_mark,
    thousands,
)


@pytest.mark.parametrize(
    ("amount", "exact", "rounded"),
    [
        (61_550, "$61,550", "$62,000"),
        (24.8, "$24.80", "$24.80"),
        (0, "$0", "$0"),
        (None, "", ""),
        (1_234_567, "$1,234,567", "$1,235,000"),
    ],
)
def test_dollars(amount, exact, rounded):
    assert dollars(amount) == exact
    assert about_dollars(amount) == rounded


@pytest.mark.parametrize(("count", "words"), [(3_282_010, "3,300,000"), (187, "190"), (99, "99"), (0, "0"), (None, "")])
def test_about(count, words):
    assert about(count) == words


@pytest.mark.parametrize(("value", "words"), [(4.9, "+4.9%"), (-2.0, "−2.0%"), (0.0, "+0.0%"), (None, "")])
def test_signed_percent(value, words):
    assert signed_percent(value) == words


def test_thousands():
    assert thousands(50_000) == "$50k"


def test_lines_leave_out_empty_ones():
    assert lines("Read a chart\r\n\n  Listen \n") == ["Read a chart", "Listen"]


def test_occupations_in_one_and_many():
    assert [occupations(count) for count in (0, 1, 1016)] == ["0 occupations", "1 occupation", "1,016 occupations"]


def test_no_mark_without_a_source():
    assert source_mark("") == ""
    assert source_mark(None) == ""
