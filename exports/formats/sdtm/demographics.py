"""DM: one row a participant. Pure.

In a blinded cut every arm variable is empty, and so is the reason why of whoever was randomized:
CDISC has no term for an arm that is known and withheld. A comment in define.xml says it. Who was
not randomized has the reason in any cut; that tells no arm.
"""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats.cdisc import terms
from exports.formats.cdisc.model import (
    SUPPLEMENT,
    CodeList,
    Dataset,
    Row,
    Variable,
    assigned,
    derived,
)
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.sdtm.domains import Domain, Qualifier, identifiers
from exports.formats.sdtm.visits import HISTORY, answers

TABLES = frozenset({"participants", "visits", "allocation", "treatment", HISTORY})
WITHHELD = "Empty for everybody who was randomized: this cut is blinded."
_END = (
    "The day of death, of withdrawal from follow-up or of the last contact before loss; otherwise"
    " that of the last visit or infusion in the cut."
)


def domain(setting: Setting, qualifiers: tuple[Qualifier, ...]) -> Domain:
    """DM; ``qualifiers`` are answers about the person that DM has no variable for."""
    comment = WITHHELD if setting.blinded else ""
    variables = (
        *identifiers("DM", sequence=False),
        assigned("SUBJID", "Subject Identifier for the Study", mandatory=True),
        *_times(comment),
        *_person(),
        *_arms(setting, comment),
        assigned("COUNTRY", "Country", mandatory=True),
    )
    dataset = Dataset("DM", "Demographics", "SPECIAL PURPOSE", "One record per subject", variables)
    stratum = Qualifier("STRATUM", "Stratum of the Randomization", "Derived")
    return Domain(dataset, rows, (*qualifiers, stratum), TABLES)


def _times(comment: str) -> tuple[Variable, ...]:
    first, last = "Date/Time of First Study Treatment", "Date/Time of Last Study Treatment"
    dead = "Y where there is a date of death."
    return (
        derived("RFSTDTC", "Subject Reference Start Date/Time", "date", "Day of randomization."),
        derived("RFENDTC", "Subject Reference End Date/Time", "date", _END),
        derived("RFXSTDTC", first, "date", "EX.EXSTDTC", comment=comment),
        derived("RFXENDTC", last, "date", "EX.EXENDTC", comment=comment),
        Variable("RFICDTC", "Date/Time of Informed Consent", "date"),
        derived("RFPENDTC", "Date/Time of End of Participation", "date", _END),
        Variable("DTHDTC", "Date/Time of Death", "date"),
        derived("DTHFL", "Subject Death Flag", "text", dead, codes=terms.Y_ONLY),
    )


def _person() -> tuple[Variable, ...]:
    return (
        assigned("SITEID", "Study Site Identifier", mandatory=True),
        Variable("BRTHDTC", "Date/Time of Birth", "date", comment="Only the year is collected."),
        derived("AGE", "Age", "integer", "Year of consent less year of birth."),
        assigned("AGEU", "Age Units", codes=terms.AGEU),
        Variable("SEX", "Sex", codes=terms.SEX, mandatory=True),
        assigned("RACE", "Race", comment="Not collected.", origin="Not Available"),
    )


def _arms(setting: Setting, comment: str) -> tuple[Variable, ...]:
    names, codes = (None, None) if setting.blinded else arm_lists(setting)
    why = (
        "SCREEN FAILURE if randomization did not follow and a criterion is not met, NOT ASSIGNED if"
        " it did not follow otherwise; ASSIGNED, NOT TREATED without an infusion in an arm that"
        " has one."
    )
    return (
        assigned("ARMCD", "Planned Arm Code", codes=codes, comment=comment),
        assigned("ARM", "Description of Planned Arm", codes=names, comment=comment),
        assigned("ACTARMCD", "Actual Arm Code", codes=codes, comment=comment),
        assigned("ACTARM", "Description of Actual Arm", codes=names, comment=comment),
        derived(
            "ARMNRS",
            "Reason Arm and/or Actual Arm is Null",
            "text",
            why.partition(";")[0] + "." if setting.blinded else why,
            codes=terms.ARM_NULL,
            comment=comment,
        ),
    )


def arm_lists(setting: Setting) -> tuple[CodeList, CodeList]:
    """The arms by name and by code."""
    arms = setting.plan.arms
    return (
        terms.own("ARM", "Arm", ((plain(arm.label), arm.label) for arm in arms)),
        terms.own("ARMCD", "Arm Code", ((arm_code(arm.code), arm.label) for arm in arms)),
    )


def arm_code(code: str) -> str:
    """ARMCD of an arm."""
    return code.upper()


def rows(person: Person) -> Iterator[Row]:
    """The one row."""
    facts = person.facts
    infused = person.one("treatment").get("infused_on", "")
    end = ended_on(person, infused)
    yield {
        "SUBJID": person.code,
        "RFSTDTC": person.reference,
        "RFENDTC": end if person.reference else "",
        "RFXSTDTC": infused,
        "RFXENDTC": infused,
        "RFICDTC": facts["consented_on"],
        "RFPENDTC": end,
        "DTHDTC": facts["died_on"],
        "DTHFL": "Y" if facts["died_on"] else "",
        "SITEID": facts["site"],
        "BRTHDTC": facts["year_of_birth"],
        "AGE": int(facts["age_at_consent"]) if facts["age_at_consent"] else None,
        "AGEU": "YEARS" if facts["age_at_consent"] else "",
        "SEX": facts["sex"],
        "COUNTRY": person.setting.countries[facts["site"]],
        **arms_of(person),
        f"{SUPPLEMENT}.STRATUM": facts["stratum"],
        **answers(person.setting, person.one(HISTORY), of_the_event=False),
    }


def ended_on(person: Person, infused: str) -> str:
    """The last day the person is known to have taken part."""
    facts = person.facts
    ended = facts["died_on"] or facts["withdrawn_on"] or facts["lost_on"]
    seen = [row["actual_on"] for row in person.rows("visits")]
    return ended or max([*seen, infused])


def arms_of(person: Person) -> dict[str, str]:
    """The arm variables."""
    if not person.reference:
        ineligible = person.facts["eligible"] == "0"
        return {"ARMNRS": "SCREEN FAILURE" if ineligible else "NOT ASSIGNED"}
    if person.setting.blinded:
        return {}
    plan = person.setting.plan
    planned = plan.arm(person.one("allocation")["arm"])
    given = person.one("treatment")
    found = {"ARMCD": arm_code(planned.code), "ARM": plain(planned.label)}
    if planned.product and not given.get("infused_on"):
        return {**found, "ARMNRS": "ASSIGNED, NOT TREATED"}
    actual = plan.arm(given["received"])
    return {**found, "ACTARMCD": arm_code(actual.code), "ACTARM": plain(actual.label)}
