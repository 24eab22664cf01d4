"""Each declared scale against the reference facts: it ..."""

from typing import Any

import pytest

from outcomes.scales import INSTRUMENTS, SCALES, SHEETS
from outcomes.scales.base import ODD_RULE, Branch, Cond, Number, Scale, Tree

from .reference import by_sdtm, reference

EACH_SCALE = pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.code)

RULES_ELSEWHERE = {
    "NIHSS-C9": "compares visits: an edit check",
    "NIHSS-C10": "compares visits: an edit check",
    "NIHSS-C11": "an eligibility criterion of the protocol",
    "MRS-C2": "compares two forms: an edit check",
    "MRS-C3": "compares two forms: an edit check",
    "MRS-C4": "compares two forms: an edit check",
    "FMA-C6": "compares two forms: an edit check",
    "FMA-C7": "compares visits: an edit check",
    "BIC1": "cannot be broken: every option is a multiple of 5",
    "BCC1": "cannot be broken: every option is a whole number",
    "BIC4": "cannot be broken: mobility is one item with one value",
    "BCC4": "cannot be broken: mobility is one item with one value",
}


def test_it_lists_eleven_forms_by_code() -> None:
    assert tuple(INSTRUMENTS) == (
        "nihss", "barthel", "mrs", "fma", "bi20", "smrsq",
        "fmri", "lesion", "rehab", "demographics", "vitals",
    )  # fmt: skip
    assert len(SCALES) + len(SHEETS) == len(INSTRUMENTS)


@EACH_SCALE
def test_it_has_the_reference_items_in_order(scale: Scale) -> None:
    facts = reference()[scale.code]["items"]
    assert [item.sdtm for item in scale.items] == [fact["code"] for fact in facts]


@EACH_SCALE
def test_it_allows_the_reference_values(scale: Scale) -> None:
    facts = {fact["code"]: fact for fact in reference()[scale.code]["items"]}
    for item in scale.items:
        fact = facts[item.sdtm]
        levels = [level["value"] for level in fact["levels"]]
        assert list(item.points) == fact.get("allowed", levels) == levels, item.name


@EACH_SCALE
def test_it_allows_untestable_with_the_reference_reasons_only(scale: Scale) -> None:
    facts = {fact["code"]: fact["untestable_code"] for fact in reference()[scale.code]["items"]}
    for item in scale.items:
        fact = facts[item.sdtm]
        assert list(item.untestable) == (fact["reason_options"] if fact else []), item.name


@EACH_SCALE
def test_it_carries_loinc_codes_where_verified_and_nowhere_else(scale: Scale) -> None:
    for fact in reference()[scale.code]["items"]:
        loinc = fact.get("loinc", {"verified": False})
        expected = loinc["code"] if loinc["verified"] else ""
        assert by_sdtm(scale)[fact["code"]].loinc == expected


@EACH_SCALE
def test_it_asks_a_question_under_the_reference_conditions(scale: Scale) -> None:
    items = by_sdtm(scale)
    for fact in reference()[scale.code]["items"]:
        conditions = _conditions(fact.get("ask_if", []), scale)
        asked = items[fact["code"]].ask_if
        assert ((asked,) if asked else ()) == conditions


@EACH_SCALE
def test_it_makes_each_total_from_the_reference_items(scale: Scale) -> None:
    totals = {total["code"]: total for total in reference()[scale.code]["totals"]}
    assert {score.sdtm for score in scale.scores} == set(totals)
    for score in scale.scores:
        total = totals[score.sdtm]
        assert list(scale.range_of(score.name)) == total["range"], score.name
        if isinstance(score, Tree):
            assert _tree(score.root, scale) == total["formula"]["tree"]
        else:
            made_of = [item.sdtm for item in scale.items_of(score.name)]
            assert made_of == _items_of_total(total, totals), score.name


@EACH_SCALE
def test_it_knows_which_way_is_recovery(scale: Scale) -> None:
    directions = {total["direction"] for total in reference()[scale.code]["totals"]}
    expected = {"lower": "higher is worse", "higher": "higher is better"}[scale.better]
    assert directions == {expected}


@EACH_SCALE
def test_it_declares_every_reference_rule_or_says_where_it_lives(scale: Scale) -> None:
    known = {rule.code for rule in scale.rules}
    facts = {fact["id"] for fact in reference()[scale.code]["edit_checks"]}
    assert facts == known | (facts & set(RULES_ELSEWHERE))
    assert not known & set(RULES_ELSEWHERE)


@EACH_SCALE
def test_it_declares_rules_with_the_reference_conditions_and_severity(scale: Scale) -> None:
    rules = {rule.code: rule for rule in scale.rules}
    for fact in reference()[scale.code]["edit_checks"]:
        if fact["id"] in RULES_ELSEWHERE:
            continue
        rule = rules[fact["id"]]
        assert rule.severity == fact["severity"], rule.code
        assert rule.exempt_untestable == fact.get("exempt_if_un", False), rule.code
        if "if" in fact:
            assert set(rule.when) == set(_conditions(fact["if"], scale)), rule.code
            assert set(rule.then) == set(_conditions(fact["then"], scale)), rule.code


@EACH_SCALE
def test_it_cites_its_source_and_licence(scale: Scale) -> None:
    assert scale.citation
    assert scale.licence
    assert scale.version


def test_it_names_every_column_so_that_a_database_can() -> None:
    for instrument in INSTRUMENTS.values():
        columns = (*instrument.columns(), *instrument.score_columns())
        assert max(len(column.name) for column in columns) <= 50
        names = [rule.name for rule in instrument.row_checks()]
        assert len(names) == len(set(names))
        assert all(len(name) <= 63 for name in names)


def test_it_has_rule_codes_that_fit_a_confirmation() -> None:
    for instrument in INSTRUMENTS.values():
        codes = [rule.code for rule in instrument.rules]
        codes += [
            f"{ODD_RULE}-{item.name}" for item in instrument.items if isinstance(item, Number)
        ]
        assert all(len(code) <= 30 for code in codes)


def test_it_uses_test_codes_of_at_most_eight_characters() -> None:
    for instrument in INSTRUMENTS.values():
        codes = [column.sdtm for column in instrument.columns() if column.sdtm]
        assert all(len(code) <= 8 for code in codes)
        assert len(codes) == len(set(codes))


def _conditions(facts: list[dict[str, Any]], scale: Scale) -> tuple[Cond, ...]:
    items = by_sdtm(scale)
    return tuple(Cond(items[fact["item"]].name, fact["op"], fact["value"]) for fact in facts)


def _items_of_total(total: dict[str, Any], totals: dict[str, Any]) -> list[str]:
    formula = total["formula"]
    if "items" in formula:
        return list(formula["items"])
    return [item for part in formula["totals"] for item in _items_of_total(totals[part], totals)]


def _tree(node: Branch | int, scale: Scale) -> Any:
    if isinstance(node, int):
        return node
    sdtm = next(item.sdtm for item in scale.items if item.name == node.item)
    return {"item": sdtm, "yes": _tree(node.yes, scale), "no": _tree(node.no, scale)}
