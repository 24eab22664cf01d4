"""Released instruments stay as they were released: it ..."""

from dataclasses import replace
from pathlib import Path

import pytest

from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import Instrument, Option, Sum

from . import pins

NIHSS = SCALES[0]
RESCORED = replace(NIHSS.items[0], options=(*NIHSS.items[0].options, Option(4, "Worse than that")))
REWORDED = replace(
    NIHSS.items[0],
    label="How awake",
    options=tuple(Option(option.value, "Other words") for option in NIHSS.items[0].options),
)


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)
def test_it_matches_its_pin(form: Instrument) -> None:
    assert pins.difference(form) == ""


def test_it_leaves_no_pin_behind_without_an_instrument() -> None:
    pinned = {path.stem for path in pins.PINS.glob("*.json") if '"columns"' in path.read_text()}
    assert pinned == set(INSTRUMENTS)


def test_it_asks_for_a_new_version_when_a_score_changes() -> None:
    changed = replace(NIHSS, items=(RESCORED, *NIHSS.items[1:]))
    assert "make a new version instead" in pins.difference(changed)
    narrower = replace(NIHSS, scores=(Sum("total", of=("gaze",)), *NIHSS.scores[1:]))
    assert "its scores changed" in pins.difference(narrower)


def test_it_lets_a_word_be_corrected() -> None:
    assert pins.difference(replace(NIHSS, items=(REWORDED, *NIHSS.items[1:]))) == ""


def test_it_writes_a_pin_once_and_refuses_to_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "PINS", tmp_path)
    changed = replace(NIHSS, items=(RESCORED, *NIHSS.items[1:]))
    assert "has no pin" in pins.difference(NIHSS)
    first = pins.write(NIHSS).read_text("utf-8")
    with pytest.raises(pins.Pinned, match="make a new version"):
        pins.write(changed)
    assert pins.pin_path("nihss").read_text("utf-8") == first
    newer = replace(changed, version="2031")
    assert "is new" in pins.difference(newer)
    pins.write(newer)
    assert pins.difference(newer) == ""
