"""The formats of a cut: who asks for which, and each of their files is named, sent and proven."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path

import polars
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pyarrow import parquet

from analysis.api import CutServer
from analysis.cut import read_cut
from audit.errors import Refused
from audit.models import Event
from exports import services
from exports.formats import registry
from exports.models import FORMAT_CODES, DataCut
from exports.tokens import READ
from tests.exports.test_api import body, caller, live, token
from tests.exports.test_pages import content, signed_in
from tests.exports.trial_data import Trial, contents, folder_of, frozen, names, table
from tests.people import AT, People

__all__ = ["live"]

LIST = "/api/v1/cuts/"


def test_the_page_and_the_api_take_the_same_formats(people: People) -> None:
    client = signed_in(people.stan)
    assert 'value="parquet"' in client.get(reverse("cuts")).content.decode()
    asked = {"purpose": "interim", "blinded": "yes", "formats": ["parquet"]}
    client.post(reverse("cuts"), asked)
    answer = caller(people.stan).post(LIST, {**asked, "blinded": True})
    assert answer.json()["formats"] == ["parquet"]
    assert [cut.formats for cut in DataCut.objects.all()] == [["parquet"], ["parquet"]]
    assert Event.objects.filter(data__formats="CSV, Parquet").count() == 2


@pytest.mark.parametrize("formats", [["exe"], ["csv"], "parquet", [["parquet"]], [7], None])
def test_the_api_refuses_what_is_no_format(people: People, formats: object) -> None:
    asked = {"purpose": "interim", "blinded": True, "formats": formats}
    answer = caller(people.stan).post(LIST, asked)
    assert answer.status_code == 400
    assert not DataCut.objects.exists()


def test_a_format_asked_for_twice_is_made_once(people: People) -> None:
    every = [one.code for one in registry.FORMATS]
    cut = services.request_cut(
        purpose="x", blinded=True, formats=[*reversed(every), every[0]], actor=people.stan, at=AT
    )
    assert cut.formats == every
    with pytest.raises(Refused, match="formats that are offered"):
        services.request_cut(purpose="x", blinded=True, formats=["exe"], actor=people.stan, at=AT)


def test_the_database_takes_no_other_format(people: People) -> None:
    cut = services.request_cut(purpose="x", blinded=True, actor=people.stan, at=AT)
    with pytest.raises(IntegrityError, match="cut_formats_are_known"), transaction.atomic():
        DataCut.objects.filter(pk=cut.pk).update(formats=["exe"])
    assert {one.code for one in registry.FORMATS} <= set(FORMAT_CODES)


@pytest.mark.requirement("R-060", "R-061")
def test_a_file_of_a_format_is_listed_sent_and_proven_like_every_other(
    trial: Trial, committed_people: People, tmp_path: Path, live: str
) -> None:
    cut = frozen(committed_people, formats=["parquet"])
    name, files = "parquet/participants.parquet", contents(cut)
    assert sorted(names(cut)) == sorted(files)
    assert cut.manifest is not None
    (listed,) = [one for one in cut.manifest["files"] if one["file"] == name]
    assert listed["sha256"] == hashlib.sha256(files[name]).hexdigest()
    assert cut.manifest["formats"] == ["parquet"]
    held = polars.read_parquet(files[name])["participant"].to_list()
    assert held == [row["participant"] for row in table(cut, "participants.csv")]

    client = signed_in(committed_people.stan)
    address = reverse("cut-file", args=[cut.code, name])
    page = client.get(reverse("cut", args=[cut.code])).content.decode()
    assert address in page
    assert "CSV, Parquet" in page
    answer = client.get(address)
    assert content(answer) == files[name]
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert answer["Content-Disposition"].endswith('"CUT-0001-participants.parquet"')

    program = caller(committed_people.stan, READ).get(
        reverse("api-cut-file", args=[cut.code, name])
    )
    assert body(program) == files[name]
    digest = base64.b64encode(bytes.fromhex(listed["sha256"])).decode()
    assert program["Repr-Digest"] == f"sha-256=:{digest}:"

    zipped = content(client.get(reverse("cut-zip", args=[cut.code])))
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.read(f"CUT-0001/{name}") == files[name]
    (tmp_path / "cut.zip").write_bytes(zipped)
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    CutServer(f"{live}/api/v1", token(committed_people.stan, READ)).download(fetched)
    for place in (tmp_path / "cut.zip", fetched, folder_of(cut)):
        assert name in {entry.name for entry in read_cut(place).manifest.files}


@pytest.mark.requirement("R-017")
def test_a_blinded_cut_tells_no_arm_in_any_format(trial: Trial, committed_people: People) -> None:
    every = [one.code for one in registry.FORMATS]
    told = frozen(committed_people, blinded=False, formats=every)
    cut = frozen(committed_people, formats=every)
    for one in registry.FORMATS:
        assert f"{one.folder}/" in "".join(names(cut)), one.code
    assert any("allocation" in name and "/" in name for name in names(told))
    assert not [name for name in contents(cut) if "/." in f"/{name}"]
    for name in names(cut):
        assert "allocation" not in name
        assert "treatment" not in name
        for held in _uncompressed(name, contents(cut)[name]):
            for word in TELLING:
                assert word not in held, (name, word)
    open_words = b"".join(
        held for name, content in contents(told).items() for held in _uncompressed(name, content)
    )
    assert [word for word in TELLING if word not in open_words] == []


# Visits, columns and values that only a cut with the arms has.
TELLING = (b"BMA", b"INF7", b"Marrow aspiration", b"infused_on", b"cells_millions")


def _uncompressed(name: str, content: bytes) -> list[bytes]:
    """What is in a file: as it stands, or the words and cells of one that is compressed."""
    if not name.endswith(".parquet"):
        return [content]
    schema = parquet.read_schema(io.BytesIO(content)).to_string(show_field_metadata=True)
    return [schema.encode(), polars.read_parquet(content).write_csv().encode()]
