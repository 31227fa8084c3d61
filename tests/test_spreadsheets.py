import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.spreadsheets import plain_cell, read_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "'=1", "''-1"])
def test_formulas_get_an_apostrophe(text):
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Algebra 1", "'Tis the season", "''", "Math = fun", "3-D art"])
def test_other_text_stays_as_it_is(text):
    assert plain_cell(text) == text
    assert read_cell(text) == text


@given(st.text() | st.text(alphabet="'=+-@\t\r\nA"))
def test_every_text_comes_back(text):
    assert read_cell(plain_cell(text)) == text
