"""What speaks for and against a batch: each release test of the protocol beside its result."""

from __future__ import annotations

from dataclasses import dataclass

from randomization.models import Product, Release, ReleaseResult
from trial import protocol
from trial.protocol import PENDING, ReleaseTest
from trial.selectors import digest

MISSING, PASSED, OUTSIDE = "missing", "passed", "outside"


@dataclass(frozen=True)
class Finding:
    """One test: its limits in words, its result in words, and whether it lets the batch through.

    ``state`` is ``"missing"``, ``"pending"``, ``"outside"`` or ``"passed"``.
    """

    test: ReleaseTest
    state: str
    limits: str
    result: str
    row: ReleaseResult | None

    @property
    def against(self) -> str:
        """Why the batch cannot be released, as a sentence; empty when the test is passed."""
        if self.state == PASSED:
            return ""
        if self.state == MISSING:
            return f"{self.test.label} has no result."
        if self.state == PENDING:
            return f"{self.test.label} is pending."
        return f"{self.test.label} is {self.result}, the protocol asks for {self.limits}."


def findings(product: Product) -> list[Finding]:
    """Every release test of the protocol for a batch, in its order; one query."""
    plan = protocol.current().product
    known = {row.test: row for row in product.results.all()}
    tests = plan.tests if plan else ()
    return [_finding(test, known.get(test.code), product.dose_millions) for test in tests]


def _finding(test: ReleaseTest, row: ReleaseResult | None, dose: int) -> Finding:
    return Finding(test, _state(test, row, dose), limits_words(test, dose), _result(test, row), row)


def _state(test: ReleaseTest, row: ReleaseResult | None, dose: int) -> str:
    if row is None:
        return MISSING
    if row.reading == PENDING:
        return PENDING
    if row.number is None:
        return PASSED if row.reading in test.passing else OUTSIDE
    least, most = test.limits(dose)
    within = (least is None or row.number >= least) and (most is None or row.number <= most)
    return PASSED if within else OUTSIDE


def limits_words(test: ReleaseTest, dose: int) -> str:
    """The limits of a test, as a person reads them."""
    if not test.measured:
        words = dict(test.readings)
        return " or ".join(words[code].lower() for code in test.passing)
    least, most = test.limits(dose)
    unit = f" {test.unit}" if test.unit else ""
    if least is None:
        return f"{most:g}{unit} or less"
    if most is None:
        return f"{least:g}{unit} or more"
    return f"{least:g} to {most:g}{unit}"


def _result(test: ReleaseTest, row: ReleaseResult | None) -> str:
    if row is None:
        return ""
    if row.number is not None:
        return f"{row.number.normalize():f}{f' {test.unit}' if test.unit else ''}"
    return {**dict(test.readings), PENDING: "Pending"}.get(row.reading, row.reading).lower()


def signed_digest(product: Product) -> str:
    """The hash of what a release signs: whose batch it is, its culture, harvest and results."""
    results = [
        (row.test, row.number, row.reading, row.tested_on)
        for row in sorted(product.results.all(), key=lambda row: row.test)
    ]
    return digest(
        {
            "participant": product.aspiration.participant.code,
            "sample": product.aspiration.sample,
            "batch": product.batch,
            "dose_millions": product.dose_millions,
            "culture": (product.culture_started_on, product.passages),
            "harvest": (product.harvested_on, product.cells_millions, product.viability_percent),
            "results": results,
        }
    )


def agreed_digest(release: Release) -> str:
    """The hash of what the physician agrees to: what was signed, and why all the same."""
    return digest([release.digest, release.justification])


def holds(release: Release) -> bool:
    """Whether the batch is still as it was when its release was signed."""
    return release.digest == signed_digest(release.product)


def agreed(release: Release) -> bool:
    """Whether nothing more is needed: within its limits, or agreed to as it stands."""
    if not release.out_of_specification:
        return True
    agreement = getattr(release, "agreement", None)
    return agreement is not None and agreement.digest == agreed_digest(release)
