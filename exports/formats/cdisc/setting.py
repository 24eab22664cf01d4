"""What the builders of a cut's data sets may know, from the protocol in force and the forms."""

from __future__ import annotations

from collections.abc import Mapping

from exports import catalogue
from exports.formats.cdisc.countries import alpha_3
from exports.formats.cdisc.persons import Setting
from exports.formats.frozen import Frozen
from outcomes.fields import InstrumentAnswers
from trial import protocol


def of(frozen: Frozen, sites: Mapping[str, str]) -> Setting:
    """The setting of a cut; ``sites`` has the country of each site, in two letters.

    Raises:
        UnfitForFormat: a site's country is not known in three letters.
    """
    return Setting(
        plan=protocol.current(),
        blinded=frozen.blinded,
        as_of=frozen.as_of.date().isoformat(),
        countries=alpha_3(sites),
        instruments={
            spec.code: spec.model.instrument
            for spec in catalogue.forms(blinded=frozen.blinded)
            if issubclass(spec.model, InstrumentAnswers)
        },
    )
