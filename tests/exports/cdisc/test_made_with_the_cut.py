"""CDISC's formats asked for with a cut: made by the worker's own service, and nothing is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exports.formats import registry
from tests.exports.cdisc.harness import Cut
from tests.exports.trial_data import Trial, contents, folder_of, frozen
from tests.people import People

FORMATS = ("odm", "dataset_json", "sdtm", "adam")
FILES = {
    "odm/odm.xml",
    "dataset_json/nihss.json",
    "sdtm/dm.xpt",
    "sdtm/define.xml",
    "adam/adsl.xpt",
}


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


@pytest.mark.requirement("R-014")
def test_two_trials_that_differ_in_the_arms_alone_leave_the_same_blinded_files(
    twins: tuple[Cut, Cut], tmp_path: Path
) -> None:
    left, right = (written(cut, tmp_path / name) for cut, name in zip(twins, "ab", strict=True))
    assert left.keys() == right.keys() >= FILES
    assert [name for name, content in left.items() if content != right[name]] == []


def written(cut: Cut, folder: Path) -> dict[str, bytes]:
    """Every file of these formats, people called by their place in the order they came."""
    own = cut.copy(folder)
    return {
        one.name: re.sub(rb"USR\.\d+", b"USR", (own.folder / one.name).read_bytes())
        for form in registry.chosen(FORMATS)
        for one in form.write(own)
    }
