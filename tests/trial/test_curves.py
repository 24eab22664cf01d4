"""The small line figure: every point in its place, gaps left as gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trial.curves import BOTTOM, LEFT, RIGHT, TOP, Figure, curve

POINTS = (("V0", 14.0), ("M1", 11.0), ("M2", None), ("M4", 6.0), ("M6", 5.0))


def figure(**given: object) -> Figure:
    """The NIHSS of somebody seen four times."""
    arguments = {"points": POINTS, "minimum": 0, "maximum": 42, **given}
    return curve(name="nihss", title="NIHSS", **arguments)  # type: ignore[arg-type]  # one test varies each


def test_it_draws_the_published_range() -> None:
    assert [(tick.y, tick.words) for tick in figure().ticks] == [(BOTTOM, "0"), (TOP, "42")]
    ends = figure(points=(("V0", 0.0), ("M1", 42.0)))
    assert [mark.y for mark in ends.marks] == [BOTTOM, TOP]


def test_it_breaks_the_line_where_a_visit_has_no_value() -> None:
    assert [len(line.split()) for line in figure().lines] == [2, 2]
    assert [mark.words for mark in figure().marks] == ["14", "11", "—", "6", "5"]


def test_it_draws_no_line_to_a_lonely_point() -> None:
    assert figure(points=(("V0", 3.0), ("M1", None), ("M2", 4.0))).lines == ()


def test_it_names_the_newest_value() -> None:
    last = figure(points=(*POINTS, ("M12", None))).last
    assert last is not None
    assert (last.name, last.words) == ("M6", "5")
    assert figure(points=(("V0", None),)).last is None


def test_it_says_in_words_what_it_shows() -> None:
    assert figure().description == "Range 0 to 42. V0 14, M1 11, M4 6, M6 5."
    assert figure(points=()).description == "No value yet."


def test_it_takes_the_range_of_the_values_where_none_is_published() -> None:
    free = figure(minimum=None, maximum=None)
    assert [tick.words for tick in free.ticks] == ["5", "14"]


def test_it_labels_no_more_visits_than_there_is_room_for() -> None:
    many = figure(points=[(f"{month:02d}/27", float(month)) for month in range(1, 41)])
    assert 3 <= sum(bool(mark.label) for mark in many.marks) <= 5
    assert not many.dotted
    assert all(mark.label for mark in figure(points=[(f"M{n}", 1.0) for n in range(7)]).marks)


@given(
    st.lists(st.none() | st.floats(-1e6, 1e6), max_size=60),
    st.none() | st.floats(-100, 100),
    st.none() | st.floats(-100, 100),
)
def test_it_keeps_every_point_inside_the_frame(
    values: list[float | None], minimum: float | None, maximum: float | None
) -> None:
    points = [(str(place), value) for place, value in enumerate(values)]
    drawn = figure(points=points, minimum=minimum, maximum=maximum)
    for mark in drawn.marks:
        assert LEFT <= mark.x <= RIGHT
        assert mark.y is None or TOP <= mark.y <= BOTTOM
    assert [mark.y is None for mark in drawn.marks] == [value is None for value in values]
