"""CDISC's formats asked for with a cut: made by the worker's own service, and nothing is left."""

from __future__ import annotations

import pytest

from tests.exports.trial_data import Trial, contents, folder_of, frozen
from tests.people import People

FORMATS = ("odm", "dataset_json", "sdtm")
FILES = {"odm/odm.xml", "dataset_json/nihss.json", "sdtm/dm.xpt", "sdtm/define.xml"}


@pytest.mark.requirement("R-061")
@pytest.mark.parametrize("blinded", [True, False])
def test_every_file_is_part_of_the_cut(
    blinded: bool, trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people, blinded=blinded, formats=FORMATS)
    assert cut.manifest is not None
    assert {one["file"] for one in cut.manifest["files"]} >= FILES
    assert set(contents(cut)) >= FILES
    assert not [path for path in folder_of(cut).rglob("*") if path.name.startswith(".")]
