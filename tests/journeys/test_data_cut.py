"""A statistician makes a data cut, takes it away, and a script pulls the same over REST."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from randomization import services as treatment
from tests.builders import eligible
from tests.journeys.desk import Sit
from tests.journeys.refusal import assert_refused
from tests.journeys.server import Hospital
from tests.people import AT, People
from tests.world import seal


@pytest.mark.requirement("R-060")
@pytest.mark.requirement("R-063")
@pytest.mark.requirement("R-064")
def test_it_is_made_taken_away_and_pulled_by_a_script(
    sit: Sit, hospital: Hospital, committed_people: People, tmp_path: Path
) -> None:
    # Given a trial with a randomized participant
    seal(committed_people, first="cells")
    treatment.randomize(participant=eligible(committed_people), actor=committed_people.ines, at=AT)

    # When the statistician asks for a cut without saying what for, Then that is asked first
    stan = sit("stan").follows("Open Data cuts").sees("No data cuts yet.")
    stan.chooses("Arms", "Blinded").is_refused("Make the cut")
    assert_refused(stan, "What is it for?", "This field is required.")
    assert stan.answer("Arms") == "yes"

    # And with a purpose the cut waits for its worker, and says so
    stan.fills("What is it for?", "First look").presses("Make the cut")
    stan.sees("CUT-0001", "Starting · waiting for a worker")
    expect(stan.page.get_by_role("progressbar", name="Rows done")).to_be_visible()

    # And when the worker has made it, the page shows the files by itself
    with stan.expects_a_page():
        hospital.worker_starts()
    stan.sees("Download all as zip", "participants.csv", "First look")

    # Then the zip holds what its manifest says, and nothing that tells an arm
    with zipfile.ZipFile(stan.fetches("Download all as zip", tmp_path)) as taken:
        content = {Path(name).name: taken.read(name) for name in taken.namelist()}
    manifest = json.loads(content.pop("manifest.json"))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    listed = [*manifest["tables"], *manifest["files"]]
    assert {Path(row["file"]).name: row["sha256"] for row in listed} == hashes
    assert manifest["blinded"] is True
    assert "allocation.csv" not in hashes

    # And a file taken alone is that file, with the hash that the page shows
    alone = stan.fetches("participants.csv", tmp_path).read_bytes()
    assert alone == content["participants.csv"]
    assert hashes["participants.csv"] in stan.line("participants.csv")

    # And a script with a token gets the same cut and makes the report from it
    token = hospital.runs("manage.py", "api_token", "stan", "--scope", "cuts:read")
    report = ["-m", "analysis", "report", "--api", hospital.address, "--token", "-"]
    printed = hospital.runs(*report, str(tmp_path / "report"), given=token)
    assert "Data cut CUT-0001" in printed
    assert printed.split("Manifest SHA-256 ")[1][:64] in stan.main.inner_text()
    assert (tmp_path / "report" / "report.html").stat().st_size

    # And the trail tells who took what
    sit("dora", at="/trail/").sees("Stan Ozols", "Cut downloaded")
