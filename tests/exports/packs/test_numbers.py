"""Every number of both packs, computed once more from the cut's CSV files, by plain loops."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from statistics import median

import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.cut import read_cut
from analysis.tables import Table, fixed
from exports.packs.figures import pack
from exports.packs.figures.pack import Pack
from exports.packs.figures.suppressing import LEAST, MARK
from tests.exports.packs.made_cut import CATEGORIES, GRADES, SETTING, pack_cut

pytestmark = pytest.mark.requirement("R-056")
Row = dict[str, str]
CELLS, CONTROL = "B", "A"


class Files:
    """The CSV files of a cut, and what follows from them at a glance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people = self.rows("participants")
        self.arm = {row["participant"]: row["arm"] for row in self.rows("allocation")}
        self.received = {row["participant"]: row["received"] for row in self.rows("treatment")}
        self.infused = {row["participant"]: row["infused_on"] for row in self.rows("treatment")}
        self.events = self.rows("adverse_events")
        self.visits = self.rows("visits")

    def rows(self, name: str) -> list[Row]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def status(self, person: Row) -> str:
        last = [v for v in self.visits
                if v["participant"] == person["participant"] and v["visit"] == "M24"]  # fmt: skip
        if person["died_on"]:
            return "Died"
        if last[0]["status"] == "done":
            return "Completed the last visit"
        if person["withdrawn_on"]:
            return "Withdrew from follow-up"
        return "Lost to follow-up" if person["lost_on"] else "In follow-up"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(pack_cut(tmp_path_factory.mktemp("packs") / "cut"))


@pytest.fixture(scope="module")
def opened(files: Files) -> Pack:
    return pack.open_pack(read_cut(files.folder), SETTING, [])


@pytest.fixture(scope="module")
def closed(files: Files) -> Pack:
    return pack.closed_pack(read_cut(files.folder), SETTING, masked=True)


def table(of: Pack, name: str) -> Table:
    return next(one for one in of.tables if one.name == name)


def cells(of: Pack, name: str) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in table(of, name).rows}


def agrees(of: Pack, name: str, counts: Counter[str]) -> None:
    """A partition: what is printed is right, what is not is the rest and no small number."""
    total, printed = sum(counts.values()), cells(of, name)
    assert printed.pop("All") == (str(total), "100.0")
    held = {label: cell for label, cell in printed.items() if label.startswith("Held back")}
    rest = Counter(counts)
    for label, (n, share) in printed.items():
        if label not in held:
            assert (n, share) == (str(counts[label]), fixed(100 * counts[label] / total, 1)), label
            assert rest.pop(label) >= LEAST
    assert sum(rest.values()) == sum(int(n) for n, _ in held.values())
    assert len(rest) != 1
    assert min(counts.values()) >= LEAST or held


def exact(count: int, of: int) -> str:
    low, high = proportion_confint(count, of, method="beta")
    low, high = (0.0 if count == 0 else low), (1.0 if count == of else high)
    return f"{fixed(100 * count / of, 1)} ({fixed(100 * low, 1)} to {fixed(100 * high, 1)})"


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


def test_visits_forms_and_deviations_of_the_open_pack(files: Files, opened: Pack) -> None:
    seen = [row for row in files.visits if row["visit"] != "INF"]
    for label, code in (("Inclusion", "V0"), ("2 months", "M2"), ("2 years", "M24")):
        mine = [row for row in seen if row["visit"] == code]
        if label not in cells(opened, "visits"):
            continue
        due = sum(row["window_to"] <= "2029-12-31" for row in mine)
        done = sum(row["status"] == "done" for row in mine)
        assert cells(opened, "visits")[label][:2] == (str(due), str(done))
    deviations = cells(opened, "deviations")
    late = sum(row["out_of_window"] == "1" for row in seen)
    assert deviations["Visits outside their window"] == (str(late), f"{len(seen)} visits")
    assert deviations["Visits missed"][0] == MARK
    wanted = {(row["participant"], row["visit"]) for row in seen
              if row["visit"] in {"V0", "M6"} and row["window_to"] <= "2029-12-31"}  # fmt: skip
    complete = [row for row in files.rows("nihss") if row["status"] == "complete"
                and (row["participant"], row["visit"]) in wanted]  # fmt: skip
    assert cells(opened, "forms")["nihss"][:2] == (str(len(wanted)), str(len(complete)))


def veiled(event: Row) -> str:
    if event["category"] in {"infusion_reaction", "other"}:
        return "Other, or what only some participants can have"
    return CATEGORIES[event["category"]]


def people(events: Iterable[Row]) -> int:
    return len({event["participant"] for event in events})


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
    assert [row[1:] for row in table(closed, "deaths").rows] == [
        (person["participant"], person["died_on"]) for person in died
    ]
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
