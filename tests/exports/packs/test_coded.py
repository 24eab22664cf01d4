"""Coded events stand under their system organ class and preferred term, the others as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.cut import read_cut
from analysis.tables import fixed
from exports.packs.figures import pack
from exports.packs.figures.pack import Pack
from exports.packs.figures.suppressing import LEAST, MARK
from tests.analysis.cut_builder import write_cut
from tests.exports.packs.made_cut import CATEGORIES, SETTING, pack_tables
from tests.exports.packs.reading import HELD, Files, Row, exact, people, table

pytestmark = pytest.mark.requirement("R-056")
OTHER = "Other, or what only some participants can have"
# Invented names: MedDRA's own are the sponsor's to load.
CODES = {
    "infection": [("Organ class one", "Term 1a"), ("Organ class one", "Term 1b")],
    "fall": [("Organ class two", "Term 2")],
    "infusion_reaction": [("Organ class three", "Term 3")],
}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The cut with infections, falls and reactions coded."""
    tables = pack_tables()
    for number, row in enumerate(tables["adverse_events.csv"]):
        terms = CODES.get(row["category"], [("", "")])
        row["soc"], row["pt"] = terms[number % 3 == 0 and len(terms) > 1]
    return Files(write_cut(tmp_path_factory.mktemp("coded") / "cut", tables))


@pytest.fixture(scope="module")
def opened(coded: Files) -> Pack:
    return pack.open_pack(read_cut(coded.folder), SETTING, [])


def heading(event: Row, other: str) -> tuple[str, str]:
    """The organ class or the category, and the term of an event."""
    if event["category"] in {"infusion_reaction", "other"}:
        return other, ""
    return (event["soc"] or CATEGORIES[event["category"]]), event["pt"]


@pytest.mark.parametrize(
    ("name", "serious"), [("ae_by_category", False), ("sae_by_category", True)]
)
def test_the_open_pack_counts_both_levels_and_holds_small_terms_back(
    coded: Files, opened: Pack, name: str, *, serious: bool
) -> None:
    chosen = [e for e in coded.events if not serious or e["serious"] == "1"]
    shown, soc = set(), ""
    for label, who, share, count in table(opened, name).rows:
        if label.strip() == HELD or label == "Any":
            continue
        deeper = label.startswith("  ")
        soc = soc if deeper else label
        mine = [e for e in chosen if heading(e, OTHER)[0] == soc
                and (not deeper or heading(e, OTHER)[1] == label.strip())]  # fmt: skip
        assert (who, count) == (str(people(mine)), str(len(mine)))
        assert share == fixed(100 * people(mine) / len(coded.people), 1)
        assert people(mine) >= LEAST
        shown.add(label)
    if not serious:
        assert {"Organ class one", "  Term 1a", "  Term 1b"} <= shown
    assert "Organ class three" not in shown
    assert "Term 3" not in str(opened.sections)


def test_what_is_held_back_of_an_organ_class_is_no_small_number(coded: Files, opened: Pack) -> None:
    for name in ("ae_by_category", "sae_by_category"):
        rows = table(opened, name).rows
        for place, row in enumerate(rows):
            inside = []
            for later in rows[place + 1 :]:
                if not later[0].startswith("  "):
                    break
                inside.append(later)
            if not row[0].startswith("  ") and inside:
                told = sum(int(one[3]) for one in inside if one[3] != MARK)
                assert int(row[3]) - told in {0} | set(range(LEAST, 99))


def test_the_closed_pack_counts_both_levels_by_treatment_received(coded: Files) -> None:
    closed = pack.closed_pack(read_cut(coded.folder), SETTING, masked=True)
    other, soc = "Other, or what only one group can have", ""
    found = table(closed, "ae_by_category")
    assert found.caption == "Adverse events by system organ class and preferred term"
    for label, a, a_share, a_events, b, b_share, b_events, _ in found.rows[1:]:
        deeper = label.startswith("  ")
        soc = soc if deeper else label
        mine = [e for e in coded.events if heading(e, other)[0] == soc
                and (not deeper or heading(e, other)[1] == label.strip())]  # fmt: skip
        for arm, of, cells in (("control", 15, (a, a_share, a_events)),
                               ("cells", 16, (b, b_share, b_events))):  # fmt: skip
            here = [e for e in mine if coded.received[e["participant"]] == arm]
            assert cells == (str(people(here)), exact(people(here), of), str(len(here)))
    labels = {row[0] for row in found.rows}
    assert {"Organ class one", "  Term 1a", "Organ class two", "  Term 2", other} <= labels
    assert "Organ class three" not in labels
    named = pack.closed_pack(read_cut(coded.folder), SETTING, masked=False)
    assert "  Term 3" in {row[0] for row in table(named, "ae_by_category").rows}


def test_uncoded_the_tables_are_by_category(closed: Pack) -> None:
    assert table(closed, "ae_by_category").caption == "Adverse events by category"
    assert not any(row[0].startswith("  ") for row in table(closed, "ae_by_category").rows)


def test_a_term_held_back_among_all_events_is_held_back_among_the_serious(tmp_path: Path) -> None:
    tables = pack_tables()
    falls = [row for row in tables["adverse_events.csv"] if row["category"] == "fall"]
    for row in falls:
        row["soc"], row["pt"] = "Organ class two", "Term 2a"
    alone = next(row for row in falls if not row["serious"])
    alone["pt"] = "Term 2b"
    for row in tables["adverse_events.csv"]:
        if row not in falls:
            row["soc"], row["pt"], row["category"] = "", "", "infection"
    made = pack.open_pack(read_cut(write_cut(tmp_path / "cut", tables)), SETTING, [])
    assert people(row for row in falls if row["serious"]) >= LEAST
    for name in ("ae_by_category", "sae_by_category"):
        labels = [row[0] for row in table(made, name).rows]
        assert f"  {HELD}" in labels
        assert "  Term 2a" not in labels
