from hypothesis import given
from hypothesis import strategies as st

from assessments.codes import ALPHABET, hash_code, new_code, read_code


def test_ten_thousand_codes_do_not_repeat():
    codes = {read_code(new_code()) for _ in range(10_000)}
    assert len(codes) == 10_000
    assert None not in codes


def test_alphabet_has_no_look_alikes():
    assert len(set(ALPHABET)) == 32
    assert not set("OILU") & set(ALPHABET)


def test_code_is_read_however_it_is_typed():
    for typed in ("7K2M-9QXD-04ZT", "7k2m 9qxd o4zt", " 7K2M9QXDO4ZT ", "7k2m–9qxd–04zt"):
        assert read_code(typed) == "7K2M9QXD04ZT"
    assert read_code("1IL1-0oO0-1111") == "111100001111"


@given(st.text())
def test_anything_else_is_no_code(text):
    code = read_code(text)
    assert code is None or (len(code) == 12 and set(code) <= set(ALPHABET))


def test_hash_needs_the_key():
    assert hash_code("7K2M9QXD04ZT", key="one") != hash_code("7K2M9QXD04ZT", key="other")
    assert "7K2M9QXD04ZT" not in hash_code("7K2M9QXD04ZT", key="one")
