"""TA, TE, TV, TI and TS: the trial as its protocol declares it. Pure.

A blinded cut has neither TA nor TE, and in TV no visit that only some arms have: the design is
public, but what is not in the file cannot be joined to anybody by mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from exports.errors import UnfitForFormat
from exports.formats import short_names
from exports.formats.cdisc import terms
from exports.formats.cdisc.dates import SCREENING, TREATMENT
from exports.formats.cdisc.model import CodeList, Dataset, Row, Value, Variable, assigned
from exports.formats.cdisc.persons import Setting
from exports.formats.cdisc.words import LONGEST, plain
from exports.formats.sdtm.demographics import arm_code, arm_lists
from trial.protocol import VisitPlan

_ELEMENT = 8
SCREENING_ELEMENT = "SCRN"
_ANCHORS = {"index": "the index event", "infusion": "the infusion"}


@dataclass(frozen=True)
class TrialDomain:
    """A domain about the trial: what it is, and its rows."""

    dataset: Dataset
    rows: Callable[[Setting, int], Iterable[Row]]


def domains(setting: Setting) -> Iterator[TrialDomain]:
    """The domains of this cut; the rows are asked for with the number of randomized people."""
    if not setting.blinded:
        yield TrialDomain(_trial_arms(setting), _arm_rows)
        yield TrialDomain(_trial_elements(), _element_rows)
    yield TrialDomain(_trial_visits(setting), _visit_rows)
    yield TrialDomain(_criteria(), _criterion_rows)
    yield TrialDomain(_summary(), _summary_rows)


def _front() -> tuple[Variable, ...]:
    return (
        assigned("STUDYID", "Study Identifier", key=1, mandatory=True),
        assigned("DOMAIN", "Domain Abbreviation", mandatory=True),
    )


def _planned(
    name: str,
    label: str,
    *,
    codes: CodeList | None = None,
    key: int = 0,
    mandatory: bool = False,
) -> Variable:
    return assigned(name, label, codes=codes, key=key, mandatory=mandatory, origin="Protocol")


def _number(name: str, label: str, *, key: int) -> Variable:
    return assigned(name, label, "integer", key=key, mandatory=True)


def _trial_arms(setting: Setting) -> Dataset:
    names, codes = arm_lists(setting)
    return Dataset(
        "TA", "Trial Arms", "TRIAL DESIGN", "One record per planned element per arm",
        (
            *_front(),
            _planned("ARMCD", "Planned Arm Code", codes=codes, key=2, mandatory=True),
            _planned("ARM", "Description of Planned Arm", codes=names, mandatory=True),
            _number("TAETORD", "Planned Order of Element within Arm", key=3),
            assigned("ETCD", "Element Code", mandatory=True),
            _planned("ELEMENT", "Description of Element"),
            _planned("TABRANCH", "Branch"),
            assigned("EPOCH", "Epoch", codes=terms.EPOCH, mandatory=True),
        ),
        trial_level=True,
    )  # fmt: skip


def elements(setting: Setting) -> dict[str, str]:
    """The code of the element that follows randomization, by arm."""
    wanted = [arm_code(arm.code) for arm in setting.plan.arms]
    short = short_names.names([SCREENING_ELEMENT, *wanted], _ELEMENT)
    return {arm.code: short[name] for arm, name in zip(setting.plan.arms, wanted, strict=True)}


def _arm_rows(setting: Setting, _: int) -> Iterator[Row]:
    codes = elements(setting)
    for arm in setting.plan.arms:
        front = {
            "STUDYID": setting.study, "DOMAIN": "TA", "ARMCD": arm_code(arm.code),
            "ARM": plain(arm.label),
        }  # fmt: skip
        yield {
            **front, "TAETORD": 1, "ETCD": SCREENING_ELEMENT, "ELEMENT": "Screening",
            "TABRANCH": f"Randomized to {plain(arm.label)}", "EPOCH": SCREENING,
        }  # fmt: skip
        yield {
            **front, "TAETORD": 2, "ETCD": codes[arm.code], "ELEMENT": plain(arm.label),
            "EPOCH": TREATMENT,
        }  # fmt: skip


def _trial_elements() -> Dataset:
    return Dataset(
        "TE", "Trial Elements", "TRIAL DESIGN", "One record per planned element",
        (
            *_front(),
            assigned("ETCD", "Element Code", key=2, mandatory=True),
            _planned("ELEMENT", "Description of Element", mandatory=True),
            _planned("TESTRL", "Rule for Start of Element", mandatory=True),
            _planned("TEENRL", "Rule for End of Element"),
        ),
        trial_level=True,
    )  # fmt: skip


def _element_rows(setting: Setting, _: int) -> Iterator[Row]:
    front = {"STUDYID": setting.study, "DOMAIN": "TE"}
    yield {
        **front, "ETCD": SCREENING_ELEMENT, "ELEMENT": "Screening", "TESTRL": "Informed consent",
        "TEENRL": "Randomization",
    }  # fmt: skip
    codes = elements(setting)
    for arm in setting.plan.arms:
        yield {
            **front, "ETCD": codes[arm.code], "ELEMENT": plain(arm.label),
            "TESTRL": "Randomization", "TEENRL": "End of participation",
        }  # fmt: skip


def _trial_visits(setting: Setting) -> Dataset:
    arms = () if setting.blinded else (_planned("ARMCD", "Planned Arm Code", key=3),)
    return Dataset(
        "TV", "Trial Visits", "TRIAL DESIGN", "One record per planned visit",
        (
            *_front(),
            assigned("VISITNUM", "Visit Number", "float", key=2, mandatory=True),
            _planned("VISIT", "Visit Name"),
            *arms,
            _planned("TVSTRL", "Visit Start Rule", mandatory=True),
        ),
        trial_level=True,
        comment="Planned days count from the event each rule names, not from randomization, so"
        " there is no VISITDY.",
    )  # fmt: skip


def _visit_rows(setting: Setting, _: int) -> Iterator[Row]:
    for visit in setting.visits:
        if visit.repeatable:
            continue
        row: dict[str, Value] = {
            "STUDYID": setting.study,
            "DOMAIN": "TV",
            "VISITNUM": setting.visit_number(visit.code, ""),
            "VISIT": plain(visit.label),
            "TVSTRL": start_rule(setting, visit),
        }
        if setting.blinded:
            yield row
            continue
        for arm in visit.only_arms or ("",):
            yield {**row, "ARMCD": arm_code(arm)}


def start_rule(setting: Setting, visit: VisitPlan) -> str:
    """When a visit takes place, in words."""
    anchor = setting.plan.index_event if visit.anchor == "index" else _ANCHORS[visit.anchor]
    window = f"{visit.window.before} days before to {visit.window.after} days after"
    return plain(f"Day {visit.day or 0} after {anchor}; window {window}")


def _criteria() -> Dataset:
    return Dataset(
        "TI", "Trial Inclusion/Exclusion Criteria", "TRIAL DESIGN", "One record per criterion",
        (
            *_front(),
            _planned("IETESTCD", "Incl/Excl Criterion Short Name", key=2, mandatory=True),
            _planned("IETEST", "Inclusion/Exclusion Criterion", mandatory=True),
            _planned("IECAT", "Inclusion/Exclusion Category", codes=terms.CRITERION_CATEGORY,
                     mandatory=True),
            _planned("TIVERS", "Protocol Criteria Versions"),
        ),
        trial_level=True,
    )  # fmt: skip


def _criterion_rows(setting: Setting, _: int) -> Iterator[Row]:
    for one in setting.plan.criteria:
        if len(one.text) > LONGEST:
            raise UnfitForFormat("ti", "IETEST", f"the criterion {one.code} is over 200 characters")
        yield {
            "STUDYID": setting.study, "DOMAIN": "TI", "IETESTCD": one.code,
            "IETEST": plain(one.text), "IECAT": one.kind.upper(), "TIVERS": setting.plan.version,
        }  # fmt: skip


# What CDISC calls each parameter of the trial.
_PARAMETERS = {
    "ACTSUB": "Actual Number of Subjects",
    "DCUTDESC": "Data Cutoff Description",
    "DCUTDTC": "Data Cutoff Date",
    "INDIC": "Trial Disease/Condition Indication",
    "NARMS": "Planned Number of Arms",
    "PLANSUB": "Planned Number of Subjects",
    "RANDOM": "Trial is Randomized",
    "REGID": "Registry Identifier",
    "STRATFCT": "Stratification Factor",
    "TITLE": "Trial Title",
}


def _summary() -> Dataset:
    # The parameters are CDISC's; their concept codes are not carried here.
    codes = terms.own("TSPARMCD", "Trial Summary Parameter Code", _PARAMETERS.items())
    names = terms.own("TSPARM", "Trial Summary Parameter", ((b, a) for a, b in _PARAMETERS.items()))
    return Dataset(
        "TS", "Trial Summary", "TRIAL DESIGN", "One record per trial summary parameter value",
        (
            *_front(),
            _number("TSSEQ", "Sequence Number", key=3),
            assigned("TSPARMCD", "Trial Summary Parameter Short Name", codes=codes, key=2,
                     mandatory=True),
            assigned("TSPARM", "Trial Summary Parameter", codes=names, mandatory=True),
            _planned("TSVAL", "Parameter Value"),
        ),
        trial_level=True,
        comment="Names of parameters as CDISC publishes them, without concept codes.",
    )  # fmt: skip


def _summary_rows(setting: Setting, randomized: int) -> Iterator[Row]:
    plan = setting.plan
    facts: dict[str, list[str]] = {
        "ACTSUB": [str(randomized)],
        "DCUTDESC": ["Everything recorded by the instant of the data cut"],
        "DCUTDTC": [setting.as_of],
        "INDIC": [plain(plan.safety.indication)] if plan.safety.indication else [],
        "NARMS": [str(len(plan.arms))],
        "PLANSUB": [str(plan.planned)],
        "RANDOM": ["Y"],
        "REGID": [plain(plan.registry_id)],
        "STRATFCT": [plain(factor.label) for factor in plan.factors],
        "TITLE": [plain(plan.title)],
    }
    for code, values in facts.items():
        for number, value in enumerate(values, start=1):
            yield {
                "STUDYID": setting.study, "DOMAIN": "TS", "TSSEQ": number, "TSPARMCD": code,
                "TSPARM": _PARAMETERS[code], "TSVAL": value,
            }  # fmt: skip
