"""ISIS-HERMES with its computed criteria as free functions, which no database can be asked."""

from __future__ import annotations

from dataclasses import replace

from trial.protocol import Criterion, Facts
from trial.protocols.isis_hermes import PROTOCOL as ISIS


def _free(criterion: Criterion) -> Criterion:
    condition = criterion.computed

    def computed(facts: Facts) -> bool | None:
        return condition(facts) if condition else None

    return criterion if condition is None else replace(criterion, computed=computed)


PROTOCOL = replace(ISIS, code="BY-FUNCTION", criteria=tuple(map(_free, ISIS.criteria)))
