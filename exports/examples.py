"""Examples of the API's description: one made-up cut, from asking for it to its files."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ADDRESS = "https://trial.example.org/api/v1/cuts/CUT-0004/"
_SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_WAITING: dict[str, Any] = {
    "id": "CUT-0004",
    "cut": "CUT-0004",
    "status": "queued",
    "purpose": "Interim safety review, March",
    "blinded": True,
    "forms": ["mrs", "nihss"],
    "population": "randomized",
    "sites": [],
    "cut_off": "2027-03-01",
    "final": False,
    "formats": ["parquet"],
    "requested_by": "Stan Ozols",
    "requested_at": "2027-03-12T10:14:00Z",
    "as_of": None,
    "finished_at": None,
    "rows_done": 0,
    "rows_total": None,
    "manifest_sha256": "",
    "error": "",
    "url": _ADDRESS,
    "files": [],
}
_DONE = _WAITING | {
    "status": "done",
    "as_of": "2027-03-12T10:14:01Z",
    "finished_at": "2027-03-12T10:14:03Z",
    "rows_done": 1204,
    "rows_total": 1204,
    "manifest_sha256": _SHA256,
    "files": [
        {
            "name": "mrs.csv",
            "sha256": _SHA256,
            "bytes": 9120,
            "rows": 186,
            "url": f"{_ADDRESS}files/mrs.csv/",
        }
    ],
}


def _answer(name: str, value: object, status: int) -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)])


ASKED_FOR = OpenApiExample(
    "A blinded cut",
    {
        "purpose": "Interim safety review, March",
        "blinded": True,
        "forms": ["mrs", "nihss"],
        "population": "randomized",
        "cut_off": "2027-03-01",
        "formats": ["parquet"],
    },
    request_only=True,
)
WAITING = _answer("The cut, waiting to be made", _WAITING, 202)
LISTED = _answer("The cuts", _DONE, 200)
DONE = _answer("A finished cut", _DONE | {"manifest": {"schema": "hermes-cut/1"}}, 200)
PROBLEMS = _answer(
    "One kind",
    {
        "results": [
            {
                "type": "/api/v1/problems/#bad-cursor",
                "code": "bad-cursor",
                "status": 400,
                "title": "The cursor is not one this server gave for this request",
            }
        ]
    },
    200,
)
