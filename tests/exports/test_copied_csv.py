"""CSV written by the server itself: byte for byte what the product writes, with the same guards."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports import catalogue
from exports.formats import copied_csv, tidy_csv
from tests.exports.trial_data import Trial
from tests.people import People


def nothing() -> None:
    """No progress is told."""


@pytest.mark.requirement("R-061", "R-062")
@pytest.mark.parametrize("blinded", [True, False])
def test_the_server_writes_what_the_product_writes(
    blinded: bool, trial: Trial, committed_people: People, tmp_path: Path
) -> None:
    both = [tmp_path / "product", tmp_path / "server"]
    for folder in both:
        folder.mkdir()
    seen = set()
    for table in catalogue.tables(blinded=blinded, reader=committed_people.uma):
        if table.select is None:
            continue
        own = tidy_csv.write(both[0] / table.file, table.columns, table.rows(), nothing)
        assert own == copied_csv.write(both[1] / table.file, table.columns, table.select(), nothing)
        assert own.rows == table.count()
        seen.add(table.file if own.rows else "")
    assert {"visits.csv", "nihss.csv", "mrs.csv"} <= seen
