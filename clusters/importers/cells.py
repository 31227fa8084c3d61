"""What stands in one cell of a table that people filled in: checked and read. Each raises ValueError with what to do."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from clusters.models import CatalogCourse
from schools.models import School

MOST_CREDITS = 9

# What spreadsheet programs turn text such as "3-1" and "JAN-03" into, as text and as a cell that holds a date.
DATE = re.compile(
    r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d{2,4})?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2,4}"
    r"|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?|\d\d:\d\d:\d\d"
)
# What they turn a course number into that they take for a number: 1001.0, 1E+05.
NUMBER = re.compile(r"\d+\.0+|\d+(?:\.\d+)?[Ee]\+?\d+")
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


def check_text(text: str, *, of_lines: bool = False) -> None:
    """Refuse what a spreadsheet program made of somebody's text; with ``of_lines``, it may have line breaks."""
    for part in parts(text):
        if DATE.fullmatch(part):
            raise ValueError(
                _(
                    "A spreadsheet made the date “%(text)s” of what was typed. Format the column as text and type it again."
                )
                % {"text": part}
            )
        if part in ERRORS:
            raise ValueError(_("A formula failed here: “%(text)s”. Type the value itself.") % {"text": part})
    checked = text.replace("\n", "") if of_lines else text
    if any(unicodedata.category(character) == "Cc" for character in checked):
        raise ValueError(_("There is a line break or an invisible sign in it. Delete the text and type it again."))


def parts(text: str) -> list[str]:
    """What stands between the signs “;”."""
    return [part.strip() for part in text.split(";") if part.strip()]


def text_given(text: str) -> str:
    """Text that is there."""
    if not text:
        raise ValueError(_("It is empty. Every line needs one."))
    return text


def fitting_text(text: str, most: int | None) -> str:
    """Text of at most so many characters, if there is a limit."""
    if most and len(text) > most:
        raise ValueError(
            _("It has %(count)s characters, and there is room for %(most)s. Shorten it.")
            % {"count": len(text), "most": most}
        )
    return text


def check_school(text: str, school: School) -> None:
    """Refuse a line that says it is of another school than this one, whether there is such a school or not."""
    if text not in ("", school.slug):
        raise ValueError(
            _("This line is of another school, “%(text)s”, and not of %(school)s. Take it out, or choose that school.")
            % {"text": text, "school": school}
        )


def course_number(text: str) -> str:
    """The number of a course in a school's catalog."""
    if NUMBER.fullmatch(text):
        raise ValueError(
            _(
                "A spreadsheet made the number “%(text)s” of what was typed. Format the column as text and type it again."
            )
            % {"text": text}
        )
    if ";" in text:
        raise ValueError(
            _("A course number cannot have a “;”, which separates numbers. Write another sign in its place.")
        )
    return fitting_text(text_given(text), CatalogCourse._meta.get_field("number").max_length)


def course_credits(text: str) -> Decimal:
    """What a course counts."""
    # [0-9], because \d takes the digits of every script.
    if re.fullmatch(r"[0-9]*(?:[0-9]|\.[0-9]{1,2})", text) and 0 < Decimal(text) <= MOST_CREDITS:
        return Decimal(text)
    raise ValueError(
        _("“%(text)s” is not a number above 0 and up to %(most)s with at most two decimals, such as 1 or 0.5.")
        % {"text": text, "most": MOST_CREDITS}
    )


def sced_course(text: str, courses: Mapping[str, int]) -> int | None:
    """The id of the SCED course with this code among ``courses``; None for an empty cell."""
    # A spreadsheet program that takes 01001 for a number drops the zero; no SCED code has four digits.
    code = text.zfill(5) if re.fullmatch(r"\d{4}", text) else text
    if code and code not in courses:
        raise ValueError(
            _("There is no SCED course “%(code)s”. Give a code of five digits, such as 01001, or leave it empty.")
            % {"code": text}
        )
    return courses.get(code)


def credits_cell(credits: Decimal) -> str:
    """Credits as people write them: 1, 0.5."""
    return f"{credits.normalize():f}"
