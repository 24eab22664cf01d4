"""From marrow to infusion in the simulated trial: cultures, tests, releases, one out of limits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from config.demo import plan
from config.demo.enrolled import Enrolled
from config.demo.people import Cast
from config.demo.plan import at_nine
from randomization import services
from trial import protocol

# Of those infused, whose batch was released out of specification: our invention.
OUT_OF_SPECIFICATION = 5


def treat(cast: Cast, enrolled: list[Enrolled], password: str, rng: Random) -> None:
    """Everybody allocated to cells: infused, or not and why."""
    given = [one for one in enrolled if one.arm == "cells"]
    for place, one in enumerate(given, start=1):
        one.reason = plan.NOT_TREATED.get(place, "")
        one.treated = not one.reason
        chain = _Chain(cast, one, password, rng)
        if one.reason:
            chain.is_not_treated()
        else:
            chain.is_infused((100, 300)[place % 2], outside=place == OUT_OF_SPECIFICATION)


class _Chain:
    """The chain of one participant; the rows are private to their app and pass through untyped."""

    def __init__(self, cast: Cast, one: Enrolled, password: str, rng: Random) -> None:
        self.cast, self.one, self.password, self.rng = cast, one, password, rng
        self.marrow_on = one.person.consented_on + timedelta(days=2)

    def is_not_treated(self) -> None:
        """Marrow that was not enough, or a culture that failed; and why nothing was given."""
        marrow = self._aspirate(sufficient=self.one.reason != "aspiration_failed")
        decided = self.one.person.on(36)
        if self.one.reason == "poor_growth":
            batch = self._culture(marrow, 100)
            services.fail_product(
                product=batch, reason="poor_growth", decided_on=decided,
                actor=self.cast.cell_therapy, at=at_nine(decided),
            )  # fmt: skip
            self._dispose(batch, "whole", decided, "The cells stopped growing")
        services.record_not_treated(
            participant=self.one.participant,
            reason=self.one.reason,
            decided_on=decided,
            actor=self.cast.investigator,
            at=at_nine(decided, minutes=60),
        )

    def is_infused(self, dose: int, *, outside: bool) -> None:
        """Culture, harvest, tests, release, infusion, vital signs, and what was left destroyed."""
        marrow = self._aspirate(sufficient=True)
        day = self.one.person.on(self.rng.randint(34, 41))
        cells = Decimal(round(dose * self.rng.uniform(0.92, 1.05)))
        viability = Decimal(str(round(self.rng.uniform(84, 97), 1)))
        batch = self._culture(marrow, dose)
        harvested = day - timedelta(days=1)
        services.record_harvest(
            product=batch, harvested_on=harvested, cells_millions=cells,
            viability_percent=viability, actor=self.cast.cell_therapy, at=at_nine(harvested),
        )  # fmt: skip
        self._release(batch, day, cells, viability, outside=outside)
        infusion = services.record_infusion(
            participant=self.one.participant,
            product=batch,
            infused_on=day,
            cells_millions=cells,
            viability_percent=viability,
            volume_ml=Decimal("60.0"),
            complete=True,
            started_at=self._local(day, 75),
            ended_at=self._local(day, 120),
            actor=self.cast.investigator,
            at=at_nine(day, minutes=240),
        )
        self._vitals(infusion, day)
        self._dispose(batch, "remainder", day, "Rest of the bag after the infusion")

    def _local(self, day: date, minutes: int) -> time:
        zone = ZoneInfo(self.cast.site.timezone)
        return at_nine(day, minutes=minutes).astimezone(zone).time()

    def _aspirate(self, *, sufficient: bool) -> Any:
        return services.record_aspiration(
            participant=self.one.participant,
            aspirated_on=self.marrow_on,
            side="left",
            anaesthesia="local",
            volume_ml=Decimal("35.0") if sufficient else Decimal("8.0"),
            sample=f"BM-{self.one.person.number:03d}",
            sufficient=sufficient,
            actor=self.cast.cell_therapy,
            at=at_nine(self.marrow_on, minutes=200),
        )

    def _culture(self, marrow: Any, dose: int) -> Any:
        batch = services.record_product(
            aspiration=marrow,
            batch=f"ISIS-{self.one.person.number:03d}",
            dose_millions=dose,
            culture_started_on=self.marrow_on,
            actor=self.cast.cell_therapy,
            at=at_nine(self.marrow_on, minutes=230),
        )
        for number, counted in ((1, 12), (2, 48)):
            day = self.marrow_on + timedelta(days=6 * number)
            services.record_passage(
                product=batch, passed_on=day, cells_millions=Decimal(counted),
                actor=self.cast.cell_therapy, at=at_nine(day),
            )  # fmt: skip
        return batch

    def _release(
        self, batch: Any, day: date, cells: Decimal, viability: Decimal, *, outside: bool
    ) -> None:
        unit: User = self.cast.cell_therapy
        results: dict[str, Decimal | str] = {
            "viability": viability,
            "count": cells,
            "sterility": "pending" if outside else "negative",
            "endotoxin": Decimal("0.5"),
            "karyotype": "normal",
            "identity": "conforms",
        }
        services.record_results(
            product=batch, results=results, tested_on=day,
            actor=unit, at=at_nine(day, minutes=15),
        )  # fmt: skip
        sign: dict[str, Any] = {
            "product": batch, "ready_on": day, "ready_at": self._local(day, 5),
            "password": self.password, "actor": unit, "at": at_nine(day, minutes=30),
        }  # fmt: skip
        if not outside:
            services.release_product(**sign)
            return
        why = "Sterility is negative to date; the final reading takes ten days more"
        release = services.release_out_of_specification(**sign, justification=why)
        services.agree_release(
            release=release, password=self.password, actor=self.cast.investigator,
            at=at_nine(day, minutes=50),
        )  # fmt: skip

    def _vitals(self, infusion: Any, day: date) -> None:
        product = protocol.current().product
        for one in product.vital_times if product else ():
            taken = at_nine(day, minutes=75 + one.minutes)
            services.record_vitals(
                infusion=infusion,
                point=one.code,
                taken_at=self._clock(taken),
                pulse=self.rng.randint(62, 88),
                systolic=self.rng.randint(118, 148),
                diastolic=self.rng.randint(66, 88),
                temperature=Decimal(str(round(self.rng.uniform(36.3, 37.4), 1))),
                saturation=self.rng.randint(95, 99),
                actor=self.cast.nurse,
                at=max(taken, at_nine(day, minutes=240)) + timedelta(minutes=2),
            )

    def _clock(self, at: datetime) -> time:
        return at.astimezone(ZoneInfo(self.cast.site.timezone)).time()

    def _dispose(self, batch: Any, what: str, day: date, reason: str) -> None:
        services.record_disposal(
            product=batch,
            what=what,
            how="destroyed",
            reason=reason,
            disposed_on=day,
            actor=self.cast.cell_therapy,
            at=at_nine(day, minutes=300),
        )
