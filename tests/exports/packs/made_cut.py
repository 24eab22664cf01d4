"""A cut like the demo's, written as the exports write one: 31 randomized, 16 infused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from exports.packs.figures.facts import Setting
from tests.analysis.cut_builder import Row, Tables, known_tables, write_cut
from trial.protocols.isis_hermes import STOPPING

CATEGORIES = {
    "infection": "Infection", "fall": "Fall or fracture", "seizure": "Seizure or epilepsy",
    "pain": "Shoulder pain, CRPS or spasticity", "infusion_reaction": "Infusion reaction",
    "other": "Other", "cardiac": "Cardiac event",
}  # fmt: skip
GRADES = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}
SETTING = Setting(
    hidden_visits=frozenset({"INF"}),
    revealing=frozenset({"infusion_reaction"}),
    forms={"V0": ("nihss", "mrs"), "M6": ("nihss", "mrs"), "M24": ("mrs",)},
    rules=STOPPING,
    special=frozenset({"infection", "seizure", "infusion_reaction"}),
    masks={"cells": "B", "control": "A"},
    titles={"nihss": "NIH Stroke Scale", "mrs": "Modified Rankin Scale"},
    months=24,
)


def pack_tables() -> Tables:
    """The known cut with everything the packs read: grades, deaths, narratives, histories."""
    tables = known_tables()
    for person in tables["participants.csv"]:
        person["site"] = "LYO" if int(person["participant"][-3:]) % 4 == 0 else "GRE"
    for row in tables["visits.csv"]:
        row["out_of_window"] = 1 if row["participant"].endswith("5") and row["visit"] == "M2" else 0
    infusions = [_infusion(row) for row in tables["visits.csv"] if row["visit"] == "M1"]
    tables["visits.csv"] += infusions
    for number, event in enumerate(tables["adverse_events.csv"]):
        _complete(event, number)
    tables["adverse_events.csv"] = [e for e in tables["adverse_events.csv"] if e["onset"]]
    for name in ("nihss.csv", "mrs.csv"):
        for row in tables[name]:
            row.setdefault("status", "complete")
    tables["demographics.csv"] = [_history(row) for row in tables["participants.csv"]]
    tables["queries.csv"] = [_query(number) for number in range(1, 41)]
    tables["sdv.csv"] = [
        {"participant": row["participant"], "visit": row["visit"], "occurrence": 1, "form": "nihss",
         "version": 1, "planned": 0 if row["visit"] == "M2" else 5,
         "verified": 5 if number % 3 else 2, "whole": 0, "outdated": 0}
        for number, row in enumerate([*tables["nihss.csv"], *infusions])
    ]  # fmt: skip
    tables["value_labels.csv"] += [
        {"table": "adverse_events", "column": column, "value": value, "label": label}
        for column, words in (("category", CATEGORIES), ("severity", GRADES))
        for value, label in words.items()
    ]
    return tables


def _query(number: int) -> Row:
    """Eight of one week, nine of a month, eleven older, nine closed; the last three tell an arm."""
    opened = date(2029, 12, 30) if number <= 8 else date(2029, 12, 10 if number <= 17 else 1)
    opened = date(2029, 6, 1) if number > 17 else opened
    closed, hidden = 28 < number <= 37, number > 37
    since = opened + timedelta(days=number) if closed else opened
    return {
        "query": f"T{number}" if hidden else number,
        "participant": "GRE-003",
        "visit": "INF" if number == 40 else "V0",
        "occurrence": 1,
        "form": "nihss",
        "item": "",
        "ae_number": "",
        "asked_by": "person",
        "opened_at": f"{opened}T08:00:00Z",
        "status": "closed" if closed else ("open", "answered")[number % 2],
        "since": f"{since}T08:00:00Z",
        "tells_arm": int(hidden),
    }


def _infusion(row: Row) -> Row:
    return {**row, "visit": "INF"}


def _complete(event: Row, number: int) -> None:
    kinds = (*("infection",) * 3, *("fall",) * 3, "pain", "pain", "seizure", "infusion_reaction")
    event["category"] = kinds[number % 10] if number else "cardiac"
    event["term"] = f"Term {event['category']}"
    event["severity"] = ("mild", "mild", "moderate", "mild", "severe")[number % 5]
    event["causality"] = "possible" if number % 6 == 0 else "unrelated"
    event["criterion_death"] = int(event["participant"] == "GRE-011" and bool(event["serious"]))
    event["outcome"] = "recovering" if number % 9 == 0 else "recovered"
    event["narrative"] = f"Account {number}" if event["serious"] else ""


def _history(person: Row) -> Row:
    number = int(person["participant"][-3:])
    return {
        "participant": person["participant"],
        "visit": "V0",
        "occurrence": 1,
        "status": "complete",
        "infarct_side": "left" if number % 2 else "right",
        "territory": "aca" if number in {3, 9} else "mca",
        "thrombolysis": int(number % 3 == 0),
        "thrombectomy": int(number % 5 == 0),
        "prestroke_mrs": number % 3,
    }


def pack_cut(folder: Path) -> Path:
    """The folder of the cut."""
    return write_cut(folder, pack_tables())
