"""Every instrument the product knows, by form code. Pure: nothing here imports Django."""

from types import MappingProxyType

from outcomes.scales.barthel import BI20, BI100
from outcomes.scales.base import Instrument, Scale, Sheet
from outcomes.scales.demographics import DEMOGRAPHICS
from outcomes.scales.fugl_meyer import FMA
from outcomes.scales.imaging import FMRI, LESION
from outcomes.scales.mrs import MRS, SMRSQ
from outcomes.scales.nihss import NIHSS
from outcomes.scales.rehabilitation import REHABILITATION
from outcomes.scales.vital_signs import VITAL_SIGNS

SCALES: tuple[Scale, ...] = (NIHSS, BI100, MRS, FMA, BI20, SMRSQ)
SHEETS: tuple[Sheet, ...] = (FMRI, LESION, REHABILITATION, DEMOGRAPHICS, VITAL_SIGNS)
INSTRUMENTS = MappingProxyType[str, Instrument](
    {instrument.code: instrument for instrument in (*SCALES, *SHEETS)}
)
