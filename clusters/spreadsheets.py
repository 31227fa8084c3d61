"""Text in CSV files that people open with a spreadsheet program."""

import re

# What makes a spreadsheet program take a cell for a formula, full-width signs too. Source: OWASP, "CSV Injection".
_FORMULA = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_ESCAPED = re.compile(f"'+{_FORMULA}")
_TO_ESCAPE = re.compile(f"'*{_FORMULA}")


def plain_cell(text: str) -> str:
    """The text as a CSV cell that no spreadsheet program takes for a formula: an apostrophe goes before one.

    For text, not for numbers: the minus of "-2.5" would be escaped as well. Text that looks escaped already gets one more
    apostrophe, so that ``read_cell`` gives back every text exactly.
    """
    return f"'{text}" if _TO_ESCAPE.match(text) else text


def read_cell(text: str) -> str:
    """The text that ``plain_cell`` made this cell of. Any other text stays as it is, also “'Tis the season”."""
    return text[1:] if _ESCAPED.match(text) else text
