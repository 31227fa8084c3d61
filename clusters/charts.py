"""Geometry of the plots: numbers in, coordinates out. Templates draw them as inline SVG, with a table beside each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Any

from django.utils.safestring import mark_safe

from clusters.choices import InterestArea

# --- Pay as a range bar -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PayBar:
    """Places on a bar of width 100 for the percentiles of a wage; ``all_jobs`` is the national median of all jobs."""

    p10: float
    p25: float
    median: float
    p75: float
    p90: float
    all_jobs: float | None

    @property
    def whole_width(self) -> float:
        return round(self.p90 - self.p10, 1)

    @property
    def middle_width(self) -> float:
        return round(self.p75 - self.p25, 1)


def pay_bar(wages: Sequence[float | None], all_jobs: float | None = None, *, top: float | None = None) -> PayBar | None:
    """The bar for five percentiles (10, 25, 50, 75, 90), or None where one of them is not published.

    The bar runs from 0 to ``top``, or to a little more than the highest figure.
    """
    if any(wage is None for wage in wages):
        return None
    top = top or max(*wages, all_jobs or 0) * 1.08
    places = [round(min(wage / top, 1) * 100, 1) for wage in wages]
    return PayBar(*places, all_jobs=None if all_jobs is None else round(all_jobs / top * 100, 1))


# --- Interests as a hexagon -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Corner:
    """One interest area: its score, and where its label stands."""

    area: InterestArea
    score: float
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Hexagon:
    """Polygons as lists of points for SVG, in a box of 400 x 262 around (0, 0)."""

    corners: list[Corner]
    shape: str
    rings: list[str]

    @property
    def strongest(self) -> list[InterestArea]:
        """The areas from the highest score to the lowest."""
        return [corner.area for corner in sorted(self.corners, key=lambda corner: -corner.score)]


HEXAGON_RADIUS = 88


def hexagon(scores: Sequence[float], *, low: float = 1, high: float = 7) -> Hexagon:
    """The hexagon of six scores in the order R I A S E C, each from ``low`` (centre) to ``high`` (corner)."""
    directions = [(sin(i * pi / 3), -cos(i * pi / 3)) for i in range(6)]

    def ring(radii: Iterable[float]) -> str:
        return " ".join(f"{x * r:.1f},{y * r:.1f}" for (x, y), r in zip(directions, radii, strict=True))

    corners = [
        Corner(
            area,
            score,
            round(x * (HEXAGON_RADIUS + 10), 1),
            round(y * (HEXAGON_RADIUS + 16) + 5, 1),
            "middle" if abs(x) < 0.1 else "start" if x > 0 else "end",
        )
        for area, score, (x, y) in zip(InterestArea, scores, directions, strict=True)
    ]
    return Hexagon(
        corners=corners,
        shape=ring((score - low) / (high - low) * HEXAGON_RADIUS for score in scores),
        rings=[ring([HEXAGON_RADIUS * step / 3] * 6) for step in (1, 2, 3)],
    )


# --- Pay against preparation, one dot an occupation -------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """One occupation: the centre and radius of its dot, and the row it stands for."""

    x: float
    y: float
    r: float
    row: dict[str, Any]

    @property
    def place(self) -> str:
        """As SVG wants it in any language: a template would write 3.5 as 3,5 where people do, and take ten times as long."""
        return mark_safe(f'cx="{self.x}" cy="{self.y}" r="{self.r}"')  # noqa: S308 (numbers)


@dataclass(frozen=True)
class Tick:
    """A line across the plot at ``y``, for so many dollars a year."""

    y: float
    dollars: int


@dataclass(frozen=True)
class DotPlot:
    """A plot in a box of 420 x 360; ``left_out`` counts the occupations that lack a wage or a job zone."""

    dots: list[Dot]
    ticks: list[Tick]
    columns: list[tuple[int, float]]
    left_out: int


PLOT_LEFT, PLOT_TOP, PLOT_BOTTOM, COLUMN = 52, 12, 320, 72
# Consecutive multiples of the golden ratio spread evenly over a column, so that neighbours in pay do not cover each other.
GOLDEN = (sqrt(5) - 1) / 2


def dot_plot(rows: Sequence[dict[str, Any]]) -> DotPlot:
    """Job zones across, median yearly pay up, openings a year as the area of the dot.

    ``rows`` hold job_zone, wage_median and annual_openings of each occupation.
    """
    shown = [row for row in rows if row["job_zone"] and row["wage_median"]]
    shown.sort(key=lambda row: row["wage_median"])
    top = max((row["wage_median"] for row in shown), default=100_000) * 1.05
    step = next(step for step in (20_000, 25_000, 50_000, 100_000, 200_000) if top / step <= 6 or step == 200_000)
    most = max((row["annual_openings"] or 0 for row in shown), default=0) or 1

    def height(dollars: float) -> float:
        return round(PLOT_BOTTOM - dollars / top * (PLOT_BOTTOM - PLOT_TOP), 1)

    dots = [
        Dot(
            x=round(PLOT_LEFT + (row["job_zone"] - 1) * COLUMN + COLUMN * (0.08 + 0.84 * (place * GOLDEN % 1)), 1),
            y=height(row["wage_median"]),
            r=round(3.5 + 10.5 * sqrt((row["annual_openings"] or 0) / most), 1),
            row=row,
        )
        for place, row in enumerate(shown)
    ]
    # The largest first, so that a small dot is never hidden under a large one.
    dots.sort(key=lambda dot: -dot.r)
    return DotPlot(
        dots=dots,
        ticks=[Tick(height(dollars), dollars) for dollars in range(0, int(top) + 1, step)],
        columns=[(zone, PLOT_LEFT + (zone - 0.5) * COLUMN) for zone in range(1, 6)],
        left_out=len(rows) - len(shown),
    )
