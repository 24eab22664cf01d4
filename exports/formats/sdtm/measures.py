"""What each form measures, as tests of a findings domain. Pure.

A test has the code its instrument declares; one without gets one by rule, and every code and name
that is not CDISC's is marked as the sponsor's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exports.formats import short_names
from exports.formats.cdisc import terms
from exports.formats.cdisc.persons import Setting
from exports.formats.cells import Cells
from outcomes.scales.base import Instrument
from outcomes.scales.items import Column

# By form. Whatever is not here and is scored is a questionnaire; what is not scored is ours.
DOMAINS: Mapping[str, str] = {
    "vitals": "VS",
    "nihss": "RS",
    "mrs": "RS",
    "barthel": "QS",
    "bi20": "QS",
    "smrsq": "QS",
    "fma": "FT",
    "fmri": "NV",
    "lesion": "NV",
    "demographics": "",
}
QUESTIONNAIRE, SPONSOR = "QS", "ZR"
_CODE, _NAME = 8, 40


@dataclass(frozen=True)
class Test:
    """One test: its column in the form, its code and name, and how to read an answer.

    ``untestable`` and ``reason`` are the columns that say why there is no answer.
    """

    __test__ = False

    form: str
    column: Column
    code: str
    name: str
    category: str
    untestable: str = ""
    reason: str = ""

    @property
    def computed(self) -> bool:
        """Whether it is a score and no answer."""
        return self.column.role == "score"


def domain_of(form: str, instrument: Instrument) -> str:
    """The domain a form's answers go into; empty for one that has none."""
    scored = bool(instrument.score_columns())
    return DOMAINS.get(form, QUESTIONNAIRE if scored else SPONSOR)


def by_domain(setting: Setting) -> dict[str, list[str]]:
    """The forms of each findings domain, in the order of the cut."""
    found: dict[str, list[str]] = {}
    for form, instrument in setting.instruments.items():
        if domain := domain_of(form, instrument):
            found.setdefault(domain, []).append(form)
    return found


def tests_of(setting: Setting, domain: str, forms: list[str]) -> dict[str, tuple[Test, ...]]:
    """The tests of each form of a domain, no code and no name twice among them."""
    columns = [(form, column) for form in forms for column in _columns(setting.instruments[form])]
    wanted = [
        column.sdtm or f"{form[:3]}{column.name}".replace("_", "").upper()
        for form, column in columns
    ]
    codes = short_names.names(wanted, _CODE)
    published = {code: name for code, name, _ in terms.VITAL_TESTS} if domain == "VS" else {}
    found: dict[str, list[Test]] = {form: [] for form in forms}
    for (form, column), long in zip(columns, wanted, strict=True):
        instrument = setting.instruments[form]
        marks = {one.role: one.name for one in instrument.columns() if one.item == column.name}
        found[form].append(
            Test(
                form,
                column,
                codes[long],
                published.get(codes[long]) or _name(codes[long], column),
                (instrument.short or instrument.code).upper(),
                marks.get("untestable", ""),
                marks.get("reason", ""),
            )
        )
    return {form: tuple(tests) for form, tests in found.items()}


def measured_on(instrument: Instrument, row: Cells) -> str:
    """The day of a measurement: the date the form asks for, else that of the assessment."""
    dated = (one.name for one in instrument.columns() if one.kind == "date" and row[one.name])
    return next((row[name] for name in dated), row["assessed_on"])


def _columns(instrument: Instrument) -> Iterator[Column]:
    """Answers and scores; a date is when something was measured, not what."""
    for column in (*instrument.columns(), *instrument.score_columns()):
        if column.role in {"answer", "score"} and column.kind != "date":
            yield column


def _name(code: str, column: Column) -> str:
    """The name of a test: its code in front, so that two like items are told apart."""
    plain = short_names.ascii_label(f"{code}-{column.label}", _NAME)
    return code if plain is None else plain
