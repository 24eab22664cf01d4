"""One table per instrument. What is in it stands in ``outcomes/scales``."""

# The base of every table is made from its declaration while the module loads.
# mypy: disable-error-code="misc"

from outcomes.fields import scale_record
from outcomes.scales.barthel import BI20, BI100
from outcomes.scales.demographics import DEMOGRAPHICS
from outcomes.scales.fugl_meyer import FMA
from outcomes.scales.imaging import FMRI, LESION
from outcomes.scales.mrs import MRS, SMRSQ
from outcomes.scales.nihss import NIHSS
from outcomes.scales.rehabilitation import REHABILITATION
from outcomes.scales.vital_signs import VITAL_SIGNS


class NihssRecord(scale_record(NIHSS)):
    """NIH Stroke Scale at one visit."""


class BarthelRecord(scale_record(BI100)):
    """Barthel Index, 0-100, at one visit."""


class MrsRecord(scale_record(MRS)):
    """Modified Rankin Scale at one visit."""


class FuglMeyerRecord(scale_record(FMA)):
    """Fugl-Meyer Assessment at one visit."""


class Barthel20Record(scale_record(BI20)):
    """Barthel Index, 0-20, at one visit."""


class SmrsqRecord(scale_record(SMRSQ)):
    """Simplified mRS questionnaire at one visit."""


class FmriRecord(scale_record(FMRI)):
    """Motor-cortex activity in the passive wrist task at one visit."""


class LesionRecord(scale_record(LESION)):
    """Infarct volume at one visit."""


class RehabilitationRecord(scale_record(REHABILITATION)):
    """Rehabilitation delivered up to one visit."""


class DemographicsRecord(scale_record(DEMOGRAPHICS)):
    """Demographics and stroke history of one participant."""


class VitalSignsRecord(scale_record(VITAL_SIGNS)):
    """Vital signs at one visit."""
