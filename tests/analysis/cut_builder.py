"""A small, valid data cut with counts known in advance, written as the exports write it.

31 participants: 20 allocated to cells, 11 to control; 16 infused, 4 not, each with a reason.
Adverse events by treatment received: 10 and 12 by six months, 16 and 24 by two years, with the
edges (day 0, 183, 184, 731) among them and the traps (before inclusion, day 732, no date) beside.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

CONTROLS = (2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 31)
NOT_INFUSED = {4: "poor_growth", 10: "poor_growth", 16: "release_failed", 22: "deterioration"}
REASONS = {
    "poor_growth": "Poor cell growth",
    "release_failed": "Release test failed",
    "deterioration": "Clinical deterioration",
}
VISITS = (
    ("V0", "Inclusion", 7),
    ("M1", "1 month", 30),
    ("M2", "2 months", 60),
    ("M4", "4 months", 120),
    ("M6", "6 months", 180),
    ("M12", "12 months", 365),
    ("M24", "24 months", 730),
)
OUTCOMES = (
    ("nihss", "nihss.csv", "total", "NIHSS total", 0, 42, "lower", "V0"),
    ("motor_nihss", "nihss.csv", "motor", "Motor NIHSS", 0, 16, "lower", "V0"),
    ("barthel", "barthel.csv", "total", "Barthel Index", 0, 100, "higher", "V0"),
    ("mrs", "mrs.csv", "total", "Modified Rankin Scale", 0, 6, "lower", "V0"),
    ("motor_fma", "fma.csv", "motor", "Fugl-Meyer motor", 0, 100, "higher", "M1"),
    ("mi4p", "fmri.csv", "mi_4p", "fMRI activity, MI-4p", None, None, "higher", "M1"),
)
TREATED_BY_6M = (0, 3, 10, 25, 40, 75, 90, 120, 150, 183)
TREATED_LATER = (184, 230, 300, 400, 600, 731)
CONTROL_BY_6M = (0, 5, 12, 20, 33, 47, 60, 88, 110, 140, 170, 183)
CONTROL_LATER = (184, 190, 210, 250, 290, 330, 370, 420, 480, 540, 650, 731)
PROTOCOL: Mapping[str, Any] = {
    "code": "ISIS-HERMES",
    "title": "ISIS-HERMES",
    "version": "1.0",
    "arms": [
        {"code": "cells", "label": "Mesenchymal stem cells", "experimental": True},
        {"code": "control", "label": "No cells", "experimental": False},
    ],
    "ratio": {"cells": 2, "control": 1},
    "planned": 30,
    "index_event": "stroke onset",
    "visits": [{"code": c, "label": label, "day": day} for c, label, day in VISITS],
    "horizons": [{"label": "6 months", "days": 183}, {"label": "2 years", "days": 731}],
    "outcomes": [
        dict(
            zip(
                ("code", "table", "column", "label", "minimum", "maximum", "better"),
                outcome[:7],
                strict=True,
            ),
            baseline_visit=outcome[7],
        )
        for outcome in OUTCOMES
    ],
}

LIGHT: Mapping[str, Any] = {
    **PROTOCOL,
    "outcomes": [one for one in PROTOCOL["outcomes"] if one["code"] == "mrs"],
}
"""The same protocol with one outcome, for tests that are not about the outcomes."""

BARE: Mapping[str, Any] = {**PROTOCOL, "outcomes": []}
"""The same protocol without outcomes: no model and no figure but the flow."""


def code(number: int) -> str:
    """The participant code of number 1 to 31."""
    return f"GRE-{number:03d}"


def known_tables() -> Tables:
    """The tables of the unblinded cut, ready to be changed by a test and written."""
    draw = random.Random(20270301)  # noqa: S311 - a fixed stream of test data
    tables: Tables = {
        "participants.csv": [],
        "visits.csv": [],
        "allocation.csv": [],
        "treatment.csv": [],
        **{outcome[1]: [] for outcome in OUTCOMES},
    }
    for number in range(1, 32):
        _add_participant(tables, number, draw)
    tables["screening.csv"] = _screening(tables["participants.csv"])
    tables["adverse_events.csv"] = _adverse_events(tables)
    tables["codebook.csv"] = [{"table": "nihss.csv", "column": "total", "label": "NIHSS total"}]
    tables["value_labels.csv"] = [
        {"table": "treatment", "column": "reason_not_treated", "value": value, "label": label}
        for value, label in REASONS.items()
    ]
    return tables


def blinded(tables: Tables) -> Tables:
    """The same cut without anything that tells an arm."""
    kept = {n: rows for n, rows in tables.items() if n not in {"allocation.csv", "treatment.csv"}}
    kept["adverse_events.csv"] = [
        {name: cell for name, cell in row.items() if name != "phase"}
        for row in tables["adverse_events.csv"]
    ]
    return kept


def write_cut(folder: Path, tables: Tables | None = None, **facts: Any) -> Path:
    """Write tables and manifest into `folder`; `facts` replace entries of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: as_csv(rows) for name, rows in (tables or known_tables()).items()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    manifest = manifest_of(files) | facts
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return folder


def zip_cut(folder: Path, target: Path, inside: str = "") -> Path:
    """Zip the cut in `folder`, its files under the folder `inside` where one is given."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{inside}{path.name}")
    return target


def manifest_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest for these files, not blinded, simulated."""
    return {
        "schema": "hermes-cut/1",
        "cut": "CUT-0001",
        "as_of": "2029-12-31T00:00:00Z",
        "made_at": "2029-12-31T00:00:05Z",
        "made_by": "statistician",
        "purpose": "tests of the statistics module",
        "blinded": False,
        "simulated": True,
        "application": "hermes-ecrf 0.1.0",
        "protocol": PROTOCOL,
        "tables": [
            {
                "file": name,
                "rows": len(list(csv.reader(io.StringIO(content.decode())))) - 1,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
            }
            for name, content in sorted(files.items())
        ],
        "counts": {},
    }


def as_csv(rows: Sequence[Row], columns: Sequence[str] = ()) -> bytes:
    """Rows as the exports write them: UTF-8, comma, LF, empty for missing."""
    out = io.StringIO(newline="")
    names = list(rows[0]) if rows else list(columns)
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def emptied(tables: Tables) -> dict[str, bytes]:
    """Every table with its header and no row."""
    return {name: as_csv((), list(rows[0])) for name, rows in tables.items()}


def _add_participant(tables: Tables, number: int, draw: random.Random) -> None:
    index = date(2027, 1, 4) + timedelta(days=6 * number)
    consented = index + timedelta(days=5 + number % 9)
    arm = "control" if number in CONTROLS else "cells"
    infused = arm == "cells" and number not in NOT_INFUSED
    dies = index + timedelta(days=400) if number == 11 else ""
    tables["participants.csv"].append(
        {
            "participant": code(number),
            "site": "GRE",
            "sex": "f" if number % 7 < 3 else "m",
            "year_of_birth": 1970 - number % 20,
            "age_at_consent": 57 + number % 13 - (number * 7) % 11,
            "index_on": index,
            "consented_on": consented,
            "consent_version": "1",
            "eligible": 1,
            "eligibility_signed_on": consented,
            "randomized": 1,
            "randomized_on": consented + timedelta(days=1),
            "stratum": "all",
            "died_on": dies,
            "withdrawn_on": index + timedelta(days=200) if number == 7 else "",
            "lost_on": index + timedelta(days=500) if number == 20 else "",
        }
    )
    tables["allocation.csv"].append(
        {"participant": code(number), "arm": arm, "allocated_on": consented}
    )
    tables["treatment.csv"].append(
        {
            "participant": code(number),
            "received": "cells" if infused else "control",
            "infused_on": index + timedelta(days=30 + number % 10) if infused else "",
            "cells_millions": 300 if infused else "",
            "viability_percent": 95 if infused else "",
            "volume_ml": 80 if infused else "",
            "reason_not_treated": NOT_INFUSED.get(number, ""),
        }
    )
    _add_visits(tables, number, index, infused, draw)


def _last_day(number: int) -> int:
    return {7: 200, 11: 400, 20: 500}.get(number, 10_000)


def _add_visits(
    tables: Tables, number: int, index: date, infused: bool, draw: random.Random
) -> None:
    level = draw.gauss(0, 3)
    for visit, _, day in VISITS:
        planned = index + timedelta(days=day)
        missed = number == 13 and visit == "M24"
        seen = day <= _last_day(number) and not missed
        tables["visits.csv"].append(
            {
                "participant": code(number),
                "visit": visit,
                "occurrence": 1,
                "planned_on": planned,
                "window_from": planned - timedelta(days=7),
                "window_to": planned + timedelta(days=7),
                "actual_on": planned if seen else "",
                "status": "done" if seen else "missed" if missed else "planned",
                "out_of_window": 0 if seen else "",
                "missed_reason": "moved away" if missed else "",
            }
        )
        if seen:
            _add_scores(tables, (number, visit, day, planned), infused, level, draw)


def _add_scores(
    tables: Tables,
    at: tuple[int, str, int, date],
    infused: bool,
    level: float,
    draw: random.Random,
) -> None:
    number, visit, day, planned = at
    progress = 1 - 1 / (1 + day / 90)
    gain = progress * (1.25 if infused and day > 30 else 1.0)
    total = _within(14 + level - 9 * gain + draw.gauss(0, 1.2), 0, 42)
    motor = _within(7 + level / 2 - 5 * gain + draw.gauss(0, 0.8), 0, 16)
    barthel = 5 * _within(7 - level / 2 + 11 * progress + draw.gauss(0, 1), 0, 20)
    rankin = _within(4.3 + level / 5 - 2 * progress + draw.gauss(0, 0.4), 0, 5)
    row: Row = {
        "participant": code(number),
        "visit": visit,
        "occurrence": 1,
        "status": "complete",
        "assessed_on": planned,
        "day": day,
        "version": 1,
        "scale_version": "1",
        "not_done_reason": "",
    }
    tables["nihss.csv"].append(row | {"total": total, "motor": motor})
    tables["barthel.csv"].append(row | {"total": barthel})
    tables["mrs.csv"].append(row | {"total": rankin})
    if visit in {"M1", "M6", "M12", "M24"}:
        fugl_meyer = _within(45 - 3 * level + 38 * gain + draw.gauss(0, 4), 0, 100)
        tables["fma.csv"].append(row | {"motor": fugl_meyer})
    if visit in {"M1", "M6", "M24"}:
        activity = round(1.1 - level / 10 + 0.6 * gain + draw.gauss(0, 0.15), 3)
        tables["fmri.csv"].append(row | {"mi_4p": activity})


def _within(value: float, low: int, high: int) -> int:
    return min(high, max(low, round(value)))


def _screening(participants: Sequence[Row]) -> list[Row]:
    rows = [
        {"outcome": "consented", "reason": "", "participant": row["participant"]}
        for row in participants
    ]
    refusals = (
        ("not_eligible", "nihss_too_low", 9),
        ("not_eligible", "earlier_deficit", 5),
        ("not_eligible", "cancer_history", 3),
        ("declined", "does not want cells", 4),
        ("other", "transferred", 2),
    )
    for outcome, reason, count in refusals:
        rows += [{"outcome": outcome, "reason": reason, "participant": ""}] * count
    return [
        {"screening_id": f"S{position:03d}", "site": "GRE", "screened_on": "2027-01-05", **row}
        for position, row in enumerate(rows, start=1)
    ]


def _adverse_events(tables: Tables) -> list[Row]:
    people = {row["participant"]: row for row in tables["participants.csv"]}
    given = {row["participant"]: row for row in tables["treatment.csv"]}
    treated = [p for p, row in given.items() if row["received"] == "cells"]
    untreated = [p for p, row in given.items() if row["received"] == "control"]
    rows: list[Row] = []
    for members, days in (
        (treated, (*TREATED_BY_6M, *TREATED_LATER)),
        (untreated, (*CONTROL_BY_6M, *CONTROL_LATER)),
    ):
        for position, day in enumerate(days):
            participant = members[(position * 7) % len(members)]
            rows.append(_event(people[participant], given[participant], len(rows) + 1, day))
    for participant, days_ in ((treated[0], -2), (untreated[0], 732), (untreated[1], "")):
        rows.append(_event(people[participant], given[participant], len(rows) + 1, days_))
    rows[3]["onset"] = str(rows[3]["onset"])[:7]
    return rows


def _event(person: Row, given: Row, number: int, day: int | str) -> Row:
    onset = "" if day == "" else person["consented_on"] + timedelta(days=int(day))
    phase = "not_infused"
    if given["infused_on"]:
        phase = "unknown" if not onset else "pre_infusion"
        if onset and onset >= given["infused_on"]:
            phase = "treatment_emergent"
    serious = number % 5 == 0
    return {
        "participant": person["participant"],
        "ae_number": number,
        "term": ("Urinary infection", "Fall", "Seizure", "Shoulder pain")[number % 4],
        "category": ("infection", "fall_fracture", "seizure", "shoulder_pain")[number % 4],
        "onset": onset,
        "end": "",
        "severity": "mild",
        "serious": int(serious),
        "criterion_hospitalization": int(serious),
        "causality": "unrelated",
        "action": "none",
        "outcome": "recovered",
        "aware_at": "",
        "days_from_inclusion": day,
        "phase": phase,
    }
