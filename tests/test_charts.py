from hypothesis import given
from hypothesis import strategies as st

from clusters.charts import PLOT_BOTTOM, PLOT_TOP, dot_plot, hexagon, pay_bar
from clusters.choices import InterestArea, Outlook

wages = st.lists(st.integers(1, 600_000), min_size=5, max_size=5).map(sorted)
scores = st.lists(st.floats(1, 7), min_size=6, max_size=6)


@given(wages, st.none() | st.integers(1, 300_000))
def test_pay_bar_keeps_order_and_stays_on_the_bar(amounts, all_jobs):
    bar = pay_bar(amounts, all_jobs)
    places = [bar.p10, bar.p25, bar.median, bar.p75, bar.p90]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 100
    assert bar.all_jobs is None or 0 <= bar.all_jobs <= 100


def test_pay_bar_to_a_common_end():
    assert pay_bar([10, 20, 50, 70, 90], 25, top=100).median == 50
    assert pay_bar([10, 20, 50, 70, 90], 25, top=100).all_jobs == 25


def test_no_bar_without_all_figures():
    assert pay_bar([1, 2, None, 4, 5]) is None


@given(scores)
def test_hexagon_stays_in_its_ring(values):
    shape = hexagon(values)
    for point in shape.shape.split():
        x, y = map(float, point.split(","))
        assert x * x + y * y <= 88.2**2
    assert [corner.score for corner in shape.corners] == values
    assert shape.corners[list(InterestArea).index(shape.strongest[0])].score == max(values)


def test_hexagon_of_lowest_scores_is_a_point():
    assert set(hexagon([1] * 6).shape.replace("-0.0", "0.0").split()) == {"0.0,0.0"}


def _row(zone, wage, openings):
    return {"job_zone": zone, "wage_median": wage, "annual_openings": openings}


@given(
    st.lists(
        st.builds(
            _row,
            st.none() | st.integers(1, 5),
            st.none() | st.integers(1, 500_000),
            st.none() | st.integers(0, 900_000),
        )
    )
)
def test_dot_plot_draws_each_occupation_it_has_figures_for(rows):
    plot = dot_plot(rows)
    assert len(plot.dots) + plot.left_out == len(rows)
    for dot in plot.dots:
        assert PLOT_TOP <= dot.y <= PLOT_BOTTOM
        assert 52 + (dot.row["job_zone"] - 1) * 72 <= dot.x <= 52 + dot.row["job_zone"] * 72
        assert 3.5 <= dot.r <= 14
    heights = [dot.y for dot in sorted(plot.dots, key=lambda dot: dot.row["wage_median"])]
    assert heights == sorted(heights, reverse=True)


@given(st.integers(-1000, 2000))
def test_every_change_has_one_outlook(tenths):
    change = tenths / 10
    matching = [step for step in Outlook if step.limits[0] <= change < step.limits[1]]
    assert matching == [Outlook.of(change)]


def test_outlook_at_its_limits():
    steps = [Outlook.of(change) for change in (6.0, 5.9, 2.0, 1.9, -1.9, -2.0)]
    assert steps == ["fast", "growing", "growing", "steady", "steady", "shrinking"]
