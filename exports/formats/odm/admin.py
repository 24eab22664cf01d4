"""Who did and signed things, and where: ODM's ``AdminData``. Pure.

People stand in it by name and by the sites they work at, with no address and no telephone number.
"""

from __future__ import annotations

from collections.abc import Mapping

from exports.formats.odm import keys
from exports.formats.odm.acts import People, Person
from exports.formats.xml_writer import XmlWriter
from trial.protocol import Protocol

LEGAL_REASON = (
    "The person who signs gives their password with the signature and means it to be as binding"
    " as one by hand."
)


def write(
    out: XmlWriter, plan: Protocol, people: People, meanings: Mapping[str, str], as_of: str
) -> None:
    """The ``AdminData`` element; ``as_of`` is the day of the cut (ISO 8601)."""
    study, _ = keys.study(plan)
    with out.element("AdminData", StudyOID=study):
        for person in people.persons:
            _user(out, person)
        sites = [(place.code, place.name, place.since or as_of) for place in people.places]
        coded = {place.code for place in people.places}
        for code, name, since in sites:
            _location(out, plan, keys.location(code, coded), (name, "Site"), since)
        central = ("Coordination of the trial", "Other")
        _location(out, plan, keys.location("", coded), central, as_of)
        for meaning, words in meanings.items():
            with out.element("SignatureDef", OID=f"SD.{meaning}", Methodology="Electronic"):
                out.text("Meaning", words)
                out.text("LegalReason", LEGAL_REASON)


def _user(out: XmlWriter, person: Person) -> None:
    kind = "Investigator" if person.investigator else "Other"
    with out.element("User", OID=keys.user(person.pk), UserType=kind):
        if person.login:
            out.text("LoginName", person.login)
        out.text("FullName", person.name)
        for site in person.sites:
            out.empty("LocationRef", LocationOID=keys.location(site, person.sites))


def _location(
    out: XmlWriter, plan: Protocol, oid: str, called: tuple[str, str], since: str
) -> None:
    name, kind = called
    study, version = keys.study(plan)
    with out.element("Location", OID=oid, Name=name, LocationType=kind):
        out.empty(
            "MetaDataVersionRef",
            StudyOID=study,
            MetaDataVersionOID=version,
            EffectiveDate=since,
        )
