"""An address as a QR code, made here so that no other site learns who makes which."""

from dataclasses import dataclass
from functools import lru_cache

import segno


@dataclass(frozen=True)
class QRCode:
    """The dark squares as one SVG path, in a picture ``size`` squares wide and high."""

    path: str
    size: int


def draw(text: str) -> QRCode:
    """The QR code of a text, with the quiet border of four squares that scanners ask for (ISO/IEC 18004)."""
    code = segno.make(text, micro=False, error="m")
    squares = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(code.matrix_iter(border=4)) for x, dark in enumerate(row) if dark
    )
    return QRCode("".join(squares), code.symbol_size(border=4)[0])


@lru_cache(maxsize=512)
def draw_public(text: str) -> QRCode:
    """The same for an address that everybody may know: it is kept, for pages show it again and again."""
    return draw(text)
