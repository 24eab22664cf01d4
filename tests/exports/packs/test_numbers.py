"""Every number of both packs, computed once more from the cut's CSV files, by plain loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from statistics import median

import pytest

from analysis.cut import read_cut
from analysis.tables import fixed
from exports.packs.figures import pack
from exports.packs.figures.pack import Pack
from exports.packs.figures.suppressing import LEAST, MARK
from tests.exports.packs.made_cut import CATEGORIES, GRADES, SETTING
from tests.exports.packs.reading import Files, Row, agrees, cells, exact, people, table

pytestmark = pytest.mark.requirement("R-056")
CELLS, CONTROL = "B", "A"


def test_flow_status_enrolment_and_exposure_of_the_open_pack(files: Files, opened: Pack) -> None:
    agrees(opened, "status", Counter(files.status(person) for person in files.people))
    agrees(opened, "enrolment_site", Counter(person["site"] for person in files.people))
    days = [date.fromisoformat(person["randomized_on"]) for person in files.people]
    agrees(
        opened, "enrolment_period", Counter(f"{d.year} quarter {-(-d.month // 3)}" for d in days)
    )
    screened: Counter[str] = Counter()
    for row in files.rows("screening"):
        words = row["outcome"].replace("_", " ").capitalize()
        reason = row["reason"].replace("_", " ")
        screened["Randomized" if row["participant"] else f"{words}: {reason}"] += 1
    agrees(opened, "screening", screened)
    labels = {row["value"]: row["label"] for row in files.rows("value_labels")}
    treated = Counter(
        "Infusion given" if row["infused_on"]
        else f"Not given: {labels[row['reason_not_treated']]}" if row["reason_not_treated"]
        else "No infusion planned, or not yet due"
        for row in files.rows("treatment")
    )  # fmt: skip
    agrees(opened, "exposure", treated)


def test_baseline_of_the_open_pack(files: Files, opened: Pack) -> None:
    agrees(opened, "baseline_sex", Counter(person["sex"] for person in files.people))
    history = files.rows("demographics")
    agrees(opened, "baseline_arterial_territory", Counter(row["territory"] for row in history))
    agrees(opened, "baseline_side_of_the_infarct", Counter(row["infarct_side"] for row in history))
    agrees(opened, "baseline_mechanical_thrombectomy",
           Counter("yes" if row["thrombectomy"] == "1" else "no" for row in history))  # fmt: skip
    agrees(opened, "baseline_mrs_grade_before_this_stroke",
           Counter(row["prestroke_mrs"] for row in history))  # fmt: skip
    agrees(opened, "baseline_intravenous_thrombolysis",
           Counter("yes" if row["thrombolysis"] == "1" else "no" for row in history))  # fmt: skip
    numbers = cells(opened, "baseline")
    ages = [float(person["age_at_consent"]) for person in files.people]
    first = [float(row["total"]) for row in files.rows("nihss")
             if row["visit"] == "V0" and row["total"]]  # fmt: skip
    for name, values in (("Age, years", ages), ("NIHSS total at the first visit", first)):
        n, middle = numbers[name]
        assert n == str(len(values))
        assert middle.split(" ")[0] == fixed(median(values), 1)


def veiled(event: Row) -> str:
    if event["category"] in {"infusion_reaction", "other"}:
        return "Other, or what only some participants can have"
    return CATEGORIES[event["category"]]


@pytest.mark.parametrize(
    ("name", "serious"), [("ae_by_category", False), ("sae_by_category", True)]
)
def test_events_by_category_of_the_open_pack(
    files: Files, opened: Pack, name: str, *, serious: bool
) -> None:
    chosen = [e for e in files.events if not serious or e["serious"] == "1"]
    printed = cells(opened, name)
    assert printed.pop("Any") == (
        str(people(chosen)), fixed(100 * people(chosen) / 31, 1), str(len(chosen))
    )  # fmt: skip
    held = [printed.pop(label) for label in list(printed) if label.startswith("Held back")]
    for label, (who, share, events) in printed.items():
        mine = [event for event in chosen if veiled(event) == label]
        assert (who, events) == (str(people(mine)), str(len(mine)))
        assert share == fixed(100 * people(mine) / 31, 1)
        assert people(mine) >= LEAST
    rest = [event for event in chosen if veiled(event) not in printed]
    assert [cell[2] for cell in held] == [str(len(rest))] * bool(rest)


def test_worst_grades_of_the_open_pack(files: Files, opened: Pack) -> None:
    order = list(GRADES)
    for label, (*grades, total) in cells(opened, "ae_by_grade").items():
        mine = [e for e in files.events if label == "Any" or veiled(e) == label]
        worst = {
            who: max(order.index(e["severity"]) for e in mine if e["participant"] == who)
            for who in {event["participant"] for event in mine}
        }
        counts = Counter(worst.values())
        assert total == str(len(worst))
        for place, cell in enumerate(grades):
            assert cell == MARK or int(cell) == counts[place] >= LEAST


def test_the_open_pack_has_no_arm_and_no_cell_under_three(opened: Pack) -> None:
    for one in opened.tables:
        if one.name.startswith(("rule_", "sae_listing", "ae_listing")):
            continue
        for row in one.rows:
            for cell in row[1:]:
                assert not cell.isdigit() or int(cell) >= LEAST, (one.name, row)
    whole = " ".join(
        [str(part) for _, parts in opened.sections for part in parts if isinstance(part, str)]
        + [cell for one in opened.tables for row in (one.columns, *one.rows) for cell in row]
    )
    for word in ("Mesenchymal", "No cells", "Group A", "Infusion reaction", "infusion_reaction",
                 "Term ", "Account"):  # fmt: skip
        assert word not in whole


def test_status_and_exposure_of_the_closed_pack(files: Files, closed: Pack) -> None:
    printed = cells(closed, "status")
    for label, (a, a_share, b, b_share) in printed.items():
        counts = Counter(files.arm[p["participant"]] for p in files.people
                         if files.status(p) == label)  # fmt: skip
        assert (a, b) == (str(counts["control"]), str(counts["cells"]))
        assert (a_share, b_share) == (exact(counts["control"], 11), exact(counts["cells"], 20))
    assert cells(closed, "exposure") == {
        "Group A": ("11", "11", exact(11, 11)), "Group B": ("16", "20", exact(16, 20))
    }  # fmt: skip


SPECIAL = {"infection", "seizure", "infusion_reaction"}
CHOSEN: dict[str, Callable[[Row], bool]] = {
    "ae_by_category": lambda e: True,
    "sae_by_category": lambda e: e["serious"] == "1",
    "related": lambda e: e["causality"] in {"possible", "probable", "definite"},
    "special_interest": lambda e: e["category"] in SPECIAL,
}


@pytest.mark.parametrize("name", CHOSEN)
def test_events_by_treatment_received_of_the_closed_pack(
    files: Files, closed: Pack, name: str
) -> None:
    chosen = [event for event in files.events if CHOSEN[name](event)]
    for label, row in cells(closed, name).items():
        mine = [e for e in chosen if label == "Any" or masked(e) == label]
        for arm, of, (who, share, events) in (
            ("control", 15, row[0:3]), ("cells", 16, row[3:6])
        ):  # fmt: skip
            here = [e for e in mine if files.received[e["participant"]] == arm]
            assert (who, events) == (str(people(here)), str(len(here)))
            assert share == exact(people(here), of)
        shares = [people(e for e in mine if files.received[e["participant"]] == arm) / of
                  for arm, of in (("control", 15), ("cells", 16))]  # fmt: skip
        assert row[6].split(" ")[0] == fixed(100 * (shares[0] - shares[1]), 1)
    assert {masked(event) for event in chosen} == set(cells(closed, name)) - {"Any"}


def masked(event: Row) -> str:
    if event["category"] in {"infusion_reaction", "other"}:
        return "Other, or what only one group can have"
    return CATEGORIES[event["category"]]


def test_listings_deaths_and_times_of_the_closed_pack(files: Files, closed: Pack) -> None:
    serious = {(e["participant"], e["ae_number"]): e for e in files.events if e["serious"] == "1"}
    rows = table(closed, "sae_listing").rows
    assert {(row[1], row[2]) for row in rows} == set(serious)
    for row in rows:
        event = serious[row[1], row[2]]
        arm = files.received[event["participant"]]
        assert row[0] == f"Group {CELLS if arm == 'cells' else CONTROL}"
        assert row[8] == event["narrative"]
    died = [person for person in files.people if person["died_on"]]
    fatal = [event for event in files.events if event["criterion_death"] == "1"]
    assert [row[1:] for row in table(closed, "deaths").rows] == [
        (person["participant"], person["died_on"],
         "; ".join(e["term"] for e in fatal if e["participant"] == person["participant"])
         or "none is reported",
         " ".join(e["narrative"] for e in fatal if e["participant"] == person["participant"])
         or "–")
        for person in died
    ]  # fmt: skip
    first = cells(closed, "time_to_sae_at_risk")
    for arm, label in (("control", "Group A"), ("cells", "Group B")):
        had = set()
        for person in files.people:
            who = person["participant"]
            if files.arm[who] != arm:
                continue
            ends = [person[name] for name in ("died_on", "withdrawn_on", "lost_on") if person[name]]
            for event in serious.values():
                if event["participant"] == who and (
                    person["randomized_on"] <= event["onset"] <= min([*ends, "2029-12-31"])
                ):
                    had.add(who)
        assert first[label][0] == str(len(had))
        assert first[label][1] == str(sum(one == arm for one in files.arm.values()))


def test_the_boundaries_of_the_closed_pack(files: Files, closed: Pack) -> None:
    hit: dict[str, set[str]] = {"related": set(), "special": set()}
    for event in files.events:
        began = files.infused[event["participant"]]
        if not began or event["serious"] != "1":
            continue
        days = (date.fromisoformat(event["onset"]) - date.fromisoformat(began)).days
        if 0 <= days <= 30:
            hit["special"] |= {event["participant"]} if event["category"] in SPECIAL else set()
            hit["related"] |= {event["participant"]} if event["causality"] == "possible" else set()
    printed = cells(closed, "stopping")
    assert printed["Serious adverse event possibly related or more"] == (
        str(len(hit["related"])), "16", "3", "not reached"
    )  # fmt: skip
    assert printed["Serious event of special interest"][0] == str(len(hit["special"]))
    assert printed["Death from any cause"] == ("0", "16", "3", "not reached")


def test_a_vote_for_the_arms_names_them(files: Files) -> None:
    named = pack.closed_pack(read_cut(files.folder), SETTING, masked=False)
    assert cells(named, "exposure")["Mesenchymal stem cells"][:2] == ("16", "20")
    assert "Infusion reaction" in cells(named, "ae_by_category")
    reasons = Counter(row["reason_not_treated"] for row in files.rows("treatment"))
    assert cells(named, "not_treated")["Poor cell growth"][0] == str(reasons["poor_growth"])


def test_grades_and_who_left_in_the_closed_pack(files: Files, closed: Pack) -> None:
    for label, grade in cells(closed, "ae_by_grade").items():
        mine = [e for e in files.events if label in {"Any", GRADES[e["severity"]]}]
        for arm, (who, _, events) in (("control", grade[0:3]), ("cells", grade[3:6])):
            here = [e for e in mine if files.received[e["participant"]] == arm]
            assert (who, events) == (str(people(here)), str(len(here)))
    left = {"Withdrew from follow-up", "Lost to follow-up"}
    for label, (a, _, b, _) in cells(closed, "discontinuations").items():
        kinds = left if label == "Any" else {label}
        counts = Counter(files.arm[p["participant"]] for p in files.people
                         if files.status(p) in kinds)  # fmt: skip
        assert (a, b) == (str(counts["control"]), str(counts["cells"]))


def test_numbers_at_risk_of_the_closed_pack(files: Files, closed: Pack) -> None:
    shown = table(closed, "time_to_death_at_risk")
    days = [int(head.removeprefix("day ")) for head in shown.columns[2:]]
    for label, _, *printed in shown.rows:
        arm = "control" if label == f"Group {CONTROL}" else "cells"
        watched = []
        for person in files.people:
            if files.arm[person["participant"]] == arm:
                ends = [person[name] for name in ("died_on", "withdrawn_on", "lost_on")]
                last = min([*(day for day in ends if day), "2029-12-31"])
                start = date.fromisoformat(person["randomized_on"])
                watched.append((date.fromisoformat(last) - start).days)
        assert printed == [str(sum(one >= day for one in watched)) for day in days]


COMPUTED = {
    "open": {
        "screening", "status", "enrolment_pace", "enrolment_site", "enrolment_period", "changes",
        "deviations", "baseline", "baseline_sex", "baseline_side_of_the_infarct",
        "baseline_arterial_territory", "baseline_intravenous_thrombolysis",
        "baseline_mechanical_thrombectomy", "baseline_mrs_grade_before_this_stroke", "exposure",
        "doses", "visits", "forms", "outcomes", "queries", "sdv", "ae_by_category", "ae_by_grade",
        "sae_by_category", "sae_listing", "ae_listing", "deaths",
    },
    "closed": {
        "status", "discontinuations", "baseline", "baseline_words", "exposure", "ae_by_category",
        "ae_by_grade", "related", "special_interest", "sae_by_category", "sae_listing", "deaths",
        "time_to_sae_at_risk", "time_to_death_at_risk", "stopping",
    },
}  # fmt: skip


def test_no_table_stands_in_a_pack_that_is_not_computed_here_or_beside(
    opened: Pack, closed: Pack
) -> None:
    """The rules' own tables are compared with exact binomials in tests/safety."""
    for kind, of in (("open", opened), ("closed", closed)):
        found = {one.name for one in of.tables if not one.name.startswith("rule_")}
        assert found <= COMPUTED[kind]
        assert COMPUTED[kind] - found <= {"changes"}
        assert all(one.notes for one in of.tables)


def test_listings_of_the_open_pack(files: Files, opened: Pack) -> None:
    for name, flag in (("sae_listing", "1"), ("ae_listing", "0")):
        mine = [e for e in files.events if e["serious"] == flag]
        rows = table(opened, name).rows
        assert [row[:3] for row in rows] == [
            (e["participant"], e["ae_number"], e["onset"]) for e in mine
        ]
        outcomes = Counter(e["outcome"] for e in mine)
        for row, event in zip(rows, mine, strict=True):
            assert row[3] in {MARK, event["outcome"].capitalize(), event["outcome"]}
            assert row[3] == MARK or outcomes[event["outcome"]] >= LEAST
    assert table(opened, "deaths").rows == ()
