"""Examples of the API's description: a made-up cut, consistent in itself."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

_BASE = "https://trial.example.org/api/v1/cuts/CUT-0004"
DATASETS = OpenApiExample(
    "The datasets of a cut",
    {
        "cut": "CUT-0004",
        "next": None,
        "results": [
            {
                "dataset": "mrs",
                "title": "Modified Rankin Scale",
                "file": "mrs.csv",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "row_count": 2,
                "key": ["participant", "visit", "occurrence"],
                "url": f"{_BASE}/datasets/mrs/",
                "codebook_url": f"{_BASE}/codebook/?dataset=mrs",
            }
        ],
    },
    response_only=True,
    status_codes=["200"],
)
_ROW = {
    "participant": "GRE-014-7",
    "visit": "M6",
    "occurrence": 1,
    "status": "complete",
    "assessed_on": "2027-08-06",
    "grade": 2,
}
ROWS = OpenApiExample(
    "A page of rows",
    {
        "cut": "CUT-0004",
        "dataset": "mrs",
        "changed_since": None,
        "next": f"{_BASE}/datasets/mrs/?cursor=WyJyb3dzIiw1MTJd%3A1wFzKd%3AqTg",
        "results": [_ROW],
        "gone": [],
    },
    response_only=True,
    status_codes=["200"],
)
CHANGES = OpenApiExample(
    "What changed since an earlier cut",
    {
        "cut": "CUT-0004",
        "dataset": "mrs",
        "changed_since": "CUT-0003",
        "next": None,
        "results": [_ROW],
        "gone": [{"participant": "GRE-009-2", "visit": "UNS", "occurrence": 1}],
    },
    response_only=True,
    status_codes=["200"],
)
CODEBOOK = OpenApiExample(
    "A column with codes",
    {
        "cut": "CUT-0004",
        "next": None,
        "results": [
            {
                "dataset": "mrs",
                "position": 10,
                "column": "grade",
                "label": "Grade",
                "type": "choice",
                "unit": "",
                "minimum": 0,
                "maximum": 6,
                "values": [
                    {"value": 0, "label": "No symptoms"},
                    {"value": 6, "label": "Dead"},
                ],
            }
        ],
    },
    response_only=True,
    status_codes=["200"],
)
